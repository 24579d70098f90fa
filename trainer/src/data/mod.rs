//! Training images: found in one of several layouts, decoded or mapped once, then sampled and
//! augmented step by step.
//!
//! ```text
//! folder, celeba ─► Listing ─► decode (threads) ─┐
//!                                 └─► pack file ─┼─► FaceSet ─► Sampler ─► Loader (thread) ─► Batch
//!                             synthetic ─────────┘
//! ```

pub(crate) mod augment;
mod batch;
pub(crate) mod celeba;
mod cover;
mod data_set;
pub mod decode;
pub mod deduce;
mod face_set;
pub(crate) mod folder;
pub mod inspect;
pub mod layout;
pub(crate) mod lettering;
mod listing;
mod loader;
pub mod pack;
pub mod picture;
mod sampler;
mod selection;
pub mod synthetic;

pub use batch::{Batch, Covers};
pub use data_set::{DataSet, Rendering};
pub use face_set::FaceSet;
pub use layout::Layout;
pub use listing::{Listing, Split};
pub(crate) use loader::Loader;
pub use sampler::{Sampler, SyntheticFaces};
pub use selection::Selection;

use model_spec::pixel::BYTES_PER_UNIT;
use tch::Tensor;

/// The tensor form of [`model_spec::pixel::unit_from_byte`].
pub(crate) fn unit_from_bytes(bytes: &Tensor) -> Tensor {
    bytes.to_kind(tch::Kind::Float) / f64::from(BYTES_PER_UNIT) - 1.0
}
