//! Does what the overlay asks for, and passes on what other threads tell.

use super::{MirrorWindow, Work};
use crate::{
    compose::mirror::Mirror,
    overlay::{
        language::labels::Labels, output::photo::Photo, state::Inference,
        visitor::action::VisitorRequest,
    },
    pipeline::{Pipeline, copying::CopyEvent},
    present::sink::Sinks,
    service::health::effort::Effort,
};
use std::{path::Path, time::Instant};

/// The number in a photo's name, `mirror-NNNNNN.png`, as a visitor says it; the name itself if there is none.
fn number(path: &Path) -> String {
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let digits: String = name.chars().filter(char::is_ascii_digit).collect();
    match digits.trim_start_matches('0') {
        "" => name.into_owned(),
        number => number.to_owned(),
    }
}

/// What a visitor is told about a photo that has been written.
fn kept(labels: &Labels, path: &Path) -> String {
    format!("{} {}", labels.photo_kept, number(path))
}

impl MirrorWindow {
    /// Does what the overlay asks for.
    pub(super) fn serve(&mut self, work: &Work<'_>) {
        let controls = &work.pipeline.controls;
        while let Some(request) = self.overlay.take_request() {
            match request {
                VisitorRequest::Quit => self.ended = true,
                VisitorRequest::TakePhoto => self.take_photo(work.mirror),
                VisitorRequest::KeepPhoto => self.keep_photo(),
                VisitorRequest::ToggleCopy => controls.copying.toggle(),
                VisitorRequest::DropCopy => controls.copying.drop_copy(),
            }
        }
        self.report_photos();
        // A copied expression takes the sliders' place.
        let copied = controls.copying.is_applied();
        for (attribute, strength) in self.overlay.strengths().enumerate() {
            let strength = if copied { 0.0 } else { strength };
            controls.set_strength(attribute, strength);
        }
    }

    /// Learns from the other threads what has happened, and once per second what rarely changes.
    pub(super) fn listen(&mut self, work: &mut Work<'_>) {
        self.watch_recording(work.sinks);
        let pipeline = work.pipeline;
        let due = self.meter.read(Instant::now()) || self.about.inference.is_none();
        if due {
            self.update_about(pipeline);
        }
        if let Some(event) = pipeline.controls.copying.take_event() {
            let labels = self.overlay.labels();
            let note = match event {
                CopyEvent::Copied => &labels.copied,
                CopyEvent::NeedsFace => &labels.copy_needs_face,
                CopyEvent::Dropped => &labels.copy_undone,
            };
            self.overlay.show_note(note.clone());
        }
    }

    /// A recording that cannot go on takes its mark with it.
    fn watch_recording(&mut self, sinks: &mut Sinks) {
        if let Some(error) = sinks.take_failed() {
            log::warn!("recording: {error}");
            let note = format!("{} {error}", self.overlay.labels().recording_failed);
            self.overlay.end_recording();
            self.overlay.show_note(note);
        }
    }

    fn update_about(&mut self, pipeline: &Pipeline) {
        self.about.source = pipeline.status.source();
        if let Some(report) = pipeline.status.provider() {
            self.about.inference = Some(Inference {
                provider: report.running,
                failures: report.failures,
                reduced: pipeline.controls.due.effort() != Effort::Full,
            });
        }
        self.overlay.set_about(&self.about);
    }

    fn take_photo(&mut self, mirror: &Mirror) {
        let base = self.picture.base();
        let Some(base) = base.filter(|_| !mirror.rgb().is_empty()) else {
            let note = self.overlay.labels().photo_needs_picture.clone();
            return self.overlay.show_note(note);
        };
        let flipped = self.overlay.view().flipped;
        let edit = self.picture.edit().filter(|_| mirror.edited());
        // Taken between two presentations, so both are of the frame on screen.
        let photo = Photo::new(&base.frame.rgb, mirror.rgb(), mirror.size(), flipped);
        self.overlay.ask_about(Photo {
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

    fn keep_photo(&mut self) {
        let Some(photo) = self.overlay.take_photo() else {
            return;
        };
        if let Err(error) = self.photos.submit(photo, self.overlay.labels()) {
            log::warn!("photo: no thread: {error}");
            let note = format!("{} {error}", self.overlay.labels().photo_failed);
            self.overlay.show_note(note);
        }
    }

    /// Tells the visitor about photos that have been written, or could not be.
    fn report_photos(&mut self) {
        while let Some(written) = self.photos.poll() {
            let labels = self.overlay.labels();
            let note = match written {
                Ok(path) => {
                    log::info!("photo: {}", path.display());
                    kept(labels, &path)
                }
                Err(error) => {
                    log::warn!("photo: {error}");
                    format!("{} {error}", labels.photo_failed)
                }
            };
            self.overlay.show_note(note);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visitor_is_told_the_photos_number_and_no_path_in_every_language() {
        for labels in Labels::shipped().unwrap() {
            for (file, said) in [
                ("mirror-000042.png", "42"),
                ("mirror-120000.png", "120000"),
                ("mirror.png", "mirror"),
            ] {
                let note = kept(&labels, &Path::new("/srv/kept").join(file));
                assert!(note.ends_with(&format!(" {said}")), "{note}");
                assert!(!note.contains('/') && !note.contains("png"), "{note}");
            }
        }
    }
}
