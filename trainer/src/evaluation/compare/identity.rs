//! Whether people stay who they are.

use crate::{
    data::PeopleSet,
    error::TrainError,
    evaluation::{
        identity::{self, IdentityTraining, Verification, cosine},
        interval::values,
    },
    networks::StoredIdentity,
};
use std::path::Path;
use tch::{Device, Tensor};

/// An identity network that tells the test people of the data apart.
#[derive(Debug)]
pub(super) struct Identity {
    stored: StoredIdentity,
    /// How well it does.
    pub verification: Verification,
    device: Device,
}

impl Identity {
    /// The network in `path`, or a new one, trained on `data`.
    ///
    /// # Errors
    /// [`TrainError`] for data without identities, for a file of something else, and for a network that does not
    /// tell people apart.
    pub(super) fn open(data: &Path, path: &Path, device: Device) -> Result<Self, TrainError> {
        let people = PeopleSet::open(data, &identity::pictures())?;
        let stored = identity::load_or_train(&people, IdentityTraining::default(), path, device)?;
        let verification = Verification::of(&stored.network, &people.test, device);
        verification.require(path)?;
        Ok(Self {
            stored,
            verification,
            device,
        })
    }

    /// How alike the people are before and after, and how alike each is to the next one, who is a stranger:
    /// `before`, `after [N,3,64,64]` -> `N` cosines each.
    pub(super) fn similarities(&self, before: &Tensor, after: &Tensor) -> (Vec<f64>, Vec<f64>) {
        let of = |faces| self.stored.network.embeddings(faces, self.device);
        let (was, is) = (of(before), of(after));
        let next = was.roll([1].as_slice(), [0].as_slice());
        (values(&cosine(&was, &is)), values(&cosine(&was, &next)))
    }
}
