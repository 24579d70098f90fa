//! Uncompressed video: YUV4MPEG2.

use super::{
    pixel_aspect::{PixelAspect, Squarer},
    remedy,
};
use crate::{
    capture::decode::raw::{self, Blue, Chroma, Colour, Rows},
    picture::frame::Frame,
};
use std::{
    io::{BufRead, Read},
    path::Path,
};
use yuv::YuvRange;

/// What the header of a file says.
pub(super) struct Y4m {
    size: [usize; 2],
    /// Where pixels are not square.
    squarer: Option<Squarer>,
    /// Pictures per second.
    pub(super) rate: f64,
    chroma: Chroma,
    colour: Colour,
}

impl Y4m {
    /// Reads the header; `path` is for the message about what is not read.
    ///
    /// # Errors
    /// A field that is missing, malformed, or of a kind that is not read.
    pub(super) fn read_header(reader: &mut impl BufRead, path: &Path) -> Result<Self, String> {
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

    /// Reads the bytes of the next picture into `picture`. Returns false at the end of the file.
    ///
    /// # Errors
    /// What cannot be read, or is no picture.
    pub(super) fn read_picture(
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

    /// Decodes the bytes of one picture into `frame`.
    ///
    /// # Errors
    /// Too few bytes.
    pub(super) fn decode(&mut self, picture: &[u8], frame: &mut Frame) -> Result<(), String> {
        let rows = Rows {
            size: self.size,
            stride: self.size[0],
        };
        raw::planes(picture, self.chroma, Blue::First, rows, self.colour, frame)?;
        if let Some(squarer) = &mut self.squarer {
            squarer.apply(frame);
        }
        Ok(())
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
