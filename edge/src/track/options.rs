//! What to follow, and at which pace.

use crate::error::EdgeError;
use aligner::Aligner;
use model_spec::{Bundle, Framing, manifest::ALIGNER_FILE};

/// How frames come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// They have nothing to do with each other: each is searched on its own.
    Stills,
    /// They follow each other in time and each has all the time it needs: the detector is waited for,
    /// so the same frames give the same faces again.
    Replay,
    /// They follow each other in time and are shown at once: what the detector says comes later.
    Live,
}

impl Pace {
    /// Whether every frame is tracked and edited, however long that takes; else the newest wins.
    pub(crate) fn is_lossless(self) -> bool {
        self != Self::Live
    }
}

/// What to follow.
#[derive(Debug, Clone)]
pub struct TrackOptions {
    /// How the model's crop lies in a detector's box.
    pub framing: Framing,
    /// What puts crops in their place exactly; without it they follow the detector and wobble.
    pub aligner: Option<Aligner>,
    /// Most faces that are followed, the largest; 1 to [`crate::track::tracked::MOST_FACES`].
    pub faces: usize,
    /// Seconds without a stir after which a face is taken for a picture; none: never. Needs an aligner.
    pub still_after: Option<f64>,
}

impl TrackOptions {
    /// For a bundle's model and the largest face.
    ///
    /// # Errors
    /// [`EdgeError::Spec`] when the bundle has an aligner that cannot be read.
    pub fn of_bundle(bundle: &Bundle) -> Result<Self, EdgeError> {
        let manifest = bundle.manifest();
        let read = || {
            let aligner = Aligner::from_bytes(&bundle.read(ALIGNER_FILE)?);
            aligner.map_err(|mismatch| mismatch.in_file(bundle.path(ALIGNER_FILE)))
        };
        let aligner = manifest.has_aligner().then(read);
        Ok(Self {
            framing: manifest.framing,
            aligner: aligner.transpose()?,
            faces: 1,
            still_after: None,
        })
    }
}
