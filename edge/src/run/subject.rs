//! What a run is about: the bundle's model and attributes, and how faces are to be followed.

use crate::{
    edit::reference,
    error::EdgeError,
    run::{config::Config, report::BundleReport, strengths::Strengths},
    track::{TrackOptions, mouth, mouth::Mouth, tracked::Tracked},
};
use model_spec::{Architecture, AttributeSet, Bundle, manifest::ALIGNER_FILE};

/// The bundle of a run, as far as it is needed once its graphs are being opened.
pub(crate) struct Subject {
    /// Name and digest.
    pub(crate) bundle: BundleReport,
    /// The file without which it cannot tell that a mouth is covered.
    pub(crate) blind_for_want_of: Option<&'static str>,
    /// Shape of the model.
    pub(crate) architecture: Architecture,
    /// What it edits.
    pub(crate) attributes: AttributeSet,
    /// One per attribute, at the start.
    pub(crate) strengths: Vec<f32>,
    /// How faces are found and followed.
    pub(crate) track: TrackOptions,
}

impl Subject {
    /// Reads the bundle's manifest, aligner and mouth weights, and checks strengths and signature.
    ///
    /// # Errors
    /// [`EdgeError::Spec`] for an unknown attribute, a wrong signature, or an aligner or mouth weights that
    /// cannot be read.
    pub(crate) fn new(config: &Config, bundle: &Bundle) -> Result<Self, EdgeError> {
        let manifest = bundle.manifest();
        let strengths = match &config.strengths {
            Some(strengths) => strengths.of(&manifest.attributes)?,
            None => Strengths::at_start(&manifest.attributes),
        };
        if let Some(key) = &config.public_key {
            bundle.verify(key)?;
        }
        let track = TrackOptions {
            faces: config.faces,
            still_after: config.screen.still_after(),
            ..TrackOptions::of_bundle(bundle)?
        };
        if track.aligner.is_none() {
            log::warn!(
                "the bundle has no {ALIGNER_FILE}: the edit will wobble; `trainer fit-aligner` makes \
                 one, and `model-export` then carries it"
            );
        }
        Mouth::of_bundle(bundle)?;
        let blind_for_want_of = mouth::missing_file(manifest);
        if let Some(file) = blind_for_want_of {
            log::warn!(
                "the bundle has no {file}: the edit does not fade while a mask or a hand covers the mouth"
            );
        }
        Ok(Self {
            blind_for_want_of,
            bundle: BundleReport {
                name: manifest.name.clone(),
                digest: bundle.digest().to_owned(),
            },
            architecture: manifest.architecture.clone(),
            attributes: manifest.attributes.clone(),
            strengths,
            track,
        })
    }

    /// The face whose expression is copied, where `--reference` names one.
    ///
    /// # Errors
    /// Those of [`reference::read`].
    pub(crate) fn reference(&self, config: &Config) -> Result<Option<Tracked>, EdgeError> {
        let path = config.reference.as_deref();
        path.map(|path| reference::read(path, &self.track))
            .transpose()
    }
}
