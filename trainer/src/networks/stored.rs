//! Networks together with the weights they run on.

use super::{Classifier, ClassifierNetwork, ConvolutionForm, Editor, IdentityEncoder};
use crate::{
    error::TrainError,
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
        Self::with_form(architecture, attributes, device, ConvolutionForm::Rewritten)
    }

    /// Fresh weights, resampled convolutions computed in this form.
    #[must_use]
    pub(crate) fn with_form(
        architecture: &Architecture,
        attributes: &AttributeSet,
        device: Device,
        form: ConvolutionForm,
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
    /// Fresh weights of a model's classifier.
    #[must_use]
    pub fn new(architecture: &Architecture, attributes: &AttributeSet, device: Device) -> Self {
        Self::with_network(ClassifierNetwork::Plain, architecture, attributes, device)
    }

    /// Fresh weights of a judge.
    #[must_use]
    pub(crate) fn with_network(
        network: ClassifierNetwork,
        architecture: &Architecture,
        attributes: &AttributeSet,
        device: Device,
    ) -> Self {
        let store = VarStore::new(device);
        let network = Classifier::new(&store.root(), network, architecture, attributes.len());
        Self { store, network }
    }

    /// Weights from tensors named `classifier.…`.
    ///
    /// # Errors
    /// [`TrainError::Weights`].
    pub(crate) fn load(&self, from: &Weights, path: &Path) -> Result<(), TrainError> {
        weights::copy_into(
            &weights::of_store(&self.store, ""),
            from,
            "classifier.",
            path,
        )
    }
}

/// An identity encoder with its weights.
#[derive(Debug)]
pub(crate) struct StoredIdentity {
    /// The weights, by their names in a file but without [`StoredIdentity::PREFIX`].
    pub store: VarStore,
    /// The network over them.
    pub network: IdentityEncoder,
}

impl StoredIdentity {
    /// What the names in a file begin with.
    pub(crate) const PREFIX: &str = "identity.";

    /// Fresh weights.
    #[must_use]
    pub(crate) fn new(device: Device) -> Self {
        let store = VarStore::new(device);
        let network = IdentityEncoder::new(&store.root());
        Self { store, network }
    }

    /// Weights from tensors named `identity.…`.
    ///
    /// # Errors
    /// [`TrainError::Weights`].
    pub(crate) fn load(&self, from: &Weights, path: &Path) -> Result<(), TrainError> {
        weights::copy_into(
            &weights::of_store(&self.store, ""),
            from,
            Self::PREFIX,
            path,
        )
    }
}
