//! Sample grids: fixed faces beside their edits.

use super::BatchEditor;
use crate::{
    data::{lettering, picture},
    error::TrainError,
};
use image::{RgbImage, imageops};
use model_spec::AttributeSet;
use tch::Tensor;

/// Faces of every domain in a grid.
pub(crate) const FACES_PER_DOMAIN: usize = 6;
/// Lines above a column: the attribute and its strength.
const LINES: u32 = 2;

/// Faces below each other, edited alike.
#[derive(Debug)]
pub(crate) struct Column {
    /// What was done to them: the attribute, and its strength.
    pub heading: [String; LINES as usize],
    /// `[N,C,S,S]` in [-1, 1].
    pub faces: Tensor,
}

/// A picture with one row per face, `columns` being the face itself and then its edits; `rows` says what
/// every face is.
///
/// # Errors
/// [`TrainError::Torch`].
pub(crate) fn picture(columns: &[Column], rows: &[String]) -> Result<RgbImage, TrainError> {
    let side = columns.first().map_or(0, |column| column.faces.size()[2]) as u32;
    let (left, top) = (
        lettering::width(rows.iter().map(String::as_str)),
        LINES * lettering::LINE,
    );
    let mut grid = RgbImage::new(
        left + side * columns.len() as u32,
        top + side * rows.len() as u32,
    );
    for (y, name) in (0_u32..).zip(rows) {
        lettering::write(&mut grid, [0, top + y * side], left, name);
    }
    for (x, column) in (0_u32..).zip(columns) {
        let x = left + x * side;
        for (line, text) in (0_u32..).zip(&column.heading) {
            lettering::write(&mut grid, [x, line * lettering::LINE], side, text);
        }
        for y in 0..rows.len() as u32 {
            let face = picture::from_tensor(&column.faces.get(y.into()))
                .map_err(TrainError::torch("reading a sample"))?;
            imageops::replace(&mut grid, &face, x.into(), (top + y * side).into());
        }
    }
    Ok(grid)
}

/// Domains of the rows of [`edits`].
pub(crate) fn rows(attributes: &AttributeSet, faces: &[Tensor]) -> Vec<String> {
    let domains = faces.iter().enumerate();
    domains
        .flat_map(|(domain, faces)| {
            let name = attributes.domain_name(domain);
            vec![name; faces.size()[0] as usize]
        })
        .collect()
}

/// Every attribute at the ends and middle of what it is trained for, face by face.
///
/// `faces[domain]` is `[N,C,S,S]`; returns the columns of [`picture`].
#[must_use]
pub(crate) fn edits(
    model: &BatchEditor<'_>,
    attributes: &AttributeSet,
    faces: &[Tensor],
) -> Vec<Column> {
    const STRENGTHS: [f32; 5] = [-1.0, -0.5, 0.5, 1.0, 1.5];
    let mut columns = vec![Column {
        heading: ["face".into(), String::new()],
        faces: Tensor::cat(faces, 0),
    }];
    for (position, attribute) in attributes.as_slice().iter().enumerate() {
        for strength in STRENGTHS {
            let mut strengths = vec![0.0; attributes.len()];
            strengths[position] = strength;
            let edited: Vec<Tensor> = faces
                .iter()
                .enumerate()
                .map(|(domain, faces)| model.edit(faces, domain, &strengths))
                .collect();
            columns.push(Column {
                heading: [attribute.name.clone(), format!("{strength:+}")],
                faces: Tensor::cat(&edited, 0),
            });
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grid_has_a_heading_for_every_column_and_row() {
        let column = |heading: &str| Column {
            heading: [heading.into(), String::new()],
            faces: Tensor::full([2, 1, 16, 16], -1.0, tch::kind::FLOAT_CPU),
        };
        let rows = ["a".to_owned(), "b".to_owned()];
        let grid = picture(&[column("x"), column("")], &rows).unwrap();
        let (left, top) = (lettering::width(["a"]), LINES * lettering::LINE);
        assert_eq!(grid.dimensions(), (left + 32, top + 32));
        let inked = |xs: std::ops::Range<u32>, ys: std::ops::Range<u32>| {
            xs.into_iter()
                .any(|x| ys.clone().any(|y| grid.get_pixel(x, y).0 != [0; 3]))
        };
        assert!(inked(0..left, top..top + 16) && inked(0..left, top + 16..top + 32));
        assert!(inked(left..left + 16, 0..top) && !inked(left + 16..left + 32, 0..top));
        // Faces are not written on.
        assert!(!inked(left..left + 32, top..top + 32));
    }
}
