//! How the numbers of a graph are computed: norms, 16-bit floats, 8-bit integers.

pub mod chain;
pub mod emulated;
pub mod faces;
pub mod fidelity;
pub mod half;
pub mod int8;
pub mod norms;
pub mod reduce;
pub mod runtime;
pub mod time;
