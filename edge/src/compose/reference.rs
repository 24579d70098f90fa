//! The composition in its plain form, pixel by pixel in full precision: what the fast one is tested against.

use super::{
    composite::{Compositor, Patch},
    enlarge::{catmull_rom, fade},
    moved::{kept_inside, noticed},
};
use crate::{inference::model::Drawing, picture::frame::Frame};
use aligner::Square;
use model_spec::{ColourMode, displacement::FIELD_SIZE};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// Model pixels a side.
const SIZE: usize = 64;
/// Of the frame.
const WIDTH: usize = 240;
const HEIGHT: usize = 180;

/// A value between the samples of `value`, which repeat at the border of `sides`.
fn spline(at: [f32; 2], sides: [usize; 2], value: impl Fn([usize; 2]) -> f32) -> f32 {
    let whole = at.map(f32::floor);
    let weights = [0, 1].map(|axis| catmull_rom(at[axis] - whole[axis]));
    let mut sum = 0.0;
    for (i, down) in weights[1].into_iter().enumerate() {
        for (j, across) in weights[0].into_iter().enumerate() {
            let place = [(0, j), (1, i)].map(|(axis, offset)| {
                let place = whole[axis] as isize + offset as isize - 1;
                place.clamp(0, sides[axis] as isize - 1) as usize
            });
            sum += down * across * value(place);
        }
    }
    sum
}

/// What `drawing`, laid over `frame` at `crop`, shows.
fn composed(frame: &Frame, drawing: &Drawing, crop: Square) -> Vec<u8> {
    let mut canvas = frame.rgb.clone();
    let (sin, cos) = crop.roll.sin_cos();
    for (index, pixel) in canvas.chunks_exact_mut(3).enumerate() {
        let at = [index % WIDTH, index / WIDTH];
        let on_crop = crop.crop_from_frame(at.map(|part| part as f32 + 0.5));
        let place = on_crop.map(|part| part + 0.5);
        if place.iter().any(|part| !(0.0..=1.0).contains(part)) {
            continue;
        }
        let fade = fade(place[0]) * fade(place[1]);
        let plane = |values: &[f32], number: usize, size: usize| {
            let at = place.map(|part| part * size as f32 - 0.5);
            let value = |[x, y]: [usize; 2]| values[number * size * size + y * size + x];
            fade * spline(at, [size; 2], value)
        };
        let [u, v] = [0, 1].map(|axis| plane(&drawing.displacement, axis, FIELD_SIZE) * crop.side);
        let shift = noticed([cos * u - sin * v, sin * u + cos * v]);
        let from = [0, 1].map(|axis| {
            let room = [WIDTH, HEIGHT][axis] - 1 - at[axis];
            at[axis] as f32 + kept_inside(at[axis], room, shift[axis])
        });
        for (channel, byte) in pixel.iter_mut().enumerate() {
            let value = |[x, y]: [usize; 2]| f32::from(frame.rgb[3 * (y * WIDTH + x) + channel]);
            let moved = spline(from, [WIDTH, HEIGHT], value).clamp(0.0, 255.0);
            let add = 127.5 * plane(&drawing.difference, channel, SIZE);
            *byte = (moved + add).round().clamp(0.0, 255.0) as u8;
        }
    }
    canvas
}

/// A plane of `size` samples a side made of a few waves of random place and height, together at most `most`.
fn waves(random: &mut Pcg64Mcg, width: usize, height: usize, most: f32) -> Vec<f32> {
    let waves: [[f32; 4]; 3] = std::array::from_fn(|_| {
        let [x, y] = [(); 2].map(|()| random.random_range(-9.0..9.0));
        [
            x,
            y,
            random.random_range(0.0..6.3),
            random.random_range(0.0..1.0) * most / 3.0,
        ]
    });
    let value = |index: usize| {
        let [x, y] = [index % width, index / width].map(|part| part as f32 / width as f32);
        let heights = waves.map(|[a, b, phase, height]| height * (a * x + b * y + phase).sin());
        heights.into_iter().sum()
    };
    (0..width * height).map(value).collect()
}

#[test]
fn the_fast_form_is_within_a_byte_of_the_plain_one() {
    let mut random = Pcg64Mcg::seed_from_u64(7);
    let mut compositor = Compositor::default();
    let mut moved = 0;
    for round in 0..24 {
        let mut frame = Frame::default();
        frame.resize(WIDTH, HEIGHT);
        let channels = [(); 3].map(|()| waves(&mut random, WIDTH, HEIGHT, 120.0));
        for (index, byte) in frame.rgb.iter_mut().enumerate() {
            *byte = (128.0 + channels[index % 3][index / 3])
                .round()
                .clamp(0.0, 255.0) as u8;
        }
        let strength = [0.0, 0.25, 0.5, 1.0][round % 4];
        let mut planes = |count: usize, size: usize, most: f32| -> Vec<f32> {
            let planes = (0..count).map(|_| waves(&mut random, size, size, strength * most));
            planes.flatten().collect()
        };
        let drawing = Drawing {
            difference: planes(3, SIZE, 0.4),
            displacement: planes(2, FIELD_SIZE, 0.06),
        };
        let crop = Square {
            centre: [
                random.random_range(-10.0..WIDTH as f32 + 10.0),
                random.random_range(-10.0..HEIGHT as f32 + 10.0),
            ],
            side: random.random_range(40.0..220.0),
            roll: random.random_range(-1.0..1.0),
        };
        let patch = Patch {
            drawing: &drawing,
            size: SIZE,
            colour: ColourMode::Rgb,
            crop,
        };
        let mut canvas = frame.rgb.clone();
        compositor.apply(&frame, patch, &mut canvas);
        let plain = composed(&frame, &drawing, crop);
        for (index, (found, expected)) in canvas.iter().zip(&plain).enumerate() {
            let at = [index / 3 % WIDTH, index / 3 / WIDTH];
            assert!(
                found.abs_diff(*expected) <= 1,
                "round {round}, {crop:?}, {at:?}: {found} {expected}"
            );
        }
        moved += canvas
            .iter()
            .zip(&frame.rgb)
            .filter(|(a, b)| a != b)
            .count();
        assert!(strength != 0.0 || canvas == frame.rgb);
    }
    assert!(moved > 100_000, "hardly anything was edited: {moved}");
}
