//! `edge`: parses, sets up logging, maps errors to exit codes. All else is in the library.

use clap::Parser;
use edge::{
    allocations::Counting,
    cli::{self, Cli},
    log_limit::Limited,
};
use std::{io, process::ExitCode};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() -> ExitCode {
    let environment = env_logger::Env::new().filter_or("EDGE_LOG", "info,onnxruntime=off");
    let logger = env_logger::Builder::from_env(environment)
        .format_timestamp(None)
        .format_target(false)
        .build();
    log::set_max_level(logger.filter());
    // The first logger of the process is always accepted.
    let _ = log::set_boxed_logger(Box::new(Limited::new(logger)));
    match cli::execute(Cli::parse(), &mut io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}
