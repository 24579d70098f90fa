//! Picture formats, sizes and rates of a camera, and which of them to take.

use super::rate::Rate;
use crate::capture::decode::pixel_format::{self, FORMATS, FourCc, known};
use std::{cmp::Reverse, fmt, str::FromStr};

/// The size a mirror wants; more costs time and shows no more of an edit.
pub(super) const WANTED: [u32; 2] = [1280, 720];
/// The rate it wants; more doubles the work and looks the same.
pub(super) const WANTED_RATE: Rate = Rate::whole(30);
/// Pictures in a thousand seconds from which on the size matters more: film, PAL and NTSC all look
/// like motion.
const FAST_ENOUGH: u64 = 23_900;

/// One mode of a camera.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mode {
    /// One of [`FORMATS`].
    pub(crate) fourcc: FourCc,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) rate: Rate,
}

impl fmt::Display for Mode {
    /// As `--camera-mode` takes it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (width, height) = (self.width, self.height);
        let (rate, fourcc) = (self.rate, pixel_format::name(&self.fourcc));
        write!(formatter, "{width}x{height}@{rate}/{fourcc}")
    }
}

/// A mode as far as somebody cares: `1280x720@30/MJPG`, where rate and format may be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct ModeRequest {
    /// Width and height in pixels.
    pub(crate) size: Option<[u32; 2]>,
    pub(crate) rate: Option<Rate>,
    /// One of [`FORMATS`].
    pub(crate) fourcc: Option<FourCc>,
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
            let fits = |known: &&FourCc| known.eq_ignore_ascii_case(format.as_bytes());
            FORMATS.iter().find(fits).copied().ok_or_else(wrong)
        });
        let rate = rate.map(|rate| rate.parse::<Rate>().map_err(|()| wrong()));
        Ok(Self {
            size: Some([number(width)?, number(height)?]),
            rate: rate.transpose()?,
            fourcc: fourcc.transpose()?,
        })
    }
}

impl fmt::Display for ModeRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some([width, height]) = self.size {
            write!(formatter, "{width}x{height}")?;
        }
        if let Some(rate) = self.rate {
            write!(formatter, "@{rate}")?;
        }
        if let Some(fourcc) = self.fourcc {
            write!(formatter, "/{}", pixel_format::name(&fourcc))?;
        }
        Ok(())
    }
}

impl ModeRequest {
    pub(super) fn is_met_by(&self, mode: &Mode) -> bool {
        self.size
            .is_none_or(|size| size == [mode.width, mode.height])
            && self.rate.is_none_or(|rate| rate.is_met_by(mode.rate))
            && self.fourcc.is_none_or(|fourcc| fourcc == mode.fourcc)
    }
}

/// Of the modes that meet the wish: colour first, then fast enough, then the size nearest to the wanted
/// one, then the rate nearest to the wanted one, then the format that costs less.
#[must_use]
pub(crate) fn best(modes: &[Mode], wish: ModeRequest) -> Option<Mode> {
    let wanted_rate = wish.rate.unwrap_or(WANTED_RATE).millis();
    let key = |mode: &&Mode| {
        let pixels = u64::from(mode.width) * u64::from(mode.height);
        let wanted = u64::from(WANTED[0]) * u64::from(WANTED[1]);
        let cost = FORMATS.iter().position(|format| *format == mode.fourcc);
        (
            !pixel_format::lacks_colour(mode.fourcc),
            mode.rate.millis().min(FAST_ENOUGH),
            Reverse(pixels.abs_diff(wanted)),
            Reverse(mode.rate.millis().abs_diff(wanted_rate)),
            Reverse(cost),
        )
    };
    let met = modes.iter().filter(|mode| wish.is_met_by(mode));
    met.max_by_key(key).copied()
}

#[cfg(test)]
mod tests {
    use super::{
        pixel_format::{GREY, MJPG, YUYV},
        *,
    };

    const fn mode(fourcc: [u8; 4], width: u32, height: u32, frames_per_second: u32) -> Mode {
        Mode {
            fourcc,
            width,
            height,
            rate: Rate::whole(frames_per_second),
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
        assert_eq!(best("640x480"), Some(WEBCAM[1]), "60 costs twice as much");
        assert_eq!(best("640x480@60"), Some(WEBCAM[5]));
        assert_eq!(best("1280x720@30/GREY"), Some(WEBCAM[6]));
        assert_eq!(best("1280x720@60"), None);
        for mode in WEBCAM {
            assert_eq!(best(&mode.to_string()), Some(mode));
        }
    }

    #[test]
    fn a_camera_of_25_pictures_per_second_gets_its_full_size() {
        let pal = [
            mode(YUYV, 160, 120, 30),
            mode(YUYV, 320, 240, 30),
            mode(YUYV, 640, 480, 25),
            mode(MJPG, 1280, 720, 25),
        ];
        assert_eq!(best(&pal, ModeRequest::default()), Some(pal[3]));
        let slow = [mode(YUYV, 640, 480, 30), mode(YUYV, 1280, 720, 15)];
        assert_eq!(best(&slow, ModeRequest::default()), Some(slow[0]));
    }

    #[test]
    fn colour_goes_before_size_and_rate() {
        let modes = [mode(GREY, 1280, 720, 30), mode(YUYV, 640, 480, 15)];
        assert_eq!(best(&modes, ModeRequest::default()), Some(modes[1]));
    }

    #[test]
    fn a_broken_rate_is_found_by_its_own_and_by_its_whole_number() {
        let ntsc = Mode {
            rate: Rate::of_interval(&v4l::Fraction::new(1001, 30_000)).unwrap(),
            ..mode(YUYV, 640, 480, 1)
        };
        let modes = [ntsc, mode(YUYV, 640, 480, 30)];
        let best = |wish: &str| best(&modes, wish.parse().unwrap()).unwrap();
        assert_eq!(ntsc.to_string(), "640x480@29.97/YUYV");
        assert_eq!(best("640x480@29.97").to_string(), ntsc.to_string());
        assert_eq!(best("640x480@30"), modes[1]);
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
