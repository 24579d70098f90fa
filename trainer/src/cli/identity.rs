//! The network that says whether a person stays the same: `identity`.

use super::print;
use crate::{
    data::PeopleSet,
    device::DeviceChoice,
    error::TrainError,
    evaluation::identity::{self, IdentityFile, IdentityTraining, Verification},
};
use clap::Args;
use std::path::PathBuf;

/// See [`super::Command::Identity`].
#[derive(Debug, Args)]
pub(crate) struct Identity {
    /// CelebA with its table of identities (identity_CelebA.txt).
    #[arg(long)]
    data: PathBuf,
    /// File to write; use it with `compare --identity`.
    #[arg(long)]
    out: PathBuf,
    /// Number of steps of 128 faces.
    #[arg(
        long,
        default_value_t = IdentityTraining::default().steps,
        value_parser = clap::value_parser!(u64).range(1..)
    )]
    steps: u64,
    /// Where to compute: cpu, cuda, cuda:N, or auto (the first GPU, else the CPU).
    #[arg(long, default_value_t, value_name = "DEVICE")]
    device: DeviceChoice,
}

impl Identity {
    /// Runs the command.
    pub(crate) fn run(self) -> Result<(), TrainError> {
        let device = self.device.resolve()?;
        let people = PeopleSet::open(&self.data, &identity::pictures())?;
        let settings = IdentityTraining {
            steps: self.steps,
            ..IdentityTraining::default()
        };
        let file = IdentityFile {
            path: &self.out,
            data_digest: &people.digest,
        };
        let stored = identity::train(&people.train, settings, file, device)?;
        let verification = Verification::of(&stored.network, &people.test, device);
        print::figures(&verification.named())
    }
}
