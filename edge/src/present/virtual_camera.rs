//! The mirror as a camera for other programs: `--display v4l:/dev/videoN`, or beside a window
//! `--virtual-camera /dev/videoN`.
//!
//! The device is one that a driver such as v4l2loopback offers for output. Pictures leave with the
//! edited mark on them, not flipped: a program for calls flips its own preview.

use crate::{
    error::EdgeError,
    machine::{access, system::System},
    overlay::output::stamp::Stamp,
    present::sink::{MirrorPicture, Sink},
};
use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};
use v4l::{Device, Format, FourCC, capability::Flags, video::Output};
use yuv::{
    BufferStoreMut, YuvChromaSubsampling, YuvConversionMode, YuvPackedImageMut, YuvPlanarImageMut,
    YuvRange, YuvStandardMatrix, rgb_to_yuv422, yuv422_to_yuyv422,
};

/// The format that every program for calls reads.
const YUYV: &[u8; 4] = b"YUYV";

/// An open virtual camera.
pub(crate) struct VirtualCamera {
    path: PathBuf,
    device: Device,
    stamp: Stamp,
    size: [usize; 2],
    rgb: Vec<u8>,
    planar: Option<YuvPlanarImageMut<'static, u8>>,
    packed: Vec<u8>,
}

impl VirtualCamera {
    /// Opens the device.
    ///
    /// # Errors
    /// [`EdgeError::Camera`] saying what is wrong with it.
    pub(crate) fn open(path: &Path, stamp: Stamp) -> Result<Self, EdgeError> {
        let wrong = |reason: String| EdgeError::Camera {
            device: path.into(),
            reason,
        };
        let hint = "`modprobe v4l2loopback exclusive_caps=1` makes virtual cameras";
        let device = Device::with_path(path).map_err(|error| match error.kind() {
            io::ErrorKind::PermissionDenied => wrong(format!(
                "{error}; {}",
                access::fix(path, &System::default())
            )),
            _ => wrong(format!("{error}; {hint}")),
        })?;
        let caps = device
            .query_caps()
            .map_err(|error| wrong(error.to_string()))?;
        if !caps.capabilities.contains(Flags::VIDEO_OUTPUT) {
            let found = caps.capabilities;
            return Err(wrong(format!(
                "found {found}, expected a video output; {hint}"
            )));
        }
        Ok(Self {
            path: path.into(),
            device,
            stamp,
            size: [0, 0],
            rgb: Vec::new(),
            planar: None,
            packed: Vec::new(),
        })
    }

    fn wrong(&self, reason: impl ToString) -> EdgeError {
        EdgeError::Camera {
            device: self.path.clone(),
            reason: reason.to_string(),
        }
    }

    fn set_size(&mut self, size: [usize; 2]) -> Result<(), EdgeError> {
        let [width, height] = size.map(|side| side as u32);
        let wanted = Format::new(width, height, FourCC::new(YUYV));
        let got = self
            .device
            .set_format(&wanted)
            .map_err(|error| self.wrong(format!("no {width}x{height} YUYV: {error}")))?;
        if (got.width, got.height, got.fourcc) != (width, height, wanted.fourcc) {
            let (w, h, fourcc) = (got.width, got.height, got.fourcc);
            return Err(self.wrong(format!(
                "found {w}x{h} {fourcc}, expected {width}x{height} YUYV; does another program use it?"
            )));
        }
        let subsampling = YuvChromaSubsampling::Yuv422;
        self.planar = Some(YuvPlanarImageMut::alloc(width, height, subsampling));
        self.packed.resize(2 * size[0] * size[1], 0);
        self.size = size;
        Ok(())
    }

    fn convert(&mut self) -> Result<(), yuv::YuvError> {
        let Some(planar) = &mut self.planar else {
            return Ok(());
        };
        let [width, height] = self.size.map(|side| side as u32);
        let (range, matrix) = (YuvRange::Limited, YuvStandardMatrix::Bt601);
        let mode = YuvConversionMode::default();
        rgb_to_yuv422(planar, &self.rgb, 3 * width, range, matrix, mode)?;
        let mut packed = YuvPackedImageMut {
            yuy: BufferStoreMut::Borrowed(&mut self.packed),
            yuy_stride: 2 * width,
            width,
            height,
        };
        yuv422_to_yuyv422(&mut packed, &planar.to_fixed())
    }
}

impl Sink for VirtualCamera {
    /// Sends the picture, with the mark if it is edited.
    fn put(&mut self, picture: &MirrorPicture<'_>) -> Result<(), EdgeError> {
        if self.size != picture.size {
            self.set_size(picture.size)?;
        }
        self.rgb.clear();
        self.rgb.extend_from_slice(picture.rgb);
        if picture.edited {
            self.stamp.apply(&mut self.rgb, picture.size);
        }
        self.convert().map_err(|error| self.wrong(error))?;
        match self.device.write(&self.packed) {
            Ok(written) if written == self.packed.len() => Ok(()),
            Ok(written) => {
                let all = self.packed.len();
                Err(self.wrong(format!("took {written} bytes of a picture of {all}")))
            }
            // Nobody has taken the picture before yet: the newest one comes soon.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(()),
            Err(error) => Err(self.wrong(format!("takes no picture: {error}"))),
        }
    }
}
