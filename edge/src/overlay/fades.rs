//! The opacities of what comes and goes.

use super::widget::fade::Fade;

/// The opacities of what comes and goes.
#[derive(Debug)]
pub(super) struct Fades {
    /// Panel and status line.
    pub(super) controls: Fade,
    /// The invitation while nobody is there.
    pub(super) invitation: Fade,
    /// The darkening of the picture behind invitation, pages and messages.
    pub(super) dimming: Fade,
}

impl Fades {
    /// With the controls, or with the invitation if nobody is there.
    pub(super) fn new(away: bool) -> Self {
        Self {
            controls: Fade::new(!away),
            invitation: Fade::new(away),
            dimming: Fade::new(away),
        }
    }

    /// Advances by `elapsed` seconds. Returns whether any opacity changed.
    pub(super) fn advance(&mut self, elapsed: f64) -> bool {
        let mut changed = false;
        for fade in [&mut self.controls, &mut self.invitation, &mut self.dimming] {
            changed |= fade.advance(elapsed);
        }
        changed
    }
}
