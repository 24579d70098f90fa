//! Pictures from the bytes that cameras and films hold: JPEG, and raw ones of the pixel formats that cameras have.

pub(crate) mod jpeg;
mod jpeg_parts;
mod jpeg_tables;
pub(crate) mod pixel_format;
pub(crate) mod raw;
