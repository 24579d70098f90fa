//! The signals that ask a program to end.

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use std::fs;

/// SIGINT (Ctrl-C), SIGTERM, and SIGHUP (the terminal was closed); the last not in a program that was started under
/// `nohup`, which is to outlive its terminal: a handler would undo that.
#[must_use]
pub fn ending_signals() -> Vec<i32> {
    let mut signals = vec![SIGINT, SIGTERM];
    if !is_ignored(SIGHUP) {
        signals.push(SIGHUP);
    }
    signals
}

/// Whether this process was told to ignore `signal`; not where the system does not say.
fn is_ignored(signal: i32) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mut lines = status.lines();
    let mask = lines.find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}
