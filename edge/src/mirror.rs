//! The mirror picture: a camera frame with its edit laid over it.

use crate::{
    composite::{Compositor, Patch},
    edit::Edit,
    frame::Frame,
    stage::{Stage, Stages},
};
use model_spec::Architecture;

/// Composes mirror pictures; keeps its buffers, so that a warm mirror allocates nothing.
#[derive(Debug)]
pub struct Mirror {
    architecture: Architecture,
    compositor: Compositor,
    canvas: Vec<u8>,
    size: [usize; 2],
}

impl Mirror {
    /// For a model of this shape.
    #[must_use]
    pub fn new(architecture: &Architecture) -> Self {
        Self {
            architecture: architecture.clone(),
            compositor: Compositor::default(),
            canvas: Vec::new(),
            size: [0, 0],
        }
    }

    /// Lays `edit` over `frame`, which may be newer than the edit's own frame.
    pub fn compose(&mut self, frame: &Frame, edit: Option<&Edit>, stages: &mut Stages) {
        let (canvas, compositor) = (&mut self.canvas, &mut self.compositor);
        let architecture = &self.architecture;
        self.size = [frame.width, frame.height];
        stages.time(Stage::Composite, || {
            canvas.clear();
            canvas.extend_from_slice(&frame.rgb);
            let Some(edit) = edit.filter(|edit| edit.applied) else {
                return;
            };
            if let Some(crop) = edit.crop {
                let patch = Patch {
                    difference: &edit.difference,
                    size: architecture.image_size,
                    colour: architecture.colour,
                    crop,
                };
                compositor.apply(frame, patch, canvas);
            }
        });
    }

    /// The last picture: `3 * width * height` RGB bytes.
    #[must_use]
    pub fn rgb(&self) -> &[u8] {
        &self.canvas
    }

    /// Width and height of the last picture.
    #[must_use]
    pub fn size(&self) -> [usize; 2] {
        self.size
    }
}
