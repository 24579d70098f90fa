//! `faces`: portraits with known truth, as files.

mod arguments;
mod error;
mod file;
mod render;

use arguments::{Arguments, Command};
use clap::Parser;
use error::RenderError;
use std::process::ExitCode;

fn main() -> ExitCode {
    let Arguments {
        command: Command::Render(request),
    } = Arguments::parse();
    let done = output::remove_on_signals()
        .map_err(RenderError::Signals)
        .and_then(|()| render::render(&request));
    match done {
        Ok(summary) => {
            println!("{summary}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
