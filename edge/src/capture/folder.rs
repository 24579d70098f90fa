//! A folder of pictures, in the order of their names.

use super::{Next, Source, decode::jpeg::JpegReader, source_name::SourceName};
use crate::{
    error::EdgeError,
    picture::frame::{Frame, Origin},
};
use image::{
    DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, RgbImage,
    metadata::Orientation,
};
use std::{
    fs,
    io::Cursor,
    path::{Path, PathBuf},
    time::Instant,
};

/// Endings of the files that are taken for pictures.
const ENDINGS: [&str; 3] = ["jpg", "jpeg", "png"];

/// Reads each JPEG and PNG file once.
pub(crate) struct Folder {
    path: PathBuf,
    files: Vec<PathBuf>,
    position: usize,
    readable: usize,
}

impl Folder {
    /// Lists the pictures of `path`.
    ///
    /// # Errors
    /// [`EdgeError::Folder`] when it cannot be listed or has no picture.
    pub(crate) fn open(path: &Path) -> Result<Self, EdgeError> {
        let failed = |reason: String| EdgeError::Folder {
            path: path.into(),
            reason,
        };
        let entries = fs::read_dir(path).map_err(|error| failed(error.to_string()))?;
        let mut files: Vec<PathBuf> = entries
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<_, _>>()
            .map_err(|error| failed(error.to_string()))?;
        files.retain(|file| {
            let ending = file.extension().unwrap_or_default().to_ascii_lowercase();
            ENDINGS.iter().any(|known| ending == *known)
        });
        if files.is_empty() {
            return Err(failed(format!("no picture (.{})", ENDINGS.join(", ."))));
        }
        files.sort();
        Ok(Self {
            path: path.into(),
            files,
            position: 0,
            readable: 0,
        })
    }
}

/// Reads and decodes the picture `file` into `frame`, see [`decode`].
///
/// # Errors
/// [`EdgeError::File`] when it cannot be read, is no picture or is damaged.
pub(crate) fn read(file: &Path, frame: &mut Frame) -> Result<(), EdgeError> {
    let captured = Instant::now();
    let failed = |reason: String| EdgeError::file(file, reason);
    let bytes = fs::read(file).map_err(|error| failed(error.to_string()))?;
    decode(&bytes, captured, file, frame).map_err(failed)
}

/// Decodes the picture `file` into `frame`, the way up its metadata says: size, pixels, name and times.
///
/// # Errors
/// Why it is no picture, or that it is damaged.
fn decode(bytes: &[u8], captured: Instant, file: &Path, frame: &mut Frame) -> Result<(), String> {
    let (picture, orientation) = picture(bytes)?;
    let mut picture = DynamicImage::ImageRgb8(picture);
    picture.apply_orientation(orientation);
    let picture = picture.into_rgb8();
    frame.width = picture.width() as usize;
    frame.height = picture.height() as usize;
    frame.rgb = picture.into_raw();
    frame.captured = captured;
    frame.decode_micros = captured.elapsed().as_micros() as u32;
    let stem = file.file_stem().unwrap_or_default();
    frame.origin = Origin::Still(stem.to_string_lossy().into_owned());
    Ok(())
}

/// Pixels as they are stored, and how they are to be turned.
fn picture(bytes: &[u8]) -> Result<(RgbImage, Orientation), String> {
    let failed = |error: ImageError| error.to_string();
    // The content decides the format: many a .png is a JPEG.
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format();
    let reader = reader.map_err(|error| error.to_string())?;
    let is_jpeg = reader.format() == Some(ImageFormat::Jpeg);
    let mut decoder = reader.into_decoder().map_err(failed)?;
    // Metadata that cannot be read turns nothing.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    if !is_jpeg {
        let picture = DynamicImage::from_decoder(decoder).map_err(failed)?;
        return Ok((picture.into_rgb8(), orientation));
    }
    // Refuses damaged scans, which `image` shows in grey or pink.
    let mut frame = Frame::default();
    JpegReader::default().decode(bytes, &mut frame)?;
    let [width, height] = [frame.width, frame.height].map(|side| side as u32);
    let picture = RgbImage::from_raw(width, height, frame.rgb).ok_or("no pixels")?;
    Ok((picture, orientation))
}

impl Source for Folder {
    fn name(&self) -> SourceName {
        SourceName {
            source: format!("dir:{}", self.path.display()),
            mode: format!("{} pictures", self.files.len()),
        }
    }

    fn is_video(&self) -> bool {
        false
    }

    fn next(&mut self, frame: &mut Frame) -> Result<Next, EdgeError> {
        let Some(file) = self.files.get(self.position) else {
            if self.readable == 0 {
                return Err(EdgeError::Folder {
                    path: self.path.clone(),
                    reason: format!("none of its {} pictures can be read", self.files.len()),
                });
            }
            return Ok(Next::End);
        };
        let index = self.position as u64;
        self.position += 1;
        let captured = Instant::now();
        // A disk that fails is no damaged picture, which alone is left out.
        let bytes = fs::read(file).map_err(|error| EdgeError::file(file, error.to_string()))?;
        if let Err(error) = decode(&bytes, captured, file, frame) {
            return Ok(Next::Skipped(format!("{}: {error}", file.display())));
        }
        self.readable += 1;
        frame.index = index;
        frame.seconds = index as f64;
        Ok(Next::Frame)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{ColorType, ImageEncoder, codecs::jpeg::JpegEncoder};

    /// EXIF with nothing but an orientation.
    fn exif(orientation: u8) -> Vec<u8> {
        let mut exif = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
        exif.extend_from_slice(&[orientation, 0, 0, 0, 0, 0, 0]);
        exif
    }

    /// 32x16 pixels, the left half bright.
    fn jpeg(orientation: u8) -> Vec<u8> {
        let rgb: Vec<u8> = (0..32 * 16)
            .flat_map(|i| [if i % 32 < 16 { 220 } else { 20 }; 3])
            .collect();
        let mut jpeg = Vec::new();
        let mut encoder = JpegEncoder::new_with_quality(&mut jpeg, 95);
        encoder.set_exif_metadata(exif(orientation)).unwrap();
        encoder
            .encode(&rgb, 32, 16, ColorType::Rgb8.into())
            .unwrap();
        jpeg
    }

    #[test]
    fn pictures_are_turned_as_their_metadata_says() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jpg");
        let mut frame = Frame::default();
        // Where the bright half comes to lie: EXIF counts 1 as upright, 3 upside down, 6 and 8 turned.
        for (orientation, size, bright) in [
            (1, [32, 16], [0, 8]),
            (2, [32, 16], [31, 8]),
            (3, [32, 16], [31, 8]),
            (6, [16, 32], [8, 0]),
            (8, [16, 32], [8, 31]),
        ] {
            fs::write(&path, jpeg(orientation)).unwrap();
            read(&path, &mut frame).unwrap();
            assert_eq!([frame.width, frame.height], size, "{orientation}");
            let at = 3 * (bright[1] * size[0] + bright[0]);
            assert!(frame.rgb[at] > 150, "{orientation}");
            let other = frame.rgb.len() - 3 - at;
            assert!(frame.rgb[other] < 90, "{orientation}");
        }
    }

    #[test]
    fn a_picture_that_cannot_be_read_now_ends_the_work_with_its_name() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.jpg"), jpeg(1)).unwrap();
        // Opens, and fails when it is read.
        fs::create_dir(folder.path().join("b.jpg")).unwrap();
        let mut source = Folder::open(folder.path()).unwrap();
        let mut frame = Frame::default();
        assert_eq!(source.next(&mut frame).unwrap(), Next::Frame);
        let error = source.next(&mut frame).unwrap_err().to_string();
        assert!(error.contains("b.jpg: "), "{error}");
    }

    #[test]
    fn a_damaged_picture_is_left_out_and_the_next_one_is_shown() {
        let folder = tempfile::tempdir().unwrap();
        let whole = jpeg(1);
        let damaged = [&whole[..whole.len() - 10], &whole[whole.len() - 2..]].concat();
        fs::write(folder.path().join("a.jpg"), damaged).unwrap();
        fs::write(folder.path().join("b.jpg"), whole).unwrap();
        let mut source = Folder::open(folder.path()).unwrap();
        let mut frame = Frame::default();
        let Next::Skipped(reason) = source.next(&mut frame).unwrap() else {
            panic!("the damaged picture was shown");
        };
        assert!(reason.contains("a.jpg: damaged"), "{reason}");
        assert_eq!(source.next(&mut frame).unwrap(), Next::Frame);
    }
}
