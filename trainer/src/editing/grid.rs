//! Sample grids: fixed faces beside their edits.

use super::BatchEditor;
use crate::{data::picture, error::TrainError};
use image::{RgbImage, imageops};
use model_spec::AttributeSet;
use tch::Tensor;

/// Faces of every domain in a grid.
pub(crate) const FACES_PER_DOMAIN: usize = 6;

/// A picture with one row per face, `columns` being the face itself and then its edits.
///
/// # Errors
/// [`TrainError::Torch`].
pub fn picture(columns: &[Tensor]) -> Result<RgbImage, TrainError> {
    let rows = columns.first().map_or(0, |column| column.size()[0]);
    let side = columns.first().map_or(0, |column| column.size()[2]) as u32;
    let mut grid = RgbImage::new(side * columns.len() as u32, side * rows as u32);
    for (x, column) in columns.iter().enumerate() {
        for y in 0..rows {
            let face = picture::from_tensor(&column.get(y))
                .map_err(TrainError::torch("reading a sample"))?;
            let (left, top) = (x as u32 * side, y as u32 * side);
            imageops::replace(&mut grid, &face, left.into(), top.into());
        }
    }
    Ok(grid)
}

/// Every attribute at the ends and middle of what it is trained for, face by face.
///
/// `faces[domain]` is `[N,C,S,S]`; returns the columns of [`picture`].
#[must_use]
pub(crate) fn edits(
    model: &BatchEditor<'_>,
    attributes: &AttributeSet,
    faces: &[Tensor],
) -> Vec<Tensor> {
    const STRENGTHS: [f32; 5] = [-1.0, -0.5, 0.5, 1.0, 1.5];
    let mut columns = vec![Tensor::cat(faces, 0)];
    for attribute in 0..attributes.len() {
        for strength in STRENGTHS {
            let mut strengths = vec![0.0; attributes.len()];
            strengths[attribute] = strength;
            let edited: Vec<Tensor> = faces
                .iter()
                .enumerate()
                .map(|(domain, faces)| model.edit(faces, domain, &strengths))
                .collect();
            columns.push(Tensor::cat(&edited, 0));
        }
    }
    columns
}
