//! `trainer edit`: a checkpoint applied to picture files.

use crate::{checkpoint::Loaded, classify, data::picture, error::TrainError};
use image::{ImageBuffer, Rgb, RgbImage, imageops};
use model_spec::pixel;
use std::{
    fs,
    path::{Path, PathBuf},
};
use tch::{Device, Tensor};

/// Edits `input`, a picture or a folder of them, into `output` (a file or a folder, likewise).
/// Pictures are taken to be framed like the training faces; they keep their size, cut to a square.
///
/// Returns how many were edited and how many were skipped as unreadable.
///
/// # Errors
/// [`TrainError`]; in a folder, unreadable pictures are named in the log and skipped.
pub fn edit_files(
    model: &Loaded,
    strengths: &[f32],
    input: &Path,
    output: &Path,
    device: Device,
) -> Result<(usize, usize), TrainError> {
    if !input.is_dir() {
        edit_file(model, strengths, input, output, device)?;
        return Ok((1, 0));
    }
    fs::create_dir_all(output).map_err(|e| TrainError::io(output, e))?;
    let mut files: Vec<PathBuf> = fs::read_dir(input)
        .and_then(|entries| entries.map(|e| e.map(|e| e.path())).collect())
        .map_err(|e| TrainError::io(input, e))?;
    files.retain(|path| path.is_file());
    files.sort();
    let (mut edited, mut skipped) = (0, 0);
    for file in &files {
        let name = file.with_extension("png");
        let target = output.join(name.file_name().unwrap_or_default());
        match edit_file(model, strengths, file, &target, device) {
            Ok(()) => edited += 1,
            Err(error @ TrainError::Data { .. }) => {
                log::warn!("skipped: {error}");
                skipped += 1;
            }
            Err(error) => return Err(error),
        }
    }
    if edited == 0 {
        return Err(TrainError::Data {
            path: input.into(),
            reason: format!("no readable picture among {} files", files.len()),
        });
    }
    Ok((edited, skipped))
}

fn edit_file(
    model: &Loaded,
    strengths: &[f32],
    input: &Path,
    output: &Path,
    device: Device,
) -> Result<(), TrainError> {
    let mut square = picture::read_square(input).map_err(|e| TrainError::Data {
        path: input.into(),
        reason: e.to_string(),
    })?;
    let difference = difference(model, strengths, &square, device)?;
    add(&mut square, &difference);
    square
        .save(output)
        .map_err(|e| TrainError::io(output, std::io::Error::other(e)))
}

/// Difference at the model's size, edited face minus face: `[C,S,S]` in units of [-1, 1].
fn difference(
    model: &Loaded,
    strengths: &[f32],
    square: &RgbImage,
    device: Device,
) -> Result<Tensor, TrainError> {
    let architecture = &model.spec.architecture;
    let face = picture::resized(square, architecture.image_size);
    let face = picture::to_tensor(&face, architecture.colour).to_device(device);
    tch::no_grad(|| {
        let logits = classify::judge(&model.classifier.network, &face, device);
        let values = Vec::<f32>::try_from(logits.reshape([-1]))
            .map_err(TrainError::torch("reading the classifier's logits"))?;
        let source = (0..values.len()).map(|bit| usize::from(values[bit] > 0.0) << bit);
        let editor = &model.editor.networks;
        let edited = editor.edit(&face, source.sum(), strengths, None);
        Ok((edited - &face).get(0).to_device(Device::Cpu))
    })
}

/// Adds `difference`, enlarged to the picture; one channel changes red, green and blue alike.
fn add(square: &mut RgbImage, difference: &Tensor) {
    let size = difference.size();
    let sides = (size[2] as u32, size[1] as u32);
    let planar = difference.expand([3, size[1], size[2]], false).contiguous();
    let interleaved = planar.permute([1, 2, 0]).contiguous().reshape([-1]);
    let values = Vec::<f32>::try_from(interleaved).unwrap_or_default();
    let Some(small) = ImageBuffer::<Rgb<f32>, _>::from_raw(sides.0, sides.1, values) else {
        unreachable!("three values per pixel")
    };
    let (width, height) = square.dimensions();
    let large = imageops::resize(&small, width, height, imageops::FilterType::CatmullRom);
    for (pixel, change) in square.pixels_mut().zip(large.pixels()) {
        for (byte, change) in pixel.0.iter_mut().zip(change.0) {
            *byte = pixel::byte_from_unit(pixel::unit_from_byte(*byte) + change);
        }
    }
}
