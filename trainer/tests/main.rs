//! Tests of the trainer, by area:
//! - [`golden`]: networks, losses and gradients against the reference implementations' numbers;
//! - [`forms`]: rewritten convolutions equal the plain ones;
//! - [`runs`]: runs resume with the same bytes and survive full disks, bad data and bad losses.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod fixtures;
mod forms;
mod golden;
mod runs;
