//! The command line.

pub(crate) mod config_file;
pub(crate) mod config_print;
#[cfg(test)]
mod settings_table;

use crate::{
    bench,
    capture::{
        SourceChoice,
        camera::{list, mode::ModeRequest},
        decode::pixel_format,
        turned::Turn,
    },
    doctor::{self, finding::Severity},
    edit::EditOptions,
    error::EdgeError,
    inference::{
        bundle_path, check,
        provider::{Precision, Provider, ProviderChoice, ProviderRequest},
    },
    machine::system::System,
    present::display::DisplayChoice,
    run::{self, strengths::Strengths},
    track::tracked::MOST_FACES,
    window::options::ScreenOptions,
};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use std::{
    ffi::OsString,
    io::Write,
    path::PathBuf,
    sync::{Arc, atomic::AtomicBool},
    time::Instant,
};

/// A mirror that changes your smile.
#[derive(Debug, Parser)]
#[command(name = "edge", version, arg_required_else_help = true)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
    /// File with options, see `edge config` [default: edge.toml in the working folder, if there]
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) config: Option<PathBuf>,
}

/// Subcommands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show the mirror
    Run(Box<RunArgs>),
    /// List the cameras of this machine
    Cameras,
    /// Print all options of `run` as resolved from command line and file, in the file's own form
    Config(Box<RunArgs>),
    /// Check a bundle and run its parity sample
    Check(ModelArgs),
    /// Measure this machine: time, allocations and memory of every stage, and steadiness of the edit
    Bench(BenchArgs),
    /// Build what the provider needs ahead of the first run (TensorRT engines), and check it
    Prepare(ModelArgs),
    /// Examine this machine: board, libraries, camera, display, heat, room
    Doctor(doctor::DoctorArgs),
}

/// The model and where it runs.
#[derive(Debug, Args)]
pub(crate) struct ModelArgs {
    /// Bundle folder or .tar [default: models/smile, beside the working folder or the program]
    #[arg(long, value_name = "PATH")]
    pub(crate) bundle: Option<PathBuf>,
    /// Where to compute: auto, cpu, cuda or tensorrt
    #[arg(long, value_name = "NAME", default_value = "auto")]
    pub(crate) provider: ProviderChoice,
    /// ONNX Runtime library, or the folder that holds it [env: ORT_DYLIB_PATH]
    #[arg(long, value_name = "PATH")]
    pub(crate) onnxruntime: Option<PathBuf>,
    /// Refuse a bundle that this Ed25519 key (PEM) has not signed
    #[arg(long, value_name = "FILE")]
    pub(crate) public_key: Option<PathBuf>,
    /// Domain of every face, e.g. neutral, instead of the bundle's classifier's verdict
    #[arg(long, value_name = "NAME")]
    pub(crate) source_domain: Option<String>,
    /// Arithmetic: fp32, or with TensorRT also fp16 and int8
    #[arg(long, value_name = "NAME", value_enum, default_value_t = Precision::Fp32)]
    pub(crate) precision: Precision,
    /// Effort of TensorRT's engine builder, 0 to 5 [default: TensorRT's own]
    #[arg(long, value_name = "LEVEL", value_parser = clap::value_parser!(u8).range(..=5))]
    pub(crate) builder_level: Option<u8>,
    /// Let TensorRT replay its work as a CUDA graph
    #[arg(long)]
    pub(crate) cuda_graph: bool,
    /// Where TensorRT engines are kept [default: smile-mirror/tensorrt in the user's cache folder]
    #[arg(long, value_name = "DIR")]
    pub(crate) engine_cache: Option<PathBuf>,
}

impl ModelArgs {
    fn request(&self) -> ProviderRequest {
        ProviderRequest {
            choice: self.provider,
            precision: self.precision,
            builder_level: self.builder_level,
            cuda_graph: self.cuda_graph,
            engine_cache: self.engine_cache.clone(),
            source_domain: self.source_domain.clone(),
        }
    }
}

/// Options of `edge run`.
#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// Model.
    #[command(flatten)]
    pub(crate) model: ModelArgs,
    /// Pictures: auto, demo, camera:/dev/videoN, dir:PATH, or a video file *.mjpeg or *.y4m
    #[arg(long, value_name = "SOURCE", default_value = "auto")]
    pub(crate) source: SourceChoice,
    /// Camera mode, e.g. 1280x720@30/MJPG [default: nearest to 1280x720 at 30 per second]
    #[arg(long, value_name = "WIDTHxHEIGHT[@RATE][/FORMAT]")]
    pub(crate) camera_mode: Option<ModeRequest>,
    /// Turn the pictures of the source clockwise: 90, 180 or 270 degrees
    #[arg(long, value_name = "DEGREES", default_value = "0")]
    pub(crate) rotate: Turn,
    /// Output: auto, window, none, png:DIR, crops:DIR (faces before and after),
    /// v4l:/dev/videoN (a virtual camera for other programs), or
    /// hash (a SHA-256 per picture)
    #[arg(long, value_name = "DISPLAY", default_value = "auto")]
    pub(crate) display: DisplayChoice,
    /// End after this many pictures of the source
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) frames: Option<u64>,
    /// Strengths at the start, e.g. smile=1.0; 0 changes nothing, below 0 takes away
    #[arg(long, value_name = "NAME=STRENGTH", allow_hyphen_values = true)]
    pub(crate) attr: Vec<Strengths>,
    /// Copy the expression of the face on this picture
    #[arg(long, value_name = "PICTURE")]
    pub(crate) reference: Option<PathBuf>,
    /// Show every frame with its own edit, as late as that is, instead of the newest frame at once
    #[arg(long)]
    pub(crate) sync: bool,
    /// Frames from one run of classifier and style encoder to the next; the generator runs every frame
    #[arg(long, value_name = "K", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=30))]
    pub(crate) style_every: u32,
    /// Edit this many faces at once, the largest; each costs a run of the model per frame
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=MOST_FACES as i64))]
    pub(crate) faces: u8,
    /// Screen.
    #[command(flatten)]
    pub(crate) screen: ScreenOptions,
    /// Write speed and counts as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
    /// Refuse a bundle of a release older than the newest that has run, whose number this file keeps
    #[arg(long, value_name = "FILE")]
    pub(crate) release_record: Option<PathBuf>,
    /// Write moments of the run as PNG, camera beside mirror (not with a window)
    #[arg(long, value_name = "FILE")]
    pub(crate) contact_sheet: Option<PathBuf>,
    /// Read temperatures under this root, for tests
    #[arg(long, value_name = "DIR", hide = true, default_value = "/")]
    pub(crate) system_root: PathBuf,
}

/// Options of `edge bench`.
#[derive(Debug, Args)]
pub(crate) struct BenchArgs {
    /// Model.
    #[command(flatten)]
    pub(crate) model: ModelArgs,
    /// Frames of the cost table
    #[arg(long, value_name = "N", default_value_t = 600, value_parser = clap::value_parser!(u64).range(100..))]
    pub(crate) frames: u64,
    /// Only the cost table: time, allocations and memory
    #[arg(long)]
    pub(crate) cost_only: bool,
    /// Write the figures as JSON too
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
}

impl RunArgs {
    fn into_config(self) -> run::config::Config {
        run::config::Config {
            model: self.model.request(),
            bundle: self.model.bundle,
            onnxruntime: self.model.onnxruntime,
            public_key: self.model.public_key,
            source: self.source,
            camera_mode: self.camera_mode.unwrap_or_default(),
            turn: self.rotate,
            display: self.display,
            frames: self.frames,
            strengths: (!self.attr.is_empty()).then(|| self.attr.into_iter().collect()),
            report: self.report,
            release_record: self.release_record,
            contact_sheet: self.contact_sheet,
            system: System::at(self.system_root),
            sync: self.sync,
            reference: self.reference,
            edit: EditOptions {
                style_every: self.style_every,
                ..EditOptions::default()
            },
            faces: self.faces.into(),
            screen: self.screen,
        }
    }
}

/// Does what the command line asks for, with the options of `edge.toml` under it, and prints the result
/// to `out`. Help, version and errors of the command line itself are printed by clap, which then ends the
/// program.
///
/// # Errors
/// Any [`EdgeError`].
pub fn run(
    arguments: impl IntoIterator<Item = OsString>,
    out: &mut impl Write,
) -> Result<(), EdgeError> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let command = config_file::with_undoable_switches(Cli::command());
    let matches = |arguments: &[OsString]| {
        let matches = command.clone().try_get_matches_from(arguments);
        matches.unwrap_or_else(|error| error.exit())
    };
    let typed = matches(&arguments);
    let model_options = ModelArgs::augment_args(clap::Command::new("model"));
    let (arguments, file) = config_file::with_file(&command, arguments, &typed, &model_options)?;
    let given = matches(&arguments);
    let cli = Cli::from_arg_matches(&given).unwrap_or_else(|error| error.exit());
    if let (Some(("config", given)), Some((_, typed))) = (given.subcommand(), typed.subcommand()) {
        return print(out, &config_print::resolved(&command, given, typed, &file));
    }
    execute(cli.command, out)
}

fn execute(command: Command, out: &mut impl Write) -> Result<(), EdgeError> {
    let text = match command {
        // Printed by `run`, which knows where each option came from.
        Command::Config(_) => return Ok(()),
        Command::Run(arguments) => {
            let stop = Arc::new(AtomicBool::new(false));
            for signal in output::ending_signals() {
                signal_hook::flag::register(signal, Arc::clone(&stop))
                    .map_err(|error| EdgeError::Internal(format!("signal {signal}: {error}")))?;
            }
            let config = arguments.into_config();
            let report = run::run(&config, &stop)?;
            if config.display == DisplayChoice::Hash {
                // Nothing but the hashes, so that two runs can be compared byte by byte.
                return Ok(());
            }
            report.to_string()
        }
        Command::Cameras => cameras(),
        Command::Check(model) => return check(&model, out),
        Command::Prepare(model) => return prepare(&model, out),
        Command::Bench(arguments) => {
            if let Some(path) = &arguments.json {
                output::check_file(path, bench::Measured::is_own)?;
            }
            let model = &arguments.model;
            let folder = bundle_path::resolve(model.bundle.as_deref())?;
            let library = model.onnxruntime.as_deref();
            let opened = bench::Machine::open(&folder, &model.request(), library)?;
            let measured = opened.measure(arguments.frames, !arguments.cost_only)?;
            if let Some(path) = &arguments.json {
                measured.save(path)?;
            }
            measured.to_string()
        }
        Command::Doctor(arguments) => return examine(&arguments, out),
    };
    print(out, &text)
}

fn check(model: &ModelArgs, out: &mut impl Write) -> Result<(), EdgeError> {
    let folder = bundle_path::resolve(model.bundle.as_deref())?;
    let (library, key) = (model.onnxruntime.as_deref(), model.public_key.as_deref());
    let progress = &mut |step: &str| log::info!("{step}");
    let checked = check::check(&folder, &model.request(), library, key, progress)?;
    print(out, &checked.to_string())?;
    check::refuse(&checked.outputs, checked.provider.running)
}

fn prepare(model: &ModelArgs, out: &mut impl Write) -> Result<(), EdgeError> {
    let folder = bundle_path::resolve(model.bundle.as_deref())?;
    let (library, key) = (model.onnxruntime.as_deref(), model.public_key.as_deref());
    let start = Instant::now();
    let progress = &mut |step: &str| {
        // On standard error, as it happens.
        eprintln!("{:>6.1} s  {step}", start.elapsed().as_secs_f64());
    };
    let checked = check::check(&folder, &model.request(), library, key, progress)?;
    print(out, &checked.to_string())?;
    check::refuse(&checked.outputs, checked.provider.running)?;
    let (provider, seconds) = (checked.provider.running, start.elapsed().as_secs_f64());
    let what = match provider {
        Provider::TensorRt => "engines are built and kept; the next start loads them",
        Provider::Cuda | Provider::Cpu => "needs nothing built ahead",
    };
    print(
        out,
        &format!("\n{}: {what} ({seconds:.1} s)\n", provider.label()),
    )
}

fn examine(arguments: &doctor::DoctorArgs, out: &mut impl Write) -> Result<(), EdgeError> {
    let diagnosis = doctor::examine(arguments, &System::default());
    let text = if arguments.json {
        let json = serde_json::to_string_pretty(&diagnosis);
        json.map_err(|error| EdgeError::Internal(error.to_string()))? + "\n"
    } else {
        diagnosis.to_string()
    };
    print(out, &text)?;
    match diagnosis.count(Severity::Error) {
        0 => Ok(()),
        errors => Err(EdgeError::Doctor { errors }),
    }
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
    let found = list::list();
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
            let offered = pixel_format::names(&camera.formats);
            text += &match &camera.advice {
                Some(advice) => format!("    only {offered}: {advice}\n"),
                None => format!("    no {} mode, only: {offered}\n", pixel_format::known()),
            };
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    /// Calls, a word per line.
    const CALLS: [&str; 6] = [
        "edge\nrun\n--source\ncamera:/dev/video0\n--camera-mode\n1280x720@30000/1001/MJPG\n--rotate\n90\n--attr\nsmile=-0.5",
        "edge\n--config\nedge.toml\nrun\n--display=png:out\n--frames=30\n--faces\n3\n--style-every=2\n--sync",
        "edge\nrun\n--window-size=960x720\n--leave-after\n2.5\n--text-scale=150\n--language\nde\n--record=a.avi",
        "edge\nrun\n--kiosk=false\n--fit\ncover\n--status=off\n--motion\nreduced\n--view=camera\n--source=dir:a",
        "edge\nbench\n--frames=200\n--provider\ntensorrt\n--precision=fp16\n--builder-level\n5\n--cuda-graph",
        "edge\ndoctor\n--json\n--bundle=models/smile",
    ];

    #[test]
    fn damaged_command_lines_are_refused_or_parsed() {
        use std::{cell::RefCell, os::unix::ffi::OsStringExt};
        // Building it costs more than a call.
        let command = RefCell::new(config_file::with_undoable_switches(Cli::command()));
        fuzz::check("edge-call", &CALLS, |call| {
            let words = call.split(|byte| *byte == b'\n');
            let words = words.map(|word| OsString::from_vec(word.to_vec()));
            match command.borrow_mut().try_get_matches_from_mut(words) {
                Ok(matches) => drop(Cli::from_arg_matches(&matches)),
                // What would be printed.
                Err(error) => drop(error.to_string()),
            }
        });
    }
}
