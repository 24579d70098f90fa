//! The mirror's window: input, overlay and presentation at 60 Hz, however long the model takes.
//!
//! | what changes together | where |
//! |---|---|
//! | the X server, before a window is opened on it | `server`, `input_method` |
//! | the window on the desktop: full screen, monitors | `screen`, `desktop` |
//! | fingers, pointer and keys | `input`, `keyboard`, `keys` |
//! | the monitor's light, and the screen saver | `light` |
//! | its pixels | `canvas` |
//! | which frame and edit are on screen | `picture` |
//! | photos | `photos` |
//! | rate and latency | `meter` |
//!
//! `serve` does what the overlay asks for; `options` are those of the command line.

pub(crate) mod canvas;
pub(crate) mod desktop;
pub(crate) mod display_lost;
mod input;
pub mod input_method;
mod keyboard;
mod keys;
mod light;
pub(crate) mod meter;
mod open;
pub(crate) mod options;
pub(crate) mod photos;
pub(crate) mod picture;
pub(crate) mod screen;
mod serve;
pub(crate) mod server;

use crate::{
    compose::mirror::Mirror,
    error::EdgeError,
    overlay::{
        Overlay,
        state::{About, MirrorState},
    },
    pipeline::Pipeline,
    present::sink::{MirrorPicture, Sinks},
    timing::stage::{Stage, Stages},
    track::tracked::Tracked,
};
use canvas::Canvas;
use input::Input;
use keys::KeyCommand;
use meter::Meter;
use model_spec::AttributeSet;
use photos::PhotoWriter;
use picture::{CurrentPicture, News, Supply};
use screen::Screen;
use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

/// Time between two looks for news.
const TICK: Duration = Duration::from_micros(16_667);

/// What the main thread works with while the window is open.
pub(crate) struct Work<'a> {
    /// Where frames and edits come from.
    pub(crate) pipeline: &'a Pipeline,
    /// Lays edits over frames.
    pub(crate) mirror: &'a mut Mirror,
    /// Where mirror pictures go besides the window.
    pub(crate) sinks: &'a mut Sinks,
    /// Times of the main thread.
    pub(crate) stages: &'a mut Stages,
}

/// An open window and what is shown in it.
pub(crate) struct MirrorWindow {
    screen: Screen,
    canvas: Canvas,
    overlay: Overlay,
    picture: CurrentPicture,
    photos: PhotoWriter,
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
    /// [`EdgeError::Window`], and those of the sinks.
    pub(crate) fn show(&mut self, work: &mut Work<'_>, stop: &AtomicBool) -> Result<(), EdgeError> {
        let mut due = Instant::now();
        while !stop.load(Ordering::Relaxed) && self.screen.is_open() {
            work.pipeline.status.beats.main.tick();
            self.read_input()?;
            self.serve(work);
            self.listen(work);
            if self.ended || self.picture.take(work.pipeline) == Supply::Ended {
                break;
            }
            self.present(work)?;
            due = (due + TICK).max(Instant::now());
            thread::sleep(due.saturating_duration_since(Instant::now()));
        }
        Ok(())
    }

    /// Follows keys and pointer.
    fn read_input(&mut self) -> Result<(), EdgeError> {
        let (overlay, ended) = (&mut self.overlay, &mut self.ended);
        let mut toggled = false;
        self.screen.read_input(|input| match input {
            Input::Pointer(pointer) => overlay.point(pointer),
            Input::Key(KeyCommand::Overlay(action)) => overlay.perform(action),
            Input::Key(KeyCommand::ToggleFullScreen) => toggled = !toggled,
            Input::Key(KeyCommand::Quit) => *ended = true,
        })?;
        if toggled {
            self.screen.toggle_full_screen()?;
        }
        self.screen.show_pointer(self.overlay.wants_pointer())
    }

    /// Composes, draws and presents, if there is anything new to see.
    fn present(&mut self, work: &mut Work<'_>) -> Result<(), EdgeError> {
        let size = self.screen.size();
        let base = self.picture.base();
        let news = self.picture.show(base.as_ref());
        if let Some(base) = base.as_ref().filter(|_| news != News::Nothing) {
            work.mirror.compose(base, self.picture.edit(), work.stages);
        }
        let redrawn = self.draw_overlay(work, base.as_ref(), size);
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
            self.canvas.draw(before, work.mirror, &self.overlay);
        }
        self.screen
            .present(self.canvas.pixels(), self.canvas.size())?;
        work.stages.add(Stage::Present, start.elapsed());
        match base {
            Some(base) if news == News::Frame => self.count(&base, work),
            _ => Ok(()),
        }
    }

    /// Tells the overlay about the mirror. Returns whether the window has to be drawn.
    fn draw_overlay(&mut self, work: &Work<'_>, base: Option<&Tracked>, size: [usize; 2]) -> bool {
        let trouble = work.pipeline.status.trouble();
        let preparing = work.pipeline.status.preparing();
        let state = MirrorState {
            seconds: self.start.elapsed().as_secs_f64(),
            readings: self.meter.readings(),
            edited: base.is_some() && work.mirror.edited(),
            face: base.is_none_or(|base| !base.faces.is_empty()),
            visitor: base.is_none_or(|base| base.faces.iter().any(|face| !face.is_picture)),
            ended: self.picture.has_ended(),
            has_picture: base.is_some(),
            copied: work.pipeline.controls.copying.is_applied(),
            trouble: trouble.as_ref(),
            preparing: preparing.as_deref(),
        };
        self.overlay.draw(&state, size)
    }

    /// Counts a frame that has just been presented, and passes its mirror picture on.
    fn count(&mut self, base: &Tracked, work: &mut Work<'_>) -> Result<(), EdgeError> {
        let age = base.frame.captured.elapsed();
        self.shown += 1;
        work.pipeline.status.beats.shown.tick();
        self.meter.count(age);
        work.stages.add(Stage::Total, age);
        let picture = MirrorPicture::of(work.mirror, &base.frame, self.picture.edit());
        work.sinks.put(&picture)
    }
}
