//! Cameras: may this user open them, does anybody else use them, which modes do they have?

use super::finding::Finding;
use crate::{
    capture::{camera::list, decode::pixel_format},
    machine::{access, system::System, users},
};
use std::{fs::File, io::ErrorKind, path::Path};

/// One line per camera, or one that there is none.
#[must_use]
pub(crate) fn findings(system: &System) -> Vec<Finding> {
    let nodes = system.list("/dev", "video");
    let mut findings: Vec<Finding> = nodes
        .iter()
        .filter_map(|node| forbidden(node, system))
        .collect();
    // V4L2 cannot be asked about another root's devices.
    let cameras = if system.is_real() {
        list::list()
    } else {
        Vec::new()
    };
    findings.extend(cameras.iter().map(|camera| usable(camera, system)));
    if findings.is_empty() {
        findings.push(Finding::warning(
            "camera",
            "none: no V4L2 capture device under /dev",
            "plug one in; until then `--source demo` shows a drawn face",
        ));
    }
    findings
}

/// A device that this user may not open.
fn forbidden(node: &Path, system: &System) -> Option<Finding> {
    let error = File::options()
        .read(true)
        .write(true)
        .open(system.path(node))
        .err()?;
    if error.kind() != ErrorKind::PermissionDenied {
        return None;
    }
    Some(Finding::error(
        "camera",
        format!("{}: permission denied", node.display()),
        access::fix(node, system),
    ))
}

fn usable(camera: &list::Found, system: &System) -> Finding {
    let device = camera.device.display();
    let named = format!("{device} {}", camera.name);
    if camera.modes.is_empty() {
        let advice = camera.advice.as_deref();
        let fix = advice.unwrap_or("use a camera with MJPG or YUYV pictures");
        let found = match camera.formats.as_slice() {
            [] => format!("{named}: no format of one plane"),
            formats => format!("{named}: only {}", pixel_format::names(formats)),
        };
        return Finding::warning("camera", found, fix);
    }
    let modes: Vec<String> = camera.modes.iter().map(ToString::to_string).collect();
    let found = format!("{named}\n{}", modes.join(", "));
    match users::of(&camera.device, system).as_slice() {
        [] => Finding::ok("camera", found),
        users => Finding::warning(
            "camera",
            format!("{found}\nin use by {}", users.join(", ")),
            "only one program can read a camera: end the other one, or use another camera \
             (systemctl stop smile-mirror, if it is the service)",
        ),
    }
}
