//! The displacement output: `G(x, s) = warp(x, u) + d`, after Dorta et al., "The GAN that Warped: Semantic
//! Attribute Editing With Unpaired Data", CVPR 2020.
//!
//! `u` is a smooth field of [`FIELD_SIZE`] samples a side: two planes, right and down, in shares of the
//! image's side. The pixel at `p` shows what was at `p + u(p)`; the border repeats. A share means the same
//! at every resolution, so the mirror moves the camera's own pixels by it, and only `d`, which makes teeth
//! and folds, is enlarged. An edit in part, `0 <= a <= 1`, shows `warp(x, a u) + a d`.
//!
//! [`apply`] is the definition, plain and slow: trainer and mirror have forms of their own, and tests hold
//! them against this one.

/// Side of a displacement field in samples, whatever the image's.
pub const FIELD_SIZE: usize = 32;

/// Weight of the outer samples of the bicubic filter, as libtorch has it.
const BICUBIC: f32 = -0.75;

/// `warp(x, a u) + a d`.
///
/// # Shapes
/// `image` and `difference` `[C,S,S]`, `field` `[2,32,32]` -> `[C,S,S]`, not clamped. `image.len()` must be
/// a multiple of `size * size`, and `difference` as long.
#[must_use]
pub fn apply(image: &[f32], difference: &[f32], field: &[f32], size: usize, part: f32) -> Vec<f32> {
    let plane = size * size;
    let side = size as f32;
    let samples = FIELD_SIZE * FIELD_SIZE;
    let mut edited = vec![0.0; image.len()];
    for index in 0..plane {
        let at = [index % size, index / size].map(|i| i as f32);
        let on_field = at.map(|i| (i + 0.5) / side * FIELD_SIZE as f32 - 0.5);
        let u =
            [0, 1].map(|axis| bicubic(&field[axis * samples..][..samples], on_field) * part * side);
        for (channel, source) in image.chunks_exact(plane).enumerate() {
            let moved = bilinear(source, size, [at[0] + u[0], at[1] + u[1]]);
            edited[channel * plane + index] = moved + part * difference[channel * plane + index];
        }
    }
    edited
}

/// The value of a square plane of `size` samples a side, sample centres at whole numbers.
fn bilinear(plane: &[f32], size: usize, at: [f32; 2]) -> f32 {
    let last = (size - 1) as f32;
    let [x, y] = at.map(|i| i.clamp(0.0, last));
    let (column, row) = (x as usize, y as usize);
    let (right, lower) = (x - column as f32, y - row as f32);
    let value = |row: usize, column: usize| plane[row.min(size - 1) * size + column.min(size - 1)];
    let upper = value(row, column) * (1.0 - right) + value(row, column + 1) * right;
    let below = value(row + 1, column) * (1.0 - right) + value(row + 1, column + 1) * right;
    upper * (1.0 - lower) + below * lower
}

/// The same of a displacement plane, bicubic.
fn bicubic(plane: &[f32], at: [f32; 2]) -> f32 {
    let last = FIELD_SIZE as isize - 1;
    let whole = at.map(f32::floor);
    let weights = [0, 1].map(|axis| bicubic_weights(at[axis] - whole[axis]));
    let mut sum = 0.0;
    for (i, row_weight) in weights[1].iter().enumerate() {
        for (j, column_weight) in weights[0].iter().enumerate() {
            let row = (whole[1] as isize + i as isize - 1).clamp(0, last) as usize;
            let column = (whole[0] as isize + j as isize - 1).clamp(0, last) as usize;
            sum += row_weight * column_weight * plane[row * FIELD_SIZE + column];
        }
    }
    sum
}

/// Weights of the samples at -1, 0, 1 and 2 for a position `t` between 0 and 1.
fn bicubic_weights(t: f32) -> [f32; 4] {
    let near = |t: f32| ((BICUBIC + 2.0) * t - (BICUBIC + 3.0)) * t * t + 1.0;
    let far = |t: f32| ((BICUBIC * t - 5.0 * BICUBIC) * t + 8.0 * BICUBIC) * t - 4.0 * BICUBIC;
    [far(t + 1.0), near(t), near(1.0 - t), far(2.0 - t)]
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: usize = 64;

    #[test]
    fn a_constant_field_moves_by_its_share_of_the_side() {
        let image: Vec<f32> = (0..SIZE * SIZE).map(|i| (i % SIZE) as f32).collect();
        let mut field = vec![0.0; 2 * FIELD_SIZE * FIELD_SIZE];
        field[..FIELD_SIZE * FIELD_SIZE].fill(3.0 / SIZE as f32);
        let moved = apply(&image, &vec![0.0; SIZE * SIZE], &field, SIZE, 1.0);
        for (index, value) in moved.iter().enumerate() {
            let expected = (index % SIZE + 3).min(SIZE - 1) as f32;
            assert!((value - expected).abs() < 1e-3, "{index}: {value}");
        }
    }

    #[test]
    fn no_field_and_no_difference_change_nothing() {
        let image: Vec<f32> = (0..3 * SIZE * SIZE).map(|i| (i * 7 % 31) as f32).collect();
        let zeros = vec![0.0; image.len()];
        let field = [0.0; 2 * FIELD_SIZE * FIELD_SIZE];
        assert_eq!(apply(&image, &zeros, &field, SIZE, 1.0), image);
    }

    #[test]
    fn bicubic_weights_sum_to_one_and_hit_the_samples() {
        for step in 0..=10 {
            let sum: f32 = bicubic_weights(step as f32 / 10.0).iter().sum();
            assert!((sum - 1.0).abs() < 1e-6);
        }
        assert_eq!(bicubic_weights(0.0), [0.0, 1.0, 0.0, 0.0]);
    }
}
