//! `edge`: parses, sets up logging, maps errors to exit codes. All else is in the library.

use clap::Parser;
use edge::{
    allocations::Counting,
    cli::{self, Cli},
};
use std::{io, process::ExitCode};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() -> ExitCode {
    let environment = env_logger::Env::new().filter_or("EDGE_LOG", "info,onnxruntime=off");
    env_logger::Builder::from_env(environment)
        .format_timestamp(None)
        .format_target(false)
        .init();
    match cli::execute(Cli::parse(), &mut io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}
