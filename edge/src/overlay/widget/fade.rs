//! An opacity that moves smoothly towards its goal.

/// Seconds from invisible to opaque.
const SECONDS: f64 = 0.35;

/// Opacity of a layer over time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fade {
    now: f64,
    goal: f64,
}

impl Fade {
    /// Starts opaque or invisible, and rests there.
    pub(crate) fn new(visible: bool) -> Self {
        let now = f64::from(u8::from(visible));
        Self { now, goal: now }
    }

    /// Sets the goal: opaque or invisible.
    pub(crate) fn aim(&mut self, visible: bool) {
        self.goal = f64::from(u8::from(visible));
    }

    /// Advances by `elapsed` seconds. Returns whether the opacity changed.
    pub(crate) fn advance(&mut self, elapsed: f64) -> bool {
        let before = self.opacity();
        let step = elapsed / SECONDS;
        self.now += (self.goal - self.now).clamp(-step, step);
        before != self.opacity()
    }

    /// Opacity, 0..=256.
    pub(crate) fn opacity(&self) -> u32 {
        // Eased at both ends.
        let eased = self.now * self.now * (3.0 - 2.0 * self.now);
        (eased * 256.0).round() as u32
    }

    /// Whether it is, or is becoming, visible.
    pub(crate) fn is_shown(&self) -> bool {
        self.goal > 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fade_reaches_its_goal_exactly_and_rests() {
        let mut fade = Fade::new(true);
        assert!(!fade.advance(1.0));
        fade.aim(false);
        assert!(fade.advance(SECONDS * 0.5));
        assert_eq!(fade.opacity(), 128);
        assert!(fade.advance(10.0));
        assert_eq!(fade.opacity(), 0);
        assert!(!fade.advance(1.0));
    }
}
