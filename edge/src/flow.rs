//! How far a face moved between two frames, by matching its grey values.

use crate::{frame::Frame, resample::Resampler, square::Square};
use model_spec::ColourMode;

/// Side of the patch in samples.
const SIDE: usize = 40;
/// Gauss-Newton steps; each one resamples the patch.
const STEPS: usize = 3;
/// Mean grey-value error, in bytes, above which the match is not believed.
const WORST_RESIDUAL: f32 = 22.0;

/// Follows a face from frame to frame: translation and scale of least squares (Lucas-Kanade) between
/// the patch remembered and the new frame.
#[derive(Debug, Default)]
pub struct Flow {
    resampler: Resampler,
    remembered: Vec<f32>,
    current: Vec<f32>,
}

impl Flow {
    /// Remembers how the face looks on this frame.
    pub fn remember(&mut self, frame: &Frame, face: Square) {
        sample(&mut self.resampler, frame, face, &mut self.remembered);
    }

    /// Where the face remembered at `face` is on `frame`, or nothing when it cannot be found nearby.
    pub fn follow(&mut self, frame: &Frame, face: Square) -> Option<Square> {
        if self.remembered.len() != SIDE * SIDE {
            return None;
        }
        let mut estimate = face;
        for _ in 0..STEPS {
            sample(&mut self.resampler, frame, estimate, &mut self.current);
            let [x, y, growth] = solve(&self.remembered, &self.current)?;
            // In units of patch samples and of the patch's half side.
            let unit = estimate.side / SIDE as f32;
            estimate.centre[0] += x * unit;
            estimate.centre[1] += y * unit;
            estimate.side *= 1.0 + growth.clamp(-0.05, 0.05);
        }
        sample(&mut self.resampler, frame, estimate, &mut self.current);
        let far = (0..2).any(|i| (estimate.centre[i] - face.centre[i]).abs() > 0.3 * face.side);
        let differences = self.remembered.iter().zip(&self.current);
        let residual: f32 =
            differences.map(|(a, b)| (a - b).abs()).sum::<f32>() / (SIDE * SIDE) as f32;
        let believable = !far && residual < WORST_RESIDUAL && estimate.side.is_finite();
        believable.then_some(estimate)
    }

    /// Forgets the patch.
    pub fn forget(&mut self) {
        self.remembered.clear();
    }
}

fn sample(resampler: &mut Resampler, frame: &Frame, face: Square, output: &mut Vec<f32>) {
    let size = [face.side; 2];
    let grid = [SIDE; 2];
    let colour = ColourMode::Luma;
    resampler.sample(frame, face.origin(), size, colour, grid, [1.0, 0.0], output);
    // Without the mean, a change of exposure is no movement.
    let mean = output.iter().sum::<f32>() / output.len() as f32;
    output.iter_mut().for_each(|value| *value -= mean);
}

/// Shift (in samples) and growth of `from` that lead to `to`, by least squares over the inner samples.
///
/// `from(p) = to(p + shift + growth * p)` to first order.
fn solve(from: &[f32], to: &[f32]) -> Option<[f32; 3]> {
    let mut normal = [[0.0_f32; 3]; 3];
    let mut right = [0.0_f32; 3];
    let middle = (SIDE as f32 - 1.0) * 0.5;
    for y in 1..SIDE - 1 {
        for x in 1..SIDE - 1 {
            let at = y * SIDE + x;
            let gradient_x = 0.5 * (to[at + 1] - to[at - 1]);
            let gradient_y = 0.5 * (to[at + SIDE] - to[at - SIDE]);
            let (from_middle_x, from_middle_y) = (x as f32 - middle, y as f32 - middle);
            let row = [
                gradient_x,
                gradient_y,
                gradient_x * from_middle_x + gradient_y * from_middle_y,
            ];
            let error = from[at] - to[at];
            for i in 0..3 {
                for j in 0..3 {
                    normal[i][j] += row[i] * row[j];
                }
                right[i] += row[i] * error;
            }
        }
    }
    // A little towards "did not move" where the picture says nothing, e.g. a plain wall.
    let samples = (SIDE * SIDE) as f32;
    normal[0][0] += 0.2 * samples;
    normal[1][1] += 0.2 * samples;
    normal[2][2] += 200.0 * samples;
    cramer(normal, right)
}

fn cramer(m: [[f32; 3]; 3], right: [f32; 3]) -> Option<[f32; 3]> {
    let determinant = |m: [[f64; 3]; 3]| {
        m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1])
            - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
            + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
    };
    let m = m.map(|row| row.map(f64::from));
    let whole = determinant(m);
    let solution = [0, 1, 2].map(|column| {
        let mut replaced = m;
        for (row, &value) in replaced.iter_mut().zip(&right) {
            row[column] = f64::from(value);
        }
        (determinant(replaced) / whole) as f32
    });
    solution
        .iter()
        .all(|value| value.is_finite())
        .then_some(solution)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A smooth, unevenly patterned picture, seen through a window that moves and zooms.
    fn view(shift: [f32; 2], zoom: f32) -> Frame {
        let mut frame = Frame::default();
        frame.resize(320, 240);
        for y in 0..240 {
            for x in 0..320 {
                let u = (x as f32 - 160.0 - shift[0]) / zoom;
                let v = (y as f32 - 120.0 - shift[1]) / zoom;
                let value = 120.0
                    + 50.0 * (u * 0.05).sin() * (v * 0.04 + 0.5).cos()
                    + 40.0 * (u * 0.021 + v * 0.033).sin();
                frame.rgb[3 * (y * 320 + x)..][..3].fill(value as u8);
            }
        }
        frame
    }

    const FACE: Square = Square {
        centre: [160.0, 120.0],
        side: 120.0,
    };

    #[test]
    fn a_shift_and_a_zoom_are_followed_to_a_fraction_of_a_pixel() {
        let mut flow = Flow::default();
        flow.remember(&view([0.0, 0.0], 1.0), FACE);
        let moved = flow.follow(&view([6.4, -3.7], 1.03), FACE).unwrap();
        assert!((moved.centre[0] - 166.4).abs() < 0.3, "{moved:?}");
        assert!((moved.centre[1] - 116.3).abs() < 0.3, "{moved:?}");
        assert!((moved.side / 120.0 - 1.03).abs() < 0.006, "{moved:?}");
    }

    #[test]
    fn a_still_face_does_not_move_at_all() {
        let mut flow = Flow::default();
        let frame = view([0.0, 0.0], 1.0);
        flow.remember(&frame, FACE);
        let moved = flow.follow(&frame, FACE).unwrap();
        assert!((moved.centre[0] - 160.0).abs() < 1e-3 && (moved.side - 120.0).abs() < 1e-2);
    }

    #[test]
    fn another_picture_is_not_believed() {
        let mut flow = Flow::default();
        flow.remember(&view([0.0, 0.0], 1.0), FACE);
        let mut other = view([0.0, 0.0], 1.0);
        for (index, byte) in other.rgb.iter_mut().enumerate() {
            *byte = if (index / 90) % 2 == 0 { 0 } else { 255 };
        }
        assert_eq!(flow.follow(&other, FACE), None);
    }
}
