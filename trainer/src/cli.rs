//! The command line.

use clap::{Args, Parser, Subcommand};
use std::{
    path::PathBuf,
    sync::{Arc, atomic::AtomicBool},
};
use trainer::{
    checkpoint,
    config::{ClassifierConfig, Config},
    cuda, edit, evaluate, fit,
};

/// Trains, tries and judges face editors.
#[derive(Debug, Parser)]
#[command(version, about)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Train a model on a folder of faces.
    Fit(Fit),
    /// Edit a picture, or a folder of pictures, framed like the training faces.
    Edit(Edit),
    /// Measure edit success and what changes outside the edited region, on the test faces.
    Eval(Eval),
}

#[derive(Debug, Args)]
struct Fit {
    /// Settings, e.g. trainer/configs/smile-64.toml.
    #[arg(long)]
    config: PathBuf,
    /// Folder with train/DOMAIN/ (and test/DOMAIN/) pictures.
    #[arg(long)]
    data: PathBuf,
    /// Run folder, made if missing.
    #[arg(long)]
    out: PathBuf,
    /// Go on from the newest checkpoint in --out.
    #[arg(long)]
    resume: bool,
    /// Override one setting, e.g. schedule.steps=500; may be given several times.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

#[derive(Debug, Args)]
struct Edit {
    /// Checkpoint folder, e.g. RUN/checkpoints/step-00012000.
    #[arg(long)]
    checkpoint: PathBuf,
    /// Picture or folder of pictures.
    #[arg(long)]
    input: PathBuf,
    /// Strengths, e.g. smile=1.0; below 0 moves towards the attribute's other value.
    #[arg(long)]
    attr: String,
    /// Picture to write, or folder for a folder.
    #[arg(long)]
    out: PathBuf,
}

#[derive(Debug, Args)]
struct Eval {
    /// Checkpoint folder.
    #[arg(long)]
    checkpoint: PathBuf,
    /// Folder with test/DOMAIN/ pictures, and train/DOMAIN/ if the judge is still to be trained.
    #[arg(long)]
    data: PathBuf,
    /// Weights of the judging classifier: used if there, else trained and written there.
    #[arg(long, value_name = "FILE")]
    judge: PathBuf,
    /// Steps for which a new judge is trained.
    #[arg(long, default_value_t = 900)]
    judge_steps: u64,
    /// Write the figures into the checkpoint, from where they reach the bundle's model card.
    #[arg(long)]
    record: bool,
}

impl Cli {
    /// Does what was asked.
    pub fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Fit(fit) => fit.run(),
            Command::Edit(edit) => edit.run(),
            Command::Eval(eval) => eval.run(),
        }
    }
}

impl Fit {
    fn run(self) -> anyhow::Result<()> {
        let stop = Arc::new(AtomicBool::new(false));
        for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
            signal_hook::flag::register(signal, Arc::clone(&stop))?;
        }
        let request = fit::Request {
            config: Config::load(&self.config, &self.set)?,
            data: self.data,
            out: self.out,
            resume: self.resume,
        };
        Ok(fit::fit(&request, &stop)?)
    }
}

impl Edit {
    fn run(self) -> anyhow::Result<()> {
        let device = cuda::device();
        let model = checkpoint::load(&self.checkpoint, device)?;
        let strengths = model.spec.attributes.parse_strengths(&self.attr)?;
        let (edited, skipped) =
            edit::edit_files(&model, &strengths, &self.input, &self.out, device)?;
        log::info!(
            "{edited} pictures edited, {skipped} skipped: {}",
            self.out.display()
        );
        Ok(())
    }
}

impl Eval {
    /// Any seed but a model's own makes the judge a network of its own.
    const JUDGE_SEED: u64 = 1_000_003;

    fn run(self) -> anyhow::Result<()> {
        let request = evaluate::Request {
            checkpoint: self.checkpoint,
            data: self.data,
            judge: self.judge,
            judge_training: ClassifierConfig {
                steps: self.judge_steps,
                batch_size: 64,
                learning_rate: 2e-3,
            },
            judge_seed: Self::JUDGE_SEED,
            record: self.record,
        };
        for (name, value) in evaluate::evaluate(&request)? {
            println!("{name:48} {value:.4}");
        }
        Ok(())
    }
}
