//! The edit of a frame: what it is here, how it is made in [`editor`].

mod cover;
pub(crate) mod editor;
mod memory;
pub(crate) mod reference;
pub(crate) mod smooth;
pub(crate) mod source_domain;
mod style;

pub(crate) use editor::{EditOptions, Editor};

use crate::{
    inference::model::Drawing,
    picture::frame::Frame,
    track::tracked::{Face, Tracked},
};
use std::sync::Arc;

/// What the edit thread made of a frame; keeps its memory when it is filled again.
#[derive(Debug, Clone, Default)]
pub(crate) struct Edit {
    pub(crate) frame: Arc<Frame>,
    /// Strength of each attribute that was asked for.
    pub(crate) strengths: Vec<f32>,
    /// The first `count` are of this frame.
    faces: Vec<FaceEdit>,
    count: usize,
}

/// What became of one face.
#[derive(Debug, Clone, Default)]
pub(crate) struct FaceEdit {
    /// The face, with its crop on the edit's frame.
    pub(crate) face: Face,
    /// Whether `drawing` is to be drawn.
    pub(crate) applied: bool,
    /// What the model draws on it.
    pub(crate) drawing: Drawing,
    /// Probability of each attribute's `on` value; empty where the model did not look.
    pub(crate) probabilities: Vec<f32>,
    /// Domain of the face before the edit.
    pub(crate) source_domain: usize,
}

impl Edit {
    /// The faces, largest first.
    #[must_use]
    pub(crate) fn faces(&self) -> &[FaceEdit] {
        &self.faces[..self.count]
    }

    /// The edit of the face with this [`Face::id`], where one is to be drawn.
    #[must_use]
    pub(crate) fn applied_to(&self, id: u64) -> Option<&FaceEdit> {
        let mut faces = self.faces().iter();
        faces.find(|edit| edit.face.id == id && edit.applied)
    }

    /// Whether any face is changed.
    #[must_use]
    pub(crate) fn is_applied(&self) -> bool {
        self.faces().iter().any(|edit| edit.applied)
    }

    /// The frame with its faces.
    #[must_use]
    pub(crate) fn tracked(&self) -> Tracked {
        Tracked {
            frame: Arc::clone(&self.frame),
            faces: self.faces().iter().map(|edit| edit.face).collect(),
        }
    }

    /// Makes this the edit of `tracked` that changes nothing.
    pub(crate) fn pass_through(&mut self, tracked: &Tracked, strengths: &[f32]) {
        self.frame = Arc::clone(&tracked.frame);
        self.strengths.clear();
        self.strengths.extend_from_slice(strengths);
        self.count = tracked.faces.len();
        if self.faces.len() < self.count {
            self.faces.resize_with(self.count, FaceEdit::default);
        }
        for (edit, &face) in self.faces.iter_mut().zip(&tracked.faces) {
            edit.face = face;
            edit.applied = false;
            edit.probabilities.clear();
        }
    }

    /// Makes room for `faces` differences of `samples` values, and `attributes` strengths.
    pub(crate) fn reserve(&mut self, faces: usize, samples: usize, attributes: usize) {
        self.strengths.reserve_exact(attributes);
        if self.faces.len() < faces {
            self.faces.resize_with(faces, FaceEdit::default);
        }
        for face in &mut self.faces {
            face.drawing.reserve(samples);
            face.probabilities.reserve_exact(attributes);
        }
    }

    fn faces_mut(&mut self) -> &mut [FaceEdit] {
        &mut self.faces[..self.count]
    }
}
