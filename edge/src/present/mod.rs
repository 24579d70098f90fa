//! Where mirror pictures go besides the window: files, hashes, a recording, a virtual camera.

pub mod avi;
pub mod contact_sheet;
pub mod display;
pub mod recorder;
pub mod virtual_camera;
