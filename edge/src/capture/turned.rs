//! Pictures of a camera that is mounted on its side or upside down.

use super::{Next, Source, source_name::SourceName};
use crate::{error::EdgeError, picture::frame::Frame};
use std::{fmt, mem, str::FromStr, time::Instant};

/// How far pictures are turned clockwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Turn {
    #[default]
    None,
    Quarter,
    Half,
    ThreeQuarters,
}

impl FromStr for Turn {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "0" => Ok(Self::None),
            "90" => Ok(Self::Quarter),
            "180" => Ok(Self::Half),
            "270" => Ok(Self::ThreeQuarters),
            _ => Err("expected 0, 90, 180 or 270 degrees, clockwise".into()),
        }
    }
}

impl fmt::Display for Turn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::None => "0",
            Self::Quarter => "90",
            Self::Half => "180",
            Self::ThreeQuarters => "270",
        })
    }
}

/// Side of the squares in which pixels are moved, so that rows read and rows written both stay in the
/// processor's cache.
const TILE: usize = 32;

/// A source whose pictures are turned.
pub(crate) struct Turned {
    source: Box<dyn Source>,
    turn: Turn,
    /// Memory of the frame before it was turned.
    spare: Vec<u8>,
}

impl Turned {
    /// `source` itself where nothing is turned.
    pub(crate) fn around(source: Box<dyn Source>, turn: Turn) -> Box<dyn Source> {
        if turn == Turn::None {
            return source;
        }
        Box::new(Self {
            source,
            turn,
            spare: Vec::new(),
        })
    }
}

impl Source for Turned {
    fn name(&self) -> SourceName {
        self.source.name()
    }

    fn is_video(&self) -> bool {
        self.source.is_video()
    }

    fn next(&mut self, frame: &mut Frame) -> Result<Next, EdgeError> {
        let next = self.source.next(frame)?;
        if next == Next::Frame {
            let start = Instant::now();
            self.turn.apply(frame, &mut self.spare);
            frame.decode_micros += start.elapsed().as_micros() as u32;
        }
        Ok(next)
    }
}

impl Turn {
    /// Turns `frame`; its old memory is left in `spare`.
    fn apply(self, frame: &mut Frame, spare: &mut Vec<u8>) {
        let (width, height) = (frame.width, frame.height);
        match self {
            Self::None => return,
            Self::Half => {
                let mut pixels = frame.rgb.chunks_exact_mut(3);
                while let (Some(first), Some(last)) = (pixels.next(), pixels.next_back()) {
                    first.swap_with_slice(last);
                }
                return;
            }
            Self::Quarter | Self::ThreeQuarters => spare.resize(frame.rgb.len(), 0),
        }
        for top in (0..height).step_by(TILE) {
            let rows = top..(top + TILE).min(height);
            for left in (0..width).step_by(TILE) {
                for x in left..(left + TILE).min(width) {
                    for y in rows.clone() {
                        let to = match self {
                            Self::Quarter => x * height + height - 1 - y,
                            _ => (width - 1 - x) * height + y,
                        };
                        let from = 3 * (y * width + x);
                        spare[3 * to..3 * to + 3].copy_from_slice(&frame.rgb[from..from + 3]);
                    }
                }
            }
        }
        mem::swap(&mut frame.rgb, spare);
        (frame.width, frame.height) = (height, width);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_those_of_an_image_library_and_four_quarters_are_none() {
        for [width, height] in [[5, 3], [70, 41], [1, 1], [64, 32]] {
            let rgb: Vec<u8> = (0..3 * width * height)
                .map(|i| (i * 7 % 251) as u8)
                .collect();
            let picture =
                image::RgbImage::from_raw(width as u32, height as u32, rgb.clone()).unwrap();
            let mut frame = Frame::default();
            let mut spare = Vec::new();
            for (turn, expected) in [
                (Turn::None, picture.clone()),
                (Turn::Quarter, image::imageops::rotate90(&picture)),
                (Turn::Half, image::imageops::rotate180(&picture)),
                (Turn::ThreeQuarters, image::imageops::rotate270(&picture)),
            ] {
                frame.resize(width, height);
                frame.rgb.copy_from_slice(&rgb);
                turn.apply(&mut frame, &mut spare);
                assert_eq!(
                    [frame.width as u32, frame.height as u32],
                    [expected.width(), expected.height()]
                );
                assert_eq!(frame.rgb, expected.into_raw(), "{turn}");
                assert_eq!(turn.to_string().parse(), Ok(turn));
            }
        }
    }
}
