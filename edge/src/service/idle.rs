//! Blanking the screen while nobody is there.

use std::time::{Duration, Instant};

/// What the screen should do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Light {
    /// Show the mirror.
    On,
    Off,
}

/// Decides when the screen goes dark.
#[derive(Debug)]
pub(crate) struct Idle {
    after: Option<Duration>,
    active: Instant,
}

impl Idle {
    /// Goes dark after this time without anybody; none never does.
    #[must_use]
    pub(crate) fn new(after: Option<Duration>, now: Instant) -> Self {
        Self { after, active: now }
    }

    /// What to do at `now`, when somebody is there (a face, a touch, a key) or not.
    pub(crate) fn look(&mut self, somebody: bool, now: Instant) -> Light {
        if somebody {
            self.active = now;
        }
        match self.after {
            Some(after) if now - self.active >= after => Light::Off,
            _ => Light::On,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_screen_goes_dark_after_the_last_visitor_and_lights_up_for_the_next_one() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut idle = Idle::new(Some(Duration::from_mins(1)), start);
        assert_eq!(idle.look(false, at(59)), Light::On);
        assert_eq!(idle.look(true, at(59)), Light::On);
        assert_eq!(idle.look(false, at(118)), Light::On);
        assert_eq!(idle.look(false, at(119)), Light::Off);
        assert_eq!(idle.look(true, at(300)), Light::On);
        assert_eq!(idle.look(false, at(359)), Light::On);
        let mut never = Idle::new(None, start);
        assert_eq!(never.look(false, at(1_000_000)), Light::On);
    }
}
