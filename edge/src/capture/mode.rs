//! Picture formats, sizes and rates of a camera, and which of them to take.

use std::{fmt, str::FromStr};
use v4l::{
    Device, FourCC, frameinterval::FrameIntervalEnum, framesize::FrameSizeEnum, video::Capture,
};

pub(crate) const MJPG: [u8; 4] = *b"MJPG";
/// Packed YCbCr 4:2:2.
pub(crate) const YUYV: [u8; 4] = *b"YUYV";
/// YCbCr 4:2:0, luma plane and interleaved chroma.
pub(crate) const NV12: [u8; 4] = *b"NV12";
/// One byte per pixel.
pub(crate) const GREY: [u8; 4] = *b"GREY";
/// The formats this program reads, those that cost least first; grey comes last because it has no
/// colour.
pub(crate) const FORMATS: [[u8; 4]; 4] = [YUYV, NV12, MJPG, GREY];
/// The size a mirror wants; more costs time and shows no more of an edit.
const WANTED: [u32; 2] = [1280, 720];
/// Rates above look the same in a mirror.
const FAST_ENOUGH: u32 = 30;

/// One mode of a camera.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mode {
    /// One of [`FORMATS`].
    pub(crate) fourcc: [u8; 4],
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Pictures per second.
    pub(crate) frames_per_second: u32,
}

impl fmt::Display for Mode {
    /// As `--camera-mode` takes it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (width, height) = (self.width, self.height);
        let (rate, fourcc) = (
            self.frames_per_second,
            String::from_utf8_lossy(&self.fourcc),
        );
        write!(formatter, "{width}x{height}@{rate}/{fourcc}")
    }
}

/// A mode as far as somebody cares: `1280x720@30/MJPG`, where rate and format may be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct ModeRequest {
    /// Width and height in pixels.
    pub(crate) size: Option<[u32; 2]>,
    /// Pictures per second.
    pub(crate) frames_per_second: Option<u32>,
    /// One of [`FORMATS`].
    pub(crate) fourcc: Option<[u8; 4]>,
}

impl FromStr for ModeRequest {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || {
            let known = known();
            format!("expected WIDTHxHEIGHT, then @RATE and /FORMAT ({known}) as far as they matter")
        };
        let (rest, format) = match text.split_once('/') {
            Some((rest, format)) => (rest, Some(format)),
            None => (text, None),
        };
        let (size, rate) = match rest.split_once('@') {
            Some((size, rate)) => (size, Some(rate)),
            None => (rest, None),
        };
        let number = |text: &str| {
            text.parse::<u32>()
                .ok()
                .filter(|&n| n > 0)
                .ok_or_else(wrong)
        };
        let (width, height) = size.split_once('x').ok_or_else(wrong)?;
        let fourcc = format.map(|format| {
            let fits = |known: &&[u8; 4]| known.eq_ignore_ascii_case(format.as_bytes());
            FORMATS.iter().find(fits).copied().ok_or_else(wrong)
        });
        Ok(Self {
            size: Some([number(width)?, number(height)?]),
            frames_per_second: rate.map(number).transpose()?,
            fourcc: fourcc.transpose()?,
        })
    }
}

impl fmt::Display for ModeRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some([width, height]) = self.size {
            write!(formatter, "{width}x{height}")?;
        }
        if let Some(rate) = self.frames_per_second {
            write!(formatter, "@{rate}")?;
        }
        if let Some(fourcc) = self.fourcc {
            write!(formatter, "/{}", String::from_utf8_lossy(&fourcc))?;
        }
        Ok(())
    }
}

impl ModeRequest {
    fn is_met_by(&self, mode: &Mode) -> bool {
        self.size
            .is_none_or(|size| size == [mode.width, mode.height])
            && self
                .frames_per_second
                .is_none_or(|rate| rate == mode.frames_per_second)
            && self.fourcc.is_none_or(|fourcc| fourcc == mode.fourcc)
    }
}

/// Names of the formats this program reads.
#[must_use]
pub(crate) fn known() -> String {
    let names = FORMATS.map(|format| String::from_utf8_lossy(&format).into_owned());
    let [first @ .., last] = &names;
    format!("{} or {last}", first.join(", "))
}

/// The modes of `device` that this program can read, without repetitions.
#[must_use]
pub(crate) fn list(device: &Device) -> Vec<Mode> {
    let mut modes = Vec::new();
    for fourcc in FORMATS {
        let code = FourCC::new(&fourcc);
        for size in device.enum_framesizes(code).unwrap_or_default() {
            let [width, height] = match size.size {
                FrameSizeEnum::Discrete(size) => [size.width, size.height],
                FrameSizeEnum::Stepwise(range) => [
                    WANTED[0].clamp(range.min_width, range.max_width),
                    WANTED[1].clamp(range.min_height, range.max_height),
                ],
            };
            let intervals = device.enum_frameintervals(code, width, height);
            let mut rates: Vec<u32> = intervals
                .iter()
                .flatten()
                .map(|interval| match &interval.interval {
                    FrameIntervalEnum::Discrete(interval) => rate(interval),
                    FrameIntervalEnum::Stepwise(range) => rate(&range.min),
                })
                .collect();
            if rates.is_empty() {
                // Drivers that name no rate run at their own, mostly this one.
                rates.push(FAST_ENOUGH);
            }
            for frames_per_second in rates {
                let mode = Mode {
                    fourcc,
                    width,
                    height,
                    frames_per_second,
                };
                if !modes.contains(&mode) {
                    modes.push(mode);
                }
            }
        }
    }
    modes
}

/// Whole pictures per second, rounded: 30000/1001 is 30.
fn rate(interval: &v4l::Fraction) -> u32 {
    let numerator = interval.numerator.max(1);
    (interval.denominator + numerator / 2) / numerator
}

/// Of the modes that meet the wish: fast enough first, then the size nearest to the wanted one, then
/// colour, then the higher rate, then the format that costs less.
#[must_use]
pub(crate) fn best(modes: &[Mode], wish: ModeRequest) -> Option<Mode> {
    let key = |mode: &&Mode| {
        let pixels = u64::from(mode.width) * u64::from(mode.height);
        let wanted = u64::from(WANTED[0]) * u64::from(WANTED[1]);
        let cost = FORMATS.iter().position(|format| *format == mode.fourcc);
        (
            mode.frames_per_second.min(FAST_ENOUGH),
            std::cmp::Reverse(pixels.abs_diff(wanted)),
            mode.fourcc != GREY,
            mode.frames_per_second,
            std::cmp::Reverse(cost),
        )
    };
    let met = modes.iter().filter(|mode| wish.is_met_by(mode));
    met.max_by_key(key).copied()
}

/// Names of all the formats a device offers.
#[must_use]
pub(crate) fn offered(device: &Device) -> String {
    let formats = device.enum_formats().unwrap_or_default();
    let names = formats.iter().map(|format| format.fourcc.to_string());
    names.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn mode(fourcc: [u8; 4], width: u32, height: u32, frames_per_second: u32) -> Mode {
        Mode {
            fourcc,
            width,
            height,
            frames_per_second,
        }
    }

    const WEBCAM: [Mode; 7] = [
        mode(YUYV, 1280, 720, 10),
        mode(YUYV, 640, 480, 30),
        mode(MJPG, 1920, 1080, 30),
        mode(MJPG, 1280, 720, 30),
        mode(MJPG, 1280, 720, 15),
        mode(MJPG, 640, 480, 60),
        mode(GREY, 1280, 720, 30),
    ];

    #[test]
    fn a_full_rate_beats_the_wanted_size_and_the_wanted_size_beats_a_bigger_one() {
        let any = ModeRequest::default();
        assert_eq!(best(&WEBCAM, any), Some(WEBCAM[3]));
        assert_eq!(best(&WEBCAM[..2], any), Some(WEBCAM[1]));
        assert_eq!(best(&[], any), None);
    }

    #[test]
    fn a_wish_is_met_exactly_or_not_at_all() {
        let best = |wish: &str| best(&WEBCAM, wish.parse().unwrap());
        assert_eq!(best("1280x720@15"), Some(WEBCAM[4]));
        assert_eq!(best("1280x720/yuyv"), Some(WEBCAM[0]));
        assert_eq!(best("640x480"), Some(WEBCAM[5]));
        assert_eq!(best("1280x720@30/GREY"), Some(WEBCAM[6]));
        assert_eq!(best("1280x720@60"), None);
        for mode in WEBCAM {
            assert_eq!(best(&mode.to_string()), Some(mode));
        }
    }

    #[test]
    fn a_wish_that_is_none_is_refused() {
        for text in [
            "",
            "1280",
            "0x720",
            "1280x720@",
            "1280x720/H264",
            "1280x720@30/",
        ] {
            let error = text.parse::<ModeRequest>().unwrap_err();
            assert!(error.contains("WIDTHxHEIGHT"), "{text}: {error}");
        }
    }
}
