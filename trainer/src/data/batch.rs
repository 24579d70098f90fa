//! The faces of one training step.

use crate::{device::Speed, networks::Masks, ranks::Group};
use tch::{Kind, Tensor};

/// Real faces with the domain each is in and the one it is to be moved to.
#[derive(Debug)]
pub struct Batch {
    /// `[N,C,S,S]` in [-1, 1].
    pub x: Tensor,
    /// `y`, `[N]` int64.
    pub source: Tensor,
    /// `y~`, `[N]` int64.
    pub target: Tensor,
    /// 1 for faces that the discriminator may take for examples of their domain, else 0: `[N]`.
    pub examples: Tensor,
    /// 1 for faces whose edit is judged whole, 0 for those of which moved pixels alone are shown: `[N]`; without it, all are
    /// whole.
    pub whole: Option<Tensor>,
    /// Face masks, for generators with high-pass skips.
    pub masks: Option<Masks>,
    /// What is in front of the faces, where that is drawn.
    pub covers: Option<Covers>,
    /// What the edits have to be, where that is known.
    pub truth: Option<Truth>,
    /// Who has the other rows.
    pub group: Group,
}

/// Things in front of faces.
#[derive(Debug)]
pub struct Covers {
    /// How much of each pixel they cover, `[N,1,S,S]` in [0, 1].
    pub coverage: Tensor,
    /// 1 for faces whose mouth can be seen, else 0; `[N]`.
    pub expressive: Tensor,
}

/// The faces' twins in the target domains.
#[derive(Debug)]
pub struct Truth {
    /// `[N,C,S,S]` in [-1, 1].
    pub x: Tensor,
    /// The displacement that makes the face its twin, right and down in shares of the side: `[N,2,F,F]`.
    pub displacement: Tensor,
    /// How surely that is known, 0 to 1: `[N,1,F,F]`.
    pub skin: Tensor,
}

impl Batch {
    /// Faces without more than their domains: examples all, uncovered, judged whole.
    ///
    /// # Shapes
    /// `[N,C,S,S]` in [-1, 1], and `[N]` int64 twice.
    #[must_use]
    pub fn of_faces(x: Tensor, source: Tensor, target: Tensor) -> Self {
        Self {
            examples: source.ones_like().to_kind(Kind::Float),
            x,
            source,
            target,
            whole: None,
            masks: None,
            covers: None,
            truth: None,
            group: Group::alone(),
        }
    }

    /// The same with the images in the memory order that `speed` asks for.
    #[must_use]
    pub(crate) fn arranged(self, speed: Speed) -> Self {
        Self {
            x: speed.arranged(self.x),
            ..self
        }
    }
}
