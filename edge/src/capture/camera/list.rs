//! The cameras of this machine.

use super::{
    bridge, device_modes,
    mode::{Mode, ModeRequest},
};
use crate::capture::decode::pixel_format::{self, FourCc};
use std::{
    fs,
    path::{Path, PathBuf},
};
use v4l::{Device, capability};

/// A capture device of this machine.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) device: PathBuf,
    /// Name of the hardware.
    pub(crate) name: String,
    /// Modes this program can use.
    pub(crate) modes: Vec<Mode>,
    /// All formats, also those it cannot, e.g. `H264`.
    pub(crate) formats: Vec<FourCc>,
    /// Why it cannot be used directly, and what to do, where that is known.
    pub(crate) advice: Option<String>,
}

/// Every V4L2 capture device, in the order of their numbers. Metadata nodes are left out.
#[must_use]
pub(crate) fn list() -> Vec<Found> {
    let mut nodes: Vec<(u32, PathBuf)> = fs::read_dir("/dev")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name();
            let number = name.to_str()?.strip_prefix("video")?.parse().ok()?;
            Some((number, entry.path()))
        })
        .collect();
    nodes.sort();
    nodes
        .into_iter()
        .filter_map(|(_, device)| found(&device))
        .collect()
}

fn found(path: &Path) -> Option<Found> {
    let device = Device::with_path(path)
        .inspect_err(|error| log::debug!("{}: {error}", path.display()))
        .ok()?;
    let capabilities = device.query_caps().ok()?;
    let formats = device_modes::formats(&device);
    let mut found = Found {
        device: path.into(),
        name: capabilities.card,
        modes: Vec::new(),
        advice: bridge::for_raw_sensor(&formats),
        formats,
    };
    let flags = capabilities.capabilities;
    if bridge::is_multi_planar(flags) {
        found.advice = Some(bridge::for_multi_planar(path));
        return Some(found);
    }
    found.modes = device_modes::list(&device, ModeRequest::default());
    // With some drivers a metadata node claims to capture, but it has no picture format.
    let is_capture = flags.contains(capability::Flags::VIDEO_CAPTURE);
    (is_capture && !found.formats.is_empty()).then_some(found)
}

/// The camera to take where none is named: one with a mode this program can use, colour before
/// infra-red and depth, then the lowest number.
#[must_use]
pub(crate) fn best() -> Option<PathBuf> {
    best_of(&list()).map(|found| found.device.clone())
}

fn best_of(cameras: &[Found]) -> Option<&Found> {
    let usable = cameras.iter().filter(|found| !found.modes.is_empty());
    usable.min_by_key(|found| found.doubt())
}

impl Found {
    /// How likely it is to be no ordinary colour camera; 0 is none of the signs. The infra-red node of a
    /// depth camera has the name of its colour node, and may have a colour format too.
    fn doubt(&self) -> u32 {
        let lacks_colour = |format: FourCc| pixel_format::lacks_colour(format);
        let name = self.name.to_lowercase();
        let words: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).collect();
        let is_infra_red = words.contains(&"ir") || name.contains("infra");
        let has_colour = self.modes.iter().any(|mode| !lacks_colour(mode.fourcc));
        let gives_other = self.formats.iter().any(|&format| lacks_colour(format));
        let signs = [
            (!has_colour, 8),
            (is_infra_red, 3),
            (gives_other, 2),
            (name.contains("depth"), 1),
        ];
        signs
            .iter()
            .map(|(sign, doubt)| u32::from(*sign) * doubt)
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::{camera::rate::Rate, decode::pixel_format::FORMATS};

    fn camera(device: &str, name: &str, formats: &[&FourCc]) -> Found {
        let formats: Vec<FourCc> = formats.iter().map(|format| **format).collect();
        let usable = formats.iter().filter(|format| FORMATS.contains(format));
        let modes = usable.map(|&fourcc| Mode {
            fourcc,
            width: 640,
            height: 480,
            rate: Rate::whole(30),
        });
        Found {
            device: device.into(),
            name: name.into(),
            modes: modes.collect(),
            formats,
            advice: None,
        }
    }

    fn taken(cameras: &[Found]) -> &str {
        let best = best_of(cameras).expect("a camera");
        best.device.to_str().unwrap()
    }

    #[test]
    fn a_colour_camera_goes_before_infra_red_and_depth_whatever_their_order() {
        let webcam = camera("c", "HD Webcam", &[b"MJPG", b"YUYV"]);
        let others = [
            camera("a", "Integrated IR Camera", &[b"GREY"]),
            camera("a", "Integrated Camera: Integrated I", &[b"GREY"]),
            camera("a", "Windows Hello Infrared", &[b"YUYV"]),
            camera("a", "Depth camera", &[b"GREY", b"UYVY"]),
            camera("a", "Depth camera", &[b"Z16 "]),
        ];
        for other in others {
            assert_eq!(taken(&[other.clone(), webcam.clone()]), "c", "{other:?}");
            assert_eq!(taken(&[webcam.clone(), other.clone()]), "c", "{other:?}");
        }
        let depth = [
            camera("a", "Depth camera", &[b"Z16 "]),
            camera("b", "Depth camera", &[b"GREY", b"UYVY"]),
            camera("c", "Depth camera", &[b"YUYV"]),
        ];
        assert_eq!(taken(&depth), "c");
        assert_eq!(taken(&depth[..2]), "b", "better than none");
        assert_eq!(
            taken(&[webcam.clone(), camera("d", "Other", &[b"YUYV"])]),
            "c"
        );
    }
}
