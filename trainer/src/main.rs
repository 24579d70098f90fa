//! `trainer`: parses, sets up logging, maps errors to exit codes. All else is in the library.

use clap::Parser;
use std::process::ExitCode;
use trainer::{cli::Cli, device, error::TrainError, training};

fn main() -> ExitCode {
    // First of all, and on the only thread: see `device::load`.
    device::load();
    let cli = Cli::parse();
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or("info"))
        .format_timestamp_secs()
        .init();
    training::silence_memory_panics();
    cli.run()
        .map_or_else(|error| report(&error), |()| ExitCode::SUCCESS)
}

fn report(error: &TrainError) -> ExitCode {
    eprintln!("error: {error}");
    ExitCode::from(error.exit_code())
}
