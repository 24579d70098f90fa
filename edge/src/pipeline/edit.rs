//! The edit thread: latest frame -> latest edit.

use super::{Closing, PATIENCE, Shared};
use crate::{
    edit::{Edit, Editor},
    error::EdgeError,
    frame::{Frame, Pool},
    mailbox::{Mailbox, Taken},
    model::Model,
    stage::Stages,
};
use std::sync::Arc;

/// What the edit thread counted.
#[derive(Debug, Clone, Default)]
pub struct EditCounts {
    /// Frames looked at.
    pub frames: u64,
    /// Frames with a face.
    pub with_face: u64,
    /// Frames that were edited.
    pub edited: u64,
}

pub(super) struct EditThread {
    pub(super) model: Model,
    pub(super) frames: Arc<Mailbox<Arc<Frame>>>,
    pub(super) edits: Closing<Arc<Edit>>,
    pub(super) shared: Arc<Shared>,
    pub(super) lossless: bool,
}

impl EditThread {
    pub(super) fn run(self) -> Result<(EditCounts, Stages), EdgeError> {
        // The face detector cannot change threads, so the editor is made where it works.
        let mut editor = Editor::new(self.model, !self.lossless)?;
        let (mut counts, mut stages) = (EditCounts::default(), Stages::default());
        let mut pool = Pool::<Edit>::default();
        let mut strengths = Vec::new();
        loop {
            let frame = match self.frames.take(PATIENCE) {
                Taken::Value(frame) => frame,
                Taken::Nothing if self.edits.0.is_closed() => break,
                Taken::Nothing => continue,
                Taken::Closed => break,
            };
            strengths.clear();
            strengths.extend(self.shared.strengths());
            let (edit, ()) =
                pool.fill(|edit| editor.edit(&frame, &strengths, edit, &mut stages))?;
            counts.frames += 1;
            counts.with_face += u64::from(edit.crop.is_some());
            counts.edited += u64::from(edit.applied);
            let wanted = if self.lossless {
                self.edits.0.put_when_empty(edit)
            } else {
                self.edits.0.put(edit)
            };
            if !wanted {
                break;
            }
        }
        Ok((counts, stages))
    }
}
