//! Faces on pictures, each with the window in which the aligner should see it.

use crate::data::{FaceSet, picture};
use aligner::{Aligner, Correction, Grey, Patch, Square, Stage, grey::WINDOW_PIXELS};
use model_spec::{Architecture, CheckpointSpec, ColourMode, Framing};
use std::f32::consts::PI;

/// The procedural faces' own box, seen from the box of a face detector.
const FACE_BOX: Framing = Framing {
    side_ratio: 0.81,
    centre_offset: [0.0, 0.078],
};
/// Windows are never moved farther than this from where an image's framing has them: shift in
/// sides, logarithm of growth, roll in radians.
const FARTHEST: [f32; Correction::LEN] = [0.25, 0.25, 0.3, 35.0 * PI / 180.0];

/// A face.
#[derive(Debug)]
pub struct Portrait {
    /// The picture, of about [`WINDOW_PIXELS`] per side of the window.
    pub grey: Grey,
    /// Where the face is, in pixels.
    pub window: Square,
    /// Where the image's framing, or the known pose, has it.
    given: Square,
}

/// Faces of one origin.
#[derive(Debug)]
pub(crate) struct Portraits {
    /// The faces.
    pub faces: Vec<Portrait>,
    /// Whether the poses are known: windows then move together or not at all.
    posed: bool,
}

/// The image size and colour in which training images are read.
#[must_use]
pub(crate) fn architecture(spec: &CheckpointSpec) -> Architecture {
    let window = Aligner::window_of(&spec.framing);
    Architecture {
        colour: ColourMode::Luma,
        image_size: (WINDOW_PIXELS / window.side_ratio).round() as usize,
        ..spec.architecture.clone()
    }
}

impl Portrait {
    fn new(grey: Grey, window: Square) -> Self {
        let given = window;
        Self {
            grey,
            window,
            given,
        }
    }

    /// The mirror image.
    #[must_use]
    pub(crate) fn mirrored(&self) -> Self {
        let mut grey = self.grey.clone();
        for row in grey.values.chunks_exact_mut(grey.width) {
            row.reverse();
        }
        let mirror = |square: Square| Square {
            centre: [grey.width as f32 - square.centre[0], square.centre[1]],
            roll: -square.roll,
            ..square
        };
        Self {
            window: mirror(self.window),
            given: mirror(self.given),
            grey,
        }
    }
}

impl Portraits {
    /// Training images read for `architecture`, each assumed to be framed as the model expects.
    #[must_use]
    pub(crate) fn of_images(
        images: &FaceSet,
        architecture: &Architecture,
        window: &Framing,
    ) -> Self {
        let side = architecture.image_size;
        let positions = (0..images.domains()).flat_map(|domain| {
            (0..images.count(domain)).map(move |index| images.position(domain, index))
        });
        let faces = positions.map(|position| {
            let bytes = images.bytes(position).iter();
            let grey = Grey {
                width: side,
                height: side,
                values: bytes.copied().map(f32::from).collect(),
            };
            let window = grey.whole().framed(window);
            Portrait::new(grey, window)
        });
        Self {
            faces: faces.collect(),
            posed: false,
        }
    }

    /// Procedural faces of known pose, with as much around them as a camera would see.
    #[must_use]
    pub(crate) fn procedural(framing: &Framing, count: u64, first_seed: u64) -> Self {
        let window = Aligner::window_of(framing);
        // The face's box should be as large as on images of the tightest framing.
        let side = (WINDOW_PIXELS / Aligner::window_of(&FACE_BOX).side_ratio).round() as u32;
        let faces = (first_seed..first_seed + count).map(|seed| {
            let smile = (seed % 5) as f32 / 4.0;
            let mut scene = faces::training_scene(seed, smile, side);
            scene.pose.centre = scene.pose.centre.map(|part| part + side as f32 / 2.0);
            let rgb = scene.render(2 * side, 2 * side);
            let luma = picture::planar(&rgb, ColourMode::Luma);
            let grey = Grey {
                width: rgb.width() as usize,
                height: rgb.height() as usize,
                values: luma.into_iter().map(f32::from).collect(),
            };
            let face = scene.pose.face_box();
            let half = face.side * 0.5;
            let crop = Square {
                centre: [face.x + half, face.y + half],
                side: face.side,
                roll: scene.pose.roll_degrees.to_radians(),
            };
            let crop = crop.unframed(&FACE_BOX).framed(framing);
            Portrait::new(grey, crop.framed(&window))
        });
        Self {
            faces: faces.collect(),
            posed: true,
        }
    }

    /// Moves the windows to where `stages` see the faces, and returns by how much (root mean square
    /// over the points of a window, in sides). Neither framing nor known poses drift: what all
    /// windows of images have in common is taken out, and known poses follow only that.
    pub(crate) fn realign(&mut self, stages: &[Stage]) -> f32 {
        let seen: Vec<[f32; Correction::LEN]> = self
            .faces
            .iter()
            .map(|face| {
                let mut window = face.window;
                for stage in stages {
                    let features = Patch::sample(&face.grey, window).features();
                    window = window.corrected(stage.correction(&features));
                }
                let correction = face.given.correction_to(window).to_array();
                let near = correction
                    .iter()
                    .zip(FARTHEST)
                    .all(|(c, most)| c.abs() <= most);
                let kept = face.given.correction_to(face.window).to_array();
                if near { correction } else { kept }
            })
            .collect();
        let mut mean =
            [0, 1, 2, 3].map(|i| seen.iter().map(|c| c[i]).sum::<f32>() / seen.len() as f32);
        // A mirror swaps left and right, and half of all samples are mirrored.
        (mean[0], mean[3]) = (0.0, 0.0);
        let mut moved = 0.0;
        for (face, seen) in self.faces.iter_mut().zip(seen) {
            let correction = if self.posed {
                mean
            } else {
                [0, 1, 2, 3].map(|i| seen[i] - mean[i])
            };
            let window = face.given.corrected(Correction::from_array(correction));
            moved += face.window.correction_to(window).motion().powi(2);
            face.window = window;
        }
        (moved / self.faces.len() as f32).sqrt()
    }
}
