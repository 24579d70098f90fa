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
pub(crate) mod contact_sheet;
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
mod people_set;
pub mod picture;
mod sampler;
mod selection;
pub mod synthetic;
mod twins;

pub use batch::{Batch, Covers, Truth};
pub use data_set::{DataSet, Rendering};
pub use face_set::FaceSet;
pub use layout::Layout;
pub use listing::{Listing, Split};
pub(crate) use loader::Loader;
pub(crate) use people_set::PeopleSet;
pub use sampler::{Sampler, SyntheticFaces};
pub use selection::Selection;
pub use twins::Twins;

use model_spec::{Architecture, ColourMode, OutputForm, pixel::BYTES_PER_UNIT};
use tch::Tensor;

/// The tensor form of [`model_spec::pixel::unit_from_byte`].
pub(crate) fn unit_from_bytes(bytes: &Tensor) -> Tensor {
    bytes.to_kind(tch::Kind::Float) / f64::from(BYTES_PER_UNIT) - 1.0
}

/// An architecture that says how pictures are to be read; there are no networks.
#[must_use]
pub(crate) fn pictures_of(image_size: usize, colour: ColourMode) -> Architecture {
    Architecture {
        image_size,
        colour,
        style_dim: 0,
        stem_channels: 0,
        max_conv_dim: 0,
        w_hpf: 0.0,
        output: OutputForm::Image,
        largest_displacement: 0.0,
        classifier_channels: 0,
    }
}
