//! Eyeglasses of many shapes.

use serde::{Deserialize, Serialize};

/// Shape and colour of eyeglasses; how much of them shows is [`crate::Looks::eyeglasses`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spectacles {
    /// Half width and half height of a lens in face heights, about 0.15..0.23 and 0.09..0.18.
    pub lens: [f32; 2],
    /// 0 round to 1 rectangular lenses.
    pub squareness: f32,
    /// -1 lenses that hang outwards (aviator) to 1 that rise outwards (cat eye).
    pub lift: f32,
    /// Half thickness of the rim in face heights, 0.003 (wire) to 0.02 (horn).
    pub rim: f32,
    /// How much of the rim's lower half there is: 0 a brow line alone, 1 all.
    pub lower_rim: f32,
    /// Linear RGB of the frame.
    pub colour: [f32; 3],
    /// 0 clear to 1 nearly black lenses.
    pub tint: f32,
}
