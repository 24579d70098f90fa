//! Adam and the moving average of the weights.

pub mod adam;
pub mod average;
