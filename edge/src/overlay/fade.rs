//! An opacity that moves towards its goal.

/// Seconds from invisible to opaque.
const SECONDS: f64 = 0.35;

/// Opacity of a layer over time.
#[derive(Debug, Clone, Copy)]
pub struct Fade {
    now: f64,
    goal: f64,
}

impl Fade {
    /// Fully visible or not at all.
    #[must_use]
    pub fn new(visible: bool) -> Self {
        let now = f64::from(u8::from(visible));
        Self { now, goal: now }
    }

    /// Where to go.
    pub fn aim(&mut self, visible: bool) {
        self.goal = f64::from(u8::from(visible));
    }

    /// Moves on by `elapsed` seconds. Returns whether the opacity changed.
    pub fn advance(&mut self, elapsed: f64) -> bool {
        let before = self.opacity();
        let step = elapsed / SECONDS;
        self.now += (self.goal - self.now).clamp(-step, step);
        before != self.opacity()
    }

    /// Opacity, 0..=256.
    #[must_use]
    pub fn opacity(&self) -> u32 {
        // Eased at both ends.
        let eased = self.now * self.now * (3.0 - 2.0 * self.now);
        (eased * 256.0).round() as u32
    }

    /// Whether it is, or becomes, visible.
    #[must_use]
    pub fn is_shown(&self) -> bool {
        self.goal > 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_arrives_exactly_and_then_rests() {
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
