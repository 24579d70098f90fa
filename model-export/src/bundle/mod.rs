//! What a bundle holds beside its graphs, and how it is written and described.

pub mod archive;
pub mod inspect;
pub mod model_card;
pub mod part;
pub mod report;
pub mod signing_key;
pub mod writer;
