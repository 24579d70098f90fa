//! Who may use a device node, and what to do to be one of them.

use crate::machine::system::System;
use std::{fs, os::unix::fs::MetadataExt, path::Path};

/// Read and write for the group.
const GROUP_MAY: u32 = 0o060;

/// What a user who may not open `device` has to do.
#[must_use]
pub(crate) fn fix(device: &Path, system: &System) -> String {
    let Ok(metadata) = fs::metadata(system.path(device)) else {
        return "the user may not look at its folder".into();
    };
    let group = group(metadata.gid(), system);
    if metadata.gid() == 0 || metadata.mode() & GROUP_MAY != GROUP_MAY {
        let mode = metadata.mode() & 0o777;
        return format!(
            "its group `{group}` does not let anybody in (mode {mode:03o}); a udev rule does, e.g. \
             SUBSYSTEM==\"video4linux\", GROUP=\"video\", MODE=\"0660\""
        );
    }
    format!(
        "put the user into the group that owns it, and log in anew: sudo usermod -aG {group} $USER"
    )
}

/// Name of a group, or its number where it has none.
fn group(number: u32, system: &System) -> String {
    let groups = system.read("/etc/group").unwrap_or_default();
    let name = groups.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(number)).then(|| name.to_owned())
    });
    name.unwrap_or_else(|| number.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::system::tests::system;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_group_that_owns_a_device_is_named_unless_it_lets_nobody_in() {
        let (_folder, system) = system(&[("/dev/video0", "")]);
        let device = Path::new("/dev/video0");
        let node = system.path(device);
        let number = fs::metadata(&node).unwrap().gid();
        let set_mode = |mode| fs::set_permissions(&node, fs::Permissions::from_mode(mode)).unwrap();
        fs::create_dir_all(system.path("/etc")).unwrap();
        let groups = format!("root:x:98765:\ncameras:x:{number}:someone\n");
        fs::write(system.path("/etc/group"), groups).unwrap();
        assert_eq!(group(number, &system), "cameras");
        assert_eq!(group(4242, &system), "4242");
        set_mode(0o600);
        assert!(fix(device, &system).contains("`cameras` does not let anybody in (mode 600)"));
        set_mode(0o660);
        let fix = fix(device, &system);
        // Root's group is no group to be put into.
        assert_eq!(fix.contains("usermod -aG cameras"), number != 0, "{fix}");
    }
}
