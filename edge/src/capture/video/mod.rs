//! Video files: concatenated JPEGs (`.mjpeg`, `.mjpg`) and uncompressed YUV4MPEG2 (`.y4m`).
//!
//! Both are what every converter writes, e.g. `ffmpeg -i clip.mp4 clip.y4m`; anything else would need
//! a video decoder here.

mod motion_jpeg;
mod pixel_aspect;
mod y4m;

use self::y4m::Y4m;
use super::{Next, Source, choice, decode::jpeg::JpegReader, source_name::SourceName};
use crate::{
    error::EdgeError,
    picture::frame::{Frame, Origin},
};
use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

/// Endings of the files that are read.
pub(crate) const ENDINGS: [&str; 3] = ["mjpeg", "mjpg", "y4m"];
/// A video file, read once from begin to end.
pub(crate) struct Video {
    path: PathBuf,
    reader: BufReader<File>,
    format: Format,
    /// Bytes of one picture.
    picture: Vec<u8>,
    index: u64,
    readable: u64,
    paced: bool,
    start: Option<Instant>,
}

enum Format {
    Mjpeg(JpegReader),
    Y4m(Y4m),
}

impl Video {
    /// Opens `path`; `paced` keeps to the video's own rate.
    ///
    /// # Errors
    /// [`EdgeError::File`] when it cannot be read or is of another kind.
    pub(crate) fn open(path: &Path, paced: bool) -> Result<Self, EdgeError> {
        let failed = |reason: String| EdgeError::file(path, reason);
        let file = File::open(path).map_err(|error| failed(error.to_string()))?;
        let mut reader = BufReader::with_capacity(1 << 16, file);
        let start = reader
            .fill_buf()
            .map_err(|error| failed(error.to_string()))?;
        let format = if start.starts_with(b"YUV4MPEG2 ") {
            Format::Y4m(Y4m::read_header(&mut reader, path).map_err(failed)?)
        } else if start.starts_with(&[0xff, 0xd8]) {
            Format::Mjpeg(JpegReader::default())
        } else {
            let found = "neither JPEG pictures nor a YUV4MPEG2 header".to_owned();
            let found = found + " at its begin; expected .mjpeg or .y4m";
            return Err(failed(found + &remedy(path)));
        };
        Ok(Self {
            path: path.into(),
            reader,
            format,
            picture: Vec::new(),
            index: 0,
            readable: 0,
            paced,
            start: None,
        })
    }

    fn rate(&self) -> f64 {
        match &self.format {
            Format::Mjpeg(_) => motion_jpeg::RATE,
            Format::Y4m(y4m) => y4m.rate,
        }
    }

    fn decode(&mut self, frame: &mut Frame) -> Result<(), String> {
        match &mut self.format {
            Format::Mjpeg(jpeg) => jpeg.decode(&self.picture, frame),
            Format::Y4m(y4m) => y4m.decode(&self.picture, frame),
        }
    }
}

impl Source for Video {
    fn name(&self) -> SourceName {
        SourceName {
            source: self.path.display().to_string(),
            mode: format!("video at {:.4}", self.rate()),
        }
    }

    fn is_video(&self) -> bool {
        true
    }

    fn next(&mut self, frame: &mut Frame) -> Result<Next, EdgeError> {
        let seconds = self.index as f64 / self.rate();
        if self.paced {
            let start = *self.start.get_or_insert_with(Instant::now);
            let due = start + Duration::from_secs_f64(seconds);
            thread::sleep(due.saturating_duration_since(Instant::now()));
        }
        let captured = Instant::now();
        self.picture.clear();
        let more = match &self.format {
            Format::Mjpeg(_) => motion_jpeg::read_picture(&mut self.reader, &mut self.picture),
            Format::Y4m(y4m) => y4m.read_picture(&mut self.reader, &mut self.picture),
        };
        let more = more.map_err(|reason| {
            let number = self.index + 1;
            EdgeError::file(&self.path, format!("picture {number}: {reason}"))
        })?;
        if !more && self.readable == 0 {
            let reason = format!("none of its {} pictures can be read", self.index);
            return Err(EdgeError::file(&self.path, reason));
        }
        if !more {
            return Ok(Next::End);
        }
        let index = self.index;
        self.index += 1;
        if let Err(reason) = self.decode(frame) {
            let (path, number) = (self.path.display(), index + 1);
            return Ok(Next::Skipped(format!("{path}: picture {number}: {reason}")));
        }
        self.readable += 1;
        frame.index = index;
        frame.seconds = seconds;
        frame.captured = captured;
        frame.decode_micros = captured.elapsed().as_micros() as u32;
        frame.origin = Origin::Video;
        Ok(Next::Frame)
    }
}

/// What to do about a file of another kind, as the end of a sentence.
fn remedy(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let converted = path.with_file_name(format!("{stem}-8bit.y4m"));
    let line = choice::converter(&choice::quoted(path), &choice::quoted(&converted));
    format!("; a file that can be read is made with: {line}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{ColorType, codecs::jpeg::JpegEncoder};
    use std::fs;

    fn jpeg(byte: u8) -> Vec<u8> {
        let mut jpeg = Vec::new();
        JpegEncoder::new_with_quality(&mut jpeg, 90)
            .encode(&vec![byte; 3 * 32 * 16], 32, 16, ColorType::Rgb8.into())
            .unwrap();
        jpeg
    }

    fn read_all(name: &str, bytes: &[u8]) -> Vec<Result<Next, String>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        let mut video = match Video::open(&path, false) {
            Ok(video) => video,
            Err(error) => return vec![Err(error.to_string())],
        };
        let mut frame = Frame::default();
        let mut all = Vec::new();
        loop {
            let next = video.next(&mut frame).map_err(|error| error.to_string());
            let ended = !matches!(next, Ok(Next::Frame | Next::Skipped(_)));
            all.push(next);
            if ended {
                return all;
            }
        }
    }

    #[test]
    fn concatenated_jpegs_are_split_even_with_a_thumbnail_and_padding_inside() {
        let mut with_thumbnail = jpeg(200);
        let thumbnail = jpeg(1);
        let mut segment = vec![0xff, 0xe1];
        segment.extend_from_slice(&((thumbnail.len() + 2) as u16).to_be_bytes());
        segment.extend_from_slice(&thumbnail);
        with_thumbnail.splice(2..2, segment);
        let bytes = [jpeg(10), vec![0; 7], with_thumbnail, jpeg(30)].concat();
        let frame = || Ok(Next::Frame);
        assert_eq!(
            read_all("a.mjpeg", &bytes),
            [frame(), frame(), frame(), Ok(Next::End)]
        );
    }

    #[test]
    fn a_last_picture_that_is_cut_off_is_named_and_left_out() {
        let bytes = [jpeg(10), jpeg(20)[..200].to_vec()].concat();
        let all = read_all("a.mjpeg", &bytes);
        let Ok(Next::Skipped(reason)) = &all[1] else {
            panic!("{all:?}")
        };
        assert!(reason.contains("picture 2") && reason.contains("cut off"));
        assert_eq!(all[2], Ok(Next::End));
    }

    #[test]
    fn y4m_is_read_with_its_rate_and_a_short_one_is_named() {
        let header = b"YUV4MPEG2 W4 H2 F30000:1001 Ip A1:1 C420jpeg\n";
        let picture = [b"FRAME\n".to_vec(), vec![128; 12]].concat();
        let whole = [header.to_vec(), picture.clone(), picture.clone()].concat();
        assert_eq!(
            read_all("a.y4m", &whole),
            [Ok(Next::Frame), Ok(Next::Frame), Ok(Next::End)]
        );
        let all = read_all("a.y4m", &whole[..whole.len() - 1]);
        assert!(matches!(&all[1], Ok(Next::Skipped(reason)) if reason.contains("expected 12")));
    }

    #[test]
    fn pixels_that_are_not_square_become_square() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.y4m");
        for (aspect, width) in [("24:11", 17), ("1:1", 8), ("0:0", 8), ("8:9", 7)] {
            let header = format!("YUV4MPEG2 W8 H4 F25:1 A{aspect}\nFRAME\n");
            fs::write(&path, [header.into_bytes(), vec![128; 48]].concat()).unwrap();
            let mut frame = Frame::default();
            let mut video = Video::open(&path, false).unwrap();
            assert_eq!(video.next(&mut frame).unwrap(), Next::Frame);
            assert_eq!([frame.width, frame.height], [width, 4], "{aspect}");
            assert_eq!(frame.rgb.len(), 3 * width * 4);
        }
    }

    #[test]
    fn a_film_without_a_picture_that_can_be_read_is_an_error() {
        let padding = [0xff, 0xd8].repeat(1000);
        for (name, bytes) in [
            ("a.mjpeg", &padding[..]),
            ("a.y4m", b"YUV4MPEG2 W4 H2 F30:1\n"),
            ("a.y4m", b"YUV4MPEG2 W4 H2 F30:1\nFRAME\n1"),
        ] {
            let all = read_all(name, bytes);
            let error = all.last().unwrap().as_ref().unwrap_err();
            assert!(error.contains(name), "{error}");
        }
    }

    #[test]
    fn other_files_are_refused_with_what_was_found() {
        for (bytes, word) in [
            (&b"RIFF....AVI "[..], "expected .mjpeg or .y4m"),
            (b"YUV4MPEG2 W4 F30:1\n", "expected W, H and F"),
            (b"YUV4MPEG2 W4 H2 F30:1 C420p10\n", "8 bits"),
            (b"YUV4MPEG2 W4 H2 F30:1 C420p10\n", "a-8bit.y4m"),
            (b"YUV4MPEG2 W0 H2 F30:1\n", "1 to 16384"),
            (b"", "neither"),
        ] {
            let all = read_all("a.y4m", bytes);
            let error = all[0].as_ref().unwrap_err();
            assert!(error.contains(word) && error.contains("a.y4m"), "{error}");
        }
    }
}
