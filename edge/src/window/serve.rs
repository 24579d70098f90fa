//! What the overlay asks for, and what the other threads tell.

use super::{Copying, Effort, MirrorWindow};
use crate::{
    compose::mirror::Mirror,
    overlay::{Request, photo::Photo},
    pipeline::{Pipeline, Reference},
    present::recorder::Recorder,
};
use std::{thread, time::Instant};

impl MirrorWindow {
    /// Does what the overlay asks for.
    pub(super) fn serve(&mut self, pipeline: &Pipeline, mirror: &Mirror) {
        while let Some(request) = self.overlay.take_request() {
            match request {
                Request::Quit => self.ended = true,
                Request::Photo => self.take_photo(mirror),
                Request::Keep => self.keep_photo(),
                Request::Copy => {
                    pipeline.shared.capture_reference();
                    self.copying = Some(Copying::Wanted { told: false });
                }
                Request::ForgetCopy => {
                    pipeline.shared.clear_reference();
                    self.copying = Some(Copying::Unwanted);
                }
            }
        }
        while let Ok(written) = self.written.1.try_recv() {
            let labels = self.overlay.labels();
            let note = match written {
                Ok(path) => format!("{} {}", labels.photo_kept, path.display()),
                Err(error) => {
                    log::warn!("photo: {error}");
                    format!("{} {error}", labels.photo_failed)
                }
            };
            self.overlay.say(note);
        }
        for (attribute, strength) in self.overlay.strengths().enumerate() {
            // A copied smile takes the sliders' place.
            let strength = if self.copied { 0.0 } else { strength };
            pipeline.shared.set_strength(attribute, strength);
        }
    }

    /// Hears from the other threads what changes rarely: once per second, and at once while the
    /// visitor waits for it.
    pub(super) fn listen(&mut self, pipeline: &Pipeline) {
        self.watch_recording();
        let due = self.meter.read(Instant::now()) || self.about.provider.is_empty();
        if due {
            self.learn_about(pipeline);
        }
        if !due && self.copying.is_none() {
            return;
        }
        let reference = pipeline.shared.reference();
        self.copied = matches!(reference, Reference::FromView | Reference::FromPicture(_));
        let labels = self.overlay.labels();
        let note = match (self.copying, reference) {
            (Some(Copying::Wanted { told: false }), Reference::Waiting) => {
                self.copying = Some(Copying::Wanted { told: true });
                &labels.copy_needs_face
            }
            (Some(Copying::Wanted { .. }), Reference::FromView) => {
                self.copying = None;
                &labels.copied
            }
            (Some(Copying::Unwanted), Reference::None) => {
                self.copying = None;
                &labels.copy_undone
            }
            _ => return,
        };
        self.overlay.say(note.clone());
    }

    /// A recording that cannot go on takes its mark with it.
    fn watch_recording(&mut self) {
        if let Some(error) = self.recorder.as_mut().and_then(Recorder::failure) {
            self.recorder = None;
            log::warn!("recording: {error}");
            let note = format!("{} {error}", self.overlay.labels().recording_failed);
            self.overlay.end_recording();
            self.overlay.say(note);
        }
    }

    fn learn_about(&mut self, pipeline: &Pipeline) {
        self.effort = pipeline.shared.due.effort();
        let source = pipeline.shared.source();
        if self.about.source != source {
            self.about.source = source;
        }
        if let Some(provider) = pipeline.shared.provider() {
            self.about.provider = provider.running.label().into();
            if self.effort != Effort::Full {
                let spared = &self.overlay.labels().spared;
                self.about.provider = format!("{} ({spared})", self.about.provider);
            }
            let failures = provider.failures.into_iter();
            self.about.failures = failures
                .map(|failure| (failure.provider.label().into(), failure.reason))
                .collect();
        }
        self.overlay.set_about(&self.about);
    }

    fn take_photo(&mut self, mirror: &Mirror) {
        let Some(base) = self.base().filter(|_| !mirror.rgb().is_empty()) else {
            let note = self.overlay.labels().photo_needs_picture.clone();
            return self.overlay.say(note);
        };
        let flipped = self.overlay.view().flipped;
        let edit = self.edit.as_deref().filter(|_| mirror.edited());
        // Taken between two presentations, so both are of the frame on screen.
        let photo = Photo::new(&base.frame.rgb, mirror.rgb(), mirror.size(), flipped);
        self.overlay.ask(Photo {
            edited: edit.is_some(),
            edit: edit.map_or_else(String::new, |edit| self.describe(&edit.strengths)),
            model: self.about.model.clone(),
            ..photo
        });
    }

    /// Strengths in words, e.g. `smile +80 %`.
    fn describe(&self, strengths: &[f32]) -> String {
        let attributes = self.attributes.as_slice().iter().zip(strengths);
        let changed = attributes.filter(|(_, strength)| **strength != 0.0);
        let parts = changed
            .map(|(attribute, strength)| format!("{} {:+.0} %", attribute.name, strength * 100.0));
        parts.collect::<Vec<_>>().join(", ")
    }

    /// Writes the photo on a thread of its own: disks are slow, and the mirror goes on.
    fn keep_photo(&mut self) {
        let Some(photo) = self.overlay.take_photo() else {
            return;
        };
        let (folder, sender) = (self.photos.clone(), self.written.0.clone());
        let labels = self.overlay.labels().clone();
        let write = move || {
            // A window that has closed meanwhile does not want to know.
            let _ = sender.send(photo.write(&folder, &labels));
        };
        if let Err(error) = thread::Builder::new().name("photo".into()).spawn(write) {
            log::warn!("photo: no thread: {error}");
            let note = format!("{} {error}", self.overlay.labels().photo_failed);
            self.overlay.say(note);
        }
    }
}
