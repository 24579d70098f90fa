//! What the main thread tells the others.

use super::copying::Copying;
use crate::service::health::Due;
use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

/// Settings that the threads follow from the next frame on.
#[derive(Debug)]
pub(crate) struct Controls {
    strengths: Vec<AtomicU32>,
    /// The expression to copy, and what became of it.
    pub(crate) copying: Copying,
    /// How hard the threads should work.
    pub(crate) due: Arc<Due>,
}

impl Controls {
    /// With these strengths, one per attribute.
    #[must_use]
    pub(crate) fn new(strengths: &[f32]) -> Self {
        let strengths = strengths.iter();
        Self {
            strengths: strengths
                .map(|strength| AtomicU32::new(strength.to_bits()))
                .collect(),
            copying: Copying::default(),
            due: Arc::default(),
        }
    }

    /// Sets the strength of an attribute.
    pub(crate) fn set_strength(&self, attribute: usize, strength: f32) {
        if let Some(slot) = self.strengths.get(attribute) {
            slot.store(strength.to_bits(), Ordering::Relaxed);
        }
    }

    /// The strengths now, one per attribute.
    pub(crate) fn strengths(&self) -> impl Iterator<Item = f32> {
        self.strengths
            .iter()
            .map(|slot| f32::from_bits(slot.load(Ordering::Relaxed)))
    }
}
