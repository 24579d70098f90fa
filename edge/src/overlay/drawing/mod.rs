//! Draws the overlay: what comes and goes, and the layers it consists of.

mod draw_layers;
pub(super) mod fades;
pub(super) mod layers;
