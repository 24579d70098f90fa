//! Index of the exporter's tests.
//!
//! - `reference`: naive operators in 64-bit floats, and from them the networks of the paper
//! - `fixture`: random checkpoints
//! - `runtime`: ONNX Runtime, loaded from where `make` puts it
//! - `golden`: the face-mask network against the reference implementation's data
//! - `face_mask`: checkpoints and bundles with and without that network
//! - `precision`: norm forms, 16-bit floats, 8-bit integers
//! - `gate`: what a precision may lose, refused and accepted
//! - `networks`: exported graphs against the reference
//! - `rewrites`: every rewrite alone, borders included
//! - `weights`: wrong tensors are named
//! - `bundle`: what is written, and what is never overwritten
//! - `container`: bundles as one file, signed, inspected, of other versions
//! - `elsewhere`: graphs in Python's `onnx` and `onnxruntime`
//! - `proto`: the generated ONNX messages against their definition
//! - `program`: the built program, its messages and exit codes
#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod bundle;
mod container;
mod elsewhere;
mod face_mask;
mod fixture;
mod gate;
mod golden;
mod networks;
mod precision;
mod program;
mod proto;
mod reference;
mod rewrites;
mod runtime;
mod weights;
