//! `trainer`: parses, sets up logging, maps errors to exit codes. All else is in the library.

use clap::Parser;
use std::{
    io::{self, Write},
    process::ExitCode,
};
use trainer::{cli::Cli, device, error::TrainError, run, training};

fn main() -> ExitCode {
    // First of all, and on the only thread: see `device::load`.
    device::load();
    let cli = Cli::parse();
    let environment = env_logger::Env::default().default_filter_or("info");
    let logger = env_logger::Builder::from_env(environment)
        .format_timestamp_secs()
        .build();
    run::log_above_bars(logger);
    training::silence_memory_panics();
    cli.run()
        .map_or_else(|error| report(&error), |()| ExitCode::SUCCESS)
}

fn report(error: &TrainError) -> ExitCode {
    run::clear_bars();
    // Where nobody reads standard error any more, there is nobody to tell.
    let _ = writeln!(io::stderr(), "error: {error}");
    ExitCode::from(error.exit_code())
}
