//! Which programs use a device.

use crate::machine::system::System;
use std::path::{Path, PathBuf};

/// Programs that have `device` open, as `name (process 123)`; only those this user may look at.
pub(crate) fn of(device: &Path, system: &System) -> Vec<String> {
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
        assert_eq!(of(Path::new("/dev/video0"), &system), ["edge (process 42)"]);
        assert!(of(Path::new("/dev/video2"), &system).is_empty());
    }
}
