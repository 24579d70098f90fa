//! Portraits: a person with five attributes, an expression, a pose, a light, a room, a camera and what covers the
//! face, with all that is known of the picture.

pub(crate) mod camera;
pub(crate) mod drawn;
pub(crate) mod person;
pub(crate) mod random;
pub(crate) mod truth;

use crate::anatomy::head::Head;
use crate::occlusion::Cover;
use crate::portrait::camera::Camera;
use crate::portrait::person::Person;
use crate::render::draw_layers;
use crate::render::drawn::backdrop;
use crate::render::layers::Layers;
use crate::scene::Scene;
use crate::scene::attributes::Attributes;
use crate::scene::background::Background;
use crate::scene::expression::Expression;
use crate::scene::light::Light;
use crate::scene::pose::Pose;
use crate::scene::style::Style;
use image::RgbImage;
use serde::{Deserialize, Serialize};

/// Everything a portrait depends on. Each field can be changed with all else equal.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Portrait {
    /// Who.
    pub person: Person,
    /// The five attributes. The smile here counts, not the one in `expression`.
    pub attributes: Attributes,
    /// What the face does besides smiling.
    pub expression: Expression,
    /// Where it is; places in pixels of a picture of `side` pixels.
    pub pose: Pose,
    /// How it is lit.
    pub light: Light,
    /// What is behind.
    pub background: Background,
    /// What is before the face.
    pub cover: Option<Cover>,
    /// How it was photographed; drawings are not.
    pub camera: Camera,
    /// Side of the picture in pixels.
    pub side: u32,
    /// Photograph or drawing.
    #[serde(default)]
    pub style: Style,
}

impl Portrait {
    /// The scene that the camera saw; that of a drawing has the drawn person's colours and proportions.
    #[must_use]
    pub fn scene(&self) -> Scene {
        Scene {
            identity: match self.style {
                Style::Natural => self.person.identity(&self.attributes),
                Style::Drawn => drawn::identity(&self.person, &self.attributes),
            },
            expression: Expression {
                smile: self.attributes.smile,
                ..self.expression
            },
            pose: self.pose,
            light: self.light,
            background: self.background,
        }
    }

    fn head(&self) -> (Scene, Head) {
        let scene = self.scene();
        let looks = self.person.looks(&self.attributes);
        let head = match self.style {
            Style::Natural => Head::finer(&scene, &looks),
            Style::Drawn => Head::drawn(&scene, &drawn::looks(&looks)),
        };
        (scene, head)
    }

    /// The picture.
    #[must_use]
    pub fn render(&self) -> RgbImage {
        self.photograph(&self.head(), None)
    }

    /// How far, in pixels, the camera's blur carries anything.
    fn blur_reach(&self) -> u32 {
        match self.style {
            Style::Natural => self.camera.reach(self.side),
            Style::Drawn => 0,
        }
    }

    fn photograph(&self, (scene, head): &(Scene, Head), layers: Option<&mut Layers>) -> RgbImage {
        let mut picture = RgbImage::new(self.side, self.side);
        let side = self.side as usize;
        let rgb: &mut [u8] = &mut picture;
        if rgb.is_empty() {
            return picture;
        }
        match self.style {
            Style::Natural => scene.background.paint(side, side, rgb),
            Style::Drawn => backdrop::paint(&scene.background, side, rgb),
        }
        draw_layers(head, side, side, rgb, layers);
        if let Some(cover) = &self.cover {
            cover.paint(head, side, rgb);
        }
        if self.style == Style::Natural {
            self.camera.expose(side, side, rgb);
        }
        picture
    }
}
