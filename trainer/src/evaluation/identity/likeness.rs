//! Whether people stay who they are.

use super::{IdentityTraining, Verification, cosine, load_or_train, pictures};
use crate::{
    data::PeopleSet,
    error::TrainError,
    evaluation::{Estimate, Estimates, interval::values},
    networks::{IdentityEncoder, StoredIdentity, layers},
};
use std::path::Path;
use tch::{Device, Tensor};

/// An identity network that tells the test people of the data apart.
#[derive(Debug)]
pub(crate) struct Likeness {
    stored: StoredIdentity,
    /// How well it does.
    pub verification: Verification,
    device: Device,
}

impl Likeness {
    /// The network in `path`, or a new one, trained on `data`.
    ///
    /// # Errors
    /// [`TrainError`] for data without identities, for a file of something else, and for a network that does not
    /// tell people apart.
    pub(crate) fn open(data: &Path, path: &Path, device: Device) -> Result<Self, TrainError> {
        let people = PeopleSet::open(data, &pictures())?;
        let stored = load_or_train(&people, IdentityTraining::default(), path, device)?;
        let verification = Verification::of(&stored.network, &people.test, device);
        verification.require(path)?;
        Ok(Self {
            stored,
            verification,
            device,
        })
    }

    /// `identity_similarity.SOURCE_to_TARGET`: how alike people are before and after an edit; and
    /// `identity_similarity.strangers.SOURCE`: how alike each is to the next one before it, who is a stranger.
    ///
    /// # Shapes
    /// `before`, `after [N,C,S,S]` in [-1, 1], of one channel or three and any side.
    pub(crate) fn figures(
        &self,
        [before, after]: [&Tensor; 2],
        [source, target]: [&str; 2],
    ) -> Estimates {
        let of = |faces: &Tensor| {
            let size = IdentityEncoder::SIZE as i64;
            // Larger pictures are averaged as far as a whole number goes, as a reduced one would be.
            let faces = layers::enlarged(&layers::reduced(faces, size), size);
            let faces = faces.expand([faces.size()[0], 3, size, size], false);
            self.stored.network.embeddings(&faces, self.device)
        };
        let (was, is) = (of(before), of(after));
        let next = was.roll([1].as_slice(), [0].as_slice());
        let figures = [
            (format!("{source}_to_{target}"), &is),
            (format!("strangers.{source}"), &next),
        ];
        let figures = figures.map(|(name, other)| {
            let similarities = values(&cosine(&was, other));
            let name = format!("identity_similarity.{name}");
            (name, Estimate::mean(&similarities))
        });
        figures.into()
    }
}
