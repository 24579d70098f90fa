//! Procedural faces as training images.

use super::{FaceSet, picture};
use model_spec::{Architecture, AttributeSet};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// Name of the attribute that procedural faces can show.
pub const SMILE: &str = "smile";
/// Smile, 0 to 1, of faces in the attribute's `off` domains.
const OFF_SMILE: std::ops::Range<f32> = 0.0..0.12;
/// Smile of faces in its `on` domains.
const ON_SMILE: std::ops::Range<f32> = 0.6..1.0;

/// Renders `count` faces for every domain; the same seed gives the same faces.
///
/// Only the smile is procedural, so faces of domains that differ in another attribute look alike.
#[must_use]
pub fn render(
    architecture: &Architecture,
    attributes: &AttributeSet,
    count: usize,
    seed: u64,
) -> FaceSet {
    let smile = attributes.position(SMILE).ok();
    let faces: Vec<Vec<Vec<u8>>> = (0..attributes.domain_count())
        .map(|domain| {
            let range = match smile {
                Some(position) if AttributeSet::is_on(domain, position) => ON_SMILE,
                _ => OFF_SMILE,
            };
            let mut rng = Pcg64Mcg::seed_from_u64(seed.wrapping_add(domain as u64));
            let face = |_| {
                let smile = rng.random_range(range.clone());
                let size = architecture.image_size as u32;
                let rgb = faces::training_face(rng.random(), smile, size);
                picture::planar(&rgb, architecture.colour)
            };
            (0..count).map(face).collect()
        })
        .collect();
    FaceSet::new(
        &faces,
        architecture.colour.channels(),
        architecture.image_size,
    )
}
