//! Tests of the portraits.
//!
//! - `bytes`: determinism, sizes, finite parameters.
//! - `smile`: what the smile does to the picture.
//! - `portrait`: truth, counterfactual pairs and variety of portraits.
//! - `drawn`: the drawn style, and that its truth is that of the drawing.
//! - `program`: `faces render`.
//! - `detection`: a face detector finds the face of the demo take where the truth says it is.

mod bytes;
mod detection;
mod drawn;
mod portrait;
#[cfg(feature = "render")]
mod program;
mod smile;
