//! The programs together:
//!
//! - [`chain`]: faces -> `trainer fit` -> `model-export` -> `edge check` -> `edge run`;
//! - [`official`]: the official checkpoint layout through the same chain;
//! - [`high_pass`]: generators with high-pass skips and blocks of two widths, imported and trained;
//! - [`shipped`]: the bundle in `models/`;
//! - [`exit_codes`]: 2 for usage, 1 for failure, everywhere;
//! - [`ownership`]: nothing is written but what was asked for;
//! - [`faults`]: one call to the system fails;
//! - [`unsafe_inventory`]: every `unsafe` has its proof.
//!
//! [`small`] has pictures and settings for runs of seconds.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod chain;
mod exit_codes;
mod faults;
mod high_pass;
mod official;
mod ownership;
#[allow(dead_code, reason = "shared with the trainer's tests")]
#[path = "../../trainer/tests/pickled.rs"]
mod pickled;
mod shipped;
mod small;
mod unsafe_inventory;

use tests::{Finished, run};

/// Runs a program that has to succeed.
fn succeed(program: &str, arguments: &[&str]) -> Finished {
    let finished = run(program, arguments).unwrap();
    assert_eq!(
        finished.code,
        Some(0),
        "{program} {arguments:?}\n{}{}",
        finished.stdout,
        finished.stderr
    );
    finished
}

/// Whether ONNX Runtime is installed; says so where it is not.
fn has_onnxruntime() -> bool {
    let folder = tests::workspace()
        .join("third_party/onnxruntime")
        .join(std::env::consts::ARCH);
    let found = std::env::var_os("ORT_DYLIB_PATH").is_some() || folder.is_dir();
    if !found {
        println!("skipped: no ONNX Runtime in {}", folder.display());
    }
    found
}
