//! Edits as pictures: `compare`.

use super::print;
use crate::{
    config::{ClassifierConfig, Config},
    data::Split,
    device::DeviceChoice,
    error::TrainError,
    evaluation::{self, CompareRequest},
};
use clap::{Args, ValueEnum, value_parser};
use model_spec::{Architecture, AttributeSet};
use std::path::PathBuf;

/// See [`super::Command::Compare`].
#[derive(Debug, Args)]
pub(crate) struct Compare {
    /// Folders with DOMAIN/before/NAME and DOMAIN/after/NAME, and if you have them DOMAIN/truth/NAME (what the edit should
    /// have given) and DOMAIN/back/NAME (the edit, edited back), from the weakest edit to the strongest: the last
    /// one is judged, all together show whether more strength does more.
    #[arg(long, required = true, num_args = 1.., value_name = "DIR")]
    pairs: Vec<PathBuf>,
    /// Faces that the judge learns from, framed as the pictures are.
    #[arg(long)]
    data: PathBuf,
    /// Settings with the attributes, their rows in [evaluation] and the classifier's width.
    #[arg(long)]
    config: PathBuf,
    /// Attribute that was edited [default: the first].
    #[arg(long)]
    attribute: Option<String>,
    /// Weights of the judge: used if there, else trained and written there.
    #[arg(long, value_name = "FILE")]
    judge: PathBuf,
    /// Part of the data that the judge learns from; the test faces are those that no model was trained on.
    #[arg(long, value_name = "SPLIT", default_value = "test")]
    judge_split: JudgeSplit,
    /// Steps for which a new judge is trained.
    #[arg(long, default_value_t = 700, value_parser = value_parser!(u64).range(1..))]
    judge_steps: u64,
    /// Side in pixels at which it sees the pictures.
    #[arg(long, default_value_t = 128, value_parser = value_parser!(u16).range(16..=1024))]
    judge_size: u16,
    /// torchvision inception_v3 weights (.pth), for the Fréchet inception distance.
    #[arg(long, value_name = "FILE")]
    inception: Option<PathBuf>,
    /// Weights of an identity network, to say whether people stay who they are: used if there, else trained on the
    /// training people of the data (CelebA with its table of identities) and written there.
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
    /// Let the judge see every pair in the light of its own faces (as both pictures would be if the untouched one had
    /// their mean and contrast), for photographs that are darker or brighter than these.
    #[arg(long)]
    light: bool,
    /// The pictures of a domain are successive frames of one film, in the order of their names: say how much the edit
    /// flickers.
    #[arg(long)]
    film: bool,
    /// Folder for compare.json and sheets of the best, median and worst edits (before and after side by side).
    #[arg(long)]
    out: Option<PathBuf>,
    /// Where to compute: cpu, cuda, cuda:N, or auto (the first GPU, else the CPU).
    #[arg(long, default_value_t, value_name = "DEVICE")]
    device: DeviceChoice,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum JudgeSplit {
    /// Training faces.
    Train,
    /// Test faces.
    Test,
}

impl Compare {
    /// Runs the command.
    pub(crate) fn run(self) -> Result<(), TrainError> {
        let config = Config::load(&self.config, &[])?;
        let first = config.attributes.names()[0].to_owned();
        let request = CompareRequest {
            pairs: self.pairs,
            data: self.data,
            split: match self.judge_split {
                JudgeSplit::Train => Split::Train,
                JudgeSplit::Test => Split::Test,
            },
            attribute: self.attribute.unwrap_or(first),
            attributes: AttributeSet::clone(&config.attributes),
            architecture: Architecture {
                image_size: self.judge_size.into(),
                ..config.architecture
            },
            judge: self.judge,
            judge_training: ClassifierConfig {
                steps: self.judge_steps,
                batch_size: 64,
                learning_rate: 2e-3,
            },
            settings: config.evaluation,
            inception: self.inception,
            identity: self.identity,
            film: self.film,
            light: self.light,
            out: self.out,
            device: self.device,
        };
        print::figures(&evaluation::compare(&request)?)
    }
}
