//! Pictures and their pixels: the frame of a source, sampled and scaled.

pub mod frame;
pub mod resample;
pub(crate) mod scale;
