//! Random crop, flip, move and light: one resampling of the whole batch, and one product.

use crate::config::Augmentation;
use model_spec::displacement::FIELD_SIZE;
use rand::{Rng, RngExt};
use tch::{Device, Kind, Tensor};

/// Area of the crop, as a share of the image.
const AREA: std::ops::Range<f32> = 0.8..1.0;
/// Width of the crop divided by its height.
const RATIO: std::ops::Range<f32> = 0.9..1.1;

/// Two rows of an affine map from output to input coordinates, both in [-1, 1].
pub(crate) type Affine = [f32; 6];

/// Draws the map for one image.
#[must_use]
pub(crate) fn random_map(rng: &mut impl Rng, settings: &Augmentation) -> Affine {
    let (mut width, mut height) = (1.0_f32, 1.0_f32);
    if rng.random_bool(settings.crop_probability) {
        let area = rng.random_range(AREA);
        let ratio = rng.random_range(RATIO);
        width = (area * ratio).sqrt().min(1.0);
        height = (area / ratio).sqrt().min(1.0);
    }
    let x = rng.random_range(-1.0..=1.0) * (1.0 - width);
    let y = rng.random_range(-1.0..=1.0) * (1.0 - height);
    let flip = if rng.random_bool(0.5) { -1.0 } else { 1.0 };
    if !settings.moves() {
        return [flip * width, 0.0, x, 0.0, height, y];
    }
    let (sin, cos) = within(rng, settings.roll_degrees).to_radians().sin_cos();
    let zoom = 1.0 + within(rng, settings.zoom);
    // Coordinates run from -1 to 1: a share of the side is twice that.
    let x = x + 2.0 * within(rng, settings.shift);
    let y = y + 2.0 * within(rng, settings.shift);
    let (width, height) = (width * zoom, height * zoom);
    [
        flip * cos * width,
        -sin * height,
        x,
        flip * sin * width,
        cos * height,
        y,
    ]
}

/// Least of the levels at which highlights burn out, in the pixel range of 0 to 1: an exposure of two stops too many.
const BURNT: f32 = 0.5;

/// A number from `-range` to `range`; draws nothing where that is 0.
fn within(rng: &mut impl Rng, range: f32) -> f32 {
    if range > 0.0 {
        rng.random_range(-range..=range)
    } else {
        0.0
    }
}

/// Light of one image: what is brighter than the ceiling burns out, and the rest is brought back to the mean and contrast
/// that the image had, as the mirror does. Then `x' = gain x + offset`, the offset per channel, for values in [-1, 1].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Light {
    ceiling: f32,
    gain: f32,
    offsets: [f32; 3],
}

impl Light {
    const NONE: Self = Self {
        ceiling: 1.0,
        gain: 1.0,
        offsets: [0.0; 3],
    };
}

/// Draws the light of one image.
#[must_use]
pub(crate) fn random_light(rng: &mut impl Rng, settings: &Augmentation) -> Light {
    let gain = 1.0 + within(rng, settings.contrast);
    // The pixel range has the length 2.
    let brightness = 2.0 * within(rng, settings.brightness);
    let offsets = [(); 3].map(|()| brightness + 2.0 * within(rng, settings.tint));
    let probability = settings.burnt_probability;
    let ceiling = if probability > 0.0 && rng.random_bool(probability) {
        2.0 * rng.random_range(BURNT..1.0) - 1.0
    } else {
        1.0
    };
    Light {
        ceiling,
        gain,
        offsets,
    }
}

/// Puts every image into its own light: `images [N,C,S,S]` in [-1, 1] -> the same.
pub(crate) fn relight(images: Tensor, light: &[Light]) -> Tensor {
    if light.iter().all(|light| *light == Light::NONE) {
        return images;
    }
    let (count, channels) = (images.size()[0], images.size()[1]);
    let ceilings: Vec<f32> = light.iter().map(|light| light.ceiling).collect();
    let images = burn(images, &ceilings);
    let gains: Vec<f32> = light.iter().map(|light| light.gain).collect();
    let offsets = light.iter().flat_map(|light| light.offsets);
    let offsets: Vec<f32> = offsets.collect();
    let gains = Tensor::from_slice(&gains).reshape([count, 1, 1, 1]);
    let offsets = Tensor::from_slice(&offsets).reshape([count, 3, 1, 1]);
    let offsets = offsets.narrow(1, 0, channels).to_device(images.device());
    (images * gains.to_device(offsets.device()) + offsets).clamp(-1.0, 1.0)
}

/// Cuts every image off at its own ceiling, and brings it back to the mean and contrast that it had.
fn burn(images: Tensor, ceilings: &[f32]) -> Tensor {
    if ceilings.iter().all(|&ceiling| ceiling >= 1.0) {
        return images;
    }
    let moments = |images: &Tensor| {
        let all: &[i64] = &[1, 2, 3];
        images.var_mean_correction(all, 0.0, true)
    };
    let ceilings = Tensor::from_slice(ceilings)
        .reshape([-1, 1, 1, 1])
        .to_device(images.device());
    let burnt = images.minimum(&ceilings);
    let ((had, mean_had), (has, mean_has)) = (moments(&images), moments(&burnt));
    // An image that is all brighter than its ceiling is flat, and stays so.
    let gain = (had / has.clamp_min(1e-4)).sqrt();
    let restored = (burnt - mean_has) * gain + mean_had;
    // What is not burnt keeps its very values.
    restored.where_self(&ceilings.less(1.0), &images)
}

/// Resamples every image through its own map: `images [N,C,S,S]` -> the same shape.
pub(crate) fn apply(images: &Tensor, maps: &[Affine]) -> Tensor {
    const BILINEAR: i64 = 0;
    const BORDER: i64 = 1;
    const REFLECTION: i64 = 2;
    let turned = maps.iter().any(|map| map[1] != 0.0);
    let padding = if turned { REFLECTION } else { BORDER };
    let flat: Vec<f32> = maps.iter().flatten().copied().collect();
    let theta = Tensor::from_slice(&flat)
        .reshape([-1, 2, 3])
        .to_kind(Kind::Float)
        .to_device(images.device());
    let grid = Tensor::affine_grid_generator(&theta, images.size(), false);
    images.grid_sampler(&grid, BILINEAR, padding, false)
}

/// Displacements as they are between images that went through `maps`: `[3,F,F]` of every image, right, down and the
/// share of skin, one behind the other -> `[N,2,F,F]`, `[N,1,F,F]`.
///
/// `x(M p) = y(M p + u(M p))` for every `p`, so between the resampled images the field is `M^-1 u(M p)`.
pub(crate) fn apply_to_fields(fields: &[f32], maps: &[Affine], device: Device) -> (Tensor, Tensor) {
    const BILINEAR: i64 = 0;
    const ZEROS: i64 = 0;
    let (count, side) = (maps.len() as i64, FIELD_SIZE as i64);
    let fields = Tensor::from_slice(fields).reshape([count, 3, side, side]);
    let (u, skin) = (fields.narrow(1, 0, 2), fields.narrow(1, 2, 1));
    // Where no skin is, nothing is known: it must not take part in the means.
    let weighted = Tensor::cat(&[u * &skin, skin], 1).to_device(device);
    let flat: Vec<f32> = maps.iter().flatten().copied().collect();
    let theta = Tensor::from_slice(&flat)
        .reshape([-1, 2, 3])
        .to_device(device);
    let grid = Tensor::affine_grid_generator(&theta, weighted.size(), false);
    let seen = weighted.grid_sampler(&grid, BILINEAR, ZEROS, false);
    let skin = seen.narrow(1, 2, 1);
    let u = seen.narrow(1, 0, 2) / skin.clamp_min(1e-6);
    let inverse = maps.iter().flat_map(|&[a, b, _, c, d, _]| {
        let determinant = a * d - b * c;
        [d, -b, -c, a].map(|element| element / determinant)
    });
    let inverse: Vec<f32> = inverse.collect();
    let inverse = Tensor::from_slice(&inverse)
        .reshape([count, 2, 2])
        .to_device(device);
    let u = inverse.bmm(&u.reshape([count, 2, -1]));
    (u.reshape([count, 2, side, side]), skin)
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
            let [flip_width, shear_x, x, shear_y, height, y] =
                random_map(&mut rng, &Augmentation::default());
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
        let image = Tensor::arange(16, (Kind::Float, Device::Cpu)).reshape([1, 1, 4, 4]);
        let flipped = apply(&image, &[[-1.0, 0.0, 0.0, 0.0, 1.0, 0.0]]);
        let difference = (flipped - image.flip([3])).abs().max();
        assert!(f64::try_from(difference).unwrap() < 1e-5);
    }

    #[test]
    fn highlights_burn_out_and_the_image_keeps_its_mean_and_contrast() {
        let settings = Augmentation {
            burnt_probability: 0.5,
            ..Augmentation::default()
        };
        let mut rng = rand_pcg::Pcg64Mcg::seed_from_u64(3);
        let light: Vec<Light> = (0..1000)
            .map(|_| random_light(&mut rng, &settings))
            .collect();
        let burnt = light.iter().filter(|light| light.ceiling < 1.0).count();
        assert!((450..550).contains(&burnt), "{burnt}");
        assert!(
            light
                .iter()
                .all(|light| (0.0..=1.0).contains(&light.ceiling))
        );

        let image = (Tensor::arange(192, (Kind::Float, Device::Cpu)) / 96.0 - 1.0) * 0.8;
        let images = image.reshape([1, 3, 8, 8]).repeat([2, 1, 1, 1]);
        let lights = [
            Light {
                ceiling: 0.2,
                ..Light::NONE
            },
            Light::NONE,
        ];
        let seen = relight(images.copy(), &lights);
        let of = |images: &Tensor, row: i64| {
            let image = images.get(row);
            (
                image.mean(Kind::Float).double_value(&[]),
                image.std(false).double_value(&[]),
                image,
            )
        };
        let (mean, deviation, before) = of(&images, 0);
        let (mean_burnt, deviation_burnt, after) = of(&seen, 0);
        assert!((mean - mean_burnt).abs() < 1e-5 && (deviation - deviation_burnt).abs() < 1e-5);
        // All that was above the ceiling has one value, the largest.
        let flat = after.masked_select(&before.ge(0.2));
        assert!((flat.max() - flat.min()).double_value(&[]) < 1e-6);
        assert_eq!(flat.max().double_value(&[]), after.max().double_value(&[]));
        assert_eq!(seen.get(1), images.get(1));
    }

    #[test]
    fn moved_faces_stay_within_the_ranges_and_light_within_its_own() {
        let settings = Augmentation {
            crop_probability: 0.0,
            roll_degrees: 10.0,
            zoom: 0.1,
            shift: 0.05,
            contrast: 0.2,
            brightness: 0.1,
            ..Augmentation::default()
        };
        let mut rng = rand_pcg::Pcg64Mcg::seed_from_u64(2);
        for _ in 0..1000 {
            let [a, b, x, _, d, y] = random_map(&mut rng, &settings);
            assert!(x.abs() <= 0.1 && y.abs() <= 0.1);
            let zoom = b.hypot(d);
            assert!((0.9..=1.1).contains(&zoom), "{zoom}");
            assert!((b / d).atan().to_degrees().abs() <= 10.01 && a.abs() <= 1.1);
            let light = random_light(&mut rng, &settings);
            assert!((0.8..=1.2).contains(&light.gain));
            assert!(light.offsets.iter().all(|offset| offset.abs() <= 0.2));
        }
    }
}
