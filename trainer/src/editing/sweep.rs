//! One attribute's strength swept over one picture: a strip, an animated PNG or an animated GIF.

use super::{Change, Portrait};
use crate::{
    checkpoint::Checkpoint,
    data::picture::{self, PROGRAM},
    error::TrainError,
};
use image::{RgbImage, imageops};
use model_spec::AttributeSet;
use output::picture::SOFTWARE;
use std::path::Path;

/// Time that a frame of an animation is shown, in hundredths of a second.
const FRAME_CENTISECONDS: u16 = 12;
/// Effort of the search for a GIF's 256 colours, 1 (best) to 30.
const GIF_SPEED: i32 = 10;

/// Strengths of one attribute, from low to high.
#[derive(Debug, Clone, PartialEq)]
pub struct Sweep {
    /// Position of the attribute.
    pub attribute: usize,
    /// Strengths in order.
    pub strengths: Vec<f32>,
}

impl Sweep {
    /// Reads `smile`, swept over the range the model offers, or `smile=-1..1.5`.
    ///
    /// # Errors
    /// [`TrainError`] listing the known attributes, or saying what a range looks like.
    pub fn parse(text: &str, attributes: &AttributeSet, frames: usize) -> Result<Self, TrainError> {
        let (name, range) = text.split_once('=').unwrap_or((text, ""));
        let attribute = attributes.position(name.trim())?;
        let [low, high] = match range.split_once("..") {
            Some((low, high)) => {
                let number = |text: &str| text.trim().parse::<f32>().ok();
                match (number(low), number(high)) {
                    (Some(low), Some(high)) if low < high && high.is_finite() => [low, high],
                    _ => return Err(Self::bad(text)),
                }
            }
            None if range.is_empty() => attributes.as_slice()[attribute].strength_range,
            None => return Err(Self::bad(text)),
        };
        if frames < 2 {
            return Err(TrainError::Usage(format!(
                "--frames: found {frames}, expected 2 or more"
            )));
        }
        let step = (high - low) / (frames - 1) as f32;
        Ok(Self {
            attribute,
            strengths: (0..frames).map(|i| low + step * i as f32).collect(),
        })
    }

    fn bad(text: &str) -> TrainError {
        TrainError::Usage(format!(
            "--sweep: found {text:?}, expected NAME or NAME=LOW..HIGH, e.g. smile=-1..1.5"
        ))
    }

    /// The picture at every strength.
    #[must_use]
    pub fn frames(&self, model: &Checkpoint, portrait: &Portrait) -> Vec<RgbImage> {
        self.strengths
            .iter()
            .map(|&strength| {
                let mut strengths = vec![0.0; model.spec.attributes.len()];
                strengths[self.attribute] = strength;
                portrait.edited(model, &Change::Strengths(strengths))
            })
            .collect()
    }
}

/// Writes frames of one size to `path`: `.gif` and `.apng` are animated, forward and back; any other
/// picture format becomes a strip.
///
/// # Errors
/// [`TrainError::Io`] naming the file.
pub fn write(path: &Path, frames: &[RgbImage]) -> Result<(), TrainError> {
    let failed = |reason: String| TrainError::io(path, std::io::Error::other(reason));
    let ending = path.extension().and_then(|end| end.to_str());
    match ending {
        Some("gif") => {
            let bytes = encode_gif(frames).map_err(failed)?;
            let own = |_: &Path| Err("an animation, which does not say where it is from".into());
            Ok(output::write(path, &bytes, own)?)
        }
        Some("apng") => {
            let bytes = encode_apng(frames).map_err(failed)?;
            Ok(output::write(path, &bytes, picture::is_own)?)
        }
        _ => picture::write(path, &strip(frames)),
    }
}

/// Frames beside each other.
fn strip(frames: &[RgbImage]) -> RgbImage {
    let (width, height) = frames.first().map_or((0, 0), RgbImage::dimensions);
    let mut strip = RgbImage::new(width * frames.len() as u32, height);
    for (i, frame) in frames.iter().enumerate() {
        imageops::replace(&mut strip, frame, i64::from(width) * i as i64, 0);
    }
    strip
}

/// Forward and back again, so that the loop has no jump.
fn forward_and_back(frames: &[RgbImage]) -> impl Iterator<Item = &RgbImage> {
    let back = frames.iter().skip(1).rev().skip(1);
    frames.iter().chain(back)
}

fn encode_gif(frames: &[RgbImage]) -> Result<Vec<u8>, String> {
    let (width, height) = frames.first().map_or((0, 0), RgbImage::dimensions);
    let side = |side: u32| u16::try_from(side).map_err(|_| format!("{side} px is too large"));
    let (width, height) = (side(width)?, side(height)?);
    let mut bytes = Vec::new();
    let mut encoder =
        gif::Encoder::new(&mut bytes, width, height, &[]).map_err(|e| e.to_string())?;
    encoder
        .set_repeat(gif::Repeat::Infinite)
        .map_err(|e| e.to_string())?;
    for picture in forward_and_back(frames) {
        let mut frame = gif::Frame::from_rgb_speed(width, height, picture, GIF_SPEED);
        frame.delay = FRAME_CENTISECONDS;
        encoder.write_frame(&frame).map_err(|e| e.to_string())?;
    }
    drop(encoder);
    Ok(bytes)
}

fn encode_apng(frames: &[RgbImage]) -> Result<Vec<u8>, String> {
    let (width, height) = frames.first().map_or((0, 0), RgbImage::dimensions);
    let count = forward_and_back(frames).count() as u32;
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    let animate = |encoder: &mut png::Encoder<'_, _>| {
        encoder.add_text_chunk(SOFTWARE.into(), PROGRAM.into())?;
        encoder.set_animated(count, 0)?;
        encoder.set_frame_delay(FRAME_CENTISECONDS, 100)
    };
    animate(&mut encoder).map_err(|e| e.to_string())?;
    let mut writer = encoder.write_header().map_err(|e| e.to_string())?;
    for picture in forward_and_back(frames) {
        writer
            .write_image_data(picture)
            .map_err(|e| e.to_string())?;
    }
    writer.finish().map_err(|e| e.to_string())?;
    Ok(bytes)
}
