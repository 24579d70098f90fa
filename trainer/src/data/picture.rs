//! Reading and writing picture files.

use crate::error::TrainError;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use image::{
    DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, RgbImage,
    codecs::jpeg::JpegEncoder, imageops,
};
use model_spec::{ColourMode, pixel};
use std::{
    fs,
    io::{self, Cursor},
    path::Path,
};
use tch::Tensor;

/// What pictures of this program are marked with.
pub(crate) const PROGRAM: &str = env!("CARGO_PKG_NAME");

/// Why a file gives no picture.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// The file cannot be read now: that says nothing about the picture, and does not make it one to leave out.
    #[error("{0}")]
    Io(io::Error),
    /// What is in the file is no whole picture: the reason, e.g. the decoder's.
    #[error("{0}")]
    Damaged(String),
}

impl PictureError {
    /// As an error that names the file.
    pub(crate) fn of(self, path: &Path) -> TrainError {
        match self {
            Self::Io(error) => TrainError::io(path, error),
            Self::Damaged(reason) => TrainError::Data {
                path: path.into(),
                reason,
            },
        }
    }
}

/// Decodes `path` upright (EXIF) and cuts it to its central square.
///
/// # Errors
/// [`PictureError`].
pub fn read_square(path: &Path) -> Result<RgbImage, PictureError> {
    read_upright(path).map(central_square)
}

/// Decodes `path` upright (EXIF), from any colour type and depth to 8-bit RGB.
///
/// # Errors
/// [`PictureError`].
pub(crate) fn read_upright(path: &Path) -> Result<RgbImage, PictureError> {
    let bytes = fs::read(path).map_err(PictureError::Io)?;
    decode_upright(&bytes).map_err(PictureError::Damaged)
}

fn decode_upright(bytes: &[u8]) -> Result<RgbImage, String> {
    if bytes.is_empty() {
        return Err("zero bytes".into());
    }
    if bytes.starts_with(&[0xFF, 0xD8]) {
        // JPEG decoders silently fill in the missing part of a truncated file.
        if !is_whole_jpeg(bytes) {
            return Err("truncated JPEG: no end marker".into());
        }
        model_spec::jpeg::check_sampling(bytes)?;
    }
    if let Some(found) = other_format(bytes) {
        return Err(format!(
            "found {found}, expected JPEG, PNG, WebP, BMP or TIFF"
        ));
    }
    let decode = || {
        let mut decoder = ImageReader::new(Cursor::new(bytes))
            .with_guessed_format()?
            .into_decoder()?;
        check_size(decoder.dimensions(), decoder.total_bytes())?;
        let orientation = decoder.orientation()?;
        let mut picture = DynamicImage::from_decoder(decoder)?;
        picture.apply_orientation(orientation);
        Ok(picture.into_rgb8())
    };
    decode().map_err(|e: ImageError| e.to_string())
}

/// Most pixels of a picture: more than cameras take, and still room for one on every thread.
const MOST_PIXELS: u64 = 1 << 27;
/// Most bytes of a decoded picture.
const MOST_BYTES: u64 = 1 << 29;

/// Refuses a picture by the size that its header gives, before anything is decoded.
fn check_size((width, height): (u32, u32), bytes: u64) -> Result<(), ImageError> {
    if u64::from(width) * u64::from(height) <= MOST_PIXELS && bytes <= MOST_BYTES {
        return Ok(());
    }
    let reason = format!(
        "found {width} x {height} pixels ({} MB decoded), expected at most {} megapixels and {} MB: make \
         it smaller",
        bytes >> 20,
        MOST_PIXELS / 1_000_000,
        MOST_BYTES >> 20
    );
    Err(ImageError::IoError(io::Error::other(reason)))
}

/// What a file is that people take for a picture and that is not read.
fn other_format(bytes: &[u8]) -> Option<&'static str> {
    let starts = |start: &[u8]| bytes.starts_with(start);
    let is = |brands: &[&[u8]]| {
        bytes.get(4..12).is_some_and(|kind| {
            kind.starts_with(b"ftyp") && brands.iter().any(|brand| kind.ends_with(brand))
        })
    };
    if is(&[b"heic", b"heix", b"mif1", b"msf1", b"hevc"]) {
        Some("HEIC")
    } else if is(&[b"avif", b"avis"]) {
        Some("AVIF")
    } else if starts(b"GIF8") {
        Some("GIF")
    } else if starts(b"%PDF") {
        Some("PDF")
    } else if starts(b"version https://git-lfs") {
        Some("a Git LFS pointer (`git lfs pull` fetches the file)")
    } else if starts(b"<!DOCTYPE") || starts(b"<!doctype") || starts(b"<html") {
        Some("a web page")
    } else {
        None
    }
}

/// Whether an end marker follows the last start of scan; a thumbnail has both before it.
fn is_whole_jpeg(bytes: &[u8]) -> bool {
    let last = |marker: u8| bytes.windows(2).rposition(|pair| pair == [0xFF, marker]);
    let (scan, end) = (last(0xDA), last(0xD9));
    end > scan
}

/// Cuts a picture to its central square.
#[must_use]
pub(crate) fn central_square(rgb: RgbImage) -> RgbImage {
    let (width, height) = rgb.dimensions();
    if width == height {
        return rgb;
    }
    let side = width.min(height);
    let (left, top) = ((width - side) / 2, (height - side) / 2);
    imageops::crop_imm(&rgb, left, top, side, side).to_image()
}

/// `square` at `size` pixels a side.
#[must_use]
pub(crate) fn resized(square: &RgbImage, size: usize) -> RgbImage {
    let size = size as u32;
    if square.width() == size {
        return square.clone();
    }
    imageops::resize(square, size, size, imageops::FilterType::Triangle)
}

/// Writes a picture in the format that its name ends in. Only PNG pictures of this program are replaced:
/// other formats do not say where they are from.
///
/// # Errors
/// [`TrainError::Output`] or [`TrainError::Io`], naming the file.
pub fn write(path: &Path, picture: &RgbImage) -> Result<(), TrainError> {
    Ok(output::write(path, &encoded(path, picture)?, is_own)?)
}

/// [`write`] into a folder that is ours.
///
/// # Errors
/// [`TrainError::Output`] or [`TrainError::Io`], naming the file.
pub(crate) fn write_own(path: &Path, picture: &RgbImage) -> Result<(), TrainError> {
    Ok(output::write_own(path, &encoded(path, picture)?)?)
}

/// Accepts a picture that this program wrote.
pub(crate) fn is_own(path: &Path) -> Result<(), String> {
    output::picture::by(path, PROGRAM)
}

/// Accepts a folder that is missing, empty, or has pictures of this program alone.
///
/// # Errors
/// [`TrainError::Output`] naming what was found in it.
pub(crate) fn check_folder(folder: &Path) -> Result<(), TrainError> {
    Ok(output::picture::check_folder(folder, &[], PROGRAM)?)
}

/// A picture as a JPEG inside a page, `quality` 1 to 100: a data URL.
///
/// # Errors
/// The encoder's reason.
pub(crate) fn data_url(picture: &RgbImage, quality: u8) -> Result<String, ImageError> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(picture)?;
    Ok(format!(
        "data:image/jpeg;base64,{}",
        BASE64_STANDARD.encode(bytes)
    ))
}

fn encoded(path: &Path, picture: &RgbImage) -> Result<Vec<u8>, TrainError> {
    let failed = |reason: String| TrainError::io(path, io::Error::other(reason));
    let format = ImageFormat::from_path(path).map_err(|e| failed(e.to_string()))?;
    if format == ImageFormat::Png {
        let size = picture.dimensions().into();
        return output::picture::encode(picture, size, PROGRAM).map_err(|e| failed(e.to_string()));
    }
    let mut bytes = Cursor::new(Vec::new());
    picture
        .write_to(&mut bytes, format)
        .map_err(|e| failed(e.to_string()))?;
    Ok(bytes.into_inner())
}

/// Interleaved RGB to planar bytes `[C,H,W]`.
#[must_use]
pub fn planar(rgb: &RgbImage, colour: ColourMode) -> Vec<u8> {
    match colour {
        ColourMode::Luma => rgb
            .pixels()
            .map(|p| pixel::luma_from_rgb(p.0.map(f32::from)).round() as u8)
            .collect(),
        ColourMode::Rgb => (0..3)
            .flat_map(|channel| rgb.pixels().map(move |p| p.0[channel]))
            .collect(),
    }
}

/// A picture as an image tensor `[1,C,H,W]` in [-1, 1].
pub(crate) fn to_tensor(rgb: &RgbImage, colour: ColourMode) -> Tensor {
    let (width, height) = (i64::from(rgb.width()), i64::from(rgb.height()));
    let bytes = Tensor::from_slice(&planar(rgb, colour));
    super::unit_from_bytes(&bytes).reshape([1, colour.channels() as i64, height, width])
}

/// One image `[C,H,W]` in [-1, 1] as an RGB picture; luma becomes grey.
///
/// # Errors
/// libtorch's reason when the tensor cannot be read.
pub(crate) fn from_tensor(image: &Tensor) -> Result<RgbImage, tch::TchError> {
    let size = image.size();
    let (height, width) = (size[1], size[2]);
    let rgb = image.expand([3, height, width], false);
    let bytes = ((rgb.clamp(-1.0, 1.0) + 1.0) * f64::from(pixel::BYTES_PER_UNIT))
        .round()
        .permute([1, 2, 0])
        .contiguous()
        .to_kind(tch::Kind::Uint8)
        .reshape([-1]);
    let bytes = Vec::<u8>::try_from(&bytes)?;
    Ok(RgbImage::from_raw(width as u32, height as u32, bytes)
        .unwrap_or_else(|| unreachable!("one byte per channel and pixel")))
}
