//! The mirror picture: a camera frame with its edit laid over it.

use crate::{
    compose::composite::{Compositor, Patch},
    edit::Edit,
    timing::stage::{Stage, Stages},
    track::tracked::Tracked,
};
use model_spec::Architecture;
use std::time::Instant;

/// Composes mirror pictures; keeps its buffers, so that a warm mirror allocates nothing.
#[derive(Debug)]
pub(crate) struct Mirror {
    architecture: Architecture,
    compositor: Compositor,
    canvas: Vec<u8>,
    size: [usize; 2],
    edited: bool,
    first_edit: Option<Instant>,
}

impl Mirror {
    /// For a model of this shape.
    #[must_use]
    pub(crate) fn new(architecture: &Architecture) -> Self {
        Self {
            architecture: architecture.clone(),
            compositor: Compositor::default(),
            canvas: Vec::new(),
            size: [0, 0],
            edited: false,
            first_edit: None,
        }
    }

    /// Lays `edit` over a frame, which may be newer than the edit's own: the difference then goes
    /// where its face is now. Edits of faces that are out of view are left out.
    pub(crate) fn compose(&mut self, tracked: &Tracked, edit: Option<&Edit>, stages: &mut Stages) {
        let (canvas, compositor) = (&mut self.canvas, &mut self.compositor);
        let (architecture, frame) = (&self.architecture, &tracked.frame);
        self.size = [frame.width, frame.height];
        stages.time(Stage::Composite, || {
            canvas.clear();
            canvas.extend_from_slice(&frame.rgb);
            self.edited = false;
            for face in &tracked.faces {
                let Some(edit) = edit.and_then(|edit| edit.applied_to(face.id)) else {
                    continue;
                };
                let patch = Patch {
                    drawing: &edit.drawing,
                    size: architecture.image_size,
                    colour: architecture.colour,
                    crop: face.crop,
                };
                compositor.apply(frame, patch, canvas);
                self.edited = true;
                self.first_edit.get_or_insert_with(Instant::now);
            }
        });
    }

    /// Whether the last picture is edited.
    #[must_use]
    pub(crate) fn edited(&self) -> bool {
        self.edited
    }

    /// When the first edited picture was composed.
    #[must_use]
    pub(crate) fn first_edit(&self) -> Option<Instant> {
        self.first_edit
    }

    /// The last picture: `3 * width * height` RGB bytes.
    #[must_use]
    pub(crate) fn rgb(&self) -> &[u8] {
        &self.canvas
    }

    /// Width and height of the last picture.
    #[must_use]
    pub(crate) fn size(&self) -> [usize; 2] {
        self.size
    }
}
