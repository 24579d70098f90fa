//! Copying an expression: from the request to the edit, and what to tell the visitor about it.
//!
//! ```text
//!  main: toggle, drop ──▶ [newest request] ──▶ edit: request, report ──▶ applied, event ──▶ main
//! ```

use std::sync::{Mutex, MutexGuard, PoisonError};

/// The only place that knows which expression is copied and what was asked for about it.
///
/// Requests are numbered: what the edit thread reports about an older one changes what is applied, but
/// neither ends a newer request nor is told as its outcome.
#[derive(Debug, Default)]
pub(crate) struct Copying(Mutex<Progress>);

#[derive(Debug, Default)]
struct Progress {
    /// Until it has been carried out.
    request: Option<CopyRequest>,
    /// Requests so far.
    count: u64,
    applied: bool,
    /// Whether the visitor has been told that the request needs a face.
    told: bool,
    event: Option<CopyEvent>,
}

/// A request that has not been carried out yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CopyRequest {
    pub(crate) kind: CopyRequestKind,
    number: u64,
}

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CopyRequestKind {
    /// Copy the expression of the face in view, or of the next one that comes into view.
    FaceInView,
    /// Drop the copied expression.
    Drop,
}

/// What the edit thread did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CopyOutcome {
    /// The expression is copied.
    Copied,
    /// Nothing changed, as no face is in view; the request stays.
    NoFace,
    /// No expression is copied any more.
    Dropped,
}

/// What the visitor has not been told yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CopyEvent {
    /// The expression has been copied.
    Copied,
    /// The request waits for a face.
    NeedsFace,
    /// The copied expression has been dropped.
    Dropped,
}

impl Copying {
    /// Has the copied expression dropped, and one that was asked for not copied.
    pub(crate) fn drop_copy(&self) {
        let mut progress = self.lock();
        match (
            progress.request.map(|request| request.kind),
            progress.applied,
        ) {
            (None, false) | (Some(CopyRequestKind::Drop), _) => {}
            _ => progress.ask(CopyRequestKind::Drop),
        }
    }

    /// Drops the expression if one is copied, and copies the one in view otherwise.
    pub(crate) fn toggle(&self) {
        let mut progress = self.lock();
        let next = match progress.request {
            None if progress.applied => CopyRequestKind::Drop,
            _ => CopyRequestKind::FaceInView,
        };
        progress.ask(next);
    }

    /// Whether a copied expression is applied.
    pub(crate) fn is_applied(&self) -> bool {
        self.lock().applied
    }

    /// What to tell the visitor, once.
    pub(crate) fn take_event(&self) -> Option<CopyEvent> {
        self.lock().event.take()
    }

    /// What to do now. It stays until [`Copying::report`] says that it is done.
    pub(crate) fn request(&self) -> Option<CopyRequest> {
        self.lock().request
    }

    /// An expression is copied without a request: from a picture.
    pub(crate) fn applied_from_picture(&self) {
        self.lock().applied = true;
    }

    /// What became of a request.
    pub(crate) fn report(&self, request: CopyRequest, outcome: CopyOutcome) {
        let mut progress = self.lock();
        let before = progress.applied;
        match outcome {
            CopyOutcome::Copied => progress.applied = true,
            CopyOutcome::Dropped => progress.applied = false,
            CopyOutcome::NoFace => {}
        }
        if progress.request != Some(request) {
            return;
        }
        let event = match outcome {
            CopyOutcome::Copied => Some(CopyEvent::Copied),
            // A request that was taken back before it was carried out has left nothing to tell.
            CopyOutcome::Dropped => before.then_some(CopyEvent::Dropped),
            CopyOutcome::NoFace if progress.told => return,
            CopyOutcome::NoFace => Some(CopyEvent::NeedsFace),
        };
        progress.told = outcome == CopyOutcome::NoFace;
        if !progress.told {
            progress.request = None;
        }
        progress.event = event;
    }

    /// A thread that panicked while it held the lock cannot have left the progress half written.
    fn lock(&self) -> MutexGuard<'_, Progress> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Progress {
    fn ask(&mut self, kind: CopyRequestKind) {
        self.count += 1;
        self.request = Some(CopyRequest {
            kind,
            number: self.count,
        });
        self.told = false;
        self.event = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn carry_out(copying: &Copying, outcome: CopyOutcome) {
        copying.report(copying.request().unwrap(), outcome);
    }

    #[test]
    fn an_older_outcome_is_not_taken_for_that_of_a_newer_request() {
        let copying = Copying::default();
        copying.toggle();
        let first = copying.request().unwrap();
        copying.toggle();
        copying.report(first, CopyOutcome::Copied);
        assert!(copying.is_applied());
        assert_eq!(copying.take_event(), None);
        carry_out(&copying, CopyOutcome::Copied);
        assert_eq!(copying.take_event(), Some(CopyEvent::Copied));
        assert_eq!((copying.take_event(), copying.request()), (None, None));
    }

    #[test]
    fn copying_again_without_a_face_keeps_the_expression_that_is_applied() {
        let copying = Copying::default();
        copying.applied_from_picture();
        copying.lock().ask(CopyRequestKind::FaceInView);
        for event in [Some(CopyEvent::NeedsFace), None] {
            carry_out(&copying, CopyOutcome::NoFace);
            assert_eq!(copying.take_event(), event);
            assert!(copying.is_applied());
        }
        carry_out(&copying, CopyOutcome::Copied);
        assert_eq!(copying.take_event(), Some(CopyEvent::Copied));
    }

    #[test]
    fn a_drop_also_takes_back_a_copy_that_waits_or_is_being_made() {
        let copying = Copying::default();
        copying.drop_copy();
        assert_eq!(copying.request(), None);
        copying.toggle();
        carry_out(&copying, CopyOutcome::NoFace);
        copying.drop_copy();
        carry_out(&copying, CopyOutcome::Dropped);
        assert_eq!((copying.take_event(), copying.is_applied()), (None, false));

        copying.toggle();
        let being_made = copying.request().unwrap();
        copying.drop_copy();
        copying.report(being_made, CopyOutcome::Copied);
        carry_out(&copying, CopyOutcome::Dropped);
        let told = (copying.take_event(), copying.is_applied());
        assert_eq!(told, (Some(CopyEvent::Dropped), false));
    }

    #[test]
    fn the_button_alternates_between_copying_and_dropping() {
        let copying = Copying::default();
        let kind = |copying: &Copying| copying.request().map(|request| request.kind);
        copying.toggle();
        assert_eq!(kind(&copying), Some(CopyRequestKind::FaceInView));
        carry_out(&copying, CopyOutcome::Copied);
        copying.toggle();
        assert_eq!(kind(&copying), Some(CopyRequestKind::Drop));
        // The visitor has changed their mind before the expression was dropped.
        copying.toggle();
        assert_eq!(kind(&copying), Some(CopyRequestKind::FaceInView));
    }
}
