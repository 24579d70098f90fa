//! Draws the overlay, frame by frame.

use crate::overlay::{
    Overlay,
    page::{
        dialog::DialogTap, marks::Marked, message::Message, panel::LitButtons,
        photo_question::Answer,
    },
    settings::{Motion, StatusChoice},
    state::MirrorState,
    view::Content,
    visitor::presence::PresenceChange,
};

impl Overlay {
    /// Advances to `state` and redraws what changed, for a window of `size` pixels. Returns whether the
    /// window has to be drawn.
    pub(crate) fn draw(&mut self, state: &MirrorState<'_>, size: [usize; 2]) -> bool {
        let before = self.view();
        let elapsed = (state.seconds - self.seconds).max(0.0);
        // Whatever comes and goes then does so at once.
        let fading = match self.settings.motion {
            Motion::Full => elapsed,
            Motion::Reduced => f64::INFINITY,
        };
        self.seconds = state.seconds;
        let resized = self.layers.resize(size, self.settings.text_scale);
        if self.visitor.update(self.seconds, state.visitor) == Some(PresenceChange::Left) {
            self.prepare_for_next_visitor();
        }
        self.notice_long_press();
        self.expire();
        self.aim_fades(state);
        let mut changed = resized | self.fades.advance(fading);
        changed |= self.layers.dialog.advance(fading);
        // A slider that is dragged is redrawn on every frame.
        let mut recycler = std::mem::take(&mut self.recycler);
        changed |= recycler.within(|| self.draw_layers(state));
        self.recycler = recycler;
        changed || before != self.view()
    }

    /// Ends what has been on screen for long enough.
    fn expire(&mut self) {
        if self.layers.dialog.is_overdue(self.seconds) {
            self.follow_tap(DialogTap::Answer(Answer::Discard));
        }
        let now = self.seconds;
        self.note.take_if(|note| note.end <= now);
    }

    fn aim_fades(&mut self, state: &MirrorState<'_>) {
        let dialog = self.layers.dialog.is_open();
        let inviting = self.visitor.is_away()
            && state.trouble.is_none()
            && state.preparing.is_none()
            && state.has_picture
            && !dialog;
        let fade_after = self.settings.fade_after;
        let unused = fade_after > 0.0 && self.visitor.idle_seconds(self.seconds) >= fade_after;
        let used = !unused || self.layers.panel.is_held();
        let stopped = state.trouble.is_some();
        self.fades.invitation.aim(inviting);
        // Without pictures there is nothing to control.
        self.fades.controls.aim(used && !inviting && !stopped);
        self.fades.dimming.aim(inviting || stopped || dialog);
    }

    /// Redraws what changed. Returns whether anything did.
    fn draw_layers(&mut self, state: &MirrorState<'_>) -> bool {
        let view = self.view();
        let comparing = view.content == Content::Before;
        let lit = LitButtons {
            compare: comparing,
            split: self.choice.split,
            copy: state.copied,
            flip: self.choice.flipped != self.settings.flipped,
        };
        let marked = Marked {
            content: view.content,
            split_at: (view.split_at * self.layers.extent.width) as i32,
            edited: state.edited && !comparing,
            recording: self.recording,
        };
        let note = self.note.as_ref().map(|note| note.text.as_str());
        let covered = self.layers.dialog.is_open() || self.fades.invitation.is_shown();
        let message = message(state, note, covered);

        let status_opacity = self.status_opacity();
        let (about, labels) = (&self.about, self.languages.labels());
        let layers = &mut self.layers;
        let (extent, text) = (layers.extent, &mut layers.text);
        layers.panel.light(lit);
        let mut changed = layers.panel.draw(text, labels);
        if status_opacity > 0 {
            let line = &mut layers.status_line;
            changed |= line.draw(state.readings, about, extent, text, labels);
        }
        changed |= layers.marks.draw(marked, extent, text, labels);
        changed |= layers.messages.draw(message, extent, text, labels);
        if self.fades.invitation.opacity() > 0 {
            let recording = self.recording;
            changed |= layers.attract.draw(extent, recording, text, labels);
        }
        let sliders = layers.panel.sliders();
        changed
            | layers
                .dialog
                .draw(extent, about, sliders, text, &self.languages)
    }

    /// Opacity of the status line while no page is open, 0..=256.
    pub(in crate::overlay) fn status_opacity(&self) -> u32 {
        match self.settings.status {
            StatusChoice::Auto => self.fades.controls.opacity(),
            StatusChoice::On => 256,
            StatusChoice::Off => 0,
        }
    }

    /// Blends all layers onto the window's pixels (`0x00RRGGBB`).
    pub(crate) fn blend(&self, pixels: &mut [u32], size: [usize; 2]) {
        let layers = &self.layers;
        let invitation = self.fades.invitation.opacity();
        layers.attract.blend(pixels, size, invitation);
        // The controls make way for an open page.
        let controls = self.fades.controls.opacity() * (256 - layers.dialog.opacity()) / 256;
        layers.panel.blend(pixels, size, controls);
        let status = self.status_opacity() * (256 - layers.dialog.opacity()) / 256;
        layers.status_line.blend(pixels, size, status);
        layers.messages.blend(pixels, size);
        layers.dialog.blend(pixels, size);
        layers.marks.blend(pixels, size);
    }
}

/// The first message that applies. What is `covered` by a page or the invitation is not worth saying.
fn message<'a>(state: &MirrorState<'a>, note: Option<&'a str>, covered: bool) -> Message<'a> {
    if let Some(trouble) = state.trouble {
        Message::Camera(trouble)
    } else if let Some(progress) = state.preparing {
        Message::Preparing(progress)
    } else if !state.has_picture {
        Message::Starting
    } else if covered {
        Message::Nothing
    } else if let Some(note) = note {
        Message::Note(note)
    } else if state.ended {
        Message::Ended
    } else if !state.face {
        Message::NoFace
    } else {
        Message::Nothing
    }
}
