//! Whether somebody is in front of the mirror.

/// Follows signs of life: a face, a touch, a key.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Presence {
    /// Seconds without a sign after which the visitor has left; 0: never.
    leave_after: f64,
    last_sign: f64,
    away: bool,
}

/// What has just happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PresenceChange {
    Came,
    Left,
}

impl Presence {
    /// Starts with or without a visitor; with one if visitors never leave.
    pub(crate) fn new(leave_after: f64, away: bool) -> Self {
        Self {
            leave_after,
            last_sign: 0.0,
            away: away && leave_after > 0.0,
        }
    }

    /// Whether there is a `sign` of life at `seconds` of a clock that starts at 0.
    pub(crate) fn update(&mut self, seconds: f64, sign: bool) -> Option<PresenceChange> {
        if sign {
            self.last_sign = seconds;
            return std::mem::take(&mut self.away).then_some(PresenceChange::Came);
        }
        let silent = self.leave_after > 0.0 && seconds - self.last_sign >= self.leave_after;
        let leaves = silent && !self.away;
        self.away |= leaves;
        leaves.then_some(PresenceChange::Left)
    }

    /// Whether nobody is there.
    pub(crate) fn is_away(&self) -> bool {
        self.away
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visitor_leaves_once_after_the_silence_and_comes_once() {
        let mut presence = Presence::new(10.0, false);
        assert_eq!(presence.update(9.9, false), None);
        assert_eq!(presence.update(10.0, false), Some(PresenceChange::Left));
        assert_eq!(presence.update(11.0, false), None);
        assert_eq!(presence.update(12.0, true), Some(PresenceChange::Came));
        assert_eq!(presence.update(12.1, true), None);
        assert_eq!(presence.update(21.0, false), None);
        assert_eq!(presence.update(22.2, false), Some(PresenceChange::Left));
    }

    #[test]
    fn without_a_limit_nobody_leaves() {
        let mut presence = Presence::new(0.0, true);
        assert!(!presence.is_away());
        assert_eq!(presence.update(1e9, false), None);
    }
}
