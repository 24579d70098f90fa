//! The faces of mirror pictures in the model's framing, before and after: for judging edits.

use crate::{
    error::EdgeError,
    picture::{
        frame::{Frame, Origin},
        resample::Resampler,
    },
    present::{
        sink::{MirrorPicture, Sink},
        written,
    },
};
use aligner::Square;
use model_spec::ColourMode;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Side of a crop in pixels.
const SIDE: usize = 256;

/// A folder that receives, of every picture with a face, the largest face as the camera saw it
/// (`before/NAME.png`) and as the mirror shows it (`after/NAME.png`), 256 by 256 pixels in the model's framing.
pub(crate) struct Crops {
    before: PathBuf,
    after: PathBuf,
    resampler: Resampler,
    planes: Vec<f32>,
    bytes: Vec<u8>,
}

impl Crops {
    /// Makes the two folders if need be.
    ///
    /// # Errors
    /// [`EdgeError`] for a folder that holds anything but earlier crops, or that cannot be made.
    pub(crate) fn create(path: &Path) -> Result<Self, EdgeError> {
        written::check_folder(path, &["before", "after"])?;
        let folder = |name: &str| {
            let path = path.join(name);
            fs::create_dir_all(&path).map_err(|error| EdgeError::file(&path, error))?;
            Ok::<_, EdgeError>(path)
        };
        Ok(Self {
            before: folder("before")?,
            after: folder("after")?,
            resampler: Resampler::default(),
            planes: Vec::new(),
            bytes: Vec::new(),
        })
    }

    fn save(&mut self, frame: &Frame, crop: Square, path: &Path) -> Result<(), EdgeError> {
        let (colour, range) = (ColourMode::Rgb, [1.0, 0.5]);
        self.resampler
            .sample_crop(frame, crop, colour, SIDE, range, &mut self.planes);
        let plane = SIDE * SIDE;
        self.bytes.clear();
        let interleaved = (0..plane).flat_map(|at| [at, at + plane, at + 2 * plane]);
        self.bytes
            .extend(interleaved.map(|at| self.planes[at] as u8));
        written::save_png(path, &self.bytes, [SIDE as u32; 2])
    }
}

impl Sink for Crops {
    fn put(&mut self, picture: &MirrorPicture<'_>) -> Result<(), EdgeError> {
        let Some(face) = picture.edit.and_then(|edit| edit.faces().first()) else {
            return Ok(());
        };
        let crop = face.face.crop;
        let name = picture.png_name();
        let mirrored = Frame {
            rgb: picture.rgb.to_vec(),
            width: picture.size[0],
            height: picture.size[1],
            origin: Origin::Video,
            ..*picture.frame
        };
        self.save(picture.frame, crop, &self.before.join(&name))?;
        self.save(&mirrored, crop, &self.after.join(&name))
    }
}
