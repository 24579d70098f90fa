//! Picture formats, sizes and rates of a camera.

use std::fmt;
use v4l::{
    Device, FourCC, frameinterval::FrameIntervalEnum, framesize::FrameSizeEnum, video::Capture,
};

/// Motion JPEG.
pub const MJPG: [u8; 4] = *b"MJPG";
/// Packed YCbCr 4:2:2.
pub const YUYV: [u8; 4] = *b"YUYV";
/// The size a mirror wants; more costs time and shows no more of an edit.
const WANTED: [u32; 2] = [1280, 720];
/// Rates above look the same in a mirror.
const FAST_ENOUGH: u32 = 30;

/// One mode of a camera.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mode {
    /// [`MJPG`] or [`YUYV`].
    pub fourcc: [u8; 4],
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Pictures per second.
    pub frames_per_second: u32,
}

impl fmt::Display for Mode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (width, height) = (self.width, self.height);
        let fourcc = String::from_utf8_lossy(&self.fourcc);
        write!(
            formatter,
            "{width}x{height} {fourcc} at {}",
            self.frames_per_second
        )
    }
}

/// The modes of `device` that this program can read.
#[must_use]
pub fn list(device: &Device) -> Vec<Mode> {
    let mut modes = Vec::new();
    for fourcc in [MJPG, YUYV] {
        let code = FourCC::new(&fourcc);
        for size in device.enum_framesizes(code).unwrap_or_default() {
            let [width, height] = match size.size {
                FrameSizeEnum::Discrete(size) => [size.width, size.height],
                FrameSizeEnum::Stepwise(range) => [
                    WANTED[0].clamp(range.min_width, range.max_width),
                    WANTED[1].clamp(range.min_height, range.max_height),
                ],
            };
            let intervals = device
                .enum_frameintervals(code, width, height)
                .unwrap_or_default();
            let rates = intervals.iter().map(|interval| match &interval.interval {
                FrameIntervalEnum::Discrete(interval) => rate(interval),
                FrameIntervalEnum::Stepwise(range) => rate(&range.min),
            });
            modes.push(Mode {
                fourcc,
                width,
                height,
                // Drivers that name no rate run at their own, mostly 30.
                frames_per_second: rates.max().unwrap_or(FAST_ENOUGH),
            });
        }
    }
    modes
}

fn rate(interval: &v4l::Fraction) -> u32 {
    interval.denominator / interval.numerator.max(1)
}

/// Fast enough first, then the size nearest to the wanted one, then the format that costs less.
#[must_use]
pub fn best(modes: &[Mode]) -> Option<Mode> {
    let key = |mode: &&Mode| {
        let pixels = u64::from(mode.width) * u64::from(mode.height);
        let wanted = u64::from(WANTED[0]) * u64::from(WANTED[1]);
        (
            mode.frames_per_second.min(FAST_ENOUGH),
            std::cmp::Reverse(pixels.abs_diff(wanted)),
            mode.fourcc == YUYV,
        )
    };
    modes.iter().max_by_key(key).copied()
}

/// Names of all the formats a device offers.
#[must_use]
pub fn offered(device: &Device) -> String {
    let formats = device.enum_formats().unwrap_or_default();
    let names = formats.iter().map(|format| format.fourcc.to_string());
    names.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_rate_beats_the_wanted_size_and_the_wanted_size_beats_a_bigger_one() {
        let mode = |fourcc, width, height, frames_per_second| Mode {
            fourcc,
            width,
            height,
            frames_per_second,
        };
        let webcam = [
            mode(YUYV, 1280, 720, 10),
            mode(YUYV, 640, 480, 30),
            mode(MJPG, 1920, 1080, 30),
            mode(MJPG, 1280, 720, 30),
            mode(MJPG, 640, 480, 60),
        ];
        assert_eq!(best(&webcam), Some(webcam[3]));
        assert_eq!(best(&webcam[..2]), Some(webcam[1]));
        assert_eq!(best(&[]), None);
    }
}
