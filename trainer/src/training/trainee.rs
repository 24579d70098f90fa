//! All networks of a run, their optimisers and their place on disk.

use crate::{
    device::speed::Speed,
    error::TrainError,
    networks::{Classifier, Discriminator, Editor, Form},
    optimiser::adam::{Adam, AdamSettings},
    optimiser::average,
    weights::{self, Weights},
};
use model_spec::{Architecture, AttributeSet};
use std::path::Path;
use tch::{Device, nn::VarStore};

/// An editor with its weights.
#[derive(Debug)]
pub struct StoredEditor {
    /// The weights, named `generator.…`, `style_encoder.…`, `style_transformer.…`.
    pub store: VarStore,
    /// The networks over them.
    pub networks: Editor,
}

impl StoredEditor {
    /// Fresh weights.
    #[must_use]
    pub fn new(architecture: &Architecture, attributes: &AttributeSet, device: Device) -> Self {
        Self::with_form(architecture, attributes, device, Form::Rewritten)
    }

    /// Fresh weights, resampled convolutions computed as `form` says.
    #[must_use]
    pub fn with_form(
        architecture: &Architecture,
        attributes: &AttributeSet,
        device: Device,
        form: Form,
    ) -> Self {
        let store = VarStore::new(device);
        let domains = attributes.domain_count();
        let networks = Editor::new(&store.root(), architecture, domains, form);
        Self { store, networks }
    }
}

/// A classifier with its weights.
#[derive(Debug)]
pub struct StoredClassifier {
    /// The weights, named as in a checkpoint but without `classifier.`.
    pub store: VarStore,
    /// The network over them.
    pub network: Classifier,
}

impl StoredClassifier {
    /// Fresh weights.
    #[must_use]
    pub fn new(architecture: &Architecture, attributes: &AttributeSet, device: Device) -> Self {
        let store = VarStore::new(device);
        let network = Classifier::new(&store.root(), architecture, attributes.len());
        Self { store, network }
    }

    /// Weights from tensors named `classifier.…`.
    ///
    /// # Errors
    /// [`TrainError::Weights`].
    pub fn load(&self, from: &Weights, path: &Path) -> Result<(), TrainError> {
        weights::copy_into(
            &weights::of_store(&self.store, ""),
            from,
            "classifier.",
            path,
        )
    }
}

/// Prefix, in a checkpoint, of the editor's weights as training goes on with them.
const RAW: &str = "editor.";
const DISCRIMINATOR: &str = "discriminator.";
const EDITOR_ADAM: &str = "editor_adam.";
const DISCRIMINATOR_ADAM: &str = "discriminator_adam.";

/// Everything that a training step changes.
#[derive(Debug)]
pub struct Trainee {
    /// The editor being trained.
    pub editor: StoredEditor,
    /// Its moving average.
    pub average: StoredEditor,
    /// Weights of the discriminator.
    pub discriminator_store: VarStore,
    /// The discriminator.
    pub discriminator: Discriminator,
    /// Optimiser of the editor.
    pub editor_adam: Adam,
    /// Optimiser of the discriminator.
    pub discriminator_adam: Adam,
}

impl Trainee {
    /// Fresh weights from `seed`; the average starts as a copy.
    #[must_use]
    pub fn new(
        architecture: &Architecture,
        attributes: &AttributeSet,
        (editor_adam, discriminator_adam): (AdamSettings, AdamSettings),
        speed: Speed,
        seed: u64,
        device: Device,
    ) -> Self {
        tch::manual_seed(seed as i64);
        let form = speed.form();
        let editor = StoredEditor::with_form(architecture, attributes, device, form);
        let mut average = StoredEditor::with_form(architecture, attributes, device, form);
        let discriminator_store = VarStore::new(device);
        let discriminator = Discriminator::new(
            &discriminator_store.root(),
            architecture,
            attributes.domain_count(),
            form,
        );
        for store in [&editor.store, &average.store, &discriminator_store] {
            speed.arrange(store);
        }
        average::update(&average.store, &editor.store, 0.0);
        average.store.freeze();
        Self {
            editor_adam: Adam::new(&editor.store, editor_adam),
            discriminator_adam: Adam::new(&discriminator_store, discriminator_adam),
            editor,
            average,
            discriminator_store,
            discriminator,
        }
    }

    /// Changes how the networks compute and where their kernels lie, not what comes out.
    pub fn arrange(&mut self, speed: Speed) {
        self.editor.networks.set_form(speed.form());
        self.average.networks.set_form(speed.form());
        self.discriminator.set_form(speed.form());
        let stores = [
            &self.editor.store,
            &self.average.store,
            &self.discriminator_store,
        ];
        for store in stores {
            speed.arrange(store);
        }
    }

    /// The state that resuming needs besides the average.
    #[must_use]
    pub fn training_state(&self) -> Weights {
        let mut state = weights::of_store(&self.editor.store, RAW);
        state.extend(weights::of_store(&self.discriminator_store, DISCRIMINATOR));
        let moments = [
            (EDITOR_ADAM, &self.editor_adam),
            (DISCRIMINATOR_ADAM, &self.discriminator_adam),
        ];
        for (prefix, adam) in moments {
            let named = adam.moments().into_iter();
            state.extend(named.map(|(name, tensor)| (format!("{prefix}{name}"), tensor)));
        }
        state
    }

    /// Takes the state of a checkpoint after `step` steps of the discriminator and `editor_steps` of
    /// the editor.
    ///
    /// # Errors
    /// [`TrainError::Weights`] naming the first wrong tensors.
    pub fn restore(
        &mut self,
        checkpoint: &Path,
        step: u64,
        editor_steps: u64,
    ) -> Result<(), TrainError> {
        use model_spec::checkpoint::{MODEL_FILE, TRAINING_FILE};
        let path = checkpoint.join(TRAINING_FILE);
        weights::copy_into(&self.training_state(), &weights::read(&path)?, "", &path)?;
        let path = checkpoint.join(MODEL_FILE);
        let average = weights::of_store(&self.average.store, "");
        weights::copy_into(&average, &weights::read(&path)?, "", &path)?;
        self.editor_adam.set_steps(editor_steps as i64);
        self.discriminator_adam.set_steps(step as i64);
        Ok(())
    }
}
