//! `trainer study` and `trainer study-report`.

use super::print;
use crate::{
    error::TrainError,
    study::{self, Method, StudyRequest},
};
use clap::Args;
use std::path::PathBuf;

/// See [`super::Command::Study`].
#[derive(Debug, Args)]
pub(crate) struct Study {
    /// Methods, NAME=DIR,NAME=DIR, with DIR/DOMAIN/before/NAME and DIR/DOMAIN/after/NAME for two domains.
    #[arg(long, required = true, value_delimiter = ',', value_name = "NAME=DIR", value_parser = method)]
    methods: Vec<Method>,
    /// Faces of each domain, drawn from those that every method has.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..))]
    faces: u16,
    /// Draws the faces and their order.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Folder for index.html, which holds everything, and study.json, for the report.
    #[arg(long)]
    out: PathBuf,
}

fn method(text: &str) -> Result<Method, String> {
    match text.split_once('=') {
        Some((name, folder)) if !name.is_empty() && !folder.is_empty() => Ok(Method {
            name: name.into(),
            folder: folder.into(),
        }),
        _ => Err(format!("found {text:?}, expected NAME=DIR")),
    }
}

impl Study {
    /// Runs the command.
    pub(crate) fn run(self) -> Result<(), TrainError> {
        let facts = study::make(&StudyRequest {
            methods: self.methods,
            faces: self.faces.into(),
            seed: self.seed,
            out: self.out.clone(),
        })?;
        print::line(format_args!(
            "{} faces, {} methods: open {} in a browser; its answers go into trainer study-report",
            facts.faces.len(),
            facts.methods.len(),
            self.out.join(study::PAGE).display()
        ))
    }
}

/// See [`super::Command::StudyReport`].
#[derive(Debug, Args)]
pub(crate) struct StudyReport {
    /// Folder of the study.
    study: PathBuf,
    /// Files of answers, one per rater.
    #[arg(required = true)]
    answers: Vec<PathBuf>,
}

impl StudyReport {
    /// Runs the command.
    pub(crate) fn run(self) -> Result<(), TrainError> {
        for verdict in study::report(&self.study, &self.answers)? {
            let agreement = verdict
                .agreement
                .map_or("not measurable".into(), |alpha| format!("{alpha:.3}"));
            print::line(format_args!(
                "{}, {}: agreement of raters (Krippendorff's alpha) {agreement}",
                verdict.direction,
                verdict.criterion.name()
            ))?;
            for (name, count, share) in verdict.choices {
                print::line(format_args!(
                    "  {name:24} {count:6} {:6.1} %   95 % interval {:.1} to {:.1} %",
                    100.0 * share.value,
                    100.0 * share.low,
                    100.0 * share.high
                ))?;
            }
        }
        Ok(())
    }
}
