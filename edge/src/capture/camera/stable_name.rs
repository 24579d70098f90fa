//! Names of cameras that stay when numbers change: the links in `/dev/v4l/by-id`.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Where udev keeps them.
pub(crate) const FOLDER: &str = "/dev/v4l/by-id";

/// The link in `folder` that leads to `device` now.
#[must_use]
pub(crate) fn of(device: &Path, folder: &Path) -> Option<PathBuf> {
    if device.starts_with(folder) {
        return Some(device.into());
    }
    let wanted = fs::canonicalize(device).ok()?;
    let mut links: Vec<PathBuf> = fs::read_dir(folder)
        .ok()?
        .flatten()
        .map(|entry| entry.path())
        .filter(|link| fs::canonicalize(link).is_ok_and(|target| target == wanted))
        .collect();
    links.sort();
    links.into_iter().next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_camera_is_found_again_under_another_number_and_another_camera_is_not_taken_for_it() {
        let place = tempfile::tempdir().unwrap();
        let at = |name: &str| place.path().join(name);
        let links = at("by-id");
        fs::create_dir(&links).unwrap();
        for name in ["video0", "video1", "video2"] {
            fs::write(at(name), "").unwrap();
        }
        let mine = links.join("usb-Mine-index0");
        symlink("../video0", &mine).unwrap();
        symlink("../video1", links.join("usb-Other-index0")).unwrap();
        assert_eq!(of(&at("video0"), &links), Some(mine.clone()));
        assert_eq!(of(&at("video2"), &links), None);
        assert_eq!(of(&at("video0"), &at("nowhere")), None);
        // A name that was given is kept, also while the camera is away.
        fs::remove_file(&mine).unwrap();
        assert_eq!(of(&mine, &links), Some(mine.clone()));
        symlink("../video2", &mine).unwrap();
        assert_eq!(
            fs::canonicalize(&mine).unwrap(),
            fs::canonicalize(at("video2")).unwrap()
        );
    }
}
