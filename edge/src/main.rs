//! `edge`: parses, sets up logging, maps errors to exit codes. All else is in the library.

use edge::{
    cli::{self, Refusal},
    error::EdgeError,
    service::log_limit::Limited,
    timing::allocations::Counting,
    window::input_method,
};
use std::{env, io, process::ExitCode};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() -> ExitCode {
    input_method::disable();
    let environment = env_logger::Env::new().filter_or("EDGE_LOG", "info,onnxruntime=off");
    let logger = env_logger::Builder::from_env(environment)
        .format_timestamp(None)
        .format_target(false)
        .build();
    log::set_max_level(logger.filter());
    // The first logger of the process is always accepted.
    let _ = log::set_boxed_logger(Box::new(Limited::new(logger)));
    let result = match cli::parse(env::args_os()) {
        Ok(parsed) => cli::execute(parsed, &mut io::stdout().lock()),
        Err(Refusal::CommandLine(error)) => error.exit(),
        Err(Refusal::File(error)) => Err(error),
    };
    result.map_or_else(|error| report(&error), |()| ExitCode::SUCCESS)
}

fn report(error: &EdgeError) -> ExitCode {
    eprintln!("error: {error}");
    ExitCode::from(error.exit_code())
}
