//! Tests of the built program.
//!
//! - [`aarch64`]: the cross-built program, emulated
//! - [`pipeline`]: pictures in, pictures out, reports
//! - [`bad_input`]: errors and exit codes
//! - [`camera`]: a preloaded webcam that is busy, pulled out, frozen, cut off
//! - [`photos`]: tracking measured on photos of known motion
//! - [`replay`]: video files, hashes, references
//! - [`camera_vm`]: real camera drivers, in a virtual machine
//! - [`registration`]: TensorRT and CUDA on an ONNX Runtime that only says it has them
//! - [`health`]: a hot machine, a service manager, a clock that jumps
//! - [`doctor`]: this machine examined
//! - [`wrong_machine`]: libraries for another one, a full or read-only disk
//! - [`config`]: `edge.toml` under the command line
//! - [`covered`]: masks and hands in front of mouths, faces past the border
//! - [`outputs`]: a virtual camera, recordings
//! - [`promises`]: no network, no file unless asked for
//! - [`privacy`]: the same, by the system calls of a session; no image of a kiosk's memory
//! - [`faults`]: a camera whose calls fail one by one
//! - [`screen`]: the window on [`xvfb`], a virtual screen
//! - [`soak`]: a long run with a restless visitor, a failing camera and one bundle after the other
//! - [`status_line`]: heat and provider at the top of the window
//! - [`ending`]: an X display that goes away
//!
//! [`bundle`] writes a tiny bundle of known outputs out of graphs by [`onnx`]; [`place`] runs the
//! program in a temporary folder. Tests that need ONNX Runtime say so when they skip.

#![allow(clippy::unwrap_used)] // A panic is how a test fails, and its helpers are no tests themselves.

mod aarch64;
mod bad_input;
mod bundle;
mod camera;
mod camera_vm;
mod config;
mod covered;
mod doctor;
mod ending;
mod faults;
mod health;
mod onnx;
mod outputs;
mod photos;
mod pipeline;
mod place;
mod privacy;
mod promises;
mod registration;
mod replay;
mod screen;
mod soak;
mod status_line;
mod wrong_machine;
mod xserver;
mod xvfb;
