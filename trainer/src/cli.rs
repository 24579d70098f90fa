//! The command line.

use clap::{Args, Parser, Subcommand};
use model_spec::{CheckpointSpec, Framing};
use std::{
    path::PathBuf,
    sync::{Arc, atomic::AtomicBool},
};
use trainer::{
    attributes, bench, checkpoint, classify,
    config::{ClassifierConfig, Config, EvaluationConfig, Targets},
    cuda,
    data::{DataSet, Sampler, inspect, pack},
    dry_run, edit,
    error::TrainError,
    evaluate, fit, import,
    portrait::{Change, Portrait},
    sweep::{self, Sweep},
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
    /// Turn weights of the official code, StarGAN v2 or torchvision into this project's formats.
    Import(Import),
    /// Train the attribute classifier that imported weights come without.
    Classifier(Classifier),
    /// Decode and resize a data set once, into one file that is mapped into memory.
    Pack(Pack),
    /// Print what would be trained on, and write a contact sheet.
    Inspect(Inspect),
    /// Time training steps with the speed switches on and off, and print a table.
    Bench(Bench),
}

#[derive(Debug, Args)]
struct Fit {
    /// Settings, e.g. trainer/configs/smile-64.toml.
    #[arg(long)]
    config: PathBuf,
    /// Folder with train/DOMAIN/ (and test/DOMAIN/) pictures, CelebA or CelebAMask-HQ folder, file
    /// of `trainer pack`, or `synthetic`.
    #[arg(long)]
    data: PathBuf,
    /// Attributes instead of the settings' own, e.g. Smiling,Male or smile:neutral/smiling.
    #[arg(long)]
    attributes: Option<String>,
    /// Run folder, made if missing.
    #[arg(long)]
    out: PathBuf,
    /// Go on from the newest checkpoint in --out.
    #[arg(long)]
    resume: bool,
    /// Check settings, data and memory with one step, and write nothing.
    #[arg(long)]
    dry_run: bool,
    /// Override one setting, e.g. schedule.steps=500; may be given several times.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

#[derive(Debug, Args)]
struct Edit {
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
    /// How far the reference's attributes are taken over; 1 copies them.
    #[arg(long, requires = "reference", default_value_t = 1.0)]
    strength: f32,
    /// Sweep one attribute instead: NAME, or NAME=LOW..HIGH, e.g. smile=-1..1.5.
    #[arg(long, conflicts_with = "attr")]
    sweep: Option<String>,
    /// Strengths of the sweep.
    #[arg(long, default_value_t = 7)]
    frames: usize,
    /// Picture to write, or folder for a folder. A sweep becomes a strip; to .gif or .apng an
    /// animation.
    #[arg(long)]
    out: PathBuf,
}

#[derive(Debug, Args)]
struct Eval {
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
    #[arg(long, default_value_t = 900)]
    judge_steps: u64,
    /// Test faces of every domain to judge.
    #[arg(long, default_value_t = 1000)]
    faces_per_domain: usize,
    /// torchvision inception_v3 weights (.pth), for the Fréchet inception distance.
    #[arg(long, value_name = "FILE")]
    inception: Option<PathBuf>,
    /// Write the figures into the checkpoint, from where they reach the bundle's model card.
    #[arg(long)]
    record: bool,
}

#[derive(Debug, Args)]
struct Import {
    /// nets_ema.ckpt, or a .pth/.ckpt of ResNet18, Inception v3 or the face-mask network.
    input: PathBuf,
    /// Checkpoint folder to write for nets_ema.ckpt; a .safetensors file for the other networks.
    #[arg(long)]
    out: PathBuf,
    /// Attributes in the order of the domains, e.g. smile:neutral/smiling,gender:female/male.
    #[arg(long)]
    attributes: Option<String>,
    /// Divisor of the high-pass skips, where the generator has them; no shape tells it.
    #[arg(long, default_value_t = 1.0)]
    w_hpf: f32,
    /// Framing of the images the weights were trained on: side of the crop, and x and y of its
    /// centre, in sides of a face detector's box.
    #[arg(long, value_name = "SIDE,X,Y", value_parser = framing, default_value = CELEBA_HQ_FRAMING)]
    framing: Framing,
    /// Attribute classifier of `trainer classifier`.
    #[arg(long, value_name = "FILE")]
    classifier: Option<PathBuf>,
    /// Terms of the weights.
    #[arg(long, default_value = "Unknown: see where the weights come from.")]
    licence: String,
}

/// Framing of CelebA-HQ's pictures, measured with `cargo run -p edge --example framing` on 16 of them.
const CELEBA_HQ_FRAMING: &str = "1.66,0,-0.094";

fn framing(text: &str) -> Result<Framing, String> {
    let numbers: Vec<f32> = text
        .split(',')
        .filter_map(|n| n.trim().parse().ok())
        .collect();
    let [side_ratio, x, y] = numbers[..] else {
        return Err("expected three numbers: SIDE,X,Y".into());
    };
    let framing = Framing {
        side_ratio,
        centre_offset: [x, y],
    };
    framing.validate().map_err(|wrong| {
        format!(
            "{}: found {}, expected {}",
            wrong.field, wrong.found, wrong.expected
        )
    })?;
    Ok(framing)
}

#[derive(Debug, Args)]
struct Classifier {
    /// Checkpoint folder that the classifier is for: gives image size, colour and attributes.
    #[arg(long)]
    checkpoint: PathBuf,
    /// Data to learn from: a folder, a pack, or `synthetic`.
    #[arg(long)]
    data: PathBuf,
    /// File to write; use it with `import --classifier`.
    #[arg(long)]
    out: PathBuf,
    /// Number of steps of 64 images.
    #[arg(long, default_value_t = 800)]
    steps: u64,
}

#[derive(Debug, Args)]
struct Pack {
    /// Settings, for image size, colour and attributes.
    #[arg(long)]
    config: PathBuf,
    /// Data folder of any layout.
    #[arg(long)]
    data: PathBuf,
    /// File to write, e.g. faces.safetensors; give it to --data afterwards.
    #[arg(long)]
    out: PathBuf,
    /// Attributes instead of the settings' own, e.g. Smiling,Male.
    #[arg(long)]
    attributes: Option<String>,
    /// Override one setting, e.g. architecture.image_size=128; may be given several times.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

#[derive(Debug, Args)]
struct Inspect {
    /// Settings, for image size, colour and attributes.
    #[arg(long)]
    config: PathBuf,
    /// Data folder of any layout, a pack, or `synthetic`.
    #[arg(long)]
    data: PathBuf,
    /// Attributes instead of the settings' own, e.g. Smiling,Male.
    #[arg(long)]
    attributes: Option<String>,
    /// Contact sheet to write.
    #[arg(long, default_value = "contact-sheet.png")]
    sheet: PathBuf,
    /// Override one setting; may be given several times.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

#[derive(Debug, Args)]
struct Bench {
    /// Settings, e.g. trainer/configs/celeba-hq-256.toml.
    #[arg(long)]
    config: PathBuf,
    /// Steps timed of every variant.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Override one setting, e.g. architecture.image_size=128; may be given several times.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

impl Cli {
    /// Does what was asked.
    pub fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Fit(fit) => fit.run(),
            Command::Edit(edit) => edit.run(),
            Command::Eval(eval) => eval.run(),
            Command::Import(import) => import.run(),
            Command::Classifier(classifier) => classifier.run(),
            Command::Pack(pack) => pack.run(),
            Command::Inspect(inspect) => inspect.run(),
            Command::Bench(bench) => bench.run(),
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
            config: Config::load_for(&self.config, self.attributes.as_deref(), &self.set)?,
            data: self.data,
            out: self.out,
            resume: self.resume,
        };
        if self.dry_run {
            let findings = dry_run::dry_run(&request)?;
            let names = request.config.attributes.domain_names();
            for (name, count) in names.iter().zip(&findings.faces) {
                println!("train/{name}: {count} faces");
            }
            for (name, value) in &findings.losses {
                println!("loss {name}: {value:.4}");
            }
            if let Some(megabytes) = findings.peak_megabytes {
                println!("memory: {megabytes} MB at most so far");
            }
            println!("everything is in place; nothing was written");
            return Ok(());
        }
        Ok(fit::fit(&request, &stop)?)
    }
}

impl Edit {
    fn run(self) -> anyhow::Result<()> {
        let device = cuda::device();
        let model = checkpoint::load(&self.checkpoint, device)?;
        let attributes = &model.spec.attributes;
        if let Some(text) = &self.sweep {
            let sweep = Sweep::parse(text, attributes, self.frames)?;
            let portrait = Portrait::open(&model, &self.input, device)?;
            sweep::write(&self.out, &sweep.frames(&model, &portrait))?;
            log::info!("{} strengths: {}", self.frames, self.out.display());
            return Ok(());
        }
        let change = match &self.reference {
            Some(path) => Change::Reference {
                face: Box::new(Portrait::open(&model, path, device)?),
                strength: self.strength,
            },
            None => {
                let strengths = attributes.parse_strengths(self.attr.as_deref().unwrap_or(""));
                Change::Strengths(strengths.map_err(TrainError::from)?)
            }
        };
        let (edited, skipped) = edit::edit_files(&model, &change, &self.input, &self.out, device)?;
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
            settings: EvaluationConfig {
                faces_per_domain: self.faces_per_domain,
                ..EvaluationConfig::default()
            },
            inception: self.inception,
            record: self.record,
        };
        for (name, value) in evaluate::evaluate(&request)? {
            println!("{name:48} {value:.4}");
        }
        Ok(())
    }
}

impl Import {
    fn run(self) -> anyhow::Result<()> {
        let request = import::Request {
            attributes: self
                .attributes
                .as_deref()
                .map(attributes::parse)
                .transpose()?,
            input: self.input,
            out: self.out,
            w_hpf: self.w_hpf,
            framing: self.framing,
            classifier: self.classifier,
            licence: self.licence,
        };
        import::import(&request)?;
        log::info!("wrote {}", request.out.display());
        Ok(())
    }
}

impl Classifier {
    fn run(self) -> anyhow::Result<()> {
        /// Procedural faces per domain, where the data are procedural.
        const SYNTHETIC_FACES: usize = 600;
        let spec = CheckpointSpec::load(&self.checkpoint, &[])?;
        let (architecture, attributes) = (&spec.architecture, &spec.attributes);
        let data = DataSet::open(&self.data, architecture, attributes, (SYNTHETIC_FACES, 1))?;
        let sampler = Sampler {
            real: data.train,
            synthetic: None,
            targets: Targets::Any,
            seed: 1,
        };
        let settings = ClassifierConfig {
            steps: self.steps,
            batch_size: 64,
            learning_rate: 2e-3,
        };
        let device = cuda::device();
        let classifier = classify::train(
            architecture,
            attributes,
            &settings,
            &sampler,
            &self.out,
            device,
        )?;
        if let Some(test) = &data.test {
            let accuracies = classify::accuracy(&classifier.network, test, attributes, device);
            for (name, accuracy) in attributes.names().into_iter().zip(accuracies) {
                println!("accuracy.{name} {accuracy:.4}");
            }
        }
        Ok(())
    }
}

impl Pack {
    fn run(self) -> anyhow::Result<()> {
        let config = Config::load_for(&self.config, self.attributes.as_deref(), &self.set)?;
        let report = pack::pack(
            &self.data,
            &self.out,
            &config.architecture,
            &config.attributes,
        )?;
        report.log();
        let packed: usize = report.sizes.values().sum();
        println!("{packed} pictures packed into {}", self.out.display());
        Ok(())
    }
}

impl Inspect {
    fn run(self) -> anyhow::Result<()> {
        let config = Config::load_for(&self.config, self.attributes.as_deref(), &self.set)?;
        inspect::inspect(
            &self.data,
            &self.sheet,
            &config.architecture,
            &config.attributes,
            &mut |line| println!("{line}"),
        )?;
        Ok(())
    }
}

impl Bench {
    fn run(self) -> anyhow::Result<()> {
        let request = bench::Request {
            config: Config::load(&self.config, &self.set)?,
            rounds: self.rounds.max(1),
        };
        let rows = bench::bench(&request)?;
        print!("{}", bench::table(&request, &rows));
        Ok(())
    }
}
