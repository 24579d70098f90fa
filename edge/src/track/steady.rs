//! Keeps a still face still without holding a moving one back.

use aligner::{Correction, Square};

/// Part of the way to a new pose that is followed at once when the face moves, ...
const MOVING: f32 = 1.0;
/// ... and when it is still. Following at least half of the way at every frame is at most one frame
/// late: a face that moves evenly is `(1 - part) / part` frames behind.
const STILL: f32 = 0.5;
/// Motion between two frames, in sides of the crop (see [`Correction::motion`]), that is noise, and
/// that is none.
const NOISE: [f32; 2] = [0.003, 0.015];

/// A pose that follows another one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Steady {
    pose: Square,
    still: f32,
}

impl Steady {
    /// Starts at a pose.
    #[must_use]
    pub(crate) fn new(pose: Square) -> Self {
        let still = STILL;
        Self { pose, still }
    }

    /// Starts at a pose of a detector, whose noise is many times that of an aligner: it is followed
    /// late.
    #[must_use]
    pub(crate) fn coarse(pose: Square) -> Self {
        let still = 0.2;
        Self { pose, still }
    }

    /// Follows `seen` and returns where it is now.
    pub(crate) fn follow(&mut self, seen: Square) -> Square {
        let way = self.pose.correction_to(seen);
        let [noise, moving] = NOISE;
        // A detector's noise looks like motion up to ten times as far.
        let reach = if self.still < STILL { 10.0 } else { 1.0 };
        let part = ((way.motion() / reach - noise) / (moving - noise)).clamp(0.0, 1.0);
        let part = self.still + (MOVING - self.still) * part;
        let step = way.to_array().map(|way| part * way);
        self.pose = self.pose.corrected(Correction::from_array(step));
        self.pose
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Square = Square::upright([100.0, 100.0], 200.0);

    #[test]
    fn a_face_that_moves_evenly_is_followed_at_most_one_frame_late_at_any_speed() {
        for pixels_per_frame in [0.01_f32, 0.1, 0.5, 1.0, 3.0, 10.0] {
            let mut steady = Steady::new(START);
            let mut seen = START;
            for _ in 0..100 {
                seen.centre[0] += pixels_per_frame;
                seen.roll += 0.001 * pixels_per_frame;
                let late = seen.centre[0] - steady.follow(seen).centre[0];
                assert!(
                    late <= 1.001 * pixels_per_frame,
                    "{pixels_per_frame}: {late}"
                );
            }
        }
    }

    #[test]
    fn noise_on_a_still_face_is_more_than_halved_in_power() {
        let mut steady = Steady::new(START);
        let (mut before, mut after) = (0.0, 0.0);
        for index in 0..1000_u32 {
            // An even spread over 0.6 px that does not repeat.
            let noise = (index.wrapping_mul(2_654_435_761) >> 16) as f32 / 65_536.0 - 0.5;
            let mut seen = START;
            seen.centre[0] += 0.6 * noise;
            let shown = steady.follow(seen);
            before += (seen.centre[0] - START.centre[0]).powi(2);
            after += (shown.centre[0] - START.centre[0]).powi(2);
        }
        assert!(after < 0.5 * before, "{before} {after}");
    }

    #[test]
    fn a_jump_is_followed_at_once() {
        let mut steady = Steady::new(START);
        let far = Square {
            roll: 0.3,
            ..Square::upright([140.0, 90.0], 230.0)
        };
        let shown = steady.follow(far);
        assert!(shown.correction_to(far).motion() < 1e-5);
    }
}
