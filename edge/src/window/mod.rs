//! The mirror's window: input, overlay and presenting at 60 Hz, whatever the model does.
//!
//! [`keys`] says what keys mean, [`desktop`] makes the window cover the screen, [`meter`] measures,
//! [`options`] says what can be chosen; `serve` does what the overlay asks for.

pub mod desktop;
pub mod display_lost;
pub mod keys;
pub mod meter;
mod open;
pub mod options;
mod serve;

use crate::{
    compose::mirror::Mirror,
    edit::Edit,
    error::EdgeError,
    handoff::mailbox::Taken,
    overlay::{About, Moment, Overlay, panel::Pointer},
    picture::{frame::Origin, scale::Scaler},
    pipeline::Pipeline,
    present::{
        recorder::Recorder,
        sink::{MirrorPicture, Sink},
        virtual_camera::VirtualCamera,
    },
    service::{
        health::effort::Effort,
        idle::{Idle, Light},
    },
    timing::stage::{Stage, Stages},
    track::tracked::Tracked,
};
use desktop::Desktop;
use keys::{KeyMap, Keys, Wish};
use meter::Meter;
use minifb::{MouseButton, MouseMode, Window};
use model_spec::AttributeSet;
use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

/// Time between two looks at the pointer; slower ones lose taps.
const TICK: Duration = Duration::from_micros(16_667);
/// How long a picture of a folder stays.
const STILL: Duration = Duration::from_millis(1500);

/// An open window and what is drawn in it.
pub struct MirrorWindow {
    window: Window,
    desktop: Desktop,
    keys: Keys,
    key_map: KeyMap,
    full_screen: bool,
    kiosk: bool,
    pointer_shown: bool,
    overlay: Overlay,
    about: About,
    attributes: AttributeSet,
    photos: PathBuf,
    recorder: Option<Recorder>,
    virtual_camera: Option<VirtualCamera>,
    /// Photos on their way to disk.
    written: (mpsc::Sender<Written>, mpsc::Receiver<Written>),
    scaler: Scaler,
    pixels: Vec<u32>,
    size: [usize; 2],
    frame: Option<Tracked>,
    /// Whether frames wait for their own edit.
    sync: bool,
    edit: Option<Arc<Edit>>,
    /// Whether a copied smile is worn, and what was asked for about it.
    copied: bool,
    copying: Option<Copying>,
    /// Indices of the frame and edit on screen.
    on_screen: Option<(u64, u64)>,
    shown: u64,
    meter: Meter,
    idle: Idle,
    light: Light,
    effort: Effort,
    start: Instant,
    ended: bool,
}

/// A wish about the copied smile that is not fulfilled yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Copying {
    /// To have one; whether the visitor knows that a face is needed.
    Wanted { told: bool },
    /// To be rid of it.
    Unwanted,
}

type Written = Result<PathBuf, EdgeError>;

impl MirrorWindow {
    /// Different pictures shown so far.
    #[must_use]
    pub fn shown(&self) -> u64 {
        self.shown
    }

    /// Shows pictures until the window closes, Escape or Q, `stop`, or a thread of the pipeline ends
    /// with an error. A source that came to its end stays on screen.
    ///
    /// # Errors
    /// [`EdgeError::Window`].
    pub fn show(
        &mut self,
        pipeline: &Pipeline,
        mirror: &mut Mirror,
        stages: &mut Stages,
        stop: &AtomicBool,
    ) -> Result<(), EdgeError> {
        let mut due = Instant::now();
        let mut next_edit = due;
        while !stop.load(Ordering::Relaxed) && self.window.is_open() {
            pipeline.shared.beats.main.tick();
            self.input()?;
            self.serve(pipeline, mirror);
            self.listen(pipeline);
            if self.ended {
                break;
            }
            let now = Instant::now();
            if now >= next_edit {
                match pipeline.edits.take(Duration::ZERO) {
                    Taken::Value(edit) => {
                        let still = edit.frame.origin != Origin::Video;
                        next_edit = if still { now + STILL } else { now };
                        self.edit = Some(edit);
                    }
                    Taken::Nothing => {}
                    Taken::Closed if pipeline.has_failed() => return Ok(()),
                    Taken::Closed if self.edit.is_none() => return Ok(()),
                    Taken::Closed => {}
                }
            }
            if let Taken::Value(frame) = pipeline.frames.take(Duration::ZERO) {
                self.frame = Some(frame);
            }
            self.present(pipeline, mirror, stages)?;
            due = (due + TICK).max(Instant::now());
            thread::sleep(due.saturating_duration_since(Instant::now()));
        }
        Ok(())
    }

    /// Reads keys and pointer.
    fn input(&mut self) -> Result<(), EdgeError> {
        let (overlay, ended) = (&mut self.overlay, &mut self.ended);
        let mut full_screen = self.full_screen;
        self.key_map.read(&self.keys, |wish| match wish {
            Wish::Press(press) => overlay.press(press),
            Wish::FullScreen => full_screen = !full_screen,
            Wish::Quit => *ended = true,
        });
        if full_screen != self.full_screen && !self.kiosk {
            self.full_screen = full_screen;
            self.desktop
                .full_screen(handle(&self.window), full_screen)?;
        }
        // Clamped: a drag may leave the window.
        if let Some((x, y)) = self.window.get_unscaled_mouse_pos(MouseMode::Clamp) {
            let down = self.window.get_mouse_down(MouseButton::Left);
            self.overlay.point(Pointer { at: [x, y], down });
        }
        let pointer_shown = !self.kiosk && self.overlay.wants_pointer();
        if pointer_shown != self.pointer_shown {
            self.pointer_shown = pointer_shown;
            self.window.set_cursor_visibility(pointer_shown);
        }
        Ok(())
    }

    /// The frame to show: the newest, or that of the newest edit.
    fn base(&self) -> Option<Tracked> {
        let edit = self.edit.as_ref();
        match &self.frame {
            Some(frame) if !self.sync || edit.is_none() => Some(frame.clone()),
            _ => edit.map(|edit| edit.tracked()),
        }
    }

    fn present(
        &mut self,
        pipeline: &Pipeline,
        mirror: &mut Mirror,
        stages: &mut Stages,
    ) -> Result<(), EdgeError> {
        let (width, height) = self.window.get_size();
        let base = self.base();
        let edited_index = self.edit.as_ref().map_or(0, |edit| edit.frame.index);
        let key = base.as_ref().map(|base| (base.frame.index, edited_index));
        let renewed = key != self.on_screen;
        let is_new = key.map(|key| key.0) != self.on_screen.map(|key| key.0);
        if let (Some(base), true) = (&base, renewed) {
            mirror.compose(base, self.edit.as_deref(), stages);
            self.on_screen = key;
        }
        let trouble = pipeline.shared.trouble();
        let preparing = pipeline.shared.preparing();
        let moment = Moment {
            seconds: self.start.elapsed().as_secs_f64(),
            readings: self.meter.readings(),
            edited: base.is_some() && mirror.edited(),
            face: base.as_ref().is_none_or(|base| !base.faces.is_empty()),
            has_picture: base.is_some(),
            copied: self.copied,
            trouble: trouble.as_deref(),
            preparing: preparing.as_deref(),
        };
        let redrawn = self.overlay.draw(&moment, [width, height]);
        let relit = self.follow_visitor()?;
        let resized = std::mem::replace(&mut self.size, [width, height]) != [width, height];
        let dark = self.light == Light::Off;
        let news = (renewed || redrawn) && !dark || resized || relit;
        if !news || self.size.contains(&0) {
            self.window.update();
            return Ok(());
        }
        let start = Instant::now();
        if dark {
            self.pixels.clear();
            self.pixels.resize(width * height, 0);
        } else {
            self.paint(base.as_ref(), mirror);
        }
        self.window
            .update_with_buffer(&self.pixels, width, height)
            .map_err(|error| EdgeError::Window(error.to_string()))?;
        stages.add(Stage::Present, start.elapsed());
        if let (Some(base), true) = (base, is_new) {
            let age = base.frame.captured.elapsed();
            self.shown += 1;
            pipeline.shared.beats.shown.tick();
            self.meter.count(age);
            stages.add(Stage::Total, age);
            let picture = MirrorPicture::of(mirror, &base.frame, self.edit.as_deref());
            if let Some(recorder) = &mut self.recorder {
                recorder.put(&picture)?;
            }
            if let Some(camera) = &mut self.virtual_camera {
                camera.put(&picture)?;
            }
        }
        Ok(())
    }

    /// Goes dark some time after the visitor has left, and lights up for the next one. Returns whether
    /// that has just changed.
    fn follow_visitor(&mut self) -> Result<bool, EdgeError> {
        let somebody = !self.overlay.is_away();
        let light = self.idle.look(somebody, Instant::now());
        if light == self.light {
            return Ok(false);
        }
        self.light = light;
        self.desktop.set_light(light)?;
        Ok(true)
    }

    /// Draws the picture and the overlay into the window's pixels.
    fn paint(&mut self, base: Option<&Tracked>, mirror: &Mirror) {
        let [width, height] = self.size;
        let view = self.overlay.view();
        self.pixels.resize(width * height, 0);
        self.scaler.flipped = view.flipped;
        let before = base.map_or(&[][..], |base| &base.frame.rgb);
        let (pixels, size, bright) = (&mut self.pixels, mirror.size(), view.brightness);
        let whole = if view.compare { before } else { mirror.rgb() };
        if view.split {
            let (left, right) = (0..width / 2, width / 2..width);
            let scaler = &mut self.scaler;
            scaler.draw_columns(before, size, pixels, self.size, bright, left);
            scaler.draw_columns(mirror.rgb(), size, pixels, self.size, bright, right);
            for line in pixels.chunks_exact_mut(width) {
                line[width / 2 - 1..=width / 2].fill(0x00ff_ffff);
            }
        } else {
            self.scaler.draw(whole, size, pixels, self.size, bright);
        }
        self.overlay.blend(pixels, self.size);
    }
}

impl Drop for MirrorWindow {
    /// Nobody else switches the light on again.
    fn drop(&mut self) {
        if self.light == Light::Off {
            // An X server that has gone has taken the light along.
            let _ = self.desktop.set_light(Light::On);
        }
    }
}

/// The window's X identifier, which minifb gives as a pointer.
fn handle(window: &Window) -> u32 {
    window.get_window_handle() as usize as u32
}
