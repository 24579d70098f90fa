//! `trainer report`.

use super::print;
use crate::{
    error::TrainError,
    report::{self, ReportRequest},
};
use clap::Args;
use std::path::PathBuf;

/// See [`super::Command::Report`].
#[derive(Debug, Args)]
pub(crate) struct Report {
    /// Folder of the run.
    run: PathBuf,
    /// Folder of `trainer compare --out`, whose sheets and figures are shown, too.
    #[arg(long, value_name = "DIR")]
    compared: Option<PathBuf>,
    /// The page [default: report.html in the run's folder].
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Report {
    /// Runs the command.
    pub(crate) fn run(self) -> Result<(), TrainError> {
        let out = self.out.unwrap_or_else(|| self.run.join("report.html"));
        report::report(&ReportRequest {
            run: self.run,
            compared: self.compared,
            out: out.clone(),
        })?;
        print::line(format_args!("{}", out.display()))
    }
}
