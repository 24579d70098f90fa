//! Pictures that leave the screen, and the mark they carry.

pub(crate) mod photo;
pub(crate) mod stamp;
