//! `model-export`: see [`model_export::cli`].

use clap::Parser;
use model_export::cli::{self, Args};
use std::{
    error::Error,
    io::{self, Write},
    process::ExitCode,
};

/// 0: written; 1: failed, with the reason on stderr; 2 (by clap): the command line is wrong.
fn main() -> ExitCode {
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or("warn")).init();
    let arguments = Args::parse();
    arguments.check().unwrap_or_else(|error| error.exit());
    let failure: Box<dyn Error> = match output::remove_on_signals() {
        Err(error) => error.into(),
        Ok(()) => match cli::run(&arguments) {
            Ok(()) => return ExitCode::SUCCESS,
            Err(error) => error.into(),
        },
    };
    // Where nobody reads standard error any more, there is nobody to tell.
    let _ = writeln!(io::stderr(), "model-export: {failure}");
    ExitCode::FAILURE
}
