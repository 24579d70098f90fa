//! Whose face it is.

use crate::math::colour::from_bytes;
use crate::math::draw::Draw;
use crate::scene::style::Proportions;
use serde::{Deserialize, Serialize};

/// Everything about a person that does not change while they move.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Identity {
    /// 0 very light to 1 very dark skin.
    pub skin_tone: f32,
    /// -1 cool to 1 warm skin.
    pub skin_warmth: f32,
    /// 0 smooth to 1 freckled and uneven skin.
    pub skin_unevenness: f32,
    /// 0 feminine to 1 masculine traits: brow ridge, jaw, neck.
    pub masculinity: f32,
    /// 0 about 18 years to 1 about 75 years: folds, thinner lips.
    pub age: f32,
    /// Width of the head over the average, about 0.88..1.12.
    pub face_width: f32,
    /// 0 round to 1 square jaw.
    pub jaw_squareness: f32,
    /// 0 straight to 1 strongly tapering lower face.
    pub jaw_taper: f32,
    /// Distance of the eyes over the average, about 0.9..1.1.
    pub eye_spacing: f32,
    /// Size of the eye opening over the average, about 0.85..1.15.
    pub eye_size: f32,
    /// Outer eye corners: degrees upwards, about -4..8.
    pub eye_tilt_degrees: f32,
    /// Linear RGB of the iris.
    pub iris: [f32; 3],
    /// Thickness of the brows over the average, about 0.5..1.5.
    pub brow_thickness: f32,
    /// 0 flat to 1 arched brows.
    pub brow_arch: f32,
    /// Width of the nose over the average, about 0.8..1.3.
    pub nose_width: f32,
    /// Length of the nose over the average, about 0.9..1.1.
    pub nose_length: f32,
    /// Width of the mouth over the average, about 0.88..1.12.
    pub mouth_width: f32,
    /// Thickness of the lips over the average, about 0.6..1.4.
    pub lip_fullness: f32,
    /// 0 skin-coloured to 1 painted lips.
    pub lip_redness: f32,
    /// Linear RGB of hair and brows.
    pub hair: [f32; 3],
    /// 0 cropped, 0.5 chin length, 1 below the shoulders.
    pub hair_length: f32,
    /// How far the hair stands off the head, 0..=1.
    pub hair_volume: f32,
    /// 0 low forehead to 1 receded hairline.
    pub hairline: f32,
    /// Where the hair parts: -1 picture's left to 1 right.
    pub hair_parting: f32,
    /// 0 shaved to 1 full beard.
    pub beard: f32,
    /// 0 none to 1 full moustache.
    pub moustache: f32,
    /// 0 none, 1 glasses.
    pub glasses: f32,
    /// Linear RGB of the clothes.
    pub clothes: [f32; 3],
    /// Which pattern of skin and hair.
    pub texture: u32,
    /// What the style changes about everybody.
    #[serde(default)]
    pub proportions: Proportions,
}

impl Identity {
    /// A plausible person; equal seeds give equal persons.
    #[must_use]
    pub fn from_seed(seed: u64) -> Self {
        let mut d = Draw::new(seed ^ 0x1D_E471_7135);
        let masculinity = if d.chance(0.5) {
            d.between(0.0, 0.3)
        } else {
            d.between(0.7, 1.0)
        };
        let man = masculinity > 0.5;
        let age = d.unit() * d.unit();
        let skin_tone = d.unit() * d.between(0.3, 1.0);
        let dark = skin_tone > 0.45;
        let grey = age > 0.45 && d.chance(0.7);
        let bearded = man && d.chance(0.3);
        let beard = if bearded { d.between(0.3, 1.0) } else { 0.0 };
        Self {
            skin_tone,
            skin_warmth: d.around(0.0, 1.0),
            skin_unevenness: d.unit() * 0.8,
            masculinity,
            age,
            face_width: d.around(1.0 + 0.02 * (masculinity - 0.5), 0.11),
            jaw_squareness: (masculinity * 0.6 + d.around(0.2, 0.35)).clamp(0.0, 1.0),
            jaw_taper: (0.75 - masculinity * 0.4 + d.around(0.0, 0.35)).clamp(0.0, 1.0),
            eye_spacing: d.around(1.0, 0.08),
            eye_size: d.around(1.04 - 0.08 * masculinity, 0.12),
            eye_tilt_degrees: d.around(2.0, 5.0),
            iris: iris(&mut d, dark),
            brow_thickness: d.around(0.75 + 0.5 * masculinity, 0.35),
            brow_arch: (0.6 - 0.4 * masculinity + d.around(0.0, 0.4)).clamp(0.0, 1.0),
            nose_width: d.around(0.98 + 0.06 * masculinity + 0.15 * skin_tone, 0.16),
            nose_length: d.around(1.0, 0.08),
            mouth_width: d.around(1.0, 0.1),
            lip_fullness: d.around(
                1.05 - 0.15 * masculinity - 0.2 * age + 0.25 * skin_tone,
                0.3,
            ),
            lip_redness: if man { d.unit() * 0.2 } else { d.unit() },
            hair: hair(&mut d, HairKind { dark, grey }),
            hair_length: if man {
                d.unit() * 0.3
            } else {
                d.between(0.3, 1.0)
            },
            hair_volume: d.unit(),
            hairline: if man {
                d.unit() * (0.5 + age)
            } else {
                d.unit() * 0.4
            }
            .min(1.0),
            hair_parting: d.between(-1.0, 1.0),
            beard,
            moustache: if bearded || (man && d.chance(0.1)) {
                d.between(0.4, 1.0)
            } else {
                0.0
            },
            glasses: if d.chance(0.16) { 1.0 } else { 0.0 },
            clothes: d.pick(&CLOTHES),
            texture: d.bits(),
            proportions: Proportions::NATURAL,
        }
    }

    /// The person of the demo and of the project's pictures.
    #[must_use]
    pub fn demo() -> Self {
        Self {
            skin_tone: 0.12,
            skin_warmth: 0.25,
            skin_unevenness: 0.25,
            masculinity: 0.1,
            age: 0.12,
            face_width: 0.98,
            jaw_squareness: 0.25,
            jaw_taper: 0.6,
            eye_spacing: 1.0,
            eye_size: 1.12,
            eye_tilt_degrees: 3.0,
            iris: from_bytes(92, 104, 84),
            brow_thickness: 0.95,
            brow_arch: 0.55,
            nose_width: 0.95,
            nose_length: 1.0,
            mouth_width: 1.0,
            lip_fullness: 1.1,
            lip_redness: 0.4,
            hair: from_bytes(92, 58, 36),
            hair_length: 0.9,
            hair_volume: 0.6,
            hairline: 0.35,
            hair_parting: 0.35,
            beard: 0.0,
            moustache: 0.0,
            glasses: 0.0,
            clothes: from_bytes(44, 92, 110),
            texture: 11,
            proportions: Proportions::NATURAL,
        }
    }
}

const CLOTHES: [[f32; 3]; 7] = [
    from_bytes(40, 46, 60),
    from_bytes(190, 190, 195),
    from_bytes(120, 40, 44),
    from_bytes(48, 84, 110),
    from_bytes(70, 90, 66),
    from_bytes(28, 28, 30),
    from_bytes(150, 120, 90),
];

fn iris(d: &mut Draw, dark: bool) -> [f32; 3] {
    const BROWNS: [[f32; 3]; 2] = [from_bytes(84, 52, 30), from_bytes(58, 38, 26)];
    const LIGHTS: [[f32; 3]; 3] = [
        from_bytes(92, 122, 150),
        from_bytes(98, 112, 84),
        from_bytes(122, 132, 140),
    ];
    if dark || d.chance(0.5) {
        d.pick(&BROWNS)
    } else {
        d.pick(&LIGHTS)
    }
}

/// Which colours hair may have.
struct HairKind {
    dark: bool,
    grey: bool,
}

fn hair(d: &mut Draw, HairKind { dark, grey }: HairKind) -> [f32; 3] {
    const DARK: [[f32; 3]; 2] = [from_bytes(30, 24, 22), from_bytes(46, 34, 28)];
    const FAIR: [[f32; 3]; 5] = [
        from_bytes(66, 44, 30),
        from_bytes(104, 72, 46),
        from_bytes(176, 138, 90),
        from_bytes(132, 66, 36),
        from_bytes(40, 30, 26),
    ];
    let base = if dark { d.pick(&DARK) } else { d.pick(&FAIR) };
    let white = if grey { d.between(0.3, 0.9) } else { 0.0 };
    base.map(|v| v + (0.42 - v) * white)
}
