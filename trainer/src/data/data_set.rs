//! A data set opened for training, whatever its layout.

use super::{
    FaceSet, Layout, Listing, Selection, Split, Twins, decode, layout,
    pack::{self, Packed},
    synthetic,
};
use crate::{error::TrainError, stop};
use model_spec::{Architecture, digest};
use std::{path::Path, sync::atomic::AtomicBool};

/// Far from any seed that a person would choose, so that test faces differ from training faces.
const TEST_SEED: u64 = 0x7E57_FACE_0000_0000;
/// Procedural test faces rendered for every domain.
const SYNTHETIC_TEST_FACES: usize = 48;

/// How many procedural faces are rendered, and which.
#[derive(Debug, Clone, Copy)]
pub struct Rendering {
    /// Training faces of every domain.
    pub faces_per_domain: usize,
    /// Seed of the first domain.
    pub seed: u64,
}

/// Training faces and test faces.
#[derive(Debug, Clone)]
pub struct DataSet {
    /// How it is stored.
    pub layout: Layout,
    /// Training faces.
    pub train: FaceSet,
    /// Test faces, where the data has some.
    pub test: Option<FaceSet>,
    /// Identifies the data set, see [`Listing::digest`].
    pub digest: String,
    /// Whether test face `k` of every domain is the same person, all else equal: data of `faces render`.
    pub test_twins: bool,
    /// The training faces' files, where each has its own.
    pub listing: Option<Listing>,
}

impl DataSet {
    /// Opens `data`, a folder, a pack or `synthetic`, and decodes, maps or renders its faces;
    /// only `synthetic` uses `rendering`.
    ///
    /// # Errors
    /// [`TrainError`] naming the file or folder that is wrong.
    pub fn open<'a>(
        data: &Path,
        architecture: &Architecture,
        selection: impl Into<Selection<'a>>,
        rendering: Rendering,
    ) -> Result<Self, TrainError> {
        Self::open_until(data, architecture, selection, rendering, &stop::NEVER)
    }

    /// The same, until `stop` is set.
    ///
    /// # Errors
    /// [`TrainError::Stopped`], and as for [`DataSet::open`].
    pub(crate) fn open_until<'a>(
        data: &Path,
        architecture: &Architecture,
        selection: impl Into<Selection<'a>>,
        rendering: Rendering,
        stop: &AtomicBool,
    ) -> Result<Self, TrainError> {
        let selection = selection.into();
        let attributes = selection.attributes;
        let layout = layout::detect(data)?;
        layout.check(data, &selection)?;
        log::info!("data: {} ({layout})", data.display());
        match layout {
            Layout::Packed => {
                let Packed {
                    train,
                    test,
                    digest,
                } = pack::open(data, architecture, &selection, stop)?;
                Ok(Self {
                    layout,
                    train,
                    test,
                    digest,
                    test_twins: false,
                    listing: None,
                })
            }
            Layout::Synthetic => {
                synthetic::check(attributes)?;
                let Rendering {
                    faces_per_domain,
                    seed,
                } = rendering;
                if faces_per_domain == 0 {
                    return Err(TrainError::Usage(
                        "data.synthetic_faces_per_domain: found 0, expected 1 or more with --data synthetic"
                            .into(),
                    ));
                }
                let render = |count, seed| {
                    synthetic::render_until(architecture, attributes, count, seed, stop)
                };
                let text = format!("synthetic {faces_per_domain} {seed}");
                Ok(Self {
                    layout,
                    train: render(faces_per_domain, seed)?,
                    test: Some(render(SYNTHETIC_TEST_FACES, seed ^ TEST_SEED)?),
                    digest: digest::of_bytes(text.as_bytes()),
                    test_twins: false,
                    listing: None,
                })
            }
            Layout::Folders | Layout::CelebAMaskHq | Layout::CelebA => {
                let train = Listing::open(data, layout, Split::Train, selection)?;
                // A folder layout may have no test pictures, but not wrong ones.
                let has_test = Listing::has(data, layout, Split::Test);
                let mut test_twins = false;
                let test = if has_test {
                    let listing = Listing::open(data, layout, Split::Test, selection)?;
                    let faces = decode::read(&listing, architecture, stop)?;
                    test_twins = Twins::are_in(&listing, &faces);
                    Some(faces)
                } else {
                    log::warn!("{}: no test/ or val/ folder: no evaluation", data.display());
                    None
                };
                Ok(Self {
                    layout,
                    train: decode::read(&train, architecture, stop)?,
                    test,
                    digest: train.digest()?,
                    test_twins,
                    listing: Some(train),
                })
            }
        }
    }
}
