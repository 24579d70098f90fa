//! An animated portrait: the camera of the demo.

use crate::math::curve::{hill, sine, smooth_step};
use crate::scene::Scene;
use crate::scene::background::Background;
use crate::scene::expression::Expression;
use crate::scene::identity::Identity;
use crate::scene::light::Light;
use crate::scene::pose::{FaceBox, Pose};

/// Length of the loop.
pub(crate) const LOOP_SECONDS: f32 = 12.0;

/// A person who looks, smiles, talks, turns and blinks in a loop of 12 seconds.
#[derive(Clone, Debug)]
pub struct Take {
    still: Scene,
    width: u32,
    height: u32,
    frames_per_second: f32,
    phase: f32,
    /// The room, rendered once: it does not move.
    room: Vec<u8>,
}

/// What a frame of a take shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GroundTruth {
    /// Square around the face, in pixels.
    pub face: FaceBox,
    /// Smile, 0..=1.
    pub smile: f32,
    /// Openness of the mouth, 0..=1.
    pub mouth_open: f32,
    /// Closedness of the eyes, 0..=1.
    pub blink: f32,
    /// Clockwise in the picture.
    pub roll_degrees: f32,
    /// To the picture's right.
    pub yaw_degrees: f32,
    /// Seconds since the start of the loop.
    pub seconds: f32,
}

/// Seconds at which the eyes close.
const BLINKS: [f32; 4] = [1.1, 4.55, 7.4, 10.3];

impl Take {
    /// Seed 0 is the project's demo person; other seeds are other people.
    #[must_use]
    pub fn new(seed: u64, width: u32, height: u32, frames_per_second: f32) -> Self {
        let identity = if seed == 0 {
            Identity::demo()
        } else {
            Identity::from_seed(seed)
        };
        let short = width.min(height) as f32;
        let centre = [width as f32 * 0.5, height as f32 * 0.53];
        let still = Scene {
            identity,
            expression: Expression::default(),
            pose: Pose::frontal(centre, short * 0.36),
            light: Light::default(),
            background: Background {
                seed: seed.wrapping_add(3),
                ..Background::default()
            },
        };
        let mut room = vec![0; 3 * width as usize * height as usize];
        still
            .background
            .paint(width as usize, height as usize, &mut room);
        Self {
            still,
            width,
            height,
            frames_per_second: frames_per_second.max(1.0),
            phase: (seed % 7) as f32 / 7.0,
            room,
        }
    }

    /// Frames after which the take repeats.
    #[must_use]
    pub fn loop_frames(&self) -> u64 {
        (LOOP_SECONDS * self.frames_per_second).round().max(1.0) as u64
    }

    /// The scene of a frame; any index is valid.
    pub fn scene(&self, frame_index: u64) -> Scene {
        let t = self.seconds(frame_index);
        let turn = t / LOOP_SECONDS;
        let mut scene = self.still;
        let unit = scene.pose.face_height;
        // Slow sway always; a clear turn after the talking; a clear roll during the second smile.
        let yaw = 3.5 * sine(2.0 * turn + self.phase) + 17.0 * swell(t, 6.3, 8.4)
            - 11.0 * swell(t, 8.4, 9.9);
        let roll = 2.0 * sine(3.0 * turn) + 11.0 * swell(t, 9.6, 11.7);
        scene.pose.yaw_degrees = yaw;
        scene.pose.roll_degrees = roll;
        scene.pose.pitch_degrees = 2.0 * sine(2.0 * turn + 0.3) + 4.0 * swell(t, 4.2, 5.4);
        scene.pose.centre[0] += unit * (0.10 * sine(turn) + 0.006 * yaw);
        scene.pose.centre[1] += unit * 0.035 * sine(2.0 * turn + 0.2);
        scene.pose.face_height *= 1.0 + 0.05 * sine(turn + 0.4);

        let talk = smooth_step(4.3, 4.6, t) * smooth_step(6.5, 6.1, t);
        let syllables = 0.5 + 0.30 * sine(2.9 * t) + 0.20 * sine(4.7 * t + 0.2);
        scene.expression = Expression {
            smile: smile(t),
            mouth_open: talk * syllables.max(0.0) * 0.45,
            mouth_round: talk * (0.35 + 0.35 * sine(1.3 * t)),
            blink: BLINKS
                .iter()
                .map(|at| hill((t - at) / 0.15))
                .fold(0.0, f32::max),
            gaze: [
                -yaw / 45.0 + 0.06 * sine(5.0 * turn),
                0.05 * sine(4.0 * turn),
            ],
            brow_raise: 0.25 * swell(t, 1.6, 4.0) + 0.45 * talk * sine(0.9 * t).max(0.0),
        };
        scene
    }

    /// Renders a frame into `3 * width * height` RGB bytes. Allocates nothing.
    ///
    /// # Panics
    /// When `rgb` has another length.
    pub fn render_into(&self, frame_index: u64, rgb: &mut [u8]) {
        rgb.copy_from_slice(&self.room);
        self.scene(frame_index)
            .render_over(self.width, self.height, rgb);
    }

    /// What a frame shows.
    #[must_use]
    pub fn truth(&self, frame_index: u64) -> GroundTruth {
        let scene = self.scene(frame_index);
        GroundTruth {
            face: scene.pose.face_box(),
            smile: scene.expression.smile,
            mouth_open: scene.expression.mouth_open,
            blink: scene.expression.blink,
            roll_degrees: scene.pose.roll_degrees,
            yaw_degrees: scene.pose.yaw_degrees,
            seconds: self.seconds(frame_index),
        }
    }

    fn seconds(&self, frame_index: u64) -> f32 {
        (frame_index % self.loop_frames()) as f32 / self.frames_per_second
    }
}

/// Neutral at first, a full smile, talking, a smaller smile with a tilted head, neutral again.
fn smile(t: f32) -> f32 {
    let first = smooth_step(1.7, 2.5, t) * smooth_step(4.2, 3.6, t);
    let second = smooth_step(8.6, 9.5, t) * smooth_step(11.8, 11.1, t);
    first.max(0.85 * second)
}

/// Rises from 0 at `from` to 1 half way and falls back to 0 at `to`.
fn swell(t: f32, from: f32, to: f32) -> f32 {
    let middle = 0.5 * (from + to);
    smooth_step(from, middle, t) * smooth_step(to, middle, t)
}
