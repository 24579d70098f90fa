//! The time that counts for a step.

use std::{
    sync::LazyLock,
    time::{Duration, Instant},
};
use tch::Device;

/// Wall-clock time of a GPU's step, processor time of a CPU's, which other programs on the machine
/// change little.
pub(super) fn now(device: Device) -> Duration {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let processor = (device == Device::Cpu).then(processor_time).flatten();
    processor.unwrap_or_else(|| START.elapsed())
}

/// What [`now`] measures, for a table.
pub(super) fn name(device: Device) -> &'static str {
    if device == Device::Cpu {
        "processor time"
    } else {
        "time"
    }
}

/// Processor time of all threads of this process, where the system tells.
fn processor_time() -> Option<Duration> {
    /// Linux counts in hundredths of a second for all programs.
    const TICK: Duration = Duration::from_millis(10);
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The program's name, in brackets, may itself hold spaces.
    let fields = text.rsplit_once(')')?.1;
    let mut times = fields.split_whitespace().skip(11).take(2);
    let mut ticks = || times.next()?.parse::<u32>().ok();
    Some(TICK * (ticks()? + ticks()?))
}
