//! A person in a room, in front of a camera.

pub(crate) mod attributes;
pub(crate) mod background;
pub(crate) mod expression;
pub(crate) mod feature;
pub(crate) mod identity;
pub(crate) mod light;
pub(crate) mod looks;
pub(crate) mod pose;
pub(crate) mod spectacles;
pub(crate) mod style;

use crate::scene::background::Background;
use crate::scene::expression::Expression;
use crate::scene::identity::Identity;
use crate::scene::light::Light;
use crate::scene::pose::Pose;
use serde::{Deserialize, Serialize};

/// Everything a picture depends on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scene {
    /// Who.
    pub identity: Identity,
    /// What the face does.
    pub expression: Expression,
    /// Where it is.
    pub pose: Pose,
    /// How it is lit.
    pub light: Light,
    /// What is behind.
    pub background: Background,
}
