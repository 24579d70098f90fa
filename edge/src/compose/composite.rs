//! Lays the model's small drawing over the camera's full-resolution picture: moves the picture's own pixels,
//! and adds the difference.

use super::{enlarge::Enlarged, moved::SPAN, node::Node, row::Row};
use crate::{inference::model::Drawing, picture::frame::Frame};
use aligner::Square;
use model_spec::{ColourMode, displacement::FIELD_SIZE};

/// Bytes per unit of a model value: [-1, 1] spans 255.
const BYTES_PER_UNIT: f32 = 127.5;

/// A drawing and where it belongs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patch<'a> {
    /// What to move and what to add.
    pub(crate) drawing: &'a Drawing,
    /// `S`.
    pub(crate) size: usize,
    /// `C` and its meaning.
    pub(crate) colour: ColourMode,
    /// Where on the frame it lies.
    pub(crate) crop: Square,
}

/// Lays drawings over pictures; keeps its buffers, so that a warm compositor allocates nothing.
///
/// Displacement and difference are enlarged and faded, see [`Enlarged`], then turned with the crop, bilinear,
/// which loses nothing on so smooth pictures. Where the face moves, the frame's own pixels are taken with
/// Catmull-Rom splines, so that skin keeps its pores.
#[derive(Debug, Default)]
pub(crate) struct Compositor {
    /// In bytes: red, green, blue.
    difference: Enlarged,
    /// In frame pixels along the crop's own axes: right, down. Empty without one.
    displacement: Enlarged,
    row: Row,
}

impl Compositor {
    /// Lays `patch` over `canvas`, a copy of `frame.rgb`.
    ///
    /// A luma difference is added to red, green and blue alike, which changes luma by just that and
    /// leaves the colour differences alone. Values saturate. Where nothing moves and nothing is added, bytes
    /// stay.
    pub(crate) fn apply(&mut self, frame: &Frame, patch: Patch<'_>, canvas: &mut [u8]) {
        let Drawing {
            difference,
            displacement,
        } = patch.drawing;
        let samples = patch.colour.channels() * patch.size * patch.size;
        let field = 2 * FIELD_SIZE * FIELD_SIZE;
        let fits = samples == difference.len() && [0, field].contains(&displacement.len());
        if canvas.len() != frame.rgb.len() || !fits || samples == 0 {
            log::error!("a drawing or canvas of a wrong size was not drawn");
            return;
        }
        // A crop without a size, or that is not a number, has no pixels.
        let side = patch.crop.side;
        if side.is_nan() || side < 1.0 {
            return;
        }
        self.difference
            .enlarge(difference, patch.size, side, BYTES_PER_UNIT);
        match displacement.is_empty() {
            true => self.displacement.clear(),
            false => self
                .displacement
                .enlarge(displacement, FIELD_SIZE, side, side),
        }
        // Splines overshoot by less than this.
        let farthest = displacement
            .iter()
            .fold(0.0, |far: f32, part| far.max(part.abs()));
        self.turn(frame, patch.crop, patch.size, 2.0 * farthest * side, canvas);
    }

    /// Moves and adds where the crop lies; nothing moves farther than `farthest` pixels.
    fn turn(&mut self, frame: &Frame, crop: Square, size: usize, farthest: f32, canvas: &mut [u8]) {
        let stride = pixels_between_nodes(crop.side, size);
        let Self {
            difference,
            displacement,
            row,
        } = self;
        let (sin, cos) = crop.roll.sin_cos();
        // Shares of the crop per pixel to the right.
        let step = [cos, -sin].map(|part| part / crop.side);
        let bounds = crop.bounds();
        let edge = |middle: f32, limit: usize| middle.clamp(0.0, limit as f32) as usize;
        let top = edge((bounds.centre[1] - bounds.side * 0.5).floor(), frame.height);
        let bottom = edge((bounds.centre[1] + bounds.side * 0.5).ceil(), frame.height);
        let half = bounds.side * 0.5;
        let left = edge((bounds.centre[0] - half).floor(), frame.width);
        let right = edge((bounds.centre[0] + half).ceil(), frame.width);
        let place = |x: usize, y: usize| {
            crop.crop_from_frame([x as f32 + 0.5, y as f32 + 0.5])
                .map(|part| part + 0.5)
        };
        row.reserve(frame.width);
        row.look_up(left..right, stride, |x| {
            Node::at(difference, displacement, place(x, top), [sin, cos])
        });
        for upper in (top..bottom).step_by(stride) {
            row.look_up(left..right, stride, |x| {
                Node::at(
                    difference,
                    displacement,
                    place(x, upper + stride),
                    [sin, cos],
                )
            });
            for y in upper..(upper + stride).min(bottom) {
                let (begin, end) = inside(place(0, y), step, frame.width);
                row.plan((y - upper) as f32 / stride as f32);
                row.draw(frame, begin..end, y, farthest, canvas);
            }
        }
    }
}

/// Pixels from one place to the next at which drawings are looked up; in between they run straight. At most half a
/// sample of a drawing of `size` samples, so that nothing it shows is lost.
fn pixels_between_nodes(side: f32, size: usize) -> usize {
    const MOST: f32 = SPAN as f32;
    (side / (2 * size) as f32).clamp(1.0, MOST) as usize
}

/// The pixels `begin..end` of a row of `width` for which `start + pixel * step` lies in 0 to 1 on both axes:
/// those on the crop.
fn inside(start: [f32; 2], step: [f32; 2], width: usize) -> (usize, usize) {
    let (mut begin, mut end) = (0.0_f32, width as f32);
    for (start, step) in start.into_iter().zip(step) {
        let bounds = [-start, 1.0 - start];
        if step.abs() < 1e-9 {
            if bounds[0] > 0.0 || bounds[1] < 0.0 {
                return (0, 0);
            }
            continue;
        }
        let [a, b] = bounds.map(|bound| bound / step);
        begin = begin.max(a.min(b).ceil());
        end = end.min(a.max(b).floor() + 1.0);
    }
    let begin = begin as usize;
    (
        begin,
        (end.max(0.0) as usize).clamp(begin, width.max(begin)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grey(byte: u8) -> Frame {
        let mut frame = Frame::default();
        frame.resize(160, 120);
        frame.rgb.fill(byte);
        frame
    }

    fn composed(frame: &Frame, difference: &[f32], colour: ColourMode, crop: Square) -> Vec<u8> {
        let drawing = Drawing {
            difference: difference.to_vec(),
            displacement: Vec::new(),
        };
        drawn(frame, &drawing, colour, crop)
    }

    fn drawn(frame: &Frame, drawing: &Drawing, colour: ColourMode, crop: Square) -> Vec<u8> {
        let mut canvas = frame.rgb.clone();
        let patch = Patch {
            drawing,
            size: 8,
            colour,
            crop,
        };
        Compositor::default().apply(frame, patch, &mut canvas);
        canvas
    }

    const CROP: Square = Square::upright([80.0, 60.0], 100.0);

    #[test]
    fn a_constant_difference_is_reached_in_the_middle_and_nothing_changes_at_the_border() {
        let frame = grey(100);
        let canvas = composed(&frame, &[20.0 / 127.5; 64], ColourMode::Luma, CROP);
        let at = |x: usize, y: usize| &canvas[3 * (y * 160 + x)..][..3];
        assert_eq!(at(80, 60), [120; 3]);
        assert_eq!(at(80, 10), [100; 3]); // first row of the crop
        assert_eq!(at(30, 60), [100; 3]); // first column
        assert_eq!(at(5, 5), [100; 3]);
        let steps = canvas
            .chunks_exact(3)
            .zip(canvas[3..].chunks_exact(3))
            .map(|(a, b)| a[0].abs_diff(b[0]));
        assert!(steps.max().unwrap_or(0) <= 4, "an edge of the square shows");
    }

    #[test]
    fn zero_difference_changes_no_byte() {
        let mut frame = grey(0);
        for (index, byte) in frame.rgb.iter_mut().enumerate() {
            *byte = (index * 31 % 256) as u8;
        }
        assert_eq!(
            composed(&frame, &[0.0; 64], ColourMode::Luma, CROP),
            frame.rgb
        );
    }

    #[test]
    fn colour_differences_go_to_their_own_channel_and_saturate() {
        let frame = grey(200);
        let mut difference = vec![0.0; 192];
        difference[..64].fill(2.0);
        difference[128..].fill(-0.1);
        let canvas = composed(&frame, &difference, ColourMode::Rgb, CROP);
        assert_eq!(canvas[3 * (60 * 160 + 80)..][..3], [255, 200, 187]);
    }

    #[test]
    fn a_crop_over_the_edge_or_outside_is_clipped() {
        let frame = grey(100);
        for centre in [[0.0, 0.0], [159.0, 119.0], [-500.0, 60.0], [80.0, 900.0]] {
            composed(
                &frame,
                &[0.5; 64],
                ColourMode::Luma,
                Square {
                    centre,
                    side: 60.0,
                    roll: 0.4,
                },
            );
        }
    }

    #[test]
    fn a_turned_crop_turns_the_difference_with_it() {
        let frame = grey(100);
        // Bright in the upper left quarter.
        let mut difference = [0.0; 64];
        for row in difference.chunks_exact_mut(8).take(4) {
            row[..4].fill(0.4);
        }
        for degrees in [-90.0_f32, -20.0, 0.0, 10.0, 35.0, 180.0] {
            let crop = Square {
                roll: degrees.to_radians(),
                ..CROP
            };
            let canvas = composed(&frame, &difference, ColourMode::Luma, crop);
            let at = |point: [f32; 2]| {
                let [x, y] = crop.frame_from_crop(point).map(|part| part as usize);
                canvas[3 * (y * 160 + x)]
            };
            assert!(at([-0.25, -0.25]).abs_diff(151) <= 2, "{degrees}");
            for dark in [[0.25, -0.25], [-0.25, 0.25], [0.25, 0.25]] {
                assert!(at(dark).abs_diff(100) <= 2, "{degrees} {dark:?}");
            }
            let changed = canvas.chunks_exact(3).enumerate();
            for (index, _) in changed.filter(|(_, pixel)| pixel[0] != 100) {
                let centre = [(index % 160) as f32 + 0.5, (index / 160) as f32 + 0.5];
                let on_crop = crop.crop_from_frame(centre);
                assert!(on_crop.iter().all(|part| part.abs() <= 0.5), "{degrees}");
            }
        }
    }

    /// Rises by a byte per pixel to the right, by two downwards.
    fn ramp() -> Frame {
        let mut frame = grey(0);
        for (index, pixel) in frame.rgb.chunks_exact_mut(3).enumerate() {
            pixel.fill((index % 160 / 2 + index / 160) as u8);
        }
        frame
    }

    fn shifted(right: f32, down: f32) -> Drawing {
        let samples = FIELD_SIZE * FIELD_SIZE;
        let mut displacement = vec![right; 2 * samples];
        displacement[samples..].fill(down);
        Drawing {
            difference: vec![0.0; 64],
            displacement,
        }
    }

    #[test]
    fn a_displacement_shows_what_lies_a_share_of_the_crop_away() {
        let frame = ramp();
        for degrees in [0.0_f32, 25.0, -90.0] {
            let crop = Square {
                roll: degrees.to_radians(),
                ..CROP
            };
            let canvas = drawn(&frame, &shifted(0.1, 0.04), ColourMode::Luma, crop);
            // Ten pixels along the crop's own rows and four along its columns.
            let (sin, cos) = crop.roll.sin_cos();
            let [x, y] = [10.0 * cos - 4.0 * sin, 10.0 * sin + 4.0 * cos];
            let expected = 100.0 + 0.5 * x + y;
            let found = f32::from(canvas[3 * (60 * 160 + 80)]);
            assert!(
                (found - expected).abs() <= 1.0,
                "{degrees}: {found} {expected}"
            );
        }
    }

    #[test]
    fn nothing_is_torn_at_the_crop_or_at_the_border_of_the_frame() {
        let frame = ramp();
        for centre in [[80.0, 60.0], [10.0, 110.0], [158.0, 3.0]] {
            let crop = Square::upright(centre, 100.0);
            let canvas = drawn(&frame, &shifted(0.05, -0.05), ColourMode::Luma, crop);
            for (index, pair) in canvas
                .chunks_exact(3)
                .zip(canvas[3..].chunks_exact(3))
                .enumerate()
            {
                if index % 160 != 159 {
                    assert!(pair.0[0].abs_diff(pair.1[0]) <= 3, "{centre:?} {index}");
                }
            }
        }
    }

    #[test]
    fn a_face_past_the_border_is_compressed_there_and_not_smeared() {
        let mut frame = grey(0);
        // Four bytes more with every row of the lower half.
        for (index, pixel) in frame.rgb.chunks_exact_mut(3).enumerate() {
            pixel.fill((4 * (index / 160).saturating_sub(60)).min(255) as u8);
        }
        let crop = Square::upright([80.0, 119.0], 100.0);
        let canvas = drawn(&frame, &shifted(0.0, 0.08), ColourMode::Luma, crop);
        let at = |row: usize| canvas[3 * (row * 160 + 80)];
        assert_eq!(at(119), frame.rgb[3 * (119 * 160 + 80)]);
        for row in 80..119 {
            let step = i32::from(at(row + 1)) - i32::from(at(row));
            assert!((1..=8).contains(&step), "row {row}: {step}");
        }
    }

    #[test]
    fn a_displacement_of_nothing_changes_no_byte() {
        let frame = ramp();
        assert_eq!(
            drawn(&frame, &shifted(0.0, 0.0), ColourMode::Luma, CROP),
            frame.rgb
        );
    }
}
