//! The files of one picture.

use crate::error::RenderError;
use faces::{Displacement, Part, Portrait, Shot};
use image::{ImageFormat, RgbImage};
use safetensors::{Dtype, serialize, tensor::TensorView};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{Cursor, Error};
use std::path::Path;

pub(crate) const PROGRAM: &str = "faces render";

/// Everything known of a picture, as JSON.
#[derive(Serialize)]
struct Truth<'a> {
    picture: &'a str,
    seed: u64,
    domain: &'a str,
    portrait: &'a Portrait,
    /// Pixels; the pixel in the upper left corner has its middle at (0.5, 0.5).
    landmarks: BTreeMap<&'static str, [f32; 2]>,
    masks: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    displacement: Option<Moved<'a>>,
}

#[derive(Serialize)]
struct Moved<'a> {
    file: String,
    /// The picture whose pixels, moved by the field, are this one's.
    from: &'a str,
}

/// A picture among those of its person.
pub(crate) struct Named<'a> {
    pub(crate) seed: u64,
    pub(crate) domain: &'a str,
    /// From the data set's folder, with `/`.
    pub(crate) picture: &'a str,
    /// The same picture with the other smile, and where the skin was in it.
    pub(crate) moved: Option<(&'a str, &'a Displacement)>,
}

pub(crate) fn write_picture(path: &Path, picture: &RgbImage) -> Result<(), RenderError> {
    let (width, height) = picture.dimensions();
    let bytes = output::picture::encode(picture, [width, height], PROGRAM)
        .map_err(|error| file(path)(Error::other(error)))?;
    std::fs::write(path, bytes).map_err(file(path))
}

/// Writes masks, displacement and JSON beside each other: `stem` is the path without an ending.
pub(crate) fn write_truth(stem: &Path, shot: &Shot, named: &Named) -> Result<(), RenderError> {
    let name = stem.file_name().unwrap_or_default().to_string_lossy();
    let mut masks = BTreeMap::new();
    for part in Part::ALL {
        let mask = format!("{name}.{}.png", part.name());
        let path = stem.with_file_name(&mask);
        let mut bytes = Cursor::new(Vec::new());
        shot.mask(part)
            .write_to(&mut bytes, ImageFormat::Png)
            .map_err(|error| file(&path)(Error::other(error)))?;
        std::fs::write(&path, bytes.into_inner()).map_err(file(&path))?;
        masks.insert(part.name(), mask);
    }
    let displacement = match named.moved {
        None => None,
        Some((from, displacement)) => {
            let tensors = format!("{name}.safetensors");
            write_displacement(&stem.with_file_name(&tensors), displacement)?;
            Some(Moved {
                file: tensors,
                from,
            })
        }
    };
    let truth = Truth {
        picture: named.picture,
        seed: named.seed,
        domain: named.domain,
        portrait: shot.portrait(),
        landmarks: shot.landmarks().into_iter().collect(),
        masks,
        displacement,
    };
    let path = stem.with_file_name(format!("{name}.json"));
    let json = serde_json::to_vec_pretty(&truth).map_err(|error| file(&path)(error.into()))?;
    std::fs::write(&path, json).map_err(file(&path))
}

fn write_displacement(path: &Path, displacement: &Displacement) -> Result<(), RenderError> {
    let side = displacement.side as usize;
    let bytes =
        |values: &[f32]| -> Vec<u8> { values.iter().flat_map(|v| v.to_le_bytes()).collect() };
    let (field, skin) = (bytes(&displacement.field), bytes(&displacement.skin));
    let write = || -> Result<(), Error> {
        let view = |planes: usize, data| {
            TensorView::new(Dtype::F32, vec![planes, side, side], data).map_err(Error::other)
        };
        let tensors = [
            ("displacement", view(2, &field)?),
            ("skin", view(1, &skin)?),
        ];
        let whole = serialize(tensors, None).map_err(Error::other)?;
        std::fs::write(path, whole)
    };
    write().map_err(file(path))
}

pub(crate) fn file(path: &Path) -> impl FnOnce(Error) -> RenderError {
    let path = path.to_owned();
    move |source| RenderError::File { path, source }
}
