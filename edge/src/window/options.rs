//! Options of the screen.

use crate::{
    error::EdgeError,
    overlay::{
        language::labels::Language,
        output::stamp::Stamp,
        settings::{Motion, StatusChoice},
    },
    picture::scale::Fit,
    present::recorder::Recording,
};
use clap::{Args, ValueEnum};
use std::{path::PathBuf, time::Duration};

/// How the mirror looks and behaves on a screen.
#[derive(Debug, Clone, PartialEq, Args)]
pub(crate) struct ScreenOptions {
    /// Cover the whole screen, without frame and pointer
    #[arg(long)]
    pub(crate) kiosk: bool,
    /// Size of the window in pixels; it can be resized
    #[arg(long, value_name = "WIDTHxHEIGHT", default_value = "960x720", value_parser = size)]
    pub(crate) window_size: [usize; 2],
    /// Where screen and picture differ in shape: contain shows all of the picture, with bars beside it;
    /// cover fills the screen, and cuts off what lies beyond
    #[arg(long, value_name = "FIT", value_enum, default_value_t = Fit::Contain)]
    pub(crate) fit: Fit,
    /// Language of the screen: auto (that of the environment), en, zh, de, or a .toml file like
    /// edge/labels/en.toml
    #[arg(long, value_name = "NAME|FILE", default_value = "auto")]
    pub(crate) language: Language,
    /// Font file for characters that the built-in fonts lack
    #[arg(long, value_name = "FILE")]
    pub(crate) font: Option<PathBuf>,
    /// What stands on the left: the left of a mirror, or that of the camera
    #[arg(long, value_name = "VIEW", value_enum, default_value_t = Side::Mirror)]
    pub(crate) view: Side,
    /// Seconds without a face and a touch after which the settings go back for the next visitor; 0:
    /// never, and then the screen never goes dark either
    #[arg(long, value_name = "SECONDS", default_value_t = 10.0, value_parser = seconds)]
    pub(crate) leave_after: f64,
    /// Seconds after which a face that does not stir counts as a picture on a wall, not as a visitor; 0: never
    #[arg(long, value_name = "SECONDS", default_value_t = 30.0, value_parser = seconds)]
    pub(crate) still_after: f64,
    /// Seconds without a touch after which the controls fade away; 0: never
    #[arg(long, value_name = "SECONDS", default_value_t = 6.0, value_parser = seconds)]
    pub(crate) fade_after: f64,
    /// The status line: with the controls, always or never
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = StatusChoice::Auto)]
    pub(crate) status: StatusChoice,
    /// Size of text and touch targets in percent, as far as the window has room
    #[arg(long, value_name = "PERCENT", default_value_t = 100, value_parser = clap::value_parser!(u16).range(75..=200))]
    pub(crate) text_scale: u16,
    /// Whether controls and pages fade in and out, or come and go at once
    #[arg(long, value_name = "MOTION", value_enum, default_value_t = Motion::Full)]
    pub(crate) motion: Motion,
    /// Seconds after a visitor has left until the screen goes dark, to be lit by the next one; 0: never.
    /// Nobody ever leaves with --leave-after 0
    #[arg(long, value_name = "SECONDS", default_value_t = 0.0, value_parser = seconds)]
    pub(crate) blank_after: f64,
    /// Folder for photos that visitors ask for and keep
    #[arg(long, value_name = "DIR", default_value = "mirror-photos")]
    pub(crate) photos: PathBuf,
    /// Record the mirror picture as .avi or .mjpeg; a red mark is on the screen meanwhile
    #[arg(long, value_name = "FILE")]
    pub(crate) record: Option<Recording>,
    /// Also be a camera for other programs: a V4L2 output device, e.g. of v4l2loopback
    #[arg(long, value_name = "/dev/videoN")]
    pub(crate) virtual_camera: Option<PathBuf>,
}

impl ScreenOptions {
    /// The mark for pictures that leave the screen, in the language of these options.
    ///
    /// # Errors
    /// Those of language and font files.
    pub(crate) fn stamp(&self) -> Result<Stamp, EdgeError> {
        Stamp::open(&self.language, self.font.as_deref())
    }

    /// Seconds after which a still face counts as a picture; none: never.
    pub(crate) fn still_after(&self) -> Option<f64> {
        (self.still_after > 0.0).then_some(self.still_after)
    }

    /// Time after which the screen goes dark; none: never.
    pub(crate) fn blank_after(&self) -> Option<Duration> {
        (self.blank_after > 0.0).then(|| Duration::from_secs_f64(self.blank_after))
    }
}

/// Which way round the picture is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Side {
    /// Left is on the left, as in a mirror.
    Mirror,
    /// As the camera sees it.
    Camera,
}

/// Smallest and largest side of a window in pixels.
const SIDES: std::ops::RangeInclusive<usize> = 160..=16384;

fn size(text: &str) -> Result<[usize; 2], String> {
    let sides = text.split_once('x').and_then(|(width, height)| {
        let sides = [width.parse().ok()?, height.parse().ok()?];
        sides
            .iter()
            .all(|side| SIDES.contains(side))
            .then_some(sides)
    });
    let (low, high) = (SIDES.start(), SIDES.end());
    sides.ok_or_else(|| format!("expected WIDTHxHEIGHT in pixels, each {low} to {high}"))
}

fn seconds(text: &str) -> Result<f64, String> {
    let seconds = text.parse::<f64>().ok();
    let valid = seconds.filter(|seconds| (0.0..=86_400.0).contains(seconds));
    valid.ok_or_else(|| "expected seconds, 0 to 86400".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_seconds_are_parsed_and_nonsense_is_refused() {
        assert_eq!(size("1280x720"), Ok([1280, 720]));
        for text in ["1280", "x", "0x720", "1280x99999", "-5x3", "1280x720x3"] {
            assert!(size(text).is_err(), "{text}");
        }
        assert_eq!(seconds("2.5"), Ok(2.5));
        for text in ["-1", "nan", "inf", "ten"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }
}
