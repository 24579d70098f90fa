//! How hard the mirror works: less while the machine is hot, in steps, and back.

use super::heat::Heat;
use std::time::{Duration, Instant};

/// Steps of work per camera frame, the most first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Effort {
    /// As fast as the machine can.
    #[default]
    Full,
    /// Classifier, style encoder and style transformer run less often.
    RareStyle,
    /// That, and only every second frame is edited.
    HalfRate,
}

impl Effort {
    const ALL: [Self; 3] = [Self::Full, Self::RareStyle, Self::HalfRate];

    /// The step of this number; beyond the last one, the last.
    #[must_use]
    pub(crate) fn from_step(step: u8) -> Self {
        Self::ALL[usize::from(step).min(Self::ALL.len() - 1)]
    }

    /// Its number, 0 for [`Effort::Full`].
    #[must_use]
    pub(crate) fn step(self) -> u8 {
        self as u8
    }

    /// Edited frames between two runs of the style networks, given how many there usually are.
    #[must_use]
    pub(crate) fn style_every(self, usual: u32) -> u32 {
        match self {
            Self::Full => usual,
            Self::RareStyle | Self::HalfRate => usual * 3,
        }
    }

    /// Whether the frame of this index is left unedited; the last edit stays on screen.
    #[must_use]
    pub(crate) fn skips(self, frame: u64) -> bool {
        self == Self::HalfRate && frame % 2 == 1
    }

    /// What the log says.
    #[must_use]
    pub(crate) fn description(self) -> &'static str {
        match self {
            Self::Full => "full speed",
            Self::RareStyle => "the style encoder runs less often",
            Self::HalfRate => "every second frame is edited",
        }
    }

    fn less(self) -> Self {
        Self::from_step(self.step() + 1)
    }

    fn more(self) -> Self {
        Self::from_step(self.step().saturating_sub(1))
    }
}

/// Degrees below the limit at which the mirror starts to spare the machine.
const NEAR: f32 = 4.0;
/// Degrees below the limit at which it dares more again.
const FAR: f32 = 10.0;
/// Time that a step gets to show its effect before the next one is taken.
const PATIENCE: Duration = Duration::from_secs(15);
/// Time that the machine has to be cool before a step is taken back.
const COOL: Duration = Duration::from_mins(1);

/// Decides the [`Effort`] from one look at the heat after another.
#[derive(Debug)]
pub(crate) struct Governor {
    effort: Effort,
    changed: Option<Instant>,
    cool_since: Option<Instant>,
    over_current_events: Option<u64>,
}

impl Default for Governor {
    fn default() -> Self {
        Self::new()
    }
}

impl Governor {
    /// Starts with full effort.
    #[must_use]
    pub(crate) fn new() -> Self {
        Self {
            effort: Effort::Full,
            changed: None,
            cool_since: None,
            over_current_events: None,
        }
    }

    /// The effort after this look, taken at `now`.
    pub(crate) fn look(&mut self, heat: &Heat, now: Instant) -> Effort {
        let before = self.over_current_events.replace(heat.over_current_events);
        let over_current = before.is_some_and(|before| heat.over_current_events > before);
        let headroom = heat
            .zone
            .as_ref()
            .map_or(f32::MAX, super::heat::Zone::headroom);
        let slowed = over_current || !heat.throttled.is_empty();
        if slowed || headroom <= NEAR {
            self.cool_since = None;
            let waited = self.changed.is_none_or(|changed| now - changed >= PATIENCE);
            // Beyond the limit there is no time for one step after the other.
            let less = match headroom <= 0.0 {
                true => Effort::HalfRate,
                false if waited => self.effort.less(),
                false => self.effort,
            };
            if less != self.effort {
                self.effort = less;
                self.changed = Some(now);
            }
        } else if headroom >= FAR {
            let since = *self.cool_since.get_or_insert(now);
            if now - since >= COOL && self.effort != Effort::Full {
                self.effort = self.effort.more();
                self.changed = Some(now);
                // Every step back has to prove itself.
                self.cool_since = Some(now);
            }
        } else {
            self.cool_since = None;
        }
        self.effort
    }
}

#[cfg(test)]
mod tests {
    use super::super::heat::Zone;
    use super::*;

    fn heat(celsius: f32) -> Heat {
        Heat {
            zone: Some(Zone {
                name: "cpu".into(),
                celsius,
                limit_celsius: 95.0,
            }),
            ..Heat::default()
        }
    }

    /// Efforts after looks of one degree each, two seconds apart.
    fn efforts(governor: &mut Governor, start: Instant, looks: &[Heat]) -> Vec<Effort> {
        let looks = looks.iter().enumerate();
        looks
            .map(|(index, heat)| governor.look(heat, start + Duration::from_secs(2) * index as u32))
            .collect()
    }

    #[test]
    fn a_machine_that_stays_hot_gives_up_one_step_after_the_other_and_takes_them_back_one_by_one() {
        let (mut governor, start) = (Governor::new(), Instant::now());
        let hot = efforts(&mut governor, start, &vec![heat(93.0); 30]);
        assert_eq!(hot[0], Effort::RareStyle);
        assert_eq!(hot[7], Effort::RareStyle, "the first step gets 15 seconds");
        assert_eq!(hot[8], Effort::HalfRate);
        assert_eq!(hot[29], Effort::HalfRate, "there is no further step");
        let start = start + Duration::from_mins(1);
        let cool = efforts(&mut governor, start, &vec![heat(70.0); 62]);
        assert_eq!(cool[29], Effort::HalfRate, "not before a minute");
        assert_eq!(cool[30], Effort::RareStyle);
        assert_eq!(cool[59], Effort::RareStyle);
        assert_eq!(cool[60], Effort::Full);
    }

    #[test]
    fn beyond_the_limit_all_steps_are_taken_at_once() {
        let (mut governor, start) = (Governor::new(), Instant::now());
        assert_eq!(governor.look(&heat(95.5), start), Effort::HalfRate);
    }

    #[test]
    fn between_the_two_thresholds_nothing_changes() {
        let (mut governor, start) = (Governor::new(), Instant::now());
        governor.look(&heat(92.0), start);
        let warm = efforts(&mut governor, start, &vec![heat(88.0); 100]);
        assert!(warm.iter().all(|&effort| effort == Effort::RareStyle));
    }

    #[test]
    fn throttling_and_new_over_current_events_count_as_heat_and_old_events_do_not() {
        let (mut governor, start) = (Governor::new(), Instant::now());
        let mut look = Heat {
            over_current_events: 7,
            ..heat(50.0)
        };
        assert_eq!(governor.look(&look, start), Effort::Full);
        look.over_current_events = 8;
        assert_eq!(governor.look(&look, start), Effort::RareStyle);
        look.throttled = vec!["cpufreq-cpu0".into()];
        let later = start + PATIENCE;
        assert_eq!(governor.look(&look, later), Effort::HalfRate);
    }

    #[test]
    fn half_rate_skips_every_second_frame_and_the_others_none() {
        let skipped = |effort: Effort| (0..10).filter(|&frame| effort.skips(frame)).count();
        assert_eq!(Effort::ALL.map(skipped), [0, 0, 5]);
        assert_eq!(Effort::ALL.map(|effort| effort.style_every(2)), [2, 6, 6]);
        assert_eq!(Effort::from_step(200), Effort::HalfRate);
    }
}
