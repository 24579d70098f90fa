//! `edge`: counts allocations, sets up logging, maps errors to exit codes. All else is in the library.

use edge::{cli, service::log_limit, timing::allocations::Counting, window::input_method};
use std::{
    env,
    io::{self, Write},
    process::ExitCode,
};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() -> ExitCode {
    input_method::disable();
    log_limit::init();
    match cli::run(env::args_os(), &mut io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Where nobody reads standard error any more, there is nobody to tell.
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}
