//! `fit-aligner`.

use super::print;
use crate::align::{self, AlignRequest};
use crate::error::TrainError;
use clap::Args;
use std::path::PathBuf;

/// See [`super::Command::FitAligner`].
#[derive(Debug, Args)]
pub(crate) struct FitAligner {
    /// Checkpoint folder; gets aligner.bin, which `model-export` carries into the bundle.
    #[arg(long)]
    checkpoint: PathBuf,
    /// The model's training images: a folder, a pack, or `synthetic`; without them, procedural faces
    /// alone.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Procedural faces of known pose to learn from.
    #[arg(long, default_value_t = 3000)]
    procedural: usize,
    /// Random starts per face and its mirror image in the last round.
    #[arg(long, default_value_t = 4)]
    repetitions: usize,
    /// Seed of everything random.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

impl FitAligner {
    /// Runs the command.
    pub(crate) fn run(self) -> Result<(), TrainError> {
        let request = AlignRequest {
            checkpoint: self.checkpoint,
            data: self.data,
            procedural: self.procedural,
            repetitions: self.repetitions,
            seed: self.seed,
        };
        for (name, value) in align::fit_aligner(&request)? {
            print::line(format_args!("{name:48} {value:.4}"))?;
        }
        Ok(())
    }
}
