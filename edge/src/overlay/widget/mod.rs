//! Things that draw themselves: shapes, icons and text on layers, and the controls built of them.

pub(crate) mod area;
pub(crate) mod button;
pub(crate) mod colour;
pub(crate) mod extent;
pub(crate) mod fade;
pub(crate) mod icon;
pub(crate) mod layer;
pub(crate) mod painter;
pub(crate) mod paragraph;
pub(crate) mod pill;
pub(crate) mod pointer;
pub(crate) mod shape;
pub(crate) mod slider;
pub(crate) mod text;
