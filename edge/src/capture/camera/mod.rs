//! V4L2 cameras: opening, reading, and coming back after they were away.

mod bridge;
mod device_modes;
pub(crate) mod list;
pub(crate) mod mode;
mod rate;
mod stable_name;
mod stream;
mod stream_end;
pub(crate) mod trouble;

use self::{
    mode::{Mode, ModeRequest},
    stream::{CameraStream, Waited},
    trouble::{Trouble, TroubleKind},
};
use super::{
    Next, Source,
    decode::{jpeg::JpegReader, pixel_format, raw},
    source_name::SourceName,
};
use crate::{
    error::EdgeError,
    machine::{system::System, users},
    picture::frame::{Frame, Origin},
};
use std::{
    io,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

/// Longest wait for a camera's first picture; some take 5 seconds.
const FIRST_PICTURE: Duration = Duration::from_secs(15);
/// Silence after which a stream that has sent pictures is built anew.
const SILENCE: Duration = Duration::from_secs(2);
/// How long another program may keep the camera before a mirror that nobody sees gives up.
const BUSY_PATIENCE: Duration = Duration::from_secs(5);
/// Time between two attempts to open a camera.
const RETRY: Duration = Duration::from_millis(500);

/// How long to wait for a camera at the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Patience {
    /// A camera that cannot be used yet is an error.
    #[default]
    Short,
    /// Somebody sees the reason on the screen, and can help.
    Endless,
}

/// A camera that comes back after errors, also under another number: it is known by its name in
/// `/dev/v4l/by-id` where it has one.
pub(crate) struct Camera {
    device: PathBuf,
    stable: Option<PathBuf>,
    wish: ModeRequest,
    patience: Patience,
    stream: Option<CameraStream>,
    mode: Option<Mode>,
    jpeg: JpegReader,
    start: Instant,
    frames: u64,
    trouble: Option<Trouble>,
    retry_at: Instant,
}

impl Camera {
    /// Opens `device` in the mode wished for, or its best. With endless patience, a camera that is not
    /// there yet is waited for by [`Source::next`].
    ///
    /// # Errors
    /// [`EdgeError::Camera`] saying whether it is absent, busy, forbidden or no camera.
    pub(crate) fn open(
        device: &Path,
        wish: ModeRequest,
        patience: Patience,
    ) -> Result<Self, EdgeError> {
        let mut camera = Self {
            device: device.into(),
            stable: stable_name::of(device, Path::new(stable_name::FOLDER)),
            wish,
            patience,
            stream: None,
            mode: None,
            jpeg: JpegReader::default(),
            start: Instant::now(),
            frames: 0,
            trouble: None,
            retry_at: Instant::now(),
        };
        loop {
            match CameraStream::open(device, wish) {
                Ok(stream) => {
                    camera.take_over(stream);
                    return Ok(camera);
                }
                Err(trouble) if camera.can_wait(&trouble) => {
                    camera.lose(trouble);
                    return Ok(camera);
                }
                // Whoever looks which cameras there are has one for a moment.
                Err(trouble)
                    if trouble.kind == TroubleKind::Busy
                        && camera.start.elapsed() < BUSY_PATIENCE =>
                {
                    thread::sleep(RETRY);
                }
                Err(trouble) => return Err(camera.error(&trouble)),
            }
        }
    }

    fn can_wait(&self, trouble: &Trouble) -> bool {
        trouble.kind != TroubleKind::Unfit && self.patience == Patience::Endless
    }

    fn error(&self, trouble: &Trouble) -> EdgeError {
        EdgeError::Camera {
            device: self.device.clone(),
            reason: self.with_users(trouble).reason,
        }
    }

    fn take_over(&mut self, stream: CameraStream) {
        let (device, mode) = (self.device.display(), stream.mode);
        let back = if self.frames > 0 { "back, " } else { "" };
        log::info!("camera {device}: {back}{mode}");
        self.jpeg.expect(stream.rows.size);
        self.mode = Some(mode);
        self.stream = Some(stream);
    }

    fn lose(&mut self, trouble: Trouble) {
        self.retry_at = Instant::now() + RETRY;
        let known = self.trouble.as_ref().map(|known| known.kind);
        // A camera that was pulled out is missing next; the first reason tells more.
        let tells_more = trouble.kind != TroubleKind::Missing;
        if known.is_none() || (tells_more && known != Some(trouble.kind)) {
            let trouble = self.with_users(&trouble);
            self.trouble = Some(self.named(&trouble));
        }
    }

    fn named(&self, trouble: &Trouble) -> Trouble {
        let device = self.device.display();
        Trouble::new(trouble.kind, format!("{device}: {trouble}"))
    }

    /// Names the programs that keep a camera busy, as far as this user may know them.
    fn with_users(&self, trouble: &Trouble) -> Trouble {
        let names = match trouble.kind {
            TroubleKind::Busy => users::of(&self.device, &System::default()),
            _ => Vec::new(),
        };
        if names.is_empty() {
            return trouble.clone();
        }
        Trouble::new(trouble.kind, format!("busy: {} uses it", names.join(", ")))
    }

    fn lost(&mut self, trouble: Trouble) -> Result<Next, EdgeError> {
        if self.frames == 0 && !self.can_wait(&trouble) {
            return Err(self.error(&trouble));
        }
        self.lose(trouble);
        Ok(Next::Waiting(self.trouble.clone()))
    }

    fn retry(&mut self) -> Result<Next, EdgeError> {
        let wait = self.retry_at.saturating_duration_since(Instant::now());
        if !wait.is_zero() {
            thread::sleep(wait.min(Duration::from_millis(100)));
            return Ok(Next::Waiting(self.trouble.clone()));
        }
        // Another camera may have got the old number.
        let path = self.stable.clone().unwrap_or_else(|| self.device.clone());
        match CameraStream::open(&path, self.wish) {
            Ok(stream) => {
                if self.stable.is_some() {
                    self.device = std::fs::canonicalize(&path).unwrap_or(path);
                } else {
                    self.stable = stable_name::of(&path, Path::new(stable_name::FOLDER));
                }
                self.take_over(stream);
                Ok(Next::Changed)
            }
            Err(trouble) => self.lost(trouble),
        }
    }

    /// What the silence of `stream` means.
    fn hear_nothing(&mut self, stream: CameraStream) -> Result<Next, EdgeError> {
        let (waited, has_sent) = (stream.heard.elapsed(), stream.has_sent);
        let limit = if has_sent { SILENCE } else { FIRST_PICTURE };
        if waited < limit {
            self.stream = Some(stream);
            let trouble = (waited >= SILENCE).then(|| {
                let reason = "it has sent no picture yet";
                self.named(&Trouble::new(TroubleKind::Silent, reason))
            });
            return Ok(Next::Waiting(self.trouble.clone().or(trouble)));
        }
        // A stream that timed out cannot go on: it would queue a buffer twice.
        drop(stream);
        let reason = format!("no picture for {} seconds", limit.as_secs());
        self.lost(Trouble::new(TroubleKind::Silent, reason))
    }

    fn fall_out(&mut self, stream: CameraStream, error: &io::Error) -> Result<Next, EdgeError> {
        drop(stream);
        self.lost(Trouble::of(error))
    }
}

/// Decodes a picture of `stream` into `frame`.
fn decode(
    jpeg: &mut JpegReader,
    stream: &mut CameraStream,
    frame: &mut Frame,
) -> io::Result<Result<(), String>> {
    let (mode, rows, colour) = (stream.mode, stream.rows, stream.colour);
    let bytes = stream.take()?;
    frame.captured = Instant::now();
    let decoded = bytes.and_then(|bytes| match pixel_format::is_jpeg(mode.fourcc) {
        true => jpeg.decode(bytes, frame),
        false => raw::decode(bytes, mode.fourcc, rows, colour, frame),
    });
    Ok(decoded)
}

impl Source for Camera {
    fn name(&self) -> SourceName {
        SourceName {
            source: format!("camera:{}", self.device.display()),
            mode: self.mode.map(|mode| mode.to_string()).unwrap_or_default(),
        }
    }

    fn is_video(&self) -> bool {
        true
    }

    fn next(&mut self, frame: &mut Frame) -> Result<Next, EdgeError> {
        let Some(mut stream) = self.stream.take() else {
            return self.retry();
        };
        match stream.wait() {
            Ok(Waited::Nothing) => return self.hear_nothing(stream),
            Ok(Waited::Picture) => {}
            Err(error) => return self.fall_out(stream, &error),
        }
        let decoded = match decode(&mut self.jpeg, &mut stream, frame) {
            Ok(decoded) => decoded,
            Err(error) => return self.fall_out(stream, &error),
        };
        self.stream = Some(stream);
        self.trouble = None;
        let index = self.frames;
        self.frames += 1;
        if let Err(reason) = decoded {
            return Ok(Next::Skipped(format!(
                "{}: {reason}",
                self.device.display()
            )));
        }
        frame.decode_micros = frame.captured.elapsed().as_micros() as u32;
        frame.index = index;
        frame.seconds = self.start.elapsed().as_secs_f64();
        frame.origin = Origin::Video;
        Ok(Next::Frame)
    }
}
