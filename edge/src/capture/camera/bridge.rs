//! Cameras that are read through v4l2loopback instead of directly.

use crate::capture::decode::pixel_format::{self, FourCc};
use std::path::Path;
use v4l::capability::Flags;

/// Whether every picture comes in several planes, as from many processors on the board.
pub(super) fn is_multi_planar(capabilities: Flags) -> bool {
    let codecs = Flags::VIDEO_M2M | Flags::VIDEO_M2M_MPLANE;
    capabilities.contains(Flags::VIDEO_CAPTURE_MPLANE)
        && !capabilities.intersects(Flags::VIDEO_CAPTURE | codecs)
}

/// What it means, and what to do.
pub(crate) fn for_multi_planar(device: &Path) -> String {
    format!(
        "gives multi-planar pictures (V4L2_CAP_VIDEO_CAPTURE_MPLANE), which the mirror does not read; \
         lead them through v4l2loopback: gst-launch-1.0 v4l2src device={} ! videoconvert ! \
         video/x-raw,format=YUY2 ! v4l2sink device=/dev/video20",
        device.display()
    )
}

/// What to do where `offered` is what a bare sensor gives: one colour per pixel, unprocessed.
pub(crate) fn for_raw_sensor(offered: &[FourCc]) -> Option<String> {
    let is_raw = offered.iter().any(|&format| pixel_format::is_bayer(format));
    is_raw.then(|| {
        "a sensor on the board's own connector gives raw (Bayer) pictures: lead it through v4l2loopback, \
         on a Jetson with gst-launch-1.0 nvarguscamerasrc ! nvvidconv ! video/x-raw,format=YUY2 ! \
         v4l2sink device=/dev/video20, on other boards with libcamerasrc ! videoconvert instead"
            .into()
    })
}
