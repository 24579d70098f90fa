//! The mirror's window: input, overlay and presenting at 60 Hz, whatever the model does.

use crate::{
    edit::Edit,
    error::EdgeError,
    mailbox::Taken,
    mirror::Mirror,
    overlay::{Overlay, Status, panel::Pointer},
    pipeline::Pipeline,
    scale::Scaler,
    stage::{Stage, Stages},
    tracked::Tracked,
};
use minifb::{Key, KeyRepeat, MouseButton, MouseMode, Window, WindowOptions};
use model_spec::AttributeSet;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// Size of a new window.
const SIZE: [usize; 2] = [960, 720];
/// Time between two looks at the pointer; slower ones lose taps.
const TICK: Duration = Duration::from_micros(16_667);
/// Strength per press of an arrow key.
const STEP: f32 = 0.05;
/// How long a picture of a folder stays.
const STILL: Duration = Duration::from_millis(1500);

/// An open window and what is drawn in it.
pub struct MirrorWindow {
    window: Window,
    overlay: Overlay,
    status: Status,
    scaler: Scaler,
    pixels: Vec<u32>,
    size: [usize; 2],
    frame: Option<Tracked>,
    /// Whether frames wait for their own edit.
    sync: bool,
    edit: Option<Arc<Edit>>,
    /// Index of the frame on screen, and whether its edit was left out.
    on_screen: Option<(u64, u64, bool)>,
    shown: u64,
    rate: Rate,
}

impl MirrorWindow {
    /// Opens the window on the X display.
    ///
    /// # Errors
    /// [`EdgeError::Window`], e.g. without a display.
    pub fn open(
        attributes: &AttributeSet,
        strengths: &[f32],
        sync: bool,
    ) -> Result<Self, EdgeError> {
        let options = WindowOptions {
            resize: true,
            ..WindowOptions::default()
        };
        let mut window = Window::new("Mirror", SIZE[0], SIZE[1], options).map_err(|error| {
            let hint = "is DISPLAY set? `--display none` and `png:DIR` need no screen";
            EdgeError::Window(format!("{error} ({hint})"))
        })?;
        // Pacing is done here, so that presenting can be timed without its waits.
        window.set_target_fps(0);
        window.set_background_color(8, 9, 12);
        Ok(Self {
            window,
            overlay: Overlay::new(attributes, strengths)?,
            status: Status {
                face: true,
                ..Status::default()
            },
            scaler: Scaler::default(),
            pixels: Vec::new(),
            size: [0, 0],
            frame: None,
            sync,
            edit: None,
            on_screen: None,
            shown: 0,
            rate: Rate::default(),
        })
    }

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
        while !stop.load(Ordering::Relaxed) && self.window.is_open() && !self.input(pipeline) {
            pipeline.shared.beats.main.tick();
            let now = Instant::now();
            if now >= next_edit {
                match pipeline.edits.take(Duration::ZERO) {
                    Taken::Value(edit) => {
                        let still = !edit.frame.name.is_empty();
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

    /// Reads keys and pointer. Returns whether to end.
    fn input(&mut self, pipeline: &Pipeline) -> bool {
        let panel = &mut self.overlay.panel;
        for key in self.window.get_keys_pressed(KeyRepeat::Yes) {
            match key {
                Key::Right => panel.step(STEP),
                Key::Left => panel.step(-STEP),
                Key::Up if !panel.choose(false) => panel.step(STEP),
                Key::Down if !panel.choose(true) => panel.step(-STEP),
                Key::Key0 | Key::NumPad0 => panel.reset(),
                _ => {}
            }
        }
        panel.hold_compare(self.window.is_key_down(Key::Space));
        // Clamped: a drag may leave the window.
        if let Some((x, y)) = self.window.get_unscaled_mouse_pos(MouseMode::Clamp) {
            let down = self.window.get_mouse_down(MouseButton::Left);
            self.overlay.point(Pointer { at: [x, y], down });
        }
        for (attribute, strength) in self.overlay.panel.strengths().enumerate() {
            pipeline.shared.set_strength(attribute, strength);
        }
        self.window.is_key_down(Key::Escape) || self.window.is_key_down(Key::Q)
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
        let resized = self.size != [width, height];
        self.size = [width, height];
        let comparing = self.overlay.panel.comparing();
        let base = self.base();
        let edited_index = self.edit.as_ref().map_or(0, |edit| edit.frame.index);
        let key = base
            .as_ref()
            .map(|base| (base.frame.index, edited_index, comparing));
        let renewed = key != self.on_screen;
        let is_new = key.map(|key| key.0) != self.on_screen.map(|key| key.0);
        if let (Some(base), true) = (&base, renewed) {
            let edit = self.edit.as_deref().filter(|_| !comparing);
            mirror.compose(base, edit, stages);
            self.on_screen = key;
        }
        if is_new && base.is_some() {
            self.shown += 1;
            pipeline.shared.beats.shown.tick();
            self.rate.count();
        }
        let edit = self.edit.as_deref();
        self.status.edited = mirror.edited();
        self.status.comparing = comparing;
        self.status.face = edit.is_none_or(|edit| edit.crop.is_some());
        self.status.frames_per_second = self.rate.per_second();
        if self.status.provider.is_empty()
            && let Some(provider) = pipeline.shared.provider()
        {
            self.status.provider = provider.running.label().into();
            self.status.fell_back = !provider.failures.is_empty();
        }
        self.status.preparing = pipeline.shared.preparing();
        let trouble = pipeline.shared.trouble();
        let dimmed_changed = trouble.is_some() != self.status.trouble.is_some();
        self.status.trouble = trouble;
        let redrawn = self.overlay.draw(&self.status, self.size);
        if !(renewed || redrawn || resized || dimmed_changed) || self.size.contains(&0) {
            self.window.update();
            return Ok(());
        }
        let start = Instant::now();
        self.pixels.resize(width * height, 0);
        let dimmed = self.status.trouble.is_some();
        self.scaler.draw(
            mirror.rgb(),
            mirror.size(),
            &mut self.pixels,
            self.size,
            dimmed,
        );
        self.overlay.blend(&mut self.pixels, self.size);
        self.window
            .update_with_buffer(&self.pixels, width, height)
            .map_err(|error| EdgeError::Window(error.to_string()))?;
        stages.add(Stage::Present, start.elapsed());
        if let (Some(base), true) = (base, is_new) {
            stages.add(Stage::Total, base.frame.captured.elapsed());
        }
        Ok(())
    }
}

/// Pictures per second over the last whole second.
#[derive(Debug, Default)]
struct Rate {
    since: Option<Instant>,
    count: u32,
    per_second: u32,
}

impl Rate {
    fn count(&mut self) {
        self.count += 1;
    }

    fn per_second(&mut self) -> u32 {
        let since = *self.since.get_or_insert_with(Instant::now);
        let elapsed = since.elapsed();
        if elapsed >= Duration::from_secs(1) {
            self.per_second = (f64::from(self.count) / elapsed.as_secs_f64()).round() as u32;
            self.count = 0;
            self.since = Some(Instant::now());
        }
        self.per_second
    }
}
