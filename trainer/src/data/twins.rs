//! Counterfactual twins: the same person in every domain, all else equal, with what is known of the difference.
//!
//! In the layout of `faces render`: pictures of one name are twins, and `truth/` has for each the displacement of its
//! skin against its twin with the other smile.

use super::{FaceSet, Listing};
use crate::{error::TrainError, weights};
use model_spec::displacement::FIELD_SIZE;
use serde::Deserialize;
use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};
use tch::{Kind, Tensor};

/// Planes of a field: right, down, and the share of skin.
const PLANES: usize = 3;
/// Numbers of a field.
pub(super) const FIELD_LENGTH: usize = PLANES * FIELD_SIZE * FIELD_SIZE;

/// The twins of a [`FaceSet`]: image `k` of every domain shows the same person. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Twins {
    /// Of every domain.
    fields: Arc<Vec<Option<Fields>>>,
}

/// What is known of the pictures of a domain.
#[derive(Debug)]
struct Fields {
    /// The domain whose pictures, moved by the fields, are these.
    from: usize,
    /// `[3,F,F]` of every picture, one behind the other.
    values: Vec<f32>,
}

/// What `faces render` writes about a picture, as far as it is needed here.
#[derive(Deserialize)]
struct Truth {
    displacement: Option<Moved>,
}

#[derive(Deserialize)]
struct Moved {
    /// Beside the JSON.
    file: String,
    /// From the data set's folder.
    from: String,
}

impl Twins {
    /// Checks that `set`, read from the folder layout's `listing`, consists of twins. `with_fields` also reads the
    /// truth of their displacements.
    ///
    /// # Errors
    /// [`TrainError::Data`] naming a picture without a twin or without a truth, [`TrainError::Weights`] a field of
    /// another shape.
    pub fn open(listing: &Listing, set: &FaceSet, with_fields: bool) -> Result<Self, TrainError> {
        let domains = &listing.files;
        for (domain, files) in domains.iter().enumerate() {
            if set.count(domain) != files.len() {
                return Err(TrainError::Data {
                    path: folder_of(files, &listing.root),
                    reason: format!(
                        "found {} readable pictures of {}, expected all: a damaged picture leaves its twins alone",
                        set.count(domain),
                        files.len()
                    ),
                });
            }
            let others = domains[0].iter().map(|path| path.file_name());
            let names = files.iter().map(|path| path.file_name());
            if let Some((name, _)) = names.zip(others).find(|(name, other)| name != other) {
                let name = name.unwrap_or_default().display();
                return Err(no_twin(&listing.root, &name.to_string()));
            }
            if files.len() != domains[0].len() {
                let longer = files.iter().chain(&domains[0]).max();
                let name = longer.and_then(|path| path.file_name()).unwrap_or_default();
                return Err(no_twin(&listing.root, &name.display().to_string()));
            }
        }
        let fields = domains.iter().map(|files| {
            with_fields
                .then(|| Fields::read(files, listing))
                .transpose()
                .map(Option::flatten)
        });
        let fields: Vec<Option<Fields>> = fields.collect::<Result<_, _>>()?;
        if with_fields && fields.iter().all(Option::is_none) {
            return Err(TrainError::Data {
                path: truth_root(listing),
                reason:
                    "found no displacements, expected some: `faces render --attributes smile,…` \
                    without --no-truth writes them"
                        .into(),
            });
        }
        Ok(Self {
            fields: Arc::new(fields),
        })
    }

    /// Whether `set` consists of twins by `faces render`. A set that has its truth and lacks a picture is told in the log.
    pub(super) fn are_in(listing: &Listing, set: &FaceSet) -> bool {
        if !truth_root(listing).is_dir() {
            return false;
        }
        let twins = Self::open(listing, set, false);
        if let Err(error) = &twins {
            log::warn!("{error}: edits are not compared with their truth");
        }
        twins.is_ok()
    }

    /// The displacement of image `index` of `domain` against its twin in `source`, `[3,F,F]`: right and down in shares
    /// of the side, and the share of skin. None where it is not known.
    pub(super) fn field(&self, domain: usize, index: usize, source: usize) -> Option<&[f32]> {
        let fields = self.fields[domain].as_ref()?;
        let start = index * FIELD_LENGTH;
        (fields.from == source).then(|| &fields.values[start..start + FIELD_LENGTH])
    }
}

impl Fields {
    /// Reads those of the pictures of a domain; none where nothing moves between it and another.
    fn read(files: &[PathBuf], listing: &Listing) -> Result<Option<Self>, TrainError> {
        let mut values = Vec::with_capacity(files.len() * FIELD_LENGTH);
        let mut from = None;
        for (index, picture) in files.iter().enumerate() {
            let truth = truth_path(picture, listing);
            let bytes = fs::read(&truth).map_err(|e| TrainError::io(&truth, e))?;
            let known: Truth =
                serde_json::from_slice(&bytes).map_err(|error| TrainError::Data {
                    path: truth.clone(),
                    reason: format!("{error}; expected what `faces render` writes"),
                })?;
            let Some(moved) = known.displacement else {
                return Ok(None);
            };
            let twin = Path::new(&moved.from);
            let source = listing.files.iter().position(|files| {
                // The data set may lie anywhere.
                files[index].ends_with(twin)
            });
            let source = source.filter(|source| from.is_none_or(|from| from == *source));
            from = Some(source.ok_or_else(|| TrainError::Data {
                path: truth.clone(),
                reason: format!(
                    "displacement.from: found {:?}, expected the picture of this name in one other domain",
                    moved.from
                ),
            })?);
            read_field(&truth.with_file_name(&moved.file), &mut values)?;
        }
        Ok(from.map(|from| Self { from, values }))
    }
}

/// Appends the field of a file at the size that the generator has it: means over the skin, and its share.
fn read_field(path: &Path, values: &mut Vec<f32>) -> Result<(), TrainError> {
    let tensors = weights::read(path)?;
    weights::check_finite(&tensors, path)?;
    let named = |name: &str, planes: i64| {
        let tensor = tensors.get(name);
        let found = tensor.map(Tensor::size);
        match (tensor, found.as_deref()) {
            (Some(tensor), Some([p, height, width])) if *p == planes && height == width => {
                Ok(tensor.to_kind(Kind::Float))
            }
            _ => Err(TrainError::Weights {
                path: path.into(),
                reason: format!("{name}: found {found:?}, expected [{planes}, S, S]"),
            }),
        }
    };
    let (field, skin) = (named("displacement", 2)?, named("skin", 1)?);
    if field.size()[1..] != skin.size()[1..] {
        return Err(TrainError::Weights {
            path: path.into(),
            reason: format!(
                "skin: found {:?}, expected the sides of displacement, {:?}",
                skin.size(),
                field.size()
            ),
        });
    }
    let side = FIELD_SIZE as i64;
    let reduced = |planes: &Tensor| planes.adaptive_avg_pool2d([side, side]);
    let share = reduced(&skin);
    let mean = reduced(&(field * &skin)) / share.clamp_min(1e-6);
    let both = Tensor::cat(&[mean, share], 0).reshape([-1]);
    let both = Vec::<f32>::try_from(both)
        .map_err(TrainError::torch(format!("reading {}", path.display())))?;
    values.extend(both);
    Ok(())
}

/// `DATA/truth/SPLIT`.
fn truth_root(listing: &Listing) -> PathBuf {
    let split = listing.root.file_name().unwrap_or_default();
    let data = listing.root.parent().unwrap_or(Path::new(""));
    data.join("truth").join(split)
}

/// `DATA/truth/SPLIT/DOMAIN/NAME.json` of `DATA/SPLIT/DOMAIN/NAME.png`.
fn truth_path(picture: &Path, listing: &Listing) -> PathBuf {
    let below = picture.strip_prefix(&listing.root).unwrap_or(picture);
    truth_root(listing).join(below).with_extension("json")
}

fn folder_of(files: &[PathBuf], root: &Path) -> PathBuf {
    let folder = files.first().and_then(|path| path.parent());
    folder.unwrap_or(root).into()
}

fn no_twin(root: &Path, name: &str) -> TrainError {
    TrainError::Data {
        path: root.into(),
        reason: format!(
            "{name} is not in every domain, expected the same file names in all: losses on counterfactual pairs \
             learn from data of `faces render`"
        ),
    }
}
