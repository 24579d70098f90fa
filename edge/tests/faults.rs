//! A camera whose driver refuses one call after another.
//!
//! A few of the calls, spread over all of them; every one with `FAULTS=all`, see `tests/end_to_end/faults` for files.

use crate::{camera::Shim, place::said};
use std::{env, fs, path::PathBuf};

const ERRORS: [i32; 5] = [5, 11, 19, 28, 16];
const RUN: [&str; 8] = [
    "run",
    "--bundle",
    "bundle",
    "--source",
    "camera:/dev/video42",
    "--display",
    "none",
    "--frames=4",
];
/// Calls that fail in turn unless all are asked for.
const SAMPLE: usize = 8;

struct Faults {
    shim: Shim,
    library: PathBuf,
}

impl Faults {
    fn new() -> Option<Self> {
        let shim = Shim::new("MJPG")?;
        let library = shim.place.compiled("fault_shim.c", "fault_shim.so", &[])?;
        Some(Self { shim, library })
    }

    /// Exit code, what was said and what the library noted, when call `number` of the driver fails with `error`.
    fn run(&self, number: usize, error: i32) -> (Option<i32>, String, String) {
        let log = self.shim.place.path("log");
        let _ = fs::remove_file(&log);
        let mut command = self.shim.command("MJPG", &RUN);
        let camera = &self.shim.library;
        let both = format!("{} {}", self.library.display(), camera.display());
        command
            .env("LD_PRELOAD", both)
            .env("FAULT_CALL", "control")
            .env("FAULT_AT", number.to_string())
            .env("FAULT_ERROR", error.to_string())
            .env("FAULT_LOG", &log);
        let output = command.output().unwrap();
        let noted = fs::read_to_string(log).unwrap_or_default();
        (output.status.code(), said(&output), noted)
    }
}

#[test]
fn a_camera_that_refuses_any_call_is_named_or_does_without() {
    let Some(faults) = Faults::new() else { return };
    let (code, said, noted) = faults.run(0, 0);
    assert_eq!(code, Some(0), "{said}");
    let count = noted
        .lines()
        .find_map(|line| line.strip_prefix("count control "));
    let count: usize = count.unwrap().parse().unwrap();
    assert!(count > 10, "{noted}");
    let seed = env::var("FAULT_SEED").ok();
    let seed: usize = seed.and_then(|text| text.parse().ok()).unwrap_or(0);
    let numbers: Vec<usize> = match env::var("FAULTS") {
        Ok(value) if value == "all" => (1..=count).collect(),
        // The last ones end the stream.
        _ => (0..SAMPLE)
            .map(|at| 1 + (at * count / SAMPLE + seed) % count)
            .chain([count - 1, count])
            .collect(),
    };
    let mut failed = 0;
    for number in &numbers {
        let error = ERRORS[(number + seed) % ERRORS.len()];
        let (code, said, noted) = faults.run(*number, error);
        let told = format!("call {number} of {count}, error {error}: {code:?}\n{noted}{said}");
        assert!(!said.contains("panicked"), "{told}");
        match code {
            Some(0) => {}
            Some(1) => {
                failed += 1;
                assert!(said.contains("/dev/video42"), "names no camera: {told}");
            }
            _ => panic!("ended otherwise: {told}"),
        }
    }
    println!(
        "camera: {} faults, {failed} ended the program",
        numbers.len()
    );
}
