//! The stream of an open camera: mode, buffers, and its end.

use super::{
    bridge, device_modes,
    mode::{self, Mode, ModeRequest},
    stream_end::Ending,
    trouble::{Trouble, TroubleKind},
};
use crate::{
    capture::decode::{
        pixel_format::{self, FORMATS},
        raw::{Colour, Rows},
    },
    machine::{access, system::System},
};
use std::{
    io,
    path::Path,
    time::{Duration, Instant},
};
use v4l::{
    Device,
    buffer::{Flags, Type},
    capability,
    format::{Colorspace, Format, Quantization},
    io::{
        mmap::Stream,
        traits::{CaptureStream, Stream as StreamTrait},
    },
    video::{Capture, capture::Parameters},
};
use yuv::{YuvRange, YuvStandardMatrix};

/// Kernel buffers; the newest picture is what counts, so few.
const BUFFERS: u32 = 4;
/// No driver has more.
const MOST_BUFFERS: usize = 32;
/// Longest wait for a picture that poll(2) has promised.
const PROMISED: Duration = Duration::from_secs(2);
/// `POLLIN` of poll(2).
const READABLE: i16 = 1;
/// Longest single wait, so that the thread stays able to end.
const SLICE_MILLIS: i32 = 200;

/// A camera that streams, until it is dropped.
pub(super) struct CameraStream {
    stream: Ending,
    pub(super) mode: Mode,
    pub(super) rows: Rows,
    pub(super) colour: Colour,
    /// When its last picture came, or when it was started.
    pub(super) heard: Instant,
    /// Whether it has sent a picture.
    pub(super) has_sent: bool,
}

/// What a wait came to.
pub(super) enum Waited {
    /// A picture lies ready.
    Picture,
    /// Nothing yet.
    Nothing,
}

impl CameraStream {
    /// Opens `path` in the mode wished for, or its best, and starts it. Waits for no picture: some
    /// cameras take seconds for their first.
    pub(super) fn open(path: &Path, wish: ModeRequest) -> Result<Self, Trouble> {
        let unfit = |reason: String| Trouble::new(TroubleKind::Unfit, reason);
        let device = Device::with_path(path).map_err(|error| {
            let mut trouble = Trouble::of(&error);
            if trouble.kind == TroubleKind::Forbidden {
                trouble.reason += &format!(": {}", access::fix(path, &System::default()));
            }
            trouble
        })?;
        let capabilities = device.query_caps().map_err(|error| Trouble::of(&error))?;
        let capabilities = capabilities.capabilities;
        if bridge::is_multi_planar(capabilities) {
            return Err(unfit(bridge::for_multi_planar(path)));
        }
        let needed = capability::Flags::VIDEO_CAPTURE | capability::Flags::STREAMING;
        if !capabilities.contains(needed) {
            return Err(unfit("not a camera: it streams no pictures".into()));
        }
        let modes = device_modes::list(&device, wish);
        if modes.is_empty() {
            let offered = device_modes::formats(&device);
            let (known, names) = (pixel_format::known(), pixel_format::names(&offered));
            let advice = bridge::for_raw_sensor(&offered).map(|advice| format!("; {advice}"));
            let advice = advice.unwrap_or_default();
            return Err(unfit(format!(
                "offers no {known} pictures, only: {names}{advice}"
            )));
        }
        let lacking = |has: &[Mode]| {
            let has: Vec<String> = has.iter().map(Mode::to_string).collect();
            unfit(format!("has no mode {wish}; it has {}", has.join(", ")))
        };
        let wanted = mode::best(&modes, wish).ok_or_else(|| lacking(&modes))?;
        let (mode, format) = configure(&device, wanted)?;
        // Drivers that name no sizes are asked by trying.
        if wish
            .size
            .is_some_and(|size| size != [mode.width, mode.height])
        {
            return Err(lacking(&[mode]));
        }
        let stream = Ending::new(|| Stream::with_buffers(&device, Type::VideoCapture, BUFFERS))
            .map_err(|error| Trouble::of(&error))?;
        let mut started = Self {
            stream,
            mode,
            rows: Rows {
                size: [mode.width, mode.height].map(|side| side as usize),
                stride: format.stride as usize,
            },
            colour: colour(&format),
            heard: Instant::now(),
            has_sent: false,
        };
        started.start().map_err(|error| Trouble::of(&error))?;
        Ok(started)
    }

    /// Hands the driver all buffers but the first, which `next` hands over itself, and starts it.
    fn start(&mut self) -> io::Result<()> {
        self.stream.set_timeout(PROMISED);
        for index in 1..MOST_BUFFERS {
            // The driver has fewer.
            if CaptureStream::queue(&mut *self.stream, index).is_err() {
                break;
            }
        }
        StreamTrait::start(&mut *self.stream)
    }

    /// Waits for a picture, for a moment.
    pub(super) fn wait(&self) -> io::Result<Waited> {
        match self.stream.handle().poll(READABLE, SLICE_MILLIS) {
            Ok(0) => Ok(Waited::Nothing),
            Ok(_) => Ok(Waited::Picture),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(Waited::Nothing),
            Err(error) => Err(error),
        }
    }

    /// Takes the picture that lies ready. The driver's mark of a broken one is an inner error.
    pub(super) fn take(&mut self) -> io::Result<Result<&[u8], String>> {
        let (buffer, meta) = CaptureStream::next(&mut *self.stream)?;
        (self.heard, self.has_sent) = (Instant::now(), true);
        if meta.flags.contains(Flags::ERROR) {
            return Ok(Err("the driver marks the picture as broken".into()));
        }
        let used = (meta.bytesused as usize).min(buffer.len());
        Ok(Ok(&buffer[..used]))
    }
}

/// Sets the mode; drivers answer Ok with what they like better, so the answer decides.
fn configure(device: &Device, wanted: Mode) -> Result<(Mode, Format), Trouble> {
    let failed = |error: io::Error| Trouble::of(&error);
    let mut format = device.format().map_err(failed)?;
    (format.width, format.height) = (wanted.width, wanted.height);
    format.fourcc = v4l::FourCC::new(&wanted.fourcc);
    // No padding is asked for; the driver adds what it needs.
    format.stride = 0;
    let format = device.set_format(&format).map_err(failed)?;
    if !FORMATS.contains(&format.fourcc.repr) {
        let (found, known) = (format.fourcc, pixel_format::known());
        let reason = format!("wrong format: found {found}, expected {known}");
        return Err(Trouble::new(TroubleKind::Unfit, reason));
    }
    if format.width == 0 || format.height == 0 {
        let reason = format!("wrong size: found {}x{}", format.width, format.height);
        return Err(Trouble::new(TroubleKind::Unfit, reason));
    }
    // Optional for drivers; the rate found is the truth either way.
    let rate = device
        .set_params(&Parameters::new(wanted.rate.interval()))
        .or_else(|_| device.params())
        .ok()
        .and_then(|parameters| super::rate::Rate::of_interval(&parameters.interval));
    let mode = Mode {
        fourcc: format.fourcc.repr,
        width: format.width,
        height: format.height,
        rate: rate.unwrap_or(wanted.rate),
    };
    if mode != wanted {
        log::info!("camera gives {mode} instead of {wanted}");
    }
    Ok((mode, format))
}

/// What the driver says of range and matrix, with V4L2's rules for what it leaves open.
fn colour(format: &Format) -> Colour {
    let full = match format.quantization {
        Quantization::FullRange => true,
        Quantization::LimitedRange => false,
        Quantization::Default => matches!(format.colorspace, Colorspace::JPEG),
    };
    Colour {
        range: if full {
            YuvRange::Full
        } else {
            YuvRange::Limited
        },
        matrix: match format.colorspace {
            Colorspace::Rec709 => YuvStandardMatrix::Bt709,
            _ => YuvStandardMatrix::Bt601,
        },
    }
}
