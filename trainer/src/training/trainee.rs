//! Everything that a training step changes, and how it is kept in a checkpoint.

use crate::{
    config::Config,
    device::Speed,
    error::TrainError,
    networks::{Discriminator, StoredEditor},
    optimiser::{Adam, update_average},
    ranks::Group,
    weights::{self, Weights},
};
use std::path::Path;
use tch::{Device, nn::VarStore};

/// Prefix, in a checkpoint, of the editor's weights as they are in training, not averaged.
const RAW: &str = "editor.";
pub(super) const DISCRIMINATOR: &str = "discriminator.";
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
    /// Fresh weights from the run's seed; the average starts as a copy.
    #[must_use]
    pub fn new(config: &Config, device: Device) -> Self {
        let (architecture, attributes) = (&config.architecture, &config.attributes);
        tch::manual_seed(config.seed as i64);
        let form = config.speed.convolution_form();
        let editor = StoredEditor::with_form(architecture, attributes, device, form);
        let mut average = StoredEditor::with_form(architecture, attributes, device, form);
        let discriminator_store = VarStore::new(device);
        let discriminator = Discriminator::new(
            &discriminator_store.root(),
            &config.judged_architecture(),
            attributes.domain_count(),
            form,
        )
        .looking_at(config.data.judged_square);
        for store in [&editor.store, &average.store, &discriminator_store] {
            config.speed.arrange(store);
        }
        update_average(&average.store, &editor.store, 0.0);
        average.store.freeze();
        Self {
            editor_adam: Adam::new(&editor.store, config.editor_adam),
            discriminator_adam: Adam::new(&discriminator_store, config.discriminator_adam),
            editor,
            average,
            discriminator_store,
            discriminator,
        }
    }

    /// Changes how the networks compute and where their kernels lie, not what comes out.
    pub(crate) fn arrange(&mut self, speed: Speed) {
        self.editor.networks.set_form(speed.convolution_form());
        self.average.networks.set_form(speed.convolution_form());
        self.discriminator.set_form(speed.convolution_form());
        let stores = [
            &self.editor.store,
            &self.average.store,
            &self.discriminator_store,
        ];
        for store in stores {
            speed.arrange(store);
        }
        self.editor_adam.follow_layout();
        self.discriminator_adam.follow_layout();
    }

    /// The state that resuming needs besides the average.
    #[must_use]
    pub(crate) fn training_state(&self) -> Weights {
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

    /// Takes over the state of rank 0, which is after `step` steps of the discriminator and `editor_steps` of the
    /// editor.
    ///
    /// # Errors
    /// [`TrainError::Rank`].
    pub(crate) fn take_from_first(
        &mut self,
        group: &Group,
        step: u64,
        editor_steps: u64,
    ) -> Result<(), TrainError> {
        let average = weights::of_store(&self.average.store, "");
        let all = self.training_state().into_values();
        group.broadcast(all.chain(average.into_values()))?;
        self.editor_adam.set_steps(editor_steps as i64);
        self.discriminator_adam.set_steps(step as i64);
        Ok(())
    }

    /// Takes the state of a checkpoint after `step` steps of the discriminator and `editor_steps` of
    /// the editor.
    ///
    /// # Errors
    /// [`TrainError::Weights`] naming the first wrong tensors.
    pub(crate) fn restore(
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
