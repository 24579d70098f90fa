//! What a bundle holds beside its graphs, and how it is written and described.

pub(crate) mod archive;
pub mod inspect;
pub(crate) mod model_card;
pub(crate) mod part;
pub(crate) mod reduce;
pub mod report;
pub(crate) mod signing_key;
pub(crate) mod writer;
