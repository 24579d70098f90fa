//! Where mirror pictures go besides the window: files, hashes, a recording, a virtual camera.

pub(crate) mod avi;
pub(crate) mod contact_sheet;
pub(crate) mod crops;
pub(crate) mod display;
pub(crate) mod recorder;
pub(crate) mod sink;
pub(crate) mod virtual_camera;
pub(crate) mod written;
