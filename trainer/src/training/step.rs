//! The two updates of a training step, shared by `fit`, its dry run and `bench`.

use crate::{
    config::Config,
    device::speed::{self, Speed},
    error::TrainError,
    losses::objective::{self, Batch, Edit, LossWeights, NamedLoss},
    networks::{Classifier, FaceMask, ResNet18},
    training::trainee::Trainee,
};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use tch::{Device, Tensor};

/// What losses are measured with besides the trained networks; never trained itself.
#[derive(Debug)]
pub struct Judges<'a> {
    pub(crate) features: Features<'a>,
    pub(crate) classifier: &'a Classifier,
    /// The masks of generators with `w_hpf > 0`.
    pub face_mask: Option<FaceMask>,
}

/// The feature network `F` of the perceptual loss.
#[derive(Debug)]
pub(crate) enum Features<'a> {
    ResNet18(Box<ResNet18>),
    Classifier(&'a Classifier),
}

impl<'a> Judges<'a> {
    /// Loads the networks that `config` names; says in the log which features are used.
    ///
    /// # Errors
    /// [`TrainError::Weights`] naming the file.
    pub fn new(
        config: &Config,
        classifier: &'a Classifier,
        device: Device,
    ) -> Result<Self, TrainError> {
        let features = match &config.resnet18 {
            Some(path) if config.loss.perceptual > 0.0 => {
                log::info!("perceptual loss: ResNet18 of {}", path.display());
                Features::ResNet18(Box::new(ResNet18::load(path, device)?))
            }
            _ => {
                if config.loss.perceptual > 0.0 {
                    log::info!(
                        "perceptual loss: features of the attribute classifier (no `resnet18` set)"
                    );
                }
                Features::Classifier(classifier)
            }
        };
        let face_mask = config
            .face_mask
            .as_ref()
            .filter(|_| config.architecture.w_hpf > 0.0)
            .map(|path| FaceMask::load(path, device))
            .transpose()?;
        Ok(Self {
            features,
            classifier,
            face_mask,
        })
    }

    /// Adds the face masks that the generator needs.
    #[must_use]
    pub fn masked(&self, batch: Batch) -> Batch {
        Batch {
            masks: self
                .face_mask
                .as_ref()
                .map(|network| network.masks(&batch.x)),
            ..batch
        }
    }
}

impl Trainee {
    /// Edits the batch. `remember` keeps what the editor's own update needs.
    #[must_use]
    pub fn edit(&self, batch: &Batch, speed: Speed, remember: bool) -> Edit {
        let _no_grad = (!remember).then(tch::no_grad_guard);
        speed.mixed(batch.x.device(), || {
            objective::edit(&self.editor.networks, batch)
        })
    }

    /// Updates the discriminator; returns its losses.
    pub fn discriminator_step(
        &mut self,
        batch: &Batch,
        edit: &Edit,
        weights: &LossWeights,
        speed: Speed,
        r1_interval: Option<u64>,
    ) -> Vec<NamedLoss> {
        let device = batch.x.device();
        let objective = speed.mixed(device, || {
            objective::discriminator_objective(
                &self.discriminator,
                batch,
                &edit.image,
                weights,
                r1_interval,
                // A second derivative through bfloat16 has no digits left.
                |work| match r1_interval {
                    Some(_) => speed::in_float32(device, work),
                    None => work(),
                },
            )
        });
        self.discriminator_adam.descend(&objective.total);
        objective.parts
    }

    /// Updates generator, style encoder and style transformer; returns their losses.
    pub fn editor_step(
        &mut self,
        batch: &Batch,
        edit: &Edit,
        weights: &LossWeights,
        speed: Speed,
        judges: &Judges<'_>,
    ) -> Vec<NamedLoss> {
        // The discriminator only judges now; its own gradients would be wasted work.
        self.discriminator_store.freeze();
        let objective = speed.mixed(batch.x.device(), || {
            objective::editor_objective(
                &self.editor.networks,
                &self.discriminator,
                batch,
                edit,
                weights,
                |x| match &judges.features {
                    Features::ResNet18(network) => network.features(x),
                    Features::Classifier(network) => network.features(x),
                },
                |x: &Tensor| judges.classifier.forward(x, false),
            )
        });
        self.editor_adam.descend(&objective.total);
        self.discriminator_store.unfreeze();
        objective.parts
    }
}

/// Runs a step of `batch_size` images; turns libtorch's failure to get memory into an error that says
/// which batch size to try.
///
/// # Errors
/// [`TrainError::OutOfMemory`], or what `work` returns.
pub fn with_memory_hint<T>(
    batch_size: usize,
    work: impl FnOnce() -> Result<T, TrainError>,
) -> Result<T, TrainError> {
    // tch panics where libtorch throws; the networks of a step that failed are not used again.
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => result,
        Err(panic) => {
            let text = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref::<&str>().copied())
                .unwrap_or_default();
            if !is_out_of_memory(text) {
                resume_unwind(panic);
            }
            Err(TrainError::OutOfMemory { batch_size })
        }
    }
}

/// Whether libtorch's message says that memory is short, on a GPU or in the machine.
fn is_out_of_memory(message: &str) -> bool {
    [
        "out of memory",
        "can't allocate memory",
        "CUDNN_STATUS_ALLOC_FAILED",
    ]
    .iter()
    .any(|known| message.contains(known))
}

/// Leaves the panic that [`with_memory_hint`] turns into an error without a report of its own.
pub fn silence_memory_panics() {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let payload = info.payload();
        let text = payload.downcast_ref::<String>().map_or("", String::as_str);
        if !is_out_of_memory(text) {
            report(info);
        }
    }));
}
