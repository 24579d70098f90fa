//! What the camera shows: the demo face, drawn ahead.

use anyhow::{Context, Result};
use faces::Take;
use image::{ColorType, codecs::jpeg::JpegEncoder};

/// Sizes in pixels, the largest first, in the order of the descriptors.
pub const SIZES: [[u16; 2]; 2] = [[1280, 720], [640, 480]];

/// Pictures of every size, as JPEG and as YUYV.
pub struct Pictures {
    jpeg: Vec<Vec<Vec<u8>>>,
    yuyv: Vec<Vec<Vec<u8>>>,
}

impl Pictures {
    /// Draws `count` pictures of every size.
    pub fn draw(count: u32) -> Result<Self> {
        let mut pictures = Self {
            jpeg: Vec::new(),
            yuyv: Vec::new(),
        };
        for [width, height] in SIZES.map(|size| size.map(u32::from)) {
            let take = Take::new(0, width, height, 30.0);
            let mut rgb = vec![0; (3 * width * height) as usize];
            let (mut jpeg, mut yuyv) = (Vec::new(), Vec::new());
            for index in 0..count {
                take.render_into(u64::from(index), &mut rgb);
                let mut bytes = Vec::new();
                JpegEncoder::new_with_quality(&mut bytes, 85)
                    .encode(&rgb, width, height, ColorType::Rgb8.into())
                    .context("JPEG")?;
                jpeg.push(bytes);
                yuyv.push(yuyv_from_rgb(&rgb));
            }
            pictures.jpeg.push(jpeg);
            pictures.yuyv.push(yuyv);
        }
        Ok(pictures)
    }

    /// Picture `index`, of the size with this number in [`SIZES`].
    pub fn get(&self, is_jpeg: bool, size: usize, index: usize) -> &[u8] {
        let pictures = if is_jpeg {
            &self.jpeg[size]
        } else {
            &self.yuyv[size]
        };
        &pictures[index % pictures.len()]
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
