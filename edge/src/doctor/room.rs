//! Free memory and disk.

use super::finding::Finding;
use crate::machine::system::System;
use std::path::Path;

const MEGABYTE: u64 = 1_000_000;
/// The mirror's own memory, with a GPU's libraries.
const MEMORY_NEEDED: u64 = 700 * MEGABYTE;
/// TensorRT's engines and logs.
const DISK_WANTED: u64 = 1000 * MEGABYTE;
/// Below this nothing can be written soon.
const DISK_NEEDED: u64 = 50 * MEGABYTE;

/// Memory that programs can have without swapping.
#[must_use]
pub(crate) fn memory(system: &System) -> Finding {
    let text = system.read("/proc/meminfo").unwrap_or_default();
    let bytes = |key: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(key))?;
        let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(kibibytes * 1024)
    };
    let (Some(available), Some(total)) = (bytes("MemAvailable:"), bytes("MemTotal:")) else {
        return Finding::ok("memory", "this machine does not tell it");
    };
    let [free, all] = [available, total].map(|bytes| bytes / MEGABYTE);
    let found = format!("{free} of {all} MB free");
    if available < MEMORY_NEEDED {
        let needed = MEMORY_NEEDED / MEGABYTE;
        let fix =
            format!("the mirror wants {needed} MB: end other programs, or boot without a desktop");
        return Finding::warning("memory", found, fix);
    }
    Finding::ok("memory", found)
}

/// Space where the engine cache lies or would lie, for this user.
#[must_use]
pub(crate) fn disk(folder: &Path) -> Finding {
    let existing = folder.ancestors().find(|folder| folder.is_dir());
    let existing = existing.unwrap_or_else(|| Path::new("/"));
    match rustix::fs::statvfs(existing) {
        Ok(room) => {
            let free = room.f_bavail.saturating_mul(room.f_frsize);
            let read_only = room.f_flag.contains(rustix::fs::StatVfsMountFlags::RDONLY);
            judge_disk(existing, free, read_only)
        }
        Err(error) => Finding::warning(
            "disk",
            format!("{}: {error}", existing.display()),
            "name a folder that can be written with XDG_CACHE_HOME",
        ),
    }
}

fn judge_disk(folder: &Path, free: u64, read_only: bool) -> Finding {
    let folder = folder.display();
    if read_only {
        return Finding::warning(
            "disk",
            format!("{folder} is read-only"),
            "TensorRT builds its engines anew at every start: set XDG_CACHE_HOME to a folder that can \
             be written",
        );
    }
    let found = format!("{} MB free for {folder}", free / MEGABYTE);
    let fix =
        "delete what is not needed; sudo apt-get clean and sudo journalctl --vacuum-size=100M help";
    match free {
        _ if free < DISK_NEEDED => Finding::error("disk", found, fix),
        _ if free < DISK_WANTED => Finding::warning("disk", found, fix),
        _ => Finding::ok("disk", found),
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::Severity;
    use super::*;
    use crate::machine::system::tests::system;

    #[test]
    fn little_memory_is_a_warning() {
        let with = |available: u64| {
            let text = format!("MemTotal:        3956716 kB\nMemAvailable:    {available} kB\n");
            let (_folder, system) = system(&[("/proc/meminfo", &text)]);
            memory(&system)
        };
        assert_eq!(
            with(2_000_000),
            Finding::ok("memory", "2048 of 4051 MB free")
        );
        assert_eq!(with(500_000).state, Severity::Warning);
    }

    #[test]
    fn a_full_or_read_only_disk_is_told() {
        let folder = Path::new("/var/cache");
        let judge =
            |megabytes, read_only| judge_disk(folder, megabytes * MEGABYTE, read_only).state;
        assert_eq!(judge(5000, false), Severity::Ok);
        assert_eq!(judge(500, false), Severity::Warning);
        assert_eq!(judge(5, false), Severity::Error);
        assert_eq!(judge(5000, true), Severity::Warning);
        let real = disk(Path::new("/proc/no/such/folder"));
        assert_ne!(
            real.state,
            Severity::Ok,
            "nothing can be written under /proc: {real}"
        );
    }
}
