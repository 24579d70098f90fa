//! Weights from elsewhere: `import` and `classifier`.

use super::print;
use crate::{
    config::{Augmentation, ClassifierConfig, Targets, attributes},
    data::{DataSet, Rendering, Sampler},
    device::DeviceChoice,
    error::TrainError,
    evaluation::{
        classifier::{self, ClassifierFile},
        purpose::OtherData,
    },
    import::{self, ImportRequest},
    networks::ClassifierNetwork,
    stop,
};
use clap::Args;
use model_spec::{CheckpointSpec, Framing};
use std::path::PathBuf;

/// See [`super::Command::Import`].
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// L2M-GAN's nets_ema.ckpt, or a file of ResNet18, Inception v3 or the face-mask network;
    /// PyTorch's format of any year, or safetensors.
    input: PathBuf,
    /// Checkpoint folder to write for nets_ema.ckpt; a .safetensors file for the other networks.
    #[arg(long)]
    out: PathBuf,
    /// Attributes in the order of the domains, e.g. smile:neutral/smiling,gender:female/male.
    #[arg(long)]
    attributes: Option<String>,
    /// Names of another implementation: a file of lines THEIRS = OURS, where a * stands for any text
    /// and OURS are the official names (generator.*, style_encoder.*, fan.*); nothing behind the = leaves
    /// a tensor out.
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// Divisor of the high-pass skips, where the generator has them and the file lacks their filter, which
    /// tells it. 1 when not given.
    #[arg(long)]
    w_hpf: Option<f32>,
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

impl Import {
    /// Runs the command.
    pub(crate) fn run(self) -> Result<(), TrainError> {
        let request = ImportRequest {
            attributes: self
                .attributes
                .as_deref()
                .map(attributes::parse)
                .transpose()?,
            input: self.input,
            out: self.out,
            map: self.map,
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

/// See [`super::Command::Classifier`].
#[derive(Debug, Args)]
pub struct Classifier {
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
    #[arg(long, default_value_t = 800, value_parser = clap::value_parser!(u64).range(1..))]
    steps: u64,
    /// Where to compute: cpu, cuda, cuda:N, or auto (the first GPU, else the CPU).
    #[arg(long, default_value_t, value_name = "DEVICE")]
    device: DeviceChoice,
}

impl Classifier {
    /// Runs the command.
    pub(crate) fn run(self) -> Result<(), TrainError> {
        /// Procedural faces per domain, where the data are procedural.
        const SYNTHETIC_FACES: usize = 600;
        let device = self.device.resolve()?;
        let spec = CheckpointSpec::load(&self.checkpoint, &[])?;
        let architecture = &classifier::architecture_with_classifier(&spec.architecture);
        let attributes = &spec.attributes;
        let rendering = Rendering {
            faces_per_domain: SYNTHETIC_FACES,
            seed: 1,
        };
        let data = DataSet::open(&self.data, architecture, attributes, rendering)?;
        let sampler = Sampler {
            real: data.train,
            synthetic: None,
            twins: None,
            augmentation: Augmentation::default(),
            targets: Targets::Any,
            seed: 1,
        };
        let settings = ClassifierConfig {
            steps: self.steps,
            batch_size: 64,
            learning_rate: 2e-3,
        };
        let classifier = classifier::train(
            architecture,
            attributes,
            &settings,
            &sampler,
            ClassifierFile {
                path: &self.out,
                data_digest: &data.digest,
                other_data: OtherData::Refused,
            },
            device,
            classifier::Job {
                name: "classifier",
                network: ClassifierNetwork::Plain,
                stop: &stop::NEVER,
            },
        )?;
        if let Some(test) = &data.test {
            let accuracies = classifier::accuracy(&classifier.network, test, attributes, device);
            for (name, accuracy) in attributes.names().into_iter().zip(accuracies) {
                print::line(format_args!("accuracy.{name} {accuracy:.4}"))?;
            }
        }
        Ok(())
    }
}
