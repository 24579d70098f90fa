//! `trainer`: trains, tries and judges face editors.

mod cli;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    // First of all: see `cuda::load`.
    trainer::cuda::load();
    let cli = cli::Cli::parse();
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or("info"))
        .format_timestamp_secs()
        .init();
    match cli.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log::error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
