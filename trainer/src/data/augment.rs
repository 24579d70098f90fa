//! Random resized crop and horizontal flip, as one resampling of the whole batch.

use rand::{Rng, RngExt};
use tch::{Kind, Tensor};

/// How often a face is cropped rather than used whole.
const CROP_PROBABILITY: f64 = 0.5;
/// Area of the crop, as a share of the image.
const AREA: std::ops::Range<f32> = 0.8..1.0;
/// Width of the crop divided by its height.
const RATIO: std::ops::Range<f32> = 0.9..1.1;

/// Two rows of an affine map from output to input coordinates, both in [-1, 1].
pub(crate) type Affine = [f32; 6];

/// Draws the map for one image.
#[must_use]
pub(crate) fn random_map(rng: &mut impl Rng) -> Affine {
    let (mut width, mut height) = (1.0_f32, 1.0_f32);
    if rng.random_bool(CROP_PROBABILITY) {
        let area = rng.random_range(AREA);
        let ratio = rng.random_range(RATIO);
        width = (area * ratio).sqrt().min(1.0);
        height = (area / ratio).sqrt().min(1.0);
    }
    let x = rng.random_range(-1.0..=1.0) * (1.0 - width);
    let y = rng.random_range(-1.0..=1.0) * (1.0 - height);
    let flip = if rng.random_bool(0.5) { -1.0 } else { 1.0 };
    [flip * width, 0.0, x, 0.0, height, y]
}

/// Resamples every image through its own map: `images [N,C,S,S]` -> the same shape.
pub(crate) fn apply(images: &Tensor, maps: &[Affine]) -> Tensor {
    const BILINEAR: i64 = 0;
    const BORDER: i64 = 1;
    let flat: Vec<f32> = maps.iter().flatten().copied().collect();
    let theta = Tensor::from_slice(&flat)
        .reshape([-1, 2, 3])
        .to_kind(Kind::Float)
        .to_device(images.device());
    let grid = Tensor::affine_grid_generator(&theta, images.size(), false);
    images.grid_sampler(&grid, BILINEAR, BORDER, false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn half_of_the_faces_are_cropped_and_half_are_flipped_within_the_ranges() {
        const DRAWS: usize = 4000;
        let mut rng = rand_pcg::Pcg64Mcg::seed_from_u64(1);
        let (mut cropped, mut flipped) = (0, 0);
        for _ in 0..DRAWS {
            let [flip_width, shear_x, x, shear_y, height, y] = random_map(&mut rng);
            let width = flip_width.abs();
            assert_eq!((shear_x, shear_y), (0.0, 0.0));
            // Inside the image.
            assert!(x.abs() + width <= 1.0 + 1e-6 && y.abs() + height <= 1.0 + 1e-6);
            flipped += usize::from(flip_width < 0.0);
            if width < 1.0 || height < 1.0 {
                cropped += 1;
                // A crop higher or wider than the image is cut, which leaves at least this much.
                assert!(width * height > 0.8 * 0.9 && width * height <= 1.0);
            }
        }
        let half = |count: usize| (count as f64 / DRAWS as f64 - 0.5).abs() < 0.03;
        assert!(half(cropped) && half(flipped), "{cropped} {flipped}");
    }

    #[test]
    fn a_pure_flip_mirrors_the_image_exactly() {
        let image = Tensor::arange(16, (Kind::Float, tch::Device::Cpu)).reshape([1, 1, 4, 4]);
        let flipped = apply(&image, &[[-1.0, 0.0, 0.0, 0.0, 1.0, 0.0]]);
        let difference = (flipped - image.flip([3])).abs().max();
        assert!(f64::try_from(difference).unwrap() < 1e-5);
    }
}
