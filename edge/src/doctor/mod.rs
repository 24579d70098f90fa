//! `edge doctor`: what this machine has, what is wrong with it, and what to do.

pub(crate) mod board;
pub(crate) mod camera;
pub(crate) mod display;
pub(crate) mod finding;
pub(crate) mod inference;
pub(crate) mod libraries;
pub(crate) mod power;
pub(crate) mod room;

use crate::machine::system::System;
use board::Board;
use finding::{Finding, Severity};
use serde::Serialize;
use std::{
    env, fmt,
    path::{Path, PathBuf},
};

/// What is to be examined besides the machine, and how it is told.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct DoctorArgs {
    /// Bundle folder [default: as for `run`]
    #[arg(long, value_name = "DIR")]
    pub(crate) bundle: Option<PathBuf>,
    /// ONNX Runtime library, or the folder that holds it [env: ORT_DYLIB_PATH]
    #[arg(long, value_name = "PATH")]
    pub(crate) onnxruntime: Option<PathBuf>,
    /// Print JSON for programs
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Diagnosis {
    /// Version of this program.
    pub(crate) edge_version: &'static str,
    /// The worst state of all.
    pub(crate) state: Severity,
    /// One per part of the machine.
    pub(crate) findings: Vec<Finding>,
}

/// Examines this machine. Opens no window, changes nothing, and reads no picture.
#[must_use]
pub(crate) fn examine(arguments: &DoctorArgs, system: &System) -> Diagnosis {
    let board = Board::read(system);
    let mut findings = board.findings(system);
    findings.extend(libraries::findings(&board, system));
    findings.extend(inference::runtime(&board, arguments.onnxruntime.as_deref()));
    findings.push(inference::bundle(arguments.bundle.as_deref()));
    findings.extend(camera::findings(system));
    findings.push(display::finding(
        env::var("DISPLAY").ok().as_deref(),
        env::var("WAYLAND_DISPLAY").ok().as_deref(),
        system,
    ));
    findings.extend(power::findings(&board, system));
    findings.push(room::memory(system));
    let cache = ["XDG_CACHE_HOME", "HOME"].into_iter().find_map(env::var_os);
    findings.push(room::disk(cache.as_ref().map_or(Path::new("/"), Path::new)));
    Diagnosis::new(findings)
}

impl Diagnosis {
    fn new(findings: Vec<Finding>) -> Self {
        let states = findings.iter().map(|finding| finding.state);
        Self {
            edge_version: env!("CARGO_PKG_VERSION"),
            state: states.max().unwrap_or(Severity::Ok),
            findings,
        }
    }

    /// Number of findings in this state.
    #[must_use]
    pub(crate) fn count(&self, state: Severity) -> usize {
        let findings = self.findings.iter();
        findings.filter(|finding| finding.state == state).count()
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            write!(out, "{finding}")?;
        }
        let [errors, warnings] =
            [Severity::Error, Severity::Warning].map(|state| self.count(state));
        writeln!(out, "\n{errors} errors, {warnings} warnings")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_finding_decides_and_the_text_shows_every_fix() {
        let diagnosis = Diagnosis::new(vec![
            Finding::ok("board", "a board"),
            Finding::error("camera", "/dev/video0: permission denied", "join the group"),
            Finding::warning("power", "mode 1", "nvpmodel"),
        ]);
        assert_eq!(diagnosis.state, Severity::Error);
        let text = diagnosis.to_string();
        assert!(text.contains("-> join the group") && text.contains("1 errors, 1 warnings"));
        assert_eq!(Diagnosis::new(Vec::new()).state, Severity::Ok);
    }
}
