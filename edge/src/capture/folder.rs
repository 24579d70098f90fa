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
    collections::HashSet,
    fs, io,
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
    /// What each is called in what is made of it.
    names: Vec<String>,
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
            ENDINGS.iter().any(|known| ending == *known) && !file.is_dir()
        });
        if files.is_empty() {
            return Err(failed(format!("no picture (.{})", ENDINGS.join(", ."))));
        }
        files.sort();
        Ok(Self {
            path: path.into(),
            names: names(&files),
            files,
            position: 0,
            readable: 0,
        })
    }
}

/// A name for each of `files`, no two alike, nor in letter case alone, as a disk of another system may not tell those
/// apart: the file's without its ending, or with it where another has taken that, or with a number.
fn names(files: &[PathBuf]) -> Vec<String> {
    let mut taken = HashSet::new();
    let mut free = |name: &String| taken.insert(name.to_lowercase());
    let name = |file: &PathBuf| {
        let [stem, whole] = [file.file_stem(), file.file_name()]
            .map(|name| name.unwrap_or_default().to_string_lossy().into_owned());
        let numbered = (2_u64..).map(|number| format!("{whole}-{number}"));
        [stem, whole.clone()]
            .into_iter()
            .chain(numbered)
            .find(&mut free)
    };
    files.iter().filter_map(name).collect()
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

/// Whether `file` is a link to nothing, or to itself.
fn leads_nowhere(file: &Path) -> bool {
    file.is_symlink() && fs::metadata(file).is_err()
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
        let skipped = |reason: String| Ok(Next::Skipped(format!("{}: {reason}", file.display())));
        let bytes = match fs::read(file) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound || leads_nowhere(file) => {
                return skipped(error.to_string());
            }
            // A disk that fails is no damaged picture.
            Err(error) => return Err(EdgeError::file(file, error.to_string())),
        };
        if let Err(reason) = decode(&bytes, captured, file, frame) {
            return skipped(reason);
        }
        frame.origin = Origin::Still(self.names[index as usize].clone());
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
    use std::{
        ffi::OsStr,
        os::unix::{ffi::OsStrExt, fs::symlink},
    };

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
        for name in ["a.jpg", "b.jpg"] {
            fs::write(folder.path().join(name), jpeg(1)).unwrap();
        }
        let mut source = Folder::open(folder.path()).unwrap();
        // Opens, and fails when it is read.
        fs::remove_file(folder.path().join("b.jpg")).unwrap();
        fs::create_dir(folder.path().join("b.jpg")).unwrap();
        let mut frame = Frame::default();
        assert_eq!(source.next(&mut frame).unwrap(), Next::Frame);
        let error = source.next(&mut frame).unwrap_err().to_string();
        assert!(error.contains("b.jpg: "), "{error}");
    }

    #[test]
    fn folders_are_no_pictures_and_links_to_nothing_are_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("a.jpg")).unwrap();
        symlink(path("gone.jpg"), path("b.jpg")).unwrap();
        symlink(path("c.jpg"), path("c.jpg")).unwrap();
        fs::write(path("d.jpg"), jpeg(1)).unwrap();
        let mut source = Folder::open(folder.path()).unwrap();
        let mut frame = Frame::default();
        for name in ["b.jpg", "c.jpg"] {
            let Next::Skipped(reason) = source.next(&mut frame).unwrap() else {
                panic!("{name} was shown");
            };
            assert!(reason.contains(name), "{reason}");
        }
        assert_eq!(source.next(&mut frame).unwrap(), Next::Frame);
        assert_eq!(source.next(&mut frame).unwrap(), Next::End);
    }

    #[test]
    fn no_two_pictures_have_the_same_name() {
        let files = ["A.JPG", "a.jpg", "a.jpg.png", "a.png", "b.png"].map(PathBuf::from);
        let expected = ["A", "a.jpg", "a.jpg.png", "a.png", "b"];
        assert_eq!(names(&files), expected);
        let bytes = [&b"\xfe.jpg"[..], b"\xff.jpg", b"\xff.png"];
        let files = bytes.map(|name| PathBuf::from(OsStr::from_bytes(name)));
        assert_eq!(names(&files), ["\u{fffd}", "\u{fffd}.jpg", "\u{fffd}.png"]);
        let twice = [&b"\xfc.jpg"[..], b"\xfd.jpg", b"\xfe.jpg", b"\xff.jpg"];
        let files = twice.map(|name| PathBuf::from(OsStr::from_bytes(name)));
        let expected = [
            "\u{fffd}",
            "\u{fffd}.jpg",
            "\u{fffd}.jpg-2",
            "\u{fffd}.jpg-3",
        ];
        assert_eq!(names(&files), expected);
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
