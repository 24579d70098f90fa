//! The languages of the screen and their texts.

pub(crate) mod labels;
pub(crate) mod languages;
