//! Main memory: how much there is, and how much this process takes.

use std::fs;

/// Bytes that can still be had: free or easily freed, swap included, within the limit of a container.
#[must_use]
pub(crate) fn available() -> Option<u64> {
    let machine = fs::read_to_string("/proc/meminfo").ok()?;
    let free = field(&machine, "MemAvailable:")? + field(&machine, "SwapFree:").unwrap_or(0);
    let group = |name: &str| -> Option<u64> {
        let text = fs::read_to_string(format!("/sys/fs/cgroup/{name}")).ok()?;
        text.trim().parse().ok()
    };
    let versions = [
        ("memory.max", "memory.current"),
        (
            "memory/memory.limit_in_bytes",
            "memory/memory.usage_in_bytes",
        ),
    ];
    let container = versions
        .into_iter()
        .find_map(|(most, used)| Some(group(most)?.saturating_sub(group(used)?)));
    Some(container.map_or(free, |left| left.min(free)))
}

/// Largest resident memory of this process in bytes, since [`forget_peak`].
#[must_use]
pub(crate) fn peak() -> Option<u64> {
    field(&fs::read_to_string("/proc/self/status").ok()?, "VmHWM:")
}

/// Resident memory of this process in bytes.
#[must_use]
pub(crate) fn resident() -> Option<u64> {
    field(&fs::read_to_string("/proc/self/status").ok()?, "VmRSS:")
}

/// Starts [`peak`] anew, where the system allows it.
pub(crate) fn forget_peak() {
    // Without this the peak is that of the whole process: too high, never too low.
    let _ = fs::write("/proc/self/clear_refs", "5");
}

/// Lets allocations fail beyond `more` bytes, so that libtorch reports what the kernel would kill for.
pub(crate) fn limit(more: u64) {
    let Some(taken) = fs::read_to_string("/proc/self/status")
        .ok()
        .and_then(|status| field(&status, "VmData:"))
    else {
        return;
    };
    let most = taken.saturating_add(more);
    // SAFETY: both calls only read or write the structure that they are given, which lives on this stack.
    #[allow(
        unsafe_code,
        reason = "the standard library cannot set resource limits"
    )]
    unsafe {
        let mut limit = libc::rlimit {
            rlim_cur: 0,
            rlim_max: 0,
        };
        if libc::getrlimit(libc::RLIMIT_DATA, &raw mut limit) == 0 {
            limit.rlim_cur = most.min(limit.rlim_max);
            libc::setrlimit(libc::RLIMIT_DATA, &raw const limit);
        }
    }
}

/// A field of `/proc` in kB, as bytes.
fn field(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_in_bytes() {
        assert_eq!(
            field("A:  1 kB\nSwapFree:   12 kB\n", "SwapFree:"),
            Some(12_288)
        );
        assert!(available().is_some_and(|bytes| bytes > 1 << 20));
        assert!(peak().is_some_and(|bytes| bytes > 1 << 20));
    }
}
