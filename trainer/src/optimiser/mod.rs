//! What moves the weights: Adam, and their moving average.

mod adam;
mod average;

pub use adam::{Adam, AdamSettings};
pub(crate) use average::update_average;
