//! What a portrait shows of a person beyond the identity: age marks, bangs, curls, spectacles.

use crate::scene::spectacles::Spectacles;
use serde::{Deserialize, Serialize};

/// Details of skin, hair and glasses that only portraits have.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Looks {
    /// 0 none to 1 many freckles over nose and cheeks.
    pub freckles: f32,
    /// 0 smooth to 1 deeply wrinkled skin.
    pub wrinkles: f32,
    /// 0 firm to 1 hanging cheeks, lids and bags under the eyes.
    pub sagging: f32,
    /// 0 none to 1 many age spots.
    pub spots: f32,
    /// 0 free forehead to 1 hair down to the brows.
    pub bangs: f32,
    /// -1 bangs swept to the picture's left to 1 to its right.
    pub bangs_sweep: f32,
    /// 0 straight to 1 tightly curled hair.
    pub curl: f32,
    /// 0 combed to 1 untidy edges of the hair.
    pub tousle: f32,
    /// 0 single strands to 1 pointed clumps of hair.
    pub clumps: f32,
    /// 0 bare to 1 painted eye lids.
    pub make_up: f32,
    /// 0 none to 1 whole eyeglasses.
    pub eyeglasses: f32,
    /// How far below the frame of the eyeglasses its shadow reaches, in face heights.
    pub frame_shadow: f32,
    /// Which eyeglasses.
    pub spectacles: Spectacles,
}
