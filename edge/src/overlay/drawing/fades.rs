//! The opacities of what comes and goes.

use crate::overlay::widget::fade::Fade;

/// The opacities of what comes and goes.
#[derive(Debug)]
pub(in crate::overlay) struct Fades {
    /// Panel and status line.
    pub(in crate::overlay) controls: Fade,
    /// The invitation while nobody is there.
    pub(in crate::overlay) invitation: Fade,
    /// The darkening of the picture behind invitation, pages and messages.
    pub(in crate::overlay) dimming: Fade,
}

impl Fades {
    /// With the controls, or with the invitation if nobody is there.
    pub(in crate::overlay) fn new(away: bool) -> Self {
        Self {
            controls: Fade::new(!away),
            invitation: Fade::new(away),
            dimming: Fade::new(away),
        }
    }

    /// Advances by `elapsed` seconds. Returns whether any opacity changed.
    pub(in crate::overlay) fn advance(&mut self, elapsed: f64) -> bool {
        let mut changed = false;
        for fade in [&mut self.controls, &mut self.invitation, &mut self.dimming] {
            changed |= fade.advance(elapsed);
        }
        changed
    }
}
