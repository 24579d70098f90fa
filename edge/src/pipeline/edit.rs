//! The edit thread: latest tracked frame -> latest edit.

use super::{
    EDITS_IN_FLIGHT, PATIENCE,
    controls::Controls,
    copying::{CopyOutcome, CopyRequestKind},
    status::Status,
};
use crate::{
    edit::{Edit, EditOptions, Editor},
    error::EdgeError,
    handoff::{
        mailbox::{Receiver, Sender, Taken},
        pool::Pool,
    },
    pipeline::opening::Opening,
    timing::stage::Stages,
    track::{Pace, tracked::Tracked},
};
use std::{sync::Arc, time::Duration};

/// What the edit thread counted.
#[derive(Debug, Clone, Default)]
pub(crate) struct EditCounts {
    /// Frames looked at.
    pub(crate) frames: u64,
    /// Frames with a face.
    pub(crate) with_face: u64,
    /// Frames that were edited.
    pub(crate) edited: u64,
}

pub(super) struct EditThread {
    pub(super) opening: Opening,
    pub(super) options: EditOptions,
    /// A face to take the reference from.
    pub(super) reference: Option<Tracked>,
    pub(super) frames: Receiver<Tracked>,
    pub(super) edits: Sender<Arc<Edit>>,
    pub(super) controls: Arc<Controls>,
    pub(super) status: Arc<Status>,
    /// Most faces of a frame.
    pub(super) faces: usize,
    pub(super) pace: Pace,
}

impl EditThread {
    pub(super) fn run(mut self) -> Result<(EditCounts, Stages), EdgeError> {
        let mut editor = None;
        let (mut counts, mut stages) = (EditCounts::default(), Stages::default());
        let mut pool = Pool::<Edit>::new(EDITS_IN_FLIGHT);
        let mut strengths = Vec::new();
        loop {
            self.status.beats.edit.tick();
            let tracked = match self.frames.take(PATIENCE) {
                Taken::Value(tracked) => tracked,
                Taken::Nothing if self.edits.is_closed() => break,
                Taken::Nothing => {
                    self.open(&mut editor, &mut pool)?;
                    continue;
                }
                Taken::Closed => break,
            };
            self.open(&mut editor, &mut pool)?;
            let effort = self.controls.due.effort();
            if effort.skips(tracked.frame.index) && !self.pace.is_lossless() {
                continue;
            }
            strengths.clear();
            strengths.extend(self.controls.strengths());
            if let Some(editor) = &mut editor {
                self.follow_copying(editor, &tracked)?;
                editor.set_style_every(effort.style_every(self.options.style_every));
            }
            let (edit, ()) = pool.fill(|edit| match &mut editor {
                Some(editor) => editor.edit(&tracked, &strengths, edit, &mut stages),
                None => {
                    edit.pass_through(&tracked, &strengths);
                    Ok(())
                }
            })?;
            counts.frames += 1;
            counts.with_face += u64::from(!edit.faces().is_empty());
            counts.edited += u64::from(edit.is_applied());
            let wanted = if self.pace.is_lossless() {
                self.edits.put_when_empty(edit)
            } else {
                self.edits.put(edit)
            };
            if !wanted {
                break;
            }
        }
        Ok((counts, stages))
    }

    /// Makes the editor once the model is open; a lossless run waits for it.
    fn open(
        &mut self,
        editor: &mut Option<Editor>,
        pool: &mut Pool<Edit>,
    ) -> Result<(), EdgeError> {
        if editor.is_some() {
            return Ok(());
        }
        let patience = if self.pace.is_lossless() {
            PATIENCE
        } else {
            Duration::ZERO
        };
        while !self.opening.wait(patience)? {
            if !self.pace.is_lossless() || self.edits.is_closed() {
                return Ok(());
            }
        }
        if let Some(model) = self.opening.take() {
            let manifest = model.manifest();
            let (architecture, attributes) = (&manifest.architecture, manifest.attributes.len());
            let samples = architecture.colour.channels() * architecture.image_size.pow(2);
            pool.prepare(|edit| edit.reserve(self.faces, samples, attributes));
            let mut new = Editor::new(model, self.pace, self.options);
            if let Some(reference) = self.reference.take() {
                new.capture_reference(&reference)?;
                self.controls.copying.applied_from_picture();
            }
            *editor = Some(new);
        }
        Ok(())
    }

    /// Carries out what the visitor asks for about a copied expression.
    fn follow_copying(&self, editor: &mut Editor, tracked: &Tracked) -> Result<(), EdgeError> {
        let copying = &self.controls.copying;
        let Some(request) = copying.request() else {
            return Ok(());
        };
        let outcome = match request.kind {
            CopyRequestKind::Drop => {
                editor.clear_reference();
                CopyOutcome::Dropped
            }
            CopyRequestKind::FaceInView if editor.capture_reference(tracked)? => {
                CopyOutcome::Copied
            }
            CopyRequestKind::FaceInView => CopyOutcome::NoFace,
        };
        copying.report(request, outcome);
        Ok(())
    }
}
