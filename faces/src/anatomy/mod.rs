//! The parts of a person: where they are on the picture, and their colours.

pub(crate) mod age;
pub(crate) mod body;
pub(crate) mod brow;
pub(crate) mod eye;
pub(crate) mod frame;
pub(crate) mod glasses;
pub(crate) mod hair;
pub(crate) mod head;
pub(crate) mod landmarks;
pub(crate) mod motion;
pub(crate) mod mouth;
pub(crate) mod outline;
pub(crate) mod palette;
pub(crate) mod parallax;
pub(crate) mod relief;
pub(crate) mod skin;
pub(crate) mod spectacles;
