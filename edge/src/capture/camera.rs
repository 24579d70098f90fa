//! V4L2 cameras: opening, reading, and coming back after they were away.

use super::{
    Next, Source,
    interruption::{Interruption, Reason},
    jpeg::JpegReader,
    raw, stable_name,
};
use crate::{
    capture::mode::{self, Mode, ModeRequest},
    error::EdgeError,
    machine::{access, system::System, users},
    picture::frame::{Frame, Origin},
};
use std::{
    io,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};
use v4l::{
    Device,
    buffer::{Flags, Type},
    capability,
    io::{
        mmap::Stream,
        traits::{CaptureStream, Stream as StreamTrait},
    },
    video::{Capture, capture::Parameters},
};

/// Kernel buffers; the newest picture is what counts, so few.
const BUFFERS: u32 = 4;
/// Longest wait for a camera's first picture.
const FIRST_FRAME: Duration = Duration::from_secs(3);
/// Silence after which the stream is built anew.
const SILENCE: Duration = Duration::from_secs(2);
/// Longest single wait, so that the thread stays able to end.
const SLICE_MILLIS: i32 = 200;
/// Time between two attempts to open a camera that went away.
const RETRY: Duration = Duration::from_millis(500);
/// `POLLIN` of poll(2).
const READABLE: i16 = 1;

/// A camera that comes back after errors, also under another number: it is known by its name in
/// `/dev/v4l/by-id` where it has one.
pub(crate) struct Camera {
    device: PathBuf,
    stable: Option<PathBuf>,
    wish: ModeRequest,
    active: Option<Active>,
    mode: Mode,
    jpeg: JpegReader,
    start: Instant,
    frames: u64,
    interruption: Option<Interruption>,
    retry_at: Instant,
}

struct Active {
    stream: Stream<'static>,
    mode: Mode,
    stride: usize,
    last_frame: Instant,
    /// The picture fetched while opening has not been used yet.
    first: Option<(Vec<u8>, bool)>,
}

impl Camera {
    /// Opens `device` in the mode wished for, or its best, and waits for a picture.
    ///
    /// # Errors
    /// [`EdgeError::Camera`] saying whether it is absent, busy, forbidden, silent or no camera.
    pub(crate) fn open(device: &Path, wish: ModeRequest) -> Result<Self, EdgeError> {
        let active = Active::open(device, wish).map_err(|reason| EdgeError::Camera {
            device: device.into(),
            reason: with_users(reason, device).to_string(),
        })?;
        log::info!("camera {}: {}", device.display(), active.mode);
        Ok(Self {
            device: device.into(),
            stable: stable_name::of(device, Path::new(stable_name::FOLDER)),
            wish,
            mode: active.mode,
            active: Some(active),
            jpeg: JpegReader::default(),
            start: Instant::now(),
            frames: 0,
            interruption: None,
            retry_at: Instant::now(),
        })
    }

    fn lost(&mut self, reason: Reason) -> Next {
        self.active = None;
        // A camera that was pulled out is absent next; the first reason tells more.
        if self.interruption.is_none() || reason != Reason::Absent {
            self.interruption = Some(Interruption {
                device: self.device.clone(),
                reason,
            });
        }
        self.retry_at = Instant::now() + RETRY;
        Next::Waiting(self.interruption.clone())
    }

    fn retry(&mut self) -> Next {
        let wait = self.retry_at.saturating_duration_since(Instant::now());
        if !wait.is_zero() {
            thread::sleep(wait.min(Duration::from_millis(100)));
            return Next::Waiting(self.interruption.clone());
        }
        // Another camera may have got the old number.
        let path = self.stable.as_deref().unwrap_or(&self.device);
        match Active::open(path, self.wish) {
            Ok(active) => {
                if self.stable.is_some() {
                    self.device = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
                }
                self.mode = active.mode;
                self.active = Some(active);
                log::info!("camera {}: back, {}", self.device.display(), self.mode);
                Next::Waiting(self.interruption.clone())
            }
            Err(reason) => self.lost(reason),
        }
    }

    fn fill(&mut self, bytes: Bytes<'_>, frame: &mut Frame) -> Result<(), String> {
        let Bytes { data, mode, stride } = bytes;
        frame.captured = Instant::now();
        let size = [mode.width, mode.height].map(|side| side as usize);
        match mode.fourcc {
            mode::MJPG => self.jpeg.decode(data, frame)?,
            mode::NV12 => raw::rgb_from_nv12(data, stride, size, frame)?,
            mode::GREY => raw::rgb_from_grey(data, stride, size, frame)?,
            _ => raw::rgb_from_yuyv(data, stride, size, frame)?,
        }
        frame.decode_micros = frame.captured.elapsed().as_micros() as u32;
        frame.index = self.frames;
        frame.seconds = self.start.elapsed().as_secs_f64();
        frame.origin = Origin::Video;
        Ok(())
    }
}

struct Bytes<'a> {
    data: &'a [u8],
    mode: Mode,
    stride: usize,
}

impl Source for Camera {
    fn name(&self) -> String {
        format!("camera:{} ({})", self.device.display(), self.mode)
    }

    fn is_video(&self) -> bool {
        true
    }

    fn next(&mut self, frame: &mut Frame) -> Result<Next, EdgeError> {
        let Some(mut active) = self.active.take() else {
            return Ok(self.retry());
        };
        let (mode, stride) = (active.mode, active.stride);
        let filled = if let Some((data, broken)) = active.first.take() {
            let data = &data[..];
            check_flags(broken).and_then(|()| self.fill(Bytes { data, mode, stride }, frame))
        } else {
            match active.stream.handle().poll(READABLE, SLICE_MILLIS) {
                Ok(0) if active.last_frame.elapsed() < SILENCE => {
                    self.active = Some(active);
                    return Ok(Next::Waiting(None));
                }
                Ok(0) => {
                    // A stream that timed out cannot go on: it would queue a buffer twice.
                    active.close();
                    return Ok(self.lost(Reason::Silent(SILENCE)));
                }
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                    self.active = Some(active);
                    return Ok(Next::Waiting(None));
                }
                Err(error) => {
                    active.close();
                    return Ok(self.lost(reason(&error)));
                }
            }
            match CaptureStream::next(&mut active.stream) {
                Ok((buffer, meta)) => {
                    let used = (meta.bytesused as usize).min(buffer.len());
                    let data = &buffer[..used];
                    check_flags(meta.flags.contains(Flags::ERROR))
                        .and_then(|()| self.fill(Bytes { data, mode, stride }, frame))
                }
                Err(error) => {
                    active.close();
                    return Ok(self.lost(reason(&error)));
                }
            }
        };
        active.last_frame = Instant::now();
        self.active = Some(active);
        self.interruption = None;
        self.frames += 1;
        Ok(match filled {
            Ok(()) => Next::Frame,
            Err(reason) => Next::Skipped(reason),
        })
    }
}

fn check_flags(broken: bool) -> Result<(), String> {
    if broken {
        return Err("the driver marks the picture as broken".into());
    }
    Ok(())
}

impl Active {
    /// Ends the stream. `v4l` panics when a driver refuses that, as some do while the camera is being
    /// pulled out; then its few buffers are left to the end of the program.
    fn close(mut self) {
        const NO_DEVICE: i32 = 19;
        match StreamTrait::stop(&mut self.stream) {
            Err(error) if error.raw_os_error() != Some(NO_DEVICE) => {
                log::debug!("the camera's stream does not stop: {error}");
                std::mem::forget(self.stream);
            }
            _ => {}
        }
    }

    fn open(path: &Path, wish: ModeRequest) -> Result<Self, Reason> {
        let device = Device::with_path(path).map_err(|error| match reason(&error) {
            Reason::Denied { .. } => Reason::Denied {
                fix: access::fix(path, &System::default()),
            },
            reason => reason,
        })?;
        let capabilities = device.query_caps().map_err(|error| reason(&error))?;
        let needed = capability::Flags::VIDEO_CAPTURE | capability::Flags::STREAMING;
        if !capabilities.capabilities.contains(needed) {
            return Err(Reason::NoStream);
        }
        let modes = mode::list(&device);
        if modes.is_empty() {
            return Err(Reason::NoKnownFormat {
                offered: mode::offered(&device),
                known: mode::known(),
            });
        }
        let wanted = mode::best(&modes, wish).ok_or_else(|| Reason::NoSuchMode {
            wanted: wish.to_string(),
            offered: modes.iter().map(Mode::to_string).collect(),
        })?;
        let (mode, stride) = configure(&device, wanted)?;
        let mut stream = Stream::with_buffers(&device, Type::VideoCapture, BUFFERS)
            .map_err(|error| reason(&error))?;
        stream.set_timeout(FIRST_FRAME);
        // Busy shows here at the latest.
        let (buffer, meta) = CaptureStream::next(&mut stream).map_err(|error| reason(&error))?;
        let used = (meta.bytesused as usize).min(buffer.len());
        let first = (buffer[..used].to_vec(), meta.flags.contains(Flags::ERROR));
        Ok(Self {
            stream,
            mode,
            stride,
            last_frame: Instant::now(),
            first: Some(first),
        })
    }
}

/// Sets the mode; drivers answer Ok with what they like better, so the answer decides.
fn configure(device: &Device, wanted: Mode) -> Result<(Mode, usize), Reason> {
    let mut format = device.format().map_err(|error| reason(&error))?;
    (format.width, format.height) = (wanted.width, wanted.height);
    format.fourcc = v4l::FourCC::new(&wanted.fourcc);
    let format = device.set_format(&format).map_err(|error| reason(&error))?;
    if !mode::FORMATS.contains(&format.fourcc.repr) {
        return Err(Reason::WrongFormat {
            found: format.fourcc.to_string(),
            known: mode::known(),
        });
    }
    // Optional for drivers; the rate found is the truth either way.
    let rate = device
        .set_params(&Parameters::with_fps(wanted.frames_per_second))
        .or_else(|_| device.params())
        .map(|parameters| parameters.interval)
        .ok()
        .filter(|interval| interval.numerator > 0);
    let mode = Mode {
        fourcc: format.fourcc.repr,
        width: format.width,
        height: format.height,
        frames_per_second: rate.map_or(wanted.frames_per_second, |interval| {
            interval.denominator / interval.numerator
        }),
    };
    if mode != wanted {
        log::info!("camera gives {mode} instead of {wanted}");
    }
    Ok((mode, format.stride as usize))
}

/// Names the programs that keep a camera busy, as far as this user may know them.
fn with_users(reason: Reason, device: &Path) -> Reason {
    match reason {
        Reason::Busy { .. } => Reason::Busy {
            users: users::of(device, &System::default()),
        },
        other => other,
    }
}

/// What an error of the camera means to a person.
fn reason(error: &io::Error) -> Reason {
    if error.kind() == io::ErrorKind::TimedOut {
        return Reason::NoFirstPicture(FIRST_FRAME);
    }
    match error.raw_os_error() {
        Some(2) => Reason::Absent,
        Some(6 | 19) => Reason::Unplugged,
        Some(13 | 1) => Reason::Denied { fix: String::new() },
        Some(16) => Reason::Busy { users: Vec::new() },
        Some(25) => Reason::NotACamera,
        _ => Reason::System(error.to_string()),
    }
}
