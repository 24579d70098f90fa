//! Where a run starts that does not start from fresh weights: `fit --from`.

use super::{Trainee, heads::Heads, trainee::DISCRIMINATOR};
use crate::{
    config::Config,
    error::TrainError,
    import::Official,
    networks::Discriminator,
    optimiser::update_average,
    weights::{self, Source, Weights},
};
use model_spec::{
    CheckpointSpec, OutputForm,
    checkpoint::{MODEL_FILE, TRAINING_FILE},
    digest,
};
use std::path::Path;

/// How the note begins that a checkpoint keeps of the weights its run started from.
pub(super) const NOTE: &str = "started from ";

/// Weights to start from.
#[derive(Debug)]
pub(crate) struct Start {
    editor: Weights,
    /// By its own names; empty where the weights come without.
    discriminator: Weights,
    /// What became of the layers of which there is one per domain, and how the names of the discriminator's begin.
    heads: Heads,
    logits: String,
    /// For the model card.
    pub note: String,
}

impl Start {
    /// Reads a checkpoint folder, or an editor's file of another program, for a run with these settings.
    ///
    /// # Errors
    /// [`TrainError`] naming what does not fit; that the tensors do shows in [`Start::apply`].
    pub(crate) fn read(path: &Path, config: &Config) -> Result<Self, TrainError> {
        if path.is_dir() {
            Self::of_checkpoint(path, config)
        } else {
            Self::of_file(path, config)
        }
    }

    fn of_checkpoint(folder: &Path, config: &Config) -> Result<Self, TrainError> {
        let spec = CheckpointSpec::load(folder, &[MODEL_FILE])?;
        let (found, wanted) = (&spec.architecture, &config.architecture);
        check(folder, "architecture.output", found.output, wanted.output)?;
        check(folder, "architecture.w_hpf", found.w_hpf, wanted.w_hpf)?;
        let mut editor = weights::read(&folder.join(MODEL_FILE))?;
        editor.retain(|name, _| !name.starts_with("classifier."));
        let logits = Discriminator::logits_prefix(&config.judged_architecture());
        let (found, wanted) = (&spec.attributes, &config.attributes);
        let heads = Heads::between(found, wanted);
        if found.domain_names() != wanted.domain_names() {
            log::warn!("{}: {}", folder.display(), heads.told(found, wanted));
        }
        heads.of_editor(&mut editor);
        let mut discriminator = Weights::new();
        let training = folder.join(TRAINING_FILE);
        if spec.files.contains_key(TRAINING_FILE) && training.exists() {
            CheckpointSpec::load(folder, &[TRAINING_FILE])?;
            for (name, tensor) in weights::read(&training)? {
                if let Some(name) = name.strip_prefix(DISCRIMINATOR) {
                    discriminator.insert(name.into(), tensor);
                }
            }
            heads.of_discriminator(&mut discriminator, &logits);
        }
        let note = format!("{NOTE}{} after {} steps", spec.name, spec.provenance.steps);
        Ok(Self {
            editor,
            discriminator,
            heads,
            logits,
            note,
        })
    }

    fn of_file(path: &Path, config: &Config) -> Result<Self, TrainError> {
        let mut source = Source::open(path)?;
        source.unwrap("generator")?;
        let official = Official::read(&source)?;
        let (found, wanted) = (OutputForm::Image, config.architecture.output);
        check(path, "architecture.output", found, wanted)?;
        if let Some(found) = official.w_hpf {
            check(path, "architecture.w_hpf", found, config.architecture.w_hpf)?;
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let sha256 = digest::of_file(path)?;
        Ok(Self {
            editor: official.editor,
            discriminator: Weights::new(),
            heads: Heads::Kept,
            logits: String::new(),
            note: format!("{NOTE}{name} (SHA-256 {sha256})"),
        })
    }

    /// Gives the weights to the editor and its average, and, if they fit, to the discriminator. Without those of a
    /// style transformer, which StarGAN v2 does not have, that stays fresh.
    ///
    /// # Errors
    /// [`TrainError::Weights`] naming the first tensors that are missing or of another shape.
    pub(crate) fn apply(&self, trainee: &Trainee, path: &Path) -> Result<(), TrainError> {
        let mut targets = weights::of_store(&trainee.editor.store, "");
        let transforms = |name: &String| name.starts_with("style_transformer.");
        if !self.editor.keys().any(transforms) {
            targets.retain(|name, _| !transforms(name));
            log::info!(
                "{}: no style transformer, as in StarGAN v2: it starts fresh",
                path.display()
            );
        }
        let fresh = self.heads == Heads::Fresh;
        targets.retain(|name, _| !fresh || !Heads::is_of_editor(name));
        weights::copy_into(&targets, &self.editor, "", path)?;
        update_average(&trainee.average.store, &trainee.editor.store, 0.0);
        let mut targets = weights::of_store(&trainee.discriminator_store, "");
        targets.retain(|name, _| !fresh || !name.starts_with(&self.logits));
        let fits = targets.iter().all(|(name, target)| {
            let found = self.discriminator.get(name);
            found.is_some_and(|found| found.size() == target.size())
        });
        if fits {
            weights::copy_into(&targets, &self.discriminator, "", path)?;
        } else {
            log::info!(
                "{}: no discriminator of this run's shape: it starts fresh",
                path.display()
            );
        }
        log::info!("{}", self.note);
        Ok(())
    }
}

/// Refuses weights of another kind, which their shapes do not show.
fn check<T: std::fmt::Debug + PartialEq>(
    path: &Path,
    field: &str,
    found: T,
    expected: T,
) -> Result<(), TrainError> {
    if found == expected {
        return Ok(());
    }
    Err(TrainError::Weights {
        path: path.into(),
        reason: format!(
            "{field}: found {found:?}, expected {expected:?}, as in the run's settings"
        ),
    })
}
