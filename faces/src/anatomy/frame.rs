//! From picture pixels to the head, and from the turned head to the frontal face.

use crate::math::curve::sine_cosine_degrees;
use crate::scene::pose::Pose;

/// The head as a ball for turning: middle height and radii, in face heights.
const MIDDLE_Y: f32 = -0.38;
const RADIUS: [f32; 3] = [0.74, 1.16, 0.70];

/// Coordinate changes of one pose. *Head* coordinates turn with the roll only; *frontal* coordinates
/// lie on the face, so that an eye has the same ones whichever way the head looks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    centre: [f32; 2],
    /// Pixels per face height.
    pub scale: f32,
    roll: (f32, f32),
    yaw: (f32, f32),
    pitch: (f32, f32),
    origin: [f32; 2],
}

impl Frame {
    /// The coordinate changes of a pose.
    pub(crate) fn new(pose: &Pose) -> Self {
        let mut frame = Self {
            centre: pose.centre,
            scale: pose.face_height.max(1.0),
            roll: sine_cosine_degrees(pose.roll_degrees),
            yaw: sine_cosine_degrees(pose.yaw_degrees.clamp(-40.0, 40.0)),
            pitch: sine_cosine_degrees(pose.pitch_degrees.clamp(-30.0, 30.0)),
            origin: [0.0, 0.0],
        };
        // Where the turn carries the face centre; a few rounds are exact enough.
        for _ in 0..6 {
            let depth = frame.depth(frame.origin[0], frame.origin[1]);
            frame.origin[0] = depth * frame.yaw.0 / frame.yaw.1;
            frame.origin[1] = MIDDLE_Y + (-MIDDLE_Y + depth * frame.pitch.0) / frame.pitch.1;
        }
        frame
    }

    /// Sine of the yaw: positive when the face looks to the picture's right.
    pub(crate) fn yaw_sine(&self) -> f32 {
        self.yaw.0
    }

    /// Sine of the pitch: positive when the face looks down.
    pub(crate) fn pitch_sine(&self) -> f32 {
        self.pitch.0
    }

    /// Sine of the roll: positive clockwise.
    pub(crate) fn roll_sine(&self) -> f32 {
        self.roll.0
    }

    /// Head coordinates of a pixel position.
    #[inline]
    pub(crate) fn head_from_pixel(&self, px: f32, py: f32) -> (f32, f32) {
        let (dx, dy) = (
            (px - self.centre[0]) / self.scale,
            (py - self.centre[1]) / self.scale,
        );
        let (s, c) = self.roll;
        (
            dx * c + dy * s + self.origin[0],
            dy * c - dx * s + self.origin[1],
        )
    }

    /// Pixel position of head coordinates.
    pub(crate) fn pixel_from_head(&self, x: f32, y: f32) -> [f32; 2] {
        let (dx, dy) = (x - self.origin[0], y - self.origin[1]);
        let (s, c) = self.roll;
        [
            (dx * c - dy * s) * self.scale + self.centre[0],
            (dx * s + dy * c) * self.scale + self.centre[1],
        ]
    }

    /// Head coordinates of frontal ones, searched from `start`: the inverse of [`Frame::frontal_from_head`].
    pub(crate) fn head_from_frontal(&self, x: f32, y: f32, start: (f32, f32)) -> (f32, f32) {
        let mut at = start;
        for _ in 0..24 {
            let depth = self.depth(at.0, at.1);
            let (fx, fy) = self.frontal_from_head(at.0, at.1, depth);
            let (ex, ey) = (x - fx, y - fy);
            if ex.abs() + ey.abs() < 2e-6 {
                break;
            }
            at = (at.0 + ex / self.yaw.1, at.1 + ey / self.pitch.1);
        }
        at
    }

    /// Depth of the ball towards the viewer. Floored, so that it has no edge near the outline.
    #[inline]
    pub(crate) fn depth(&self, x: f32, y: f32) -> f32 {
        let (u, v) = (x / RADIUS[0], (y - MIDDLE_Y) / RADIUS[1]);
        RADIUS[2] * (1.0 - u * u - v * v).max(0.06).sqrt()
    }

    /// Frontal coordinates of head coordinates whose depth is known.
    #[inline]
    pub(crate) fn frontal_from_head(&self, x: f32, y: f32, depth: f32) -> (f32, f32) {
        (
            x * self.yaw.1 - depth * self.yaw.0,
            MIDDLE_Y + (y - MIDDLE_Y) * self.pitch.1 - depth * self.pitch.0,
        )
    }
}
