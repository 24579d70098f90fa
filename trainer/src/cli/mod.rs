//! The command line.

mod ablation;
mod aligner;
mod compare;
mod data;
mod identity;
mod judge;
mod model;
mod print;
mod report;
mod study;
mod training;
mod weights;

use crate::error::TrainError;
use clap::{Parser, Subcommand};

/// Trains, tries and judges face editors.
#[derive(Debug, Parser)]
#[command(version, about)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Train a model on a folder of faces.
    Fit(training::Fit),
    /// Edit a picture, or a folder of pictures, framed like the training faces.
    Edit(model::Edit),
    /// Measure edit success and what changes outside the edited region, on the test faces.
    Eval(model::Eval),
    /// Train a model with parts of its losses left out, judge every one, and print the table.
    Ablate(ablation::Ablate),
    /// Train the network that judges edits, and say where it and the labels of the test faces differ.
    Judge(judge::Judge),
    /// Judge pictures before and after an edit, by whatever method.
    Compare(compare::Compare),
    /// Write everything about a run on one page that needs no network.
    Report(report::Report),
    /// Write a page on which people choose the best of several methods' edits.
    Study(study::Study),
    /// Count what raters chose on the page of a study.
    StudyReport(study::StudyReport),
    /// Turn weights of the official code, of torchvision or of re-implementations into this project's formats.
    Import(weights::Import),
    /// Train the attribute classifier that imported weights come without.
    Classifier(weights::Classifier),
    /// Train the network by which `compare` says whether people stay who they are.
    Identity(identity::Identity),
    /// Add to a checkpoint the aligner that finds its framing on live faces.
    FitAligner(aligner::FitAligner),
    /// Decode and resize a data set once, into one file that is mapped into memory.
    Pack(data::Pack),
    /// Print what would be trained on, and write a contact sheet.
    Inspect(data::Inspect),
    /// Time training steps with the speed switches on and off, and print a table.
    Bench(training::Bench),
}

impl Cli {
    /// Runs the command.
    ///
    /// # Errors
    /// [`TrainError`] of the command.
    pub fn run(self) -> Result<(), TrainError> {
        if !matches!(self.command, Command::Fit(_) | Command::Ablate(_)) {
            output::remove_on_signals()
                .map_err(|e| TrainError::io("signal handler".as_ref(), e))?;
        }
        match self.command {
            Command::Fit(fit) => fit.run(),
            Command::Edit(edit) => edit.run(),
            Command::Eval(eval) => eval.run(),
            Command::Ablate(ablate) => ablate.run(),
            Command::Judge(judge) => judge.run(),
            Command::Compare(compare) => compare.run(),
            Command::Report(report) => report.run(),
            Command::Study(study) => study.run(),
            Command::StudyReport(report) => report.run(),
            Command::Import(import) => import.run(),
            Command::Classifier(classifier) => classifier.run(),
            Command::Identity(identity) => identity.run(),
            Command::FitAligner(fit) => fit.run(),
            Command::Pack(pack) => pack.run(),
            Command::Inspect(inspect) => inspect.run(),
            Command::Bench(bench) => bench.run(),
        }
    }
}
