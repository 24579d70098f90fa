//! How the numbers of a graph are computed: norms, 16-bit floats, 8-bit integers.

pub mod acted_out;
pub mod chain;
pub mod faces;
pub mod fidelity;
pub mod half;
pub mod int8;
pub mod norms;
pub mod time;
