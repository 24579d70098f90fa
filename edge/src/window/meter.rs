//! Rate and latency of the pictures shown, over the last second.

use crate::overlay::state::Readings;
use std::time::{Duration, Instant};

/// Counts pictures and sums their ages.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    since: Option<Instant>,
    count: u32,
    age: Duration,
    readings: Readings,
}

/// Time over which readings are taken.
const PERIOD: Duration = Duration::from_secs(1);

impl Meter {
    /// A new picture was shown, this long after its capture.
    pub(crate) fn count(&mut self, age: Duration) {
        self.count += 1;
        self.age += age;
    }

    /// Takes new readings once per period. Returns whether it did.
    pub(crate) fn read(&mut self, now: Instant) -> bool {
        let since = *self.since.get_or_insert(now);
        let elapsed = now - since;
        if elapsed < PERIOD {
            return false;
        }
        let rate = f64::from(self.count) / elapsed.as_secs_f64();
        self.readings = Readings {
            frames_per_second: rate.round() as u32,
            latency_millis: (self.age.as_millis() / u128::from(self.count.max(1))) as u32,
        };
        *self = Self {
            since: Some(now),
            readings: self.readings,
            ..Self::default()
        };
        true
    }

    /// The latest readings.
    pub(crate) fn readings(&self) -> Readings {
        self.readings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_are_means_over_a_period() {
        let (mut meter, start) = (Meter::default(), Instant::now());
        assert!(!meter.read(start));
        for age in [10, 20, 30] {
            meter.count(Duration::from_millis(age));
        }
        assert!(!meter.read(start + PERIOD / 2));
        assert!(meter.read(start + PERIOD));
        let expected = Readings {
            frames_per_second: 3,
            latency_millis: 20,
        };
        assert_eq!(meter.readings(), expected);
        assert!(meter.read(start + 2 * PERIOD));
        assert_eq!(meter.readings(), Readings::default());
    }
}
