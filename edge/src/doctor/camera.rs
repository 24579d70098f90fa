//! Cameras: may this user open them, does anybody else use them, which modes do they have?

use super::{board::Board, finding::Finding};
use crate::{
    capture::camera_list,
    machine::{access, system::System},
};
use std::{
    fs::File,
    io::ErrorKind,
    path::{Path, PathBuf},
};

/// One line per camera, or one that there is none.
#[must_use]
pub fn findings(board: &Board, system: &System) -> Vec<Finding> {
    let nodes = system.list("/dev", "video");
    let mut findings: Vec<Finding> = nodes
        .iter()
        .filter_map(|node| forbidden(node, system))
        .collect();
    // V4L2 cannot be asked about another root's devices.
    let cameras = if system.is_real() {
        camera_list::list()
    } else {
        Vec::new()
    };
    findings.extend(cameras.iter().map(|camera| usable(board, camera, system)));
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

fn usable(board: &Board, camera: &camera_list::Found, system: &System) -> Finding {
    let device = camera.device.display();
    let named = format!("{device} {}", camera.name);
    if camera.modes.is_empty() {
        let fix = if board.is_jetson() && camera.offered.contains("RG") {
            "a sensor on the board's own connector gives raw pictures: use a USB camera, or lead it \
             through v4l2loopback (gst-launch-1.0 nvarguscamerasrc ! nvvidconv ! … ! v4l2sink)"
        } else {
            "use a camera with MJPG or YUYV pictures"
        };
        let found = format!("{named}: only {}", camera.offered);
        return Finding::warning("camera", found, fix);
    }
    let modes: Vec<String> = camera.modes.iter().map(ToString::to_string).collect();
    let found = format!("{named}\n{}", modes.join(", "));
    match users(&camera.device, system).as_slice() {
        [] => Finding::ok("camera", found),
        users => Finding::warning(
            "camera",
            format!("{found}\nin use by {}", users.join(", ")),
            "only one program can read a camera: end the other one, or use another camera \
             (systemctl stop smile-mirror, if it is the service)",
        ),
    }
}

/// Programs that have `device` open, as `name (process 123)`; only those this user may look at.
pub(crate) fn users(device: &Path, system: &System) -> Vec<String> {
    let own = std::process::id().to_string();
    let processes = system.list("/proc", "");
    let users = processes.iter().filter_map(|process| {
        let number = process.file_name()?.to_str()?;
        if number == own || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let opened = system.list(process.join("fd"), "");
        let has_it = opened.iter().any(|file| {
            let target: Option<PathBuf> = std::fs::read_link(system.path(file)).ok();
            target.is_some_and(|target| target == device)
        });
        let name = system.read(process.join("comm"))?;
        has_it.then(|| format!("{name} (process {number})"))
    });
    users.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::system::tests::system;
    use std::os::unix::fs::symlink;

    #[test]
    fn the_program_that_holds_a_camera_is_named() {
        let (_folder, system) = system(&[
            ("/proc/41/comm", "cheese\n"),
            ("/proc/41/fd/x", ""),
            ("/proc/42/comm", "edge\n"),
            ("/proc/42/fd/x", ""),
            ("/proc/self-made/comm", "no process\n"),
        ]);
        symlink("/dev/video0", system.path("/proc/42/fd/7")).unwrap();
        symlink("/dev/video1", system.path("/proc/41/fd/7")).unwrap();
        assert_eq!(
            users(Path::new("/dev/video0"), &system),
            ["edge (process 42)"]
        );
        assert!(users(Path::new("/dev/video2"), &system).is_empty());
    }
}
