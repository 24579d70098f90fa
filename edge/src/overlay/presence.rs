//! Whether somebody stands in front of the mirror.

/// Follows signs of life: a face, a touch, a key.
#[derive(Debug, Clone, Copy)]
pub struct Presence {
    /// Seconds without a sign after which the visitor has left; 0 means that nobody ever leaves.
    leave_after: f64,
    last_sign: f64,
    away: bool,
}

/// What has just happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Somebody came.
    Came,
    /// The visitor left.
    Left,
}

impl Presence {
    /// Somebody, or nobody, is there from the start.
    #[must_use]
    pub fn new(leave_after: f64, away: bool) -> Self {
        Self {
            leave_after,
            last_sign: 0.0,
            away: away && leave_after > 0.0,
        }
    }

    /// Takes note of a sign of life, or none, at `seconds` of a clock that starts at 0.
    pub fn look(&mut self, seconds: f64, sign: bool) -> Option<Change> {
        if sign {
            self.last_sign = seconds;
            return std::mem::take(&mut self.away).then_some(Change::Came);
        }
        let silent = self.leave_after > 0.0 && seconds - self.last_sign >= self.leave_after;
        let leaves = silent && !self.away;
        self.away |= leaves;
        leaves.then_some(Change::Left)
    }

    /// Whether nobody is there.
    #[must_use]
    pub fn is_away(&self) -> bool {
        self.away
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visitor_leaves_once_after_the_silence_and_comes_once() {
        let mut presence = Presence::new(10.0, false);
        assert_eq!(presence.look(9.9, false), None);
        assert_eq!(presence.look(10.0, false), Some(Change::Left));
        assert_eq!(presence.look(11.0, false), None);
        assert_eq!(presence.look(12.0, true), Some(Change::Came));
        assert_eq!(presence.look(12.1, true), None);
        assert_eq!(presence.look(21.0, false), None);
        assert_eq!(presence.look(22.2, false), Some(Change::Left));
    }

    #[test]
    fn without_a_limit_nobody_leaves() {
        let mut presence = Presence::new(0.0, true);
        assert!(!presence.is_away());
        assert_eq!(presence.look(1e9, false), None);
    }
}
