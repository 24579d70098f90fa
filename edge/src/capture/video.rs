//! Video files: concatenated JPEGs (`.mjpeg`, `.mjpg`) and uncompressed YUV4MPEG2 (`.y4m`).
//!
//! Both are what every converter writes, e.g. `ffmpeg -i clip.mp4 clip.y4m`; anything else would need
//! a video decoder here.

use super::{
    Next, Source, choice,
    jpeg::JpegReader,
    pixel_aspect::{PixelAspect, Squarer},
    raw::{self, Blue, Chroma, Colour, Rows},
    source_name::SourceName,
};
use crate::{
    error::EdgeError,
    picture::frame::{Frame, Origin},
};
use std::{
    fs::File,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};
use yuv::YuvRange;

/// Endings of the files that are read.
pub(crate) const ENDINGS: [&str; 3] = ["mjpeg", "mjpg", "y4m"];
/// Motion JPEG files name no rate.
const MJPEG_RATE: f64 = 30.0;
/// Larger pictures are taken for a broken file.
const MOST_BYTES: usize = 64 << 20;

/// A video file, read once from begin to end.
pub(crate) struct Video {
    path: PathBuf,
    reader: BufReader<File>,
    format: Format,
    /// Bytes of one picture.
    picture: Vec<u8>,
    index: u64,
    paced: bool,
    start: Option<Instant>,
}

enum Format {
    Mjpeg(JpegReader),
    Y4m(Y4m),
}

struct Y4m {
    size: [usize; 2],
    /// Where pixels are not square.
    squarer: Option<Squarer>,
    rate: f64,
    chroma: Chroma,
    colour: Colour,
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
            paced,
            start: None,
        })
    }

    fn rate(&self) -> f64 {
        match &self.format {
            Format::Mjpeg(_) => MJPEG_RATE,
            Format::Y4m(y4m) => y4m.rate,
        }
    }

    fn decode(&mut self, frame: &mut Frame) -> Result<(), String> {
        match &mut self.format {
            Format::Mjpeg(jpeg) => jpeg.decode(&self.picture, frame),
            Format::Y4m(y4m) => {
                let rows = Rows {
                    size: y4m.size,
                    stride: y4m.size[0],
                };
                let (picture, chroma) = (&self.picture, y4m.chroma);
                raw::planes(picture, chroma, Blue::First, rows, y4m.colour, frame)?;
                if let Some(squarer) = &mut y4m.squarer {
                    squarer.apply(frame);
                }
                Ok(())
            }
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
            Format::Mjpeg(_) => read_jpeg(&mut self.reader, &mut self.picture),
            Format::Y4m(y4m) => y4m.read_picture(&mut self.reader, &mut self.picture),
        };
        let more = more.map_err(|reason| {
            let number = self.index + 1;
            EdgeError::file(&self.path, format!("picture {number}: {reason}"))
        })?;
        if !more {
            return Ok(Next::End);
        }
        let index = self.index;
        self.index += 1;
        if let Err(reason) = self.decode(frame) {
            let (path, number) = (self.path.display(), index + 1);
            return Ok(Next::Skipped(format!("{path}: picture {number}: {reason}")));
        }
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

/// Appends the next JPEG with all its markers to `picture`. Returns false at the end of the file.
fn read_jpeg(reader: &mut impl BufRead, picture: &mut Vec<u8>) -> Result<bool, String> {
    let text = |error: std::io::Error| error.to_string();
    // What lies between two pictures is padding.
    loop {
        let skipped = reader.skip_until(0xff).map_err(text)?;
        if skipped == 0 {
            return Ok(false);
        }
        if reader.fill_buf().map_err(text)?.first() == Some(&0xd8) {
            reader.consume(1);
            break;
        }
    }
    picture.extend_from_slice(&[0xff, 0xd8]);
    // Segments carry their length: a thumbnail inside one has an end marker of its own.
    loop {
        let mut head = [0; 2];
        if let Err(error) = reader.read_exact(&mut head) {
            return cut_off(&error);
        }
        picture.extend_from_slice(&head);
        if head[0] != 0xff {
            return Err(format!("found {:#04x} where a JPEG marker begins", head[0]));
        }
        if head[1] == 0xd9 {
            return Ok(true);
        }
        let mut length = [0; 2];
        if let Err(error) = reader.read_exact(&mut length) {
            return cut_off(&error);
        }
        picture.extend_from_slice(&length);
        let rest = u64::from(u16::from_be_bytes(length)).saturating_sub(2);
        let read = reader.take(rest).read_to_end(picture).map_err(text)?;
        if read as u64 != rest {
            return Ok(true); // cut off; the decoder says so
        }
        if head[1] == 0xda {
            break;
        }
    }
    // Inside a scan 0xff is followed by 0 or a restart marker, except at its end.
    loop {
        let read = reader.read_until(0xff, picture).map_err(text)?;
        let mut next = [0];
        if read == 0 {
            return Ok(true); // cut off; the decoder says so
        }
        if let Err(error) = reader.read_exact(&mut next) {
            return cut_off(&error);
        }
        picture.push(next[0]);
        if next[0] == 0xd9 {
            return Ok(true);
        }
        if picture.len() > MOST_BYTES {
            return Err(format!("no end within {MOST_BYTES} bytes"));
        }
    }
}

/// A picture that ends with the file is handed on as it is; the decoder names it.
fn cut_off(error: &std::io::Error) -> Result<bool, String> {
    match error.kind() {
        std::io::ErrorKind::UnexpectedEof => Ok(true),
        _ => Err(error.to_string()),
    }
}

impl Y4m {
    fn read_header(reader: &mut impl BufRead, path: &Path) -> Result<Self, String> {
        let line = read_line(reader)?.ok_or("no header")?;
        let mut header = Self {
            size: [0, 0],
            squarer: None,
            rate: 0.0,
            chroma: Chroma::Quarter,
            colour: Colour::default(),
        };
        for field in line.split(' ').skip(1).filter(|field| !field.is_empty()) {
            let (tag, value) = field.split_at_checked(1).unwrap_or((field, ""));
            let wrong = |expected: &str| format!("header: found {field:?}, expected {expected}");
            let number = || {
                value
                    .parse::<usize>()
                    .ok()
                    .filter(|&n| (1..=16_384).contains(&n))
            };
            match tag {
                "W" => header.size[0] = number().ok_or_else(|| wrong("W and 1 to 16384"))?,
                "H" => header.size[1] = number().ok_or_else(|| wrong("H and 1 to 16384"))?,
                "F" => {
                    let parts = value.split_once(':');
                    let rate = parts.and_then(|(above, below)| {
                        Some(above.parse::<f64>().ok()? / below.parse::<f64>().ok()?)
                    });
                    let rate = rate.filter(|rate| (0.01..=1000.0).contains(rate));
                    header.rate = rate.ok_or_else(|| wrong("a rate like F30:1"))?;
                }
                "C" => {
                    header.chroma = match value {
                        "420" | "420jpeg" | "420mpeg2" | "420paldv" => Chroma::Quarter,
                        "422" => Chroma::Half,
                        "444" => Chroma::Full,
                        "mono" => Chroma::None,
                        _ => {
                            return Err(
                                wrong("C420, C422, C444 or Cmono with 8 bits") + &remedy(path)
                            );
                        }
                    }
                }
                "A" => header.squarer = PixelAspect::parse(value).map(Squarer::new),
                "X" if value == "COLORRANGE=FULL" => header.colour.range = YuvRange::Full,
                _ => {}
            }
        }
        if header.size.contains(&0) || header.rate == 0.0 {
            return Err(format!("header: found {line:?}, expected W, H and F"));
        }
        Ok(header)
    }

    fn read_picture(
        &self,
        reader: &mut impl BufRead,
        picture: &mut Vec<u8>,
    ) -> Result<bool, String> {
        // The picture's own buffer, so that a warm reader allocates nothing.
        picture.clear();
        let read = reader.take(256).read_until(b'\n', picture);
        if read.map_err(|error| error.to_string())? == 0 {
            return Ok(false);
        }
        if !picture.starts_with(b"FRAME") {
            let line = String::from_utf8_lossy(picture);
            return Err(format!("found {:?}, expected FRAME", line.trim_end()));
        }
        picture.clear();
        let bytes = self.chroma.bytes(self.size) as u64;
        let read = reader.take(bytes).read_to_end(picture);
        read.map_err(|error| error.to_string())?;
        Ok(true)
    }
}

/// A line of at most 256 bytes; none at the end of the file.
fn read_line(reader: &mut impl BufRead) -> Result<Option<String>, String> {
    let mut line = Vec::new();
    let read = reader.take(256).read_until(b'\n', &mut line);
    if read.map_err(|error| error.to_string())? == 0 {
        return Ok(None);
    }
    Ok(Some(String::from_utf8_lossy(&line).trim_end().to_owned()))
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
