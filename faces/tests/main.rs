//! Tests of the portraits.
//!
//! - `bytes`: determinism, sizes, finite parameters.
//! - `smile`: what the smile does to the picture.
//! - `detection`: a face detector finds the face of the demo take where the truth says it is.

mod bytes;
mod detection;
mod smile;
