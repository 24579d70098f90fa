//! Networks that a step needs and never changes.

use crate::{
    config::Config,
    data::Batch,
    error::TrainError,
    networks::{Classifier, FaceMask, ResNet18},
};
use tch::{Device, Tensor};

/// Networks from files that the settings name: loaded before anything is trained, so that a wrong file is
/// found at once.
#[derive(Debug)]
pub struct PretrainedNetworks {
    resnet18: Option<ResNet18>,
    face_mask: Option<FaceMask>,
}

impl PretrainedNetworks {
    /// Loads the networks that the losses and the generator of `config` use.
    ///
    /// # Errors
    /// [`TrainError::Data`] naming a file that is not there, [`TrainError::Weights`] for another.
    pub fn load(config: &Config, device: Device) -> Result<Self, TrainError> {
        config.check_files()?;
        let resnet18 = config.resnet18.as_ref();
        let resnet18 = resnet18.filter(|_| config.loss.perceptual > 0.0);
        let face_mask = config.face_mask.as_ref();
        let face_mask = face_mask.filter(|_| config.architecture.reads_masks());
        Ok(Self {
            resnet18: resnet18
                .map(|path| {
                    log::info!("perceptual loss: ResNet18 of {}", path.display());
                    ResNet18::load(path, device)
                })
                .transpose()?,
            face_mask: face_mask
                .map(|path| FaceMask::load(path, device))
                .transpose()?,
        })
    }
}

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
    /// The networks from files, and the run's `classifier`, whose features the perceptual loss uses where
    /// there is no ResNet18.
    #[must_use]
    pub fn new(
        config: &Config,
        pretrained: PretrainedNetworks,
        classifier: &'a Classifier,
    ) -> Self {
        let features = match pretrained.resnet18 {
            Some(network) => Features::ResNet18(Box::new(network)),
            None => {
                if config.loss.perceptual > 0.0 {
                    log::info!(
                        "perceptual loss: features of the attribute classifier (no `resnet18` set)"
                    );
                }
                Features::Classifier(classifier)
            }
        };
        Self {
            features,
            classifier,
            face_mask: pretrained.face_mask,
        }
    }

    /// Both at once.
    ///
    /// # Errors
    /// As of [`PretrainedNetworks::load`].
    pub fn load(
        config: &Config,
        classifier: &'a Classifier,
        device: Device,
    ) -> Result<Self, TrainError> {
        let pretrained = PretrainedNetworks::load(config, device)?;
        Ok(Self::new(config, pretrained, classifier))
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
