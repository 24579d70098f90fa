//! Pictures per second.

use std::{fmt, str::FromStr};
use v4l::Fraction;

/// A rate as drivers give it, by the interval from one picture to the next: 1001/30000 of a second.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rate {
    /// Pictures in as many seconds; neither is 0.
    pictures: u32,
    seconds: u32,
}

impl Rate {
    /// Whole pictures per second.
    pub(crate) const fn whole(pictures: u32) -> Self {
        Self {
            pictures,
            seconds: 1,
        }
    }

    /// That of an interval, if it is one.
    pub(crate) fn of_interval(interval: &Fraction) -> Option<Self> {
        let (pictures, seconds) = (interval.denominator, interval.numerator);
        (pictures > 0 && seconds > 0).then_some(Self { pictures, seconds })
    }

    /// From one picture to the next, in seconds.
    pub(crate) fn interval(self) -> Fraction {
        Fraction::new(self.seconds, self.pictures)
    }

    /// Pictures in a thousand seconds, rounded.
    pub(crate) fn millis(self) -> u64 {
        let seconds = u64::from(self.seconds);
        (u64::from(self.pictures) * 1000 + seconds / 2) / seconds
    }

    /// Whether somebody who asks for `self` gets it with `found`: a whole number stands for the rates
    /// that are rounded to it.
    pub(crate) fn is_met_by(self, found: Self) -> bool {
        let (wanted, found) = (self.millis(), found.millis());
        wanted.abs_diff(found) <= 15
            || (wanted.is_multiple_of(1000) && (found + 500) / 1000 * 1000 == wanted)
    }
}

impl PartialEq for Rate {
    fn eq(&self, other: &Self) -> bool {
        self.millis() == other.millis()
    }
}

impl Eq for Rate {}

impl fmt::Display for Rate {
    /// With two decimals as far as they are needed: 30, 29.97, 7.5.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hundredths = (self.millis() + 5) / 10;
        let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
        formatter.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

impl FromStr for Rate {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let rate: f64 = text.parse().map_err(|_| ())?;
        if !(0.01..=1000.0).contains(&rate) {
            return Err(());
        }
        Ok(Self {
            pictures: (rate * 1000.0).round() as u32,
            seconds: 1000,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_rates_are_shown_and_read_as_they_are() {
        for (interval, shown) in [
            ([1001, 30_000], "29.97"),
            ([1, 30], "30"),
            ([1001, 60_000], "59.94"),
            ([2, 15], "7.5"),
            ([333_333, 10_000_000], "30"),
        ] {
            let rate = Rate::of_interval(&Fraction::new(interval[0], interval[1])).unwrap();
            assert_eq!(rate.to_string(), shown);
            assert!(shown.parse::<Rate>().unwrap().is_met_by(rate), "{shown}");
        }
        let ntsc = Rate::of_interval(&Fraction::new(1001, 30_000)).unwrap();
        assert!(Rate::whole(30).is_met_by(ntsc) && !Rate::whole(29).is_met_by(ntsc));
        assert_eq!(Rate::of_interval(&Fraction::new(0, 30)), None);
    }
}
