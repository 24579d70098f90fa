//! Measures the framing of a folder of training crops: where the mirror's face detector would have
//! to look to see faces framed like them. `cargo run --release -p edge --example framing -- DIR`
//!
//! Every crop is enlarged onto a canvas that continues its border, the detector is run on it, and
//! the medians of crop side and offset, in units of the detection box, are printed for `[framing]`.

use edge::{
    picture::frame::Frame,
    track::detector::{Detector, Region},
};
use image::{RgbImage, imageops};
use std::path::PathBuf;

/// Side of an enlarged crop, and of the canvas around it, in pixels.
const CROP: u32 = 96;
const CANVAS: u32 = 192;

fn main() -> anyhow::Result<()> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from);
    let folder = folder.ok_or_else(|| anyhow::anyhow!("usage: framing DIR"))?;
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    files.sort();
    let (mut detector, mut found) = (Detector::new()?, Vec::new());
    let (mut ratios, mut offsets_x, mut offsets_y) = (vec![], vec![], vec![]);
    for file in &files {
        let crop = image::open(file)?.into_rgb8();
        let crop = imageops::resize(&crop, CROP, CROP, imageops::FilterType::CatmullRom);
        let border = (CANVAS - CROP) / 2;
        let canvas = RgbImage::from_fn(CANVAS, CANVAS, |x, y| {
            let inside = |at: u32| at.saturating_sub(border).min(CROP - 1);
            *crop.get_pixel(inside(x), inside(y))
        });
        let side = CANVAS as usize;
        let mut frame = Frame::default();
        frame.resize(side, side);
        frame.rgb.copy_from_slice(canvas.as_raw());
        let grid = [side, side];
        detector.submit(&frame, Region::Whole { grid });
        detector.poll(true, &mut found);
        // The largest.
        let Some(face) = found.first() else {
            continue;
        };
        ratios.push(CROP as f32 / face.side);
        offsets_x.push((CANVAS as f32 / 2.0 - face.centre[0]) / face.side);
        offsets_y.push((CANVAS as f32 / 2.0 - face.centre[1]) / face.side);
    }
    println!("faces found: {} of {}", ratios.len(), files.len());
    let quartiles = |values: &mut Vec<f32>| {
        values.sort_by(f32::total_cmp);
        [1, 2, 3].map(|quarter| values.get(values.len() * quarter / 4).copied())
    };
    println!("side_ratio quartiles:       {:?}", quartiles(&mut ratios));
    println!(
        "centre_offset x quartiles:  {:?}",
        quartiles(&mut offsets_x)
    );
    println!(
        "centre_offset y quartiles:  {:?}",
        quartiles(&mut offsets_y)
    );
    Ok(())
}
