//! The edit thread: latest tracked frame -> latest edit.

use super::{EDITS_IN_FLIGHT, PATIENCE, Reference, ReferenceRequest, Shared};
use crate::{
    edit::{Edit, EditOptions, Editor, reference::ReferencePicture},
    error::EdgeError,
    handoff::{
        mailbox::{Closing, Mailbox, Taken},
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
    pub(super) reference: Option<ReferencePicture>,
    pub(super) frames: Arc<Mailbox<Tracked>>,
    pub(super) edits: Closing<Arc<Edit>>,
    pub(super) shared: Arc<Shared>,
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
            self.shared.beats.edit.tick();
            let tracked = match self.frames.take(PATIENCE) {
                Taken::Value(tracked) => tracked,
                Taken::Nothing if self.edits.0.is_closed() => break,
                Taken::Nothing => {
                    self.open(&mut editor, &mut pool)?;
                    continue;
                }
                Taken::Closed => break,
            };
            self.open(&mut editor, &mut pool)?;
            let effort = self.shared.due.effort();
            if effort.skips(tracked.frame.index) && !self.pace.is_lossless() {
                continue;
            }
            strengths.clear();
            strengths.extend(self.shared.strengths());
            if let Some(editor) = &mut editor {
                self.follow_wish(editor, &tracked)?;
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
            if !self.pace.is_lossless() || self.edits.0.is_closed() {
                return Ok(());
            }
        }
        if let Some(model) = self.opening.take() {
            let manifest = model.manifest();
            let (architecture, attributes) = (&manifest.architecture, manifest.attributes.len());
            let samples = architecture.colour.channels() * architecture.image_size.pow(2);
            pool.prepare(|edit| edit.reserve(self.faces, samples, attributes));
            let mut new = Editor::new(model, self.pace, self.options);
            if let Some(ReferencePicture { name, tracked }) = self.reference.take() {
                new.capture_reference(&tracked)?;
                self.shared.set_reference(Reference::FromPicture(name));
            }
            *editor = Some(new);
        }
        Ok(())
    }

    fn follow_wish(&self, editor: &mut Editor, tracked: &Tracked) -> Result<(), EdgeError> {
        let wish = self.shared.take_reference_wish();
        match wish {
            ReferenceRequest::Nothing => {}
            ReferenceRequest::Clear => {
                editor.clear_reference();
                self.shared.set_reference(Reference::None);
            }
            ReferenceRequest::FaceInView => {
                if editor.capture_reference(tracked)? {
                    self.shared.set_reference(Reference::FromView);
                } else {
                    self.shared.set_reference(Reference::Waiting);
                    self.shared.wish_again(wish);
                }
            }
        }
        Ok(())
    }
}
