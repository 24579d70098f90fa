//! `model-export`: see [`model_export::cli`].

use clap::Parser;
use model_export::cli::{self, Args};
use std::{
    io::{self, Write},
    process::ExitCode,
};

/// 0: written; 1: failed, with the reason on stderr; 2 (by clap): the command line is wrong.
fn main() -> ExitCode {
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or("warn")).init();
    match cli::run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Where nobody reads standard error any more, there is nobody to tell.
            let _ = writeln!(io::stderr(), "model-export: {error}");
            ExitCode::FAILURE
        }
    }
}
