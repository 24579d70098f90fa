//! What the visitor has asked for about a copied expression, until it has happened.

use crate::{
    overlay::labels::Labels,
    pipeline::{Pipeline, Reference},
};

/// Whether an expression is copied, and what was asked for about it.
#[derive(Debug, Default)]
pub(crate) struct Copying {
    /// Whether a copied expression is applied, as far as the window knows.
    applied: bool,
    pending: Option<Pending>,
}

/// A request that has not been fulfilled yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pending {
    /// To copy; whether the visitor has been told that a face is needed.
    Copy {
        told: bool,
    },
    Drop,
}

impl Copying {
    pub(crate) fn is_applied(&self) -> bool {
        self.applied
    }

    /// Whether the visitor is waiting for something to happen.
    pub(crate) fn is_pending(&self) -> bool {
        self.pending.is_some()
    }

    /// Has the expression of the face in view copied.
    pub(crate) fn start(&mut self, pipeline: &Pipeline) {
        pipeline.shared.capture_reference();
        self.pending = Some(Pending::Copy { told: false });
    }

    /// Has the copied expression dropped.
    pub(crate) fn drop_copy(&mut self, pipeline: &Pipeline) {
        pipeline.shared.clear_reference();
        self.pending = Some(Pending::Drop);
    }

    /// Learns what has happened, and what to tell the visitor about it.
    pub(crate) fn update<'a>(
        &mut self,
        pipeline: &Pipeline,
        labels: &'a Labels,
    ) -> Option<&'a str> {
        let reference = pipeline.shared.reference();
        self.applied = matches!(reference, Reference::FromView | Reference::FromPicture(_));
        match (self.pending, reference) {
            (Some(Pending::Copy { told: false }), Reference::Waiting) => {
                self.pending = Some(Pending::Copy { told: true });
                Some(&labels.copy_needs_face)
            }
            (Some(Pending::Copy { .. }), Reference::FromView) => {
                self.pending = None;
                Some(&labels.copied)
            }
            (Some(Pending::Drop), Reference::None) => {
                self.pending = None;
                Some(&labels.copy_undone)
            }
            _ => None,
        }
    }
}
