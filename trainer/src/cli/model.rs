//! Trained models: `edit` and `eval`.

use super::print;
use crate::{
    checkpoint,
    config::{ClassifierConfig, Config, EvaluationConfig},
    device::DeviceChoice,
    editing::{Change, Portrait, Sweep, files, sweep},
    error::TrainError,
    evaluation::{self, EvaluateRequest},
};
use clap::Args;
use model_spec::AttributeSet;
use std::{collections::BTreeSet, path::PathBuf};

/// See [`super::Command::Edit`].
#[derive(Debug, Args)]
pub(crate) struct Edit {
    /// Checkpoint folder, e.g. RUN/checkpoints/step-00012000.
    #[arg(long)]
    checkpoint: PathBuf,
    /// Picture or folder of pictures; one picture for a sweep.
    #[arg(long)]
    input: PathBuf,
    /// Strengths, e.g. smile=0.7,male=-0.3; below 0 moves towards the attribute's other value.
    #[arg(long, required_unless_present_any = ["reference", "sweep"])]
    attr: Option<String>,
    /// Copy the attributes of the face in this picture instead.
    #[arg(long, value_name = "PICTURE", conflicts_with_all = ["attr", "sweep"])]
    reference: Option<PathBuf>,
    /// How much of the reference's attributes to copy; 1 copies them whole.
    #[arg(long, requires = "reference", conflicts_with_all = ["attr", "sweep"], default_value_t = 1.0, value_parser = finite)]
    strength: f32,
    /// Sweep one attribute instead: NAME, or NAME=LOW..HIGH, e.g. smile=-1..1.5.
    #[arg(long, conflicts_with = "attr")]
    sweep: Option<String>,
    /// Strengths of the sweep.
    #[arg(long, requires = "sweep", conflicts_with_all = ["attr", "reference"], default_value_t = 7)]
    frames: usize,
    /// Domain of the faces in --input, e.g. neutral or smiling+female, instead of the one that the model's
    /// classifier finds; needed for weights without a classifier.
    #[arg(long, value_name = "DOMAIN")]
    source_domain: Option<String>,
    /// The same for the face in --reference.
    #[arg(long, value_name = "DOMAIN", requires = "reference", conflicts_with_all = ["attr", "sweep"])]
    reference_domain: Option<String>,
    /// Picture to write, or folder for a folder. A sweep becomes a strip; to .gif or .apng an
    /// animation.
    #[arg(long)]
    out: PathBuf,
    /// Where to compute: cpu, cuda, cuda:N, or auto (the first GPU, else the CPU).
    #[arg(long, default_value_t, value_name = "DEVICE")]
    device: DeviceChoice,
}

fn finite(text: &str) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(number) if number.is_finite() => Ok(number),
        _ => Err("expected a finite number".into()),
    }
}

impl Edit {
    /// Runs the command.
    pub(crate) fn run(self) -> Result<(), TrainError> {
        let device = self.device.resolve()?;
        let model = checkpoint::load(&self.checkpoint, device)?;
        let attributes = &model.spec.attributes;
        let source = domain("--source-domain", self.source_domain.as_deref(), attributes)?;
        if let Some(text) = &self.sweep {
            files::refuse_same(&self.input, &self.out)?;
            let sweep = Sweep::parse(text, attributes, self.frames)?;
            let portrait = Portrait::open(&model, &self.input, source, device)?;
            sweep::write(&self.out, &sweep.frames(&model, &portrait))?;
            log::info!("{} strengths: {}", self.frames, self.out.display());
            return Ok(());
        }
        let change = match &self.reference {
            Some(path) => {
                files::refuse_same(path, &self.out)?;
                let name = self.reference_domain.as_deref();
                let of_reference = domain("--reference-domain", name, attributes)?;
                Change::Reference {
                    face: Box::new(Portrait::open(&model, path, of_reference, device)?),
                    strength: self.strength,
                }
            }
            None => {
                let text = self.attr.as_deref().unwrap_or("");
                refuse_twice(text)?;
                Change::Strengths(attributes.parse_strengths(text)?)
            }
        };
        let done = files::edit_files(&model, &change, &self.input, &self.out, source, device)?;
        log::info!(
            "{} pictures edited, {} unchanged, {} skipped: {}",
            done.edited,
            done.unchanged,
            done.skipped,
            self.out.display()
        );
        Ok(())
    }
}

/// Refuses strengths of which one would overrule another.
fn refuse_twice(strengths: &str) -> Result<(), TrainError> {
    let mut names = BTreeSet::new();
    for part in strengths.split(',') {
        let name = part.split('=').next().unwrap_or_default().trim();
        if !name.is_empty() && !names.insert(name) {
            return Err(TrainError::Usage(format!(
                "--attr: found {name} twice in {strengths:?}, expected every attribute once"
            )));
        }
    }
    Ok(())
}

/// The domain of this name.
fn domain(
    option: &str,
    name: Option<&str>,
    attributes: &AttributeSet,
) -> Result<Option<usize>, TrainError> {
    let Some(name) = name else { return Ok(None) };
    let names = attributes.domain_names();
    let position = names.iter().position(|domain| domain == name);
    position.map(Some).ok_or_else(|| {
        TrainError::Usage(format!(
            "{option}: found {name:?}, expected one of: {}",
            names.join(", ")
        ))
    })
}

/// See [`super::Command::Eval`].
#[derive(Debug, Args)]
pub(crate) struct Eval {
    /// Checkpoint folder.
    #[arg(long)]
    checkpoint: PathBuf,
    /// Data with test faces: a folder of any layout, a pack, or `synthetic`.
    #[arg(long)]
    data: PathBuf,
    /// Weights of the judging classifier: used if there, else trained and written there.
    #[arg(long, value_name = "FILE")]
    judge: PathBuf,
    /// Steps for which a new judge is trained.
    #[arg(long, default_value_t = Self::JUDGE_TRAINING.steps, value_parser = clap::value_parser!(u64).range(1..))]
    judge_steps: u64,
    /// Settings whose [evaluation] says which rows an edit of an attribute belongs to; without it those
    /// of the checkpoint's run, where it lies in one.
    #[arg(long)]
    config: Option<PathBuf>,
    /// Test faces of every domain to judge.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u64).range(2..))]
    faces_per_domain: u64,
    /// torchvision inception_v3 weights (.pth), for the Fréchet inception distance.
    #[arg(long, value_name = "FILE")]
    inception: Option<PathBuf>,
    /// Weights of an identity network, to say whether people stay who they are: used if there, else trained on the
    /// training people of the data (CelebA with its table of identities) and written there.
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
    /// Drawn people who are filmed to see whether edits flicker, each for 36 frames in every domain; 0 for none.
    #[arg(long, default_value_t = 6, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(..=1000))]
    film_people: u16,
    /// Write the figures into the checkpoint, from where they reach the bundle's model card.
    #[arg(long)]
    record: bool,
    /// Where to compute: cpu, cuda, cuda:N, or auto (the first GPU, else the CPU).
    #[arg(long, default_value_t, value_name = "DEVICE")]
    device: DeviceChoice,
}

impl Eval {
    /// Any seed but the model's own makes the judge a different network.
    pub(super) const JUDGE_SEED: u64 = 1_000_003;
    /// How a judge is trained where nothing else is said.
    pub(super) const JUDGE_TRAINING: ClassifierConfig = ClassifierConfig {
        steps: 900,
        batch_size: 64,
        learning_rate: 2e-3,
    };

    /// `RUN/config.toml` of a checkpoint in `RUN/checkpoints/` or `RUN/best/`.
    fn settings_of_the_run(&self) -> Option<PathBuf> {
        let checkpoint = self.checkpoint.canonicalize().ok()?;
        let path = checkpoint.parent()?.parent()?.join("config.toml");
        let of_a_run = path.with_file_name("run.json").is_file();
        (of_a_run && path.is_file()).then_some(path)
    }

    /// Runs the command.
    pub(crate) fn run(self) -> Result<(), TrainError> {
        let settings = match self.config.clone().or_else(|| self.settings_of_the_run()) {
            Some(path) => {
                log::info!("rows of the edits: {}", path.display());
                Config::load(&path, &[])?.evaluation
            }
            None => EvaluationConfig::default(),
        };
        let request = EvaluateRequest {
            checkpoint: self.checkpoint,
            data: self.data,
            judge: self.judge,
            judge_training: ClassifierConfig {
                steps: self.judge_steps,
                ..Self::JUDGE_TRAINING
            },
            judge_seed: Self::JUDGE_SEED,
            settings: EvaluationConfig {
                faces_per_domain: self.faces_per_domain as usize,
                ..settings
            },
            inception: self.inception,
            identity: self.identity,
            film_people: self.film_people.into(),
            record: self.record,
            device: self.device,
        };
        print::figures(&evaluation::evaluate(&request)?)
    }
}
