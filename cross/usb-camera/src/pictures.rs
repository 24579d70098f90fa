//! What the camera shows: the demo face, drawn ahead.

use anyhow::{Context, Result};
use faces::Take;
use image::{ColorType, codecs::jpeg::JpegEncoder};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Sizes in pixels, the largest first, in the order of the descriptors.
pub const SIZES: [[u16; 2]; 2] = [[1280, 720], [640, 480]];

/// Different pictures, shown in turn.
const COUNT: usize = 4;
const FORMATS: [&str; 2] = ["mjpg", "yuyv"];

/// Pictures by format and size, as JPEG and as YUYV.
pub struct Pictures {
    bytes: [[Vec<Vec<u8>>; SIZES.len()]; FORMATS.len()],
}

/// Draws the pictures into `folder`: too slow for the machine that is to show them.
pub fn draw(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    for [width, height] in SIZES {
        let take = Take::new(0, width.into(), height.into(), 30.0);
        let mut rgb = vec![0; 3 * usize::from(width) * usize::from(height)];
        for index in 0..COUNT {
            take.render_into(index as u64, &mut rgb);
            let mut jpeg = Vec::new();
            JpegEncoder::new_with_quality(&mut jpeg, 85)
                .encode(&rgb, width.into(), height.into(), ColorType::Rgb8.into())
                .context("JPEG")?;
            for (format, bytes) in FORMATS.into_iter().zip([jpeg, yuyv_from_rgb(&rgb)]) {
                let path = path(folder, format, [width, height], index);
                fs::write(&path, bytes).with_context(|| path.display().to_string())?;
            }
        }
    }
    Ok(())
}

fn path(folder: &Path, format: &str, [width, height]: [u16; 2], index: usize) -> PathBuf {
    folder.join(format!("{width}x{height}-{index}.{format}"))
}

impl Pictures {
    /// Reads what [`draw`] wrote.
    pub fn read(folder: &Path) -> Result<Self> {
        let mut bytes: [[Vec<Vec<u8>>; SIZES.len()]; FORMATS.len()] = Default::default();
        for (sizes, format) in bytes.iter_mut().zip(FORMATS) {
            for (pictures, size) in sizes.iter_mut().zip(SIZES) {
                for index in 0..COUNT {
                    let path = path(folder, format, size, index);
                    let picture = fs::read(&path).with_context(|| path.display().to_string())?;
                    pictures.push(picture);
                }
            }
        }
        Ok(Self { bytes })
    }

    /// Picture `index`, of the size with this number in [`SIZES`].
    pub fn get(&self, is_jpeg: bool, size: usize, index: usize) -> &[u8] {
        &self.bytes[usize::from(!is_jpeg)][size][index % COUNT]
    }
}

/// BT.601, limited range, two pixels at a time.
fn yuyv_from_rgb(rgb: &[u8]) -> Vec<u8> {
    let luma = |rgb: &[u8]| {
        let [r, g, b] = [rgb[0], rgb[1], rgb[2]].map(f32::from);
        16.0 + 0.257 * r + 0.504 * g + 0.098 * b
    };
    let pairs = rgb.chunks_exact(6).flat_map(|pair| {
        let [r, g, b] = [pair[0], pair[1], pair[2]].map(f32::from);
        let blue = 128.0 - 0.148 * r - 0.291 * g + 0.439 * b;
        let red = 128.0 + 0.439 * r - 0.368 * g - 0.071 * b;
        [luma(&pair[..3]), blue, luma(&pair[3..]), red].map(|value| value.round() as u8)
    });
    pairs.collect()
}
