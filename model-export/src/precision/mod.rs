//! How the numbers of a graph are computed: norms, 16-bit floats, 8-bit integers.

pub(crate) mod chain;
pub mod emulated;
pub(crate) mod faces;
pub(crate) mod fidelity;
pub mod half;
pub mod int8;
pub mod norms;
pub mod runtime;
pub(crate) mod time;
