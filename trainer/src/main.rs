//! `trainer`: trains, tries and judges face editors.

use clap::Parser;
use std::process::ExitCode;
use trainer::{cli::Cli, error::TrainError};

/// Exit code of a request that is wrong in itself, as clap's own.
const USAGE: u8 = 2;
/// Exit code of a request that failed.
const FAILURE: u8 = 1;

fn main() -> ExitCode {
    // First of all: see `device::load`.
    trainer::device::load();
    let cli = Cli::parse();
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or("info"))
        .format_timestamp_secs()
        .init();
    trainer::training::silence_memory_panics();
    match cli.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log::error!("{error:#}");
            let usage = error
                .downcast_ref::<TrainError>()
                .is_some_and(TrainError::is_usage);
            ExitCode::from(if usage { USAGE } else { FAILURE })
        }
    }
}
