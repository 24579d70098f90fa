//! The command line.

use crate::{
    bundle_path, check,
    display::DisplayChoice,
    error::EdgeError,
    provider::Choice,
    run,
    source::{SourceChoice, camera_list},
};
use clap::{Args, Parser, Subcommand};
use std::{
    io::Write,
    path::PathBuf,
    sync::{Arc, atomic::AtomicBool},
};

/// A mirror that changes your smile.
#[derive(Debug, Parser)]
#[command(name = "edge", version, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show the mirror
    Run(RunArgs),
    /// List the cameras of this machine
    Cameras,
    /// Check a bundle and run its parity sample
    Check(CheckArgs),
}

/// Options shared by `run` and `check`.
#[derive(Debug, Args)]
pub struct ModelArgs {
    /// Bundle folder [default: models/smile-64, beside the working folder or the program]
    #[arg(long, value_name = "DIR")]
    pub bundle: Option<PathBuf>,
    /// Where to compute: auto, cpu, cuda or tensorrt
    #[arg(long, value_name = "NAME", default_value = "auto")]
    pub provider: Choice,
    /// ONNX Runtime library, or the folder that holds it [env: ORT_DYLIB_PATH]
    #[arg(long, value_name = "PATH")]
    pub onnxruntime: Option<PathBuf>,
}

/// Options of `edge run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Model.
    #[command(flatten)]
    pub model: ModelArgs,
    /// Pictures: auto, demo, camera:/dev/videoN or dir:PATH
    #[arg(long, value_name = "SOURCE", default_value = "auto")]
    pub source: SourceChoice,
    /// Output: auto, window, none or png:DIR
    #[arg(long, value_name = "DISPLAY", default_value = "auto")]
    pub display: DisplayChoice,
    /// End after this many pictures of the source
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub frames: Option<u64>,
    /// Strengths at the start, e.g. smile=1.0; 0 changes nothing, below 0 takes away
    #[arg(long, value_name = "NAME=STRENGTH", allow_hyphen_values = true)]
    pub attr: Vec<String>,
    /// Write speed and counts as JSON
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Write moments of the run as PNG, camera beside mirror (not with a window)
    #[arg(long, value_name = "FILE")]
    pub contact_sheet: Option<PathBuf>,
}

/// Options of `edge check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Model.
    #[command(flatten)]
    pub model: ModelArgs,
}

impl RunArgs {
    fn into_config(self) -> run::Config {
        run::Config {
            bundle: self.model.bundle,
            provider: self.model.provider,
            onnxruntime: self.model.onnxruntime,
            source: self.source,
            display: self.display,
            frames: self.frames,
            attr: (!self.attr.is_empty()).then(|| self.attr.join(",")),
            report: self.report,
            contact_sheet: self.contact_sheet,
        }
    }
}

/// Does what the command line asks for, and prints its result to `out`.
///
/// # Errors
/// Any [`EdgeError`].
pub fn execute(cli: Cli, out: &mut impl Write) -> Result<(), EdgeError> {
    let text = match cli.command {
        Command::Run(arguments) => {
            let stop = Arc::new(AtomicBool::new(false));
            for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
                signal_hook::flag::register(signal, Arc::clone(&stop))
                    .map_err(|error| EdgeError::Internal(format!("signal {signal}: {error}")))?;
            }
            run::run(&arguments.into_config(), &stop)?.to_string()
        }
        Command::Cameras => cameras(),
        Command::Check(CheckArgs { model }) => {
            let folder = bundle_path::resolve(model.bundle.as_deref())?;
            let checked = check::check(&folder, model.provider, model.onnxruntime.as_deref())?;
            print(out, &checked.to_string())?;
            if !checked.holds() {
                let (failed, provider) = (checked.failed().join(", "), checked.provider.running);
                return Err(EdgeError::Parity(format!(
                    "{failed} differ from the trainer's beyond tolerance on {provider}; \
                     this bundle must not be shown with this provider"
                )));
            }
            return Ok(());
        }
    };
    print(out, &text)
}

fn print(out: &mut impl Write, text: &str) -> Result<(), EdgeError> {
    // A reader that closed the pipe has seen enough.
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(EdgeError::file("standard output", error))
        }
        _ => Ok(()),
    }
}

fn cameras() -> String {
    let found = camera_list::list();
    if found.is_empty() {
        return "no camera found (no V4L2 capture device under /dev)\n".into();
    }
    let mut text = String::new();
    for camera in found {
        text += &format!("{}  {}\n", camera.device.display(), camera.name);
        for mode in &camera.modes {
            text += &format!("    {mode}\n");
        }
        if camera.modes.is_empty() {
            text += &format!("    no MJPG or YUYV mode, only: {}\n", camera.offered);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
