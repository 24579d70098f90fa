//! Arithmetic that gives the same bits on every platform: colours, curves, bumps, noise, seeded numbers.

pub(crate) mod bump;
pub(crate) mod colour;
pub(crate) mod curve;
pub(crate) mod draw;
pub(crate) mod grain;
