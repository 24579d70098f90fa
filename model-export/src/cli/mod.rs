//! The command line.

use crate::{
    bundle::{inspect, report},
    error::ExportError,
    export::{self, Options},
    rewrite::{PASSES, Pass},
};
use clap::{
    Arg, ArgAction, ArgMatches, Args as ClapArgs, CommandFactory, FromArgMatches, Parser,
    Subcommand, ValueEnum, error::ErrorKind,
};
use model_spec::{Norms, Precision};
use std::{
    io::{self, Write},
    path::PathBuf,
};

/// Turns a checkpoint of `trainer` into an ONNX bundle that `edge` runs.
#[derive(Debug, Parser)]
#[command(
    name = "model-export",
    version,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true
)]
pub struct Args {
    /// What else to do.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Exporting.
    #[command(flatten)]
    pub export: Option<ExportArgs>,
    /// Rewrites to leave out.
    #[command(flatten)]
    pub passes: ChosenPasses,
}

/// Subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check a bundle's digests and print its manifest, metrics and operators
    Inspect {
        /// Bundle folder or .tar
        bundle: PathBuf,
    },
}

/// Options of an export.
#[derive(Debug, ClapArgs)]
pub struct ExportArgs {
    /// Checkpoint folder: checkpoint.json, model.safetensors, parity.safetensors
    #[arg(long, value_name = "DIR")]
    pub checkpoint: PathBuf,
    /// Bundle to write, a folder, or one file where the name ends in .tar; an older bundle there is
    /// replaced once the new one is complete
    #[arg(long, value_name = "PATH")]
    pub out: PathBuf,
    /// Arithmetic of the graphs; what is less than fp32 is measured, and refused if it loses too much
    #[arg(long, value_enum, value_name = "NAME", default_value = "fp32")]
    pub precision: PrecisionName,
    /// Form of instance norms: one operator, or mean and variance in 32-bit floats
    #[arg(long, value_enum, value_name = "NAME", default_value = "native")]
    pub norm: NormName,
    /// Faces framed as the training images, to calibrate int8 and to measure the precision on
    #[arg(long, value_name = "DIR", required_if_eq("precision", "int8"))]
    pub calibration: Option<PathBuf>,
    /// Write the bundle even if the precision loses more than its tolerance
    #[arg(long)]
    pub accept_loss: bool,
    /// Sign the manifest with this Ed25519 private key (PEM)
    #[arg(long, value_name = "FILE")]
    pub sign: Option<PathBuf>,
    /// Number of the release, larger than those before: a mirror with --release-record refuses older ones
    #[arg(long, value_name = "N", requires = "sign")]
    pub release: Option<u64>,
    /// Print what each rewrite did to each graph
    #[arg(long)]
    pub explain: bool,
    /// ONNX Runtime library, or the folder that holds it [env: ORT_DYLIB_PATH]
    #[arg(long, value_name = "PATH")]
    pub onnxruntime: Option<PathBuf>,
}

/// Names of precisions on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PrecisionName {
    /// 32-bit floats
    Fp32,
    /// 16-bit floats
    Fp16,
    /// 16-bit floats; norms, style arithmetic and last layers in 32-bit ones
    Mixed,
    /// Convolutions in 8-bit integers, calibrated on --calibration
    Int8,
}

/// Names of norm forms on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum NormName {
    /// One operator
    Native,
    /// Mean and variance in 32-bit floats
    Arithmetic,
}

/// The rewrites that `--no-NAME` has not left out.
#[derive(Debug, Clone)]
pub struct ChosenPasses(pub Vec<Pass>);

impl FromArgMatches for ChosenPasses {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let kept = PASSES.iter().filter(|pass| !matches.get_flag(pass.skip));
        Ok(Self(kept.copied().collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl ClapArgs for ChosenPasses {
    fn augment_args(command: clap::Command) -> clap::Command {
        PASSES.iter().fold(command, |command, pass| {
            let arg = Arg::new(pass.skip)
                .long(pass.skip)
                .help(format!("Leave out: {}", pass.summary))
                .help_heading("Rewrites")
                .action(ArgAction::SetTrue);
            command.arg(arg)
        })
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

impl Args {
    /// Refuses options that mean nothing without another precision; to clap a value is no reason.
    ///
    /// # Errors
    /// As of clap itself, naming the options.
    pub fn check(&self) -> Result<(), clap::Error> {
        let Some(export) = &self.export else {
            return Ok(());
        };
        let idle = export.without_effect();
        if idle.is_empty() {
            return Ok(());
        }
        let message = format!(
            "found {} with --precision fp32, which neither loses nor measures anything: expected fp16, mixed or int8",
            idle.join(", ")
        );
        Err(Self::command().error(ErrorKind::ArgumentConflict, message))
    }
}

impl ExportArgs {
    /// Options that were given and that the precision makes no use of.
    fn without_effect(&self) -> Vec<&'static str> {
        let given = [
            ("--calibration", self.calibration.is_some()),
            ("--accept-loss", self.accept_loss),
            ("--onnxruntime", self.onnxruntime.is_some()),
        ];
        let is_idle = self.precision == PrecisionName::Fp32;
        let idle = given.into_iter().filter(|&(_, given)| given && is_idle);
        idle.map(|(option, _)| option).collect()
    }

    fn precision(&self) -> Precision {
        match self.precision {
            PrecisionName::Fp32 => Precision::Fp32,
            PrecisionName::Fp16 => Precision::Fp16,
            PrecisionName::Mixed => Precision::Mixed,
            PrecisionName::Int8 => Precision::Int8,
        }
    }

    fn options(&self, passes: &ChosenPasses) -> Options {
        Options {
            passes: passes.0.clone(),
            norms: match self.norm {
                NormName::Native => Norms::Native,
                NormName::Arithmetic => Norms::Arithmetic,
            },
            precision: self.precision(),
            calibration: self.calibration.clone(),
            accept_loss: self.accept_loss,
            sign: self.sign.clone(),
            release: self.release,
            onnxruntime: self.onnxruntime.clone(),
            explain: self.explain,
        }
    }
}

/// Does what the command line asks for and prints the result.
///
/// # Errors
/// Whatever [`export::export`] or [`inspect::describe`] reports.
pub fn run(args: &Args) -> Result<(), ExportError> {
    if let Some(Command::Inspect { bundle }) = &args.command {
        return print(&inspect::describe(bundle)?);
    }
    // clap has seen to it that there is one or the other.
    let (Some(args), passes) = (&args.export, &args.passes) else {
        return Ok(());
    };
    let exported = export::export(&args.checkpoint, &args.out, &args.options(passes))?;
    let mut text: String = exported.graphs.iter().map(|g| format!("{g}\n")).collect();
    if args.explain {
        for graph in &exported.graphs {
            text += &format!("\n{}", graph.explained());
        }
    }
    for line in exported.fidelity.iter().flat_map(report::of_fidelity) {
        text += &format!("{}: {line}\n", args.precision());
    }
    if let Some(ratio) = exported.time_ratio {
        text += &format!(
            "{}: an edit takes {ratio:.2} of the time in 32-bit floats, on this processor\n",
            args.precision()
        );
    }
    text += &format!("{}: bundle written\n", args.out.display());
    print(&text)?;
    if exported.lacks_face_mask {
        log::warn!(
            "no face-mask network: the generator's high-pass skips need masks from elsewhere, and \
             `edge run` refuses this bundle; import the weights with it"
        );
    }
    Ok(())
}

fn print(text: &str) -> Result<(), ExportError> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        // A reader that closed the pipe has seen enough.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(ExportError::Io {
            path: "standard output".into(),
            reason: error,
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{cell::RefCell, ffi::OsString, os::unix::ffi::OsStringExt};

    /// Calls, a word per line.
    const CALLS: [&str; 3] = [
        "model-export\n--checkpoint\nc\n--out=b.tar\n--precision=int8\n--calibration\nfaces\n--accept-loss",
        "model-export\n--checkpoint=c\n--out=b\n--sign=k.pem\n--release=3\n--norm\narithmetic\n--no-scale\n--explain",
        "model-export\ninspect\nb.tar",
    ];

    #[test]
    fn damaged_command_lines_are_refused_or_parsed() {
        // Building it costs more than a call.
        let command = RefCell::new(Args::command());
        fuzz::check("export-call", &CALLS, |call| {
            let words = call.split(|byte| *byte == b'\n');
            let words = words.map(|word| OsString::from_vec(word.to_vec()));
            let matches = command.borrow_mut().try_get_matches_from_mut(words);
            let args = matches.and_then(|matches| Args::from_arg_matches(&matches));
            if let Err(error) = args.and_then(|args| args.check()) {
                // What would be printed.
                drop(error.to_string());
            }
        });
    }
}
