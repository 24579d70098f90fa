//! What this program uses of libtorch that tch does not bind, through a bridge of C++ that is compiled with it.
//!
//! Collectives have a bridge of their own, in [`crate::ranks`].

mod bridge;
pub mod calls;
mod context;
mod many;

pub(crate) use bridge::checked;
pub(crate) use context::{Autocast, allow_tf32, cuda_stream, set_cudnn_candidates};
pub(crate) use many::{AdamStep, adam, lerp};
