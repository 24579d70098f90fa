//! The main thread: composes and presents, in a window or without.

use crate::{
    compose::mirror::Mirror,
    edit::Edit,
    error::EdgeError,
    handoff::mailbox::Taken,
    pipeline::Pipeline,
    present::sink::{MirrorPicture, Sinks},
    run::{report, subject::Subject},
    timing::stage::{Stage, Stages},
    window::{MirrorWindow, Work},
};
use model_spec::AttributeSet;
use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

/// Longest wait before looking whether to stop.
const PATIENCE: Duration = Duration::from_millis(50);

/// The main thread at work.
pub(crate) struct Main<'a> {
    pipeline: &'a Pipeline,
    attributes: &'a AttributeSet,
    mirror: Mirror,
    sinks: Sinks,
    showcase: bool,
    start: Instant,
    stages: Stages,
    shown: u64,
}

/// What the main thread did.
pub(crate) struct Presented {
    /// Times of its stages.
    pub(crate) stages: Stages,
    /// Different pictures shown or written.
    pub(crate) pictures: u64,
    /// When the first edited picture was composed.
    pub(crate) first_edit: Option<Instant>,
    /// Length of the run, without loading.
    pub(crate) seconds: f64,
    /// Resident memory at the end of it.
    pub(crate) memory_bytes: u64,
}

impl<'a> Main<'a> {
    /// A main thread that has shown nothing yet. With `showcase`, strengths follow the face.
    pub(crate) fn new(
        pipeline: &'a Pipeline,
        subject: &'a Subject,
        sinks: Sinks,
        showcase: bool,
    ) -> Self {
        Self {
            pipeline,
            attributes: &subject.attributes,
            mirror: Mirror::new(&subject.architecture),
            sinks,
            showcase,
            start: Instant::now(),
            stages: Stages::default(),
            shown: 0,
        }
    }

    /// Shows or writes pictures until there are no more, the window closes or `stop` is set.
    ///
    /// # Errors
    /// Those of window and sinks.
    pub(crate) fn present(
        &mut self,
        window: Option<Box<MirrorWindow>>,
        stop: &AtomicBool,
    ) -> Result<(), EdgeError> {
        match window {
            Some(mut window) => self.show(&mut window, stop),
            None => self.drain(stop),
        }
    }

    /// Ends the thread's work. The sinks are still to be finished.
    pub(crate) fn end(self) -> (Presented, Sinks) {
        let presented = Presented {
            first_edit: self.mirror.first_edit(),
            stages: self.stages,
            pictures: self.shown,
            seconds: self.start.elapsed().as_secs_f64(),
            memory_bytes: report::resident_memory_bytes(),
        };
        (presented, self.sinks)
    }

    /// Composes every edit that arrives, as fast as they arrive.
    fn drain(&mut self, stop: &AtomicBool) -> Result<(), EdgeError> {
        while !stop.load(Ordering::Relaxed) {
            self.pipeline.status.beats.main.tick();
            let edit = match self.pipeline.edits.take(PATIENCE) {
                Taken::Value(edit) => edit,
                Taken::Nothing => continue,
                Taken::Closed => break,
            };
            let tracked = edit.tracked();
            self.mirror.compose(&tracked, Some(&edit), &mut self.stages);
            let picture = MirrorPicture::of(&self.mirror, &edit.frame, Some(&edit));
            self.stages
                .time(Stage::Present, || self.sinks.put(&picture))?;
            self.stages.add(Stage::Total, edit.frame.captured.elapsed());
            self.shown += 1;
            self.pipeline.status.beats.shown.tick();
            if self.showcase {
                self.do_the_opposite(&edit);
            }
        }
        Ok(())
    }

    /// Shows both directions without anybody at the slider: a neutral face smiles, a smile goes.
    fn do_the_opposite(&self, edit: &Edit) {
        let Some(face) = edit.faces().first() else {
            return;
        };
        let smiles = AttributeSet::is_on(face.source_domain, 0);
        let wanted = if smiles { -1.0 } else { 1.0 };
        let range = self.attributes.as_slice().first();
        if let Some([low, high]) = range.map(|attribute| attribute.strength_range) {
            self.pipeline
                .controls
                .set_strength(0, f32::clamp(wanted, low, high));
        }
    }

    /// Drives the window at its own pace.
    fn show(&mut self, window: &mut MirrorWindow, stop: &AtomicBool) -> Result<(), EdgeError> {
        let mut work = Work {
            pipeline: self.pipeline,
            mirror: &mut self.mirror,
            sinks: &mut self.sinks,
            stages: &mut self.stages,
        };
        window.show(&mut work, stop)?;
        self.shown = window.shown();
        Ok(())
    }
}
