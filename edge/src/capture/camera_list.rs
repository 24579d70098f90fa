//! The cameras of this machine.

use crate::capture::mode::{self, Mode};
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
    /// Formats it cannot, e.g. `H264`.
    pub(crate) offered: String,
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
    let is_capture = capabilities
        .capabilities
        .contains(capability::Flags::VIDEO_CAPTURE);
    let offered = mode::offered(&device);
    // With some drivers a metadata node claims to capture, but it has no picture format.
    (is_capture && !offered.is_empty()).then(|| Found {
        device: path.into(),
        name: capabilities.card,
        modes: mode::list(&device),
        offered,
    })
}

/// The first camera that has a mode this program can use.
#[must_use]
pub(crate) fn first() -> Option<PathBuf> {
    let usable = list().into_iter().find(|found| !found.modes.is_empty());
    usable.map(|found| found.device)
}
