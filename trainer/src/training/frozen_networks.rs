//! Networks that a step needs and never changes.

use crate::{
    config::Config,
    data::Batch,
    error::TrainError,
    networks::{Classifier, FaceMask, ResNet18},
};
use tch::{Device, Tensor};

/// What losses are measured with besides the networks in training.
#[derive(Debug)]
pub struct FrozenNetworks<'a> {
    features: Features<'a>,
    classifier: &'a Classifier,
    /// Makes the masks of generators with high-pass skips.
    pub face_mask: Option<FaceMask>,
}

/// The feature network `F` of the perceptual loss.
#[derive(Debug)]
enum Features<'a> {
    ResNet18(Box<ResNet18>),
    Classifier(&'a Classifier),
}

impl<'a> FrozenNetworks<'a> {
    /// Loads the networks that `config` names; logs which features the perceptual loss uses.
    ///
    /// # Errors
    /// [`TrainError::Weights`] naming the file.
    pub fn load(
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
            .filter(|_| config.architecture.reads_masks())
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
    pub(crate) fn masked(&self, batch: Batch) -> Batch {
        let network = self.face_mask.as_ref();
        Batch {
            masks: network.map(|network| network.masks(&batch.x)),
            ..batch
        }
    }

    /// `F(x)` of the perceptual loss: `x [N,C,S,S]` in [-1, 1] -> `[N,f]`.
    pub(crate) fn features(&self, x: &Tensor) -> Tensor {
        match &self.features {
            Features::ResNet18(network) => network.features(x),
            Features::Classifier(network) => network.features(x),
        }
    }

    /// Logits of the run's classifier: `x [N,C,S,S]` in [-1, 1] -> `[N,A]`.
    pub(crate) fn attribute_logits(&self, x: &Tensor) -> Tensor {
        self.classifier.forward(x, false)
    }
}
