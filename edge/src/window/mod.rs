//! The mirror's window: input, overlay and presentation at 60 Hz, however long the model takes.
//!
//! | what changes together | where |
//! |---|---|
//! | the window on the desktop: `keys`, full screen, light | `screen`, `desktop` |
//! | its pixels | `canvas` |
//! | which frame and edit are on screen | `picture` |
//! | the copied expression | `copying` |
//! | photos, recording, virtual camera | `photos`, `outputs` |
//! | rate and latency | `meter` |
//!
//! `serve` does what the overlay asks for; `options` are those of the command line.

pub(crate) mod canvas;
pub(crate) mod copying;
pub(crate) mod desktop;
pub(crate) mod display_lost;
pub(crate) mod keys;
pub(crate) mod meter;
mod open;
pub(crate) mod options;
pub(crate) mod outputs;
pub(crate) mod photos;
pub(crate) mod picture;
pub(crate) mod screen;
mod serve;

use crate::{
    compose::mirror::Mirror,
    error::EdgeError,
    overlay::{
        Overlay,
        state::{About, MirrorState},
    },
    pipeline::Pipeline,
    present::sink::MirrorPicture,
    timing::stage::{Stage, Stages},
    track::tracked::Tracked,
};
use canvas::Canvas;
use copying::Copying;
use keys::KeyCommand;
use meter::Meter;
use model_spec::AttributeSet;
use outputs::WindowOutputs;
use photos::PhotoWriter;
use picture::{CurrentPicture, News, Supply};
use screen::Screen;
use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

/// Time between two looks at the pointer; slower ones would miss taps.
const TICK: Duration = Duration::from_micros(16_667);

/// An open window and what is shown in it.
pub(crate) struct MirrorWindow {
    screen: Screen,
    canvas: Canvas,
    overlay: Overlay,
    picture: CurrentPicture,
    copying: Copying,
    photos: PhotoWriter,
    outputs: WindowOutputs,
    meter: Meter,
    about: About,
    attributes: AttributeSet,
    /// Different frames shown so far.
    shown: u64,
    start: Instant,
    /// Whether the visitor has ended the program.
    ended: bool,
}

impl MirrorWindow {
    /// Different frames shown so far.
    pub(crate) fn shown(&self) -> u64 {
        self.shown
    }

    /// Shows pictures until the window is closed, a key or `stop` ends the program, or the pipeline
    /// fails. When a source ends, its last picture stays on screen.
    ///
    /// # Errors
    /// [`EdgeError::Window`], and those of the virtual camera.
    pub(crate) fn show(
        &mut self,
        pipeline: &Pipeline,
        mirror: &mut Mirror,
        stages: &mut Stages,
        stop: &AtomicBool,
    ) -> Result<(), EdgeError> {
        let mut due = Instant::now();
        while !stop.load(Ordering::Relaxed) && self.screen.is_open() {
            pipeline.shared.beats.main.tick();
            self.read_input()?;
            self.serve(pipeline, mirror);
            self.listen(pipeline);
            if self.ended || self.picture.take(pipeline) == Supply::Ended {
                break;
            }
            self.present(pipeline, mirror, stages)?;
            due = (due + TICK).max(Instant::now());
            thread::sleep(due.saturating_duration_since(Instant::now()));
        }
        Ok(())
    }

    /// Follows keys and pointer.
    fn read_input(&mut self) -> Result<(), EdgeError> {
        let (overlay, ended) = (&mut self.overlay, &mut self.ended);
        let mut toggled = false;
        self.screen.read_keys(|command| match command {
            KeyCommand::Overlay(action) => overlay.perform(action),
            KeyCommand::ToggleFullScreen => toggled = !toggled,
            KeyCommand::Quit => *ended = true,
        });
        if toggled {
            self.screen.toggle_full_screen()?;
        }
        if let Some(pointer) = self.screen.pointer() {
            self.overlay.point(pointer);
        }
        self.screen.show_pointer(self.overlay.wants_pointer());
        Ok(())
    }

    /// Composes, draws and presents, if there is anything new to see.
    fn present(
        &mut self,
        pipeline: &Pipeline,
        mirror: &mut Mirror,
        stages: &mut Stages,
    ) -> Result<(), EdgeError> {
        let size = self.screen.size();
        let base = self.picture.base();
        let news = self.picture.show(base.as_ref());
        if let Some(base) = base.as_ref().filter(|_| news != News::Nothing) {
            mirror.compose(base, self.picture.edit(), stages);
        }
        let redrawn = self.draw_overlay(pipeline, mirror, base.as_ref(), size);
        let relit = self.screen.follow_visitor(!self.overlay.is_away())?;
        let resized = self.canvas.resize(size);
        let dark = self.screen.is_dark();
        let changed = (news != News::Nothing || redrawn) && !dark || resized || relit;
        if !changed || size.contains(&0) {
            self.screen.update();
            return Ok(());
        }
        let start = Instant::now();
        if dark {
            self.canvas.clear();
        } else {
            let before = base.as_ref().map_or(&[][..], |base| &base.frame.rgb);
            self.canvas.draw(before, mirror, &self.overlay);
        }
        self.screen
            .present(self.canvas.pixels(), self.canvas.size())?;
        stages.add(Stage::Present, start.elapsed());
        match base {
            Some(base) if news == News::Frame => self.count(&base, pipeline, mirror, stages),
            _ => Ok(()),
        }
    }

    /// Tells the overlay about the mirror. Returns whether the window has to be drawn.
    fn draw_overlay(
        &mut self,
        pipeline: &Pipeline,
        mirror: &Mirror,
        base: Option<&Tracked>,
        size: [usize; 2],
    ) -> bool {
        let trouble = pipeline.shared.trouble();
        let preparing = pipeline.shared.preparing();
        let state = MirrorState {
            seconds: self.start.elapsed().as_secs_f64(),
            readings: self.meter.readings(),
            edited: base.is_some() && mirror.edited(),
            face: base.is_none_or(|base| !base.faces.is_empty()),
            has_picture: base.is_some(),
            copied: self.copying.is_applied(),
            trouble: trouble.as_ref(),
            preparing: preparing.as_deref(),
        };
        self.overlay.draw(&state, size)
    }

    /// Counts a frame that has just been presented, and passes its mirror picture on.
    fn count(
        &mut self,
        base: &Tracked,
        pipeline: &Pipeline,
        mirror: &Mirror,
        stages: &mut Stages,
    ) -> Result<(), EdgeError> {
        let age = base.frame.captured.elapsed();
        self.shown += 1;
        pipeline.shared.beats.shown.tick();
        self.meter.count(age);
        stages.add(Stage::Total, age);
        let picture = MirrorPicture::of(mirror, &base.frame, self.picture.edit());
        self.outputs.put(&picture)
    }
}
