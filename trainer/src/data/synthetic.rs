//! Procedural faces as training images.

use super::{FaceSet, picture};
use crate::{config::attributes::nearest, error::TrainError, stop};
use faces::Feature;
use model_spec::{Architecture, AttributeSet};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use std::sync::atomic::AtomicBool;

/// Refuses attributes that procedural faces cannot show.
///
/// # Errors
/// [`TrainError::Usage`] listing those they can.
pub fn check(attributes: &AttributeSet) -> Result<(), TrainError> {
    let known = Feature::ALL.map(Feature::name);
    match attributes
        .names()
        .into_iter()
        .find(|name| !known.contains(name))
    {
        None => Ok(()),
        Some(name) => {
            let hint = nearest(name, known)
                .map_or(String::new(), |name| format!("; did you mean {name}?"));
            Err(TrainError::Usage(format!(
                "procedural faces have no attribute {name:?}{hint} Known: {}",
                known.join(", ")
            )))
        }
    }
}

/// Renders `count` faces for every domain; the same seed gives the same faces.
///
/// Attributes that procedural faces cannot show (see [`check`]) are left to chance.
#[must_use]
pub(crate) fn render(
    architecture: &Architecture,
    attributes: &AttributeSet,
    count: usize,
    seed: u64,
) -> FaceSet {
    rendered(architecture, attributes, count, seed, &stop::NEVER)
}

/// The same, until `stop` is set.
///
/// # Errors
/// [`TrainError::Stopped`].
pub(crate) fn render_until(
    architecture: &Architecture,
    attributes: &AttributeSet,
    count: usize,
    seed: u64,
    stop: &AtomicBool,
) -> Result<FaceSet, TrainError> {
    let faces = rendered(architecture, attributes, count, seed, stop);
    stop::check(stop).map(|()| faces)
}

/// Fewer faces than `count` once `stop` is set.
fn rendered(
    architecture: &Architecture,
    attributes: &AttributeSet,
    count: usize,
    seed: u64,
    stop: &AtomicBool,
) -> FaceSet {
    let names = attributes.names();
    let features: Vec<(usize, Feature)> = names
        .iter()
        .enumerate()
        .filter_map(|(bit, name)| Some((bit, Feature::named(name)?)))
        .collect();
    let domain_faces = &|domain: usize| {
        let mut rng = Pcg64Mcg::seed_from_u64(seed.wrapping_add(domain as u64));
        let face = |_| {
            let (mut smile, mut others) = (None, Vec::new());
            for &(bit, feature) in &features {
                let amounts = feature.amounts(AttributeSet::is_on(domain, bit));
                let amount = rng.random_range(amounts);
                match feature {
                    Feature::Smile => smile = Some(amount),
                    _ => others.push((feature, amount)),
                }
            }
            let smile = smile.unwrap_or_else(|| rng.random_range(0.0..1.0));
            let size = architecture.image_size as u32;
            let rgb = faces::training_face_with(rng.random(), smile, &others, size);
            picture::planar(&rgb, architecture.colour)
        };
        let going_on = |_: &usize| stop::check(stop).is_ok();
        (0..count)
            .take_while(going_on)
            .map(face)
            .collect::<Vec<_>>()
    };
    // One thread per domain: rendering is the slow part of starting a run.
    let faces: Vec<Vec<Vec<u8>>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..attributes.domain_count())
            .map(|domain| scope.spawn(move || domain_faces(domain)))
            .collect();
        let faces = threads.into_iter().map(std::thread::ScopedJoinHandle::join);
        faces
            .map(|faces| faces.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    FaceSet::new(
        &faces,
        architecture.colour.channels(),
        architecture.image_size,
    )
}
