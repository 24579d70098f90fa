//! What an attribute classifier, or a judge, was trained for.

use crate::{
    error::TrainError,
    networks::ClassifierNetwork,
    weights::{self, Label},
};
use clap::ValueEnum;
use model_spec::{Architecture, AttributeSet};
use std::path::Path;

/// Whether a classifier of other data may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OtherData {
    /// An error.
    Refused,
    /// A warning: a run that goes on with other data keeps its classifier.
    Warned,
}

const DATA_DIGEST: &str = "data_digest";
const NETWORK: &str = "network";

/// What the classifier in `path` computes with: files from before there was a choice do not say.
///
/// # Errors
/// [`TrainError::Weights`] for a file that is none, or of an unknown network.
pub(crate) fn network_of(path: &Path) -> Result<ClassifierNetwork, TrainError> {
    let Some(name) = weights::label_field(path, NETWORK)? else {
        return Ok(ClassifierNetwork::Plain);
    };
    let known = ClassifierNetwork::value_variants();
    let network = known.iter().find(|network| network.name() == name);
    network.copied().ok_or_else(|| TrainError::Weights {
        path: path.into(),
        reason: format!(
            "network: found {name:?}, expected one of {}",
            known
                .iter()
                .map(|it| it.name())
                .collect::<Vec<_>>()
                .join(", ")
        ),
    })
}

/// The label of a classifier's file; the data are part of it where they are known.
pub(crate) fn label(
    network: ClassifierNetwork,
    architecture: &Architecture,
    attributes: &AttributeSet,
    data_digest: Option<&str>,
) -> Label {
    let mut label = Label::new("classifier");
    label.fields.insert(NETWORK, network.name().into());
    let attributes = attributes.as_slice().iter();
    let attributes: Vec<String> = attributes
        .map(|it| format!("{}:{}/{}", it.name, it.off, it.on))
        .collect();
    label.fields.insert("attributes", attributes.join(","));
    let (size, widths) = (architecture.image_size, architecture.classifier_channels);
    label.fields.insert("image_size", size.to_string());
    label
        .fields
        .insert("colour", format!("{:?}", architecture.colour));
    if network == ClassifierNetwork::Plain {
        let widths = widths.to_string();
        label.fields.insert("classifier_channels", widths);
    }
    if let Some(digest) = data_digest {
        label.fields.insert(DATA_DIGEST, digest.into());
    }
    label
}

/// Refuses the classifier in `path` unless it was trained for what `expected` says. A file without a label,
/// from before there were any, is used with a warning.
///
/// # Errors
/// [`TrainError::Weights`] with every field found and expected.
pub(crate) fn check(path: &Path, expected: &Label, other: OtherData) -> Result<(), TrainError> {
    let Some(mut differences) = expected.differences(path)? else {
        log::warn!("{}: does not say what it was trained for", path.display());
        return Ok(());
    };
    if other == OtherData::Warned {
        let is_of_data = |difference: &String| difference.starts_with(DATA_DIGEST);
        if let Some(difference) = differences.iter().find(|it| is_of_data(it)) {
            log::warn!("{}: goes on in use: {difference}", path.display());
        }
        differences.retain(|it| !is_of_data(it));
    }
    if differences.is_empty() {
        return Ok(());
    }
    Err(TrainError::Weights {
        path: path.into(),
        reason: format!(
            "trained for something else: {}; name another file, or remove this one to train anew",
            differences.join("; ")
        ),
    })
}
