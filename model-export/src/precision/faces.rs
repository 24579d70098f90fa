//! The faces that a precision is calibrated and measured on.

use crate::error::{ExportError, Result};
use image::imageops::FilterType;
use model_spec::{
    Architecture, ColourMode,
    pixel::{luma_from_rgb, unit_from_byte},
    tensor,
};
use ndarray::{ArrayD, Axis, IxDyn};
use safetensors::{Dtype, SafeTensors};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// More pictures of a folder than this tell nothing new.
const LARGEST_FOLDER: usize = 128;

/// Faces framed as the training images.
#[derive(Debug, Clone)]
pub(crate) struct Faces {
    /// How many, and which.
    pub label: String,
    /// `[1,C,S,S]` in [-1, 1] each.
    pub images: Vec<ArrayD<f32>>,
    /// Domains, where known.
    pub domains: Vec<usize>,
}

impl Faces {
    /// The parity sample's faces.
    ///
    /// # Errors
    /// [`ExportError::Parity`] for a sample without them.
    pub(crate) fn of_parity(sample: &Parity) -> Result<Self> {
        let image = sample.array(tensor::IMAGE)?;
        let images: Vec<_> = (0..image.len_of(Axis(0)))
            .map(|n| image.index_axis(Axis(0), n).insert_axis(Axis(0)).to_owned())
            .collect();
        Ok(Self {
            label: format!("{} faces of the parity sample", images.len()),
            domains: sample.domains()?,
            images,
        })
    }

    /// The pictures in `folder` and the folders in it, in the order of their names: at most 128,
    /// evenly chosen. Centre squares, resized to the model's size.
    ///
    /// # Errors
    /// [`ExportError::Io`], or [`ExportError::Picture`] naming a file that is no picture; also for a
    /// folder without any.
    pub(crate) fn of_folder(folder: &Path, architecture: &Architecture) -> Result<Self> {
        let mut paths = Vec::new();
        pictures(folder, &mut paths)?;
        paths.sort();
        if paths.is_empty() {
            return Err(ExportError::Picture {
                path: folder.into(),
                reason: "no .jpg, .jpeg or .png in it".into(),
            });
        }
        let step = paths.len().div_ceil(LARGEST_FOLDER);
        let chosen: Vec<_> = paths.iter().step_by(step).collect();
        let images: Result<Vec<_>> = chosen
            .iter()
            .map(|path| picture(path, architecture))
            .collect();
        Ok(Self {
            label: format!(
                "{} of the {} calibration pictures",
                chosen.len(),
                paths.len()
            ),
            images: images?,
            domains: Vec::new(),
        })
    }
}

fn pictures(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).map_err(ExportError::io(folder))? {
        let path = entry.map_err(ExportError::io(folder))?.path();
        let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
        if path.is_dir() {
            pictures(&path, found)?;
        } else if ["jpg", "jpeg", "png"]
            .iter()
            .any(|known| extension == *known)
        {
            found.push(path);
        }
    }
    Ok(())
}

fn picture(path: &Path, architecture: &Architecture) -> Result<ArrayD<f32>> {
    let wrong = |error: image::ImageError| ExportError::Picture {
        path: path.into(),
        reason: error.to_string(),
    };
    let picture = image::open(path).map_err(wrong)?;
    let side = picture.width().min(picture.height());
    let corner = |length: u32| (length - side) / 2;
    let (left, top) = (corner(picture.width()), corner(picture.height()));
    let size = architecture.image_size;
    let square = picture.crop_imm(left, top, side, side);
    let rgb = square
        .resize_exact(size as u32, size as u32, FilterType::Triangle)
        .into_rgb8();
    let shape = [1, architecture.colour.channels(), size, size];
    Ok(ArrayD::from_shape_fn(IxDyn(&shape), |at| {
        let pixel = rgb.get_pixel(at[3] as u32, at[2] as u32).0;
        match architecture.colour {
            ColourMode::Rgb => unit_from_byte(pixel[at[1]]),
            ColourMode::Luma => luma_from_rgb(pixel.map(unit_from_byte)),
        }
    }))
}

/// A parity sample: faces, and what the trainer's networks made of them.
pub(crate) struct Parity {
    path: PathBuf,
    bytes: Vec<u8>,
}

impl Parity {
    /// The sample in `bytes`, which come from `path`.
    #[must_use]
    pub(crate) fn new(path: &Path, bytes: Vec<u8>) -> Self {
        Self {
            path: path.into(),
            bytes,
        }
    }

    /// The bytes of the sample.
    #[must_use]
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn wrong(&self, reason: String) -> ExportError {
        ExportError::Parity {
            path: self.path.clone(),
            reason,
        }
    }

    fn data(&self, name: &str, kind: Dtype) -> Result<(Vec<usize>, Vec<u8>)> {
        let file = SafeTensors::deserialize(&self.bytes)
            .map_err(|error| self.wrong(format!("not a valid safetensors file: {error}")))?;
        let view = file
            .tensor(name)
            .map_err(|_| self.wrong(format!("{name}: missing, expected {kind:?}")))?;
        if view.dtype() != kind {
            let found = view.dtype();
            return Err(self.wrong(format!("{name}: found {found:?}, expected {kind:?}")));
        }
        Ok((view.shape().to_vec(), view.data().to_vec()))
    }

    /// Whether there is a tensor called `name`.
    #[must_use]
    pub(crate) fn has(&self, name: &str) -> bool {
        self.data(name, Dtype::F32).is_ok()
    }

    /// The 32-bit floats called `name`.
    ///
    /// # Errors
    /// [`ExportError::Parity`].
    pub(crate) fn array(&self, name: &str) -> Result<ArrayD<f32>> {
        let (shape, data) = self.data(name, Dtype::F32)?;
        let values = data.as_chunks().0.iter().map(|it| f32::from_le_bytes(*it));
        ArrayD::from_shape_vec(IxDyn(&shape), values.collect())
            .map_err(|error| self.wrong(format!("{name}: {error}")))
    }

    /// The faces' source domains.
    ///
    /// # Errors
    /// [`ExportError::Parity`].
    pub(crate) fn domains(&self) -> Result<Vec<usize>> {
        let (_, data) = self.data(tensor::SOURCE_DOMAIN, Dtype::I64)?;
        let values = data.as_chunks().0.iter().map(|it| i64::from_le_bytes(*it));
        let domains: Option<Vec<usize>> = values.map(|it| usize::try_from(it).ok()).collect();
        domains.ok_or_else(|| self.wrong(format!("{}: found a negative", tensor::SOURCE_DOMAIN)))
    }
}
