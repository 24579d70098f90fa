//! Whose portrait it is, apart from the five attributes.

use crate::anatomy::skin::albedo;
use crate::math::colour::{Colour, from_bytes};
use crate::math::curve::{mix, smooth_step};
use crate::math::draw::Draw;
use crate::portrait::drawn;
use crate::scene::attributes::Attributes;
use crate::scene::identity::Identity;
use crate::scene::looks::Looks;
use crate::scene::spectacles::Spectacles;
use crate::scene::style::Proportions;
use serde::{Deserialize, Serialize};

/// What makes somebody the same person at any age, of either gender, with and without glasses.
///
/// Values from -1 to 1 are departures from what the attributes alone would give.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Person {
    /// 0 lightest to 1 darkest skin, in even steps of lightness.
    pub skin_depth: f32,
    /// -1 cool to 1 warm skin.
    pub skin_warmth: f32,
    /// 0 even to 1 uneven skin.
    pub skin_unevenness: f32,
    /// 0 none to 1 many freckles.
    pub freckles: f32,
    /// 0 bare to 1 painted lids and lips, on a woman.
    pub make_up: f32,
    /// Width of the head, -1..1.
    pub face_width: f32,
    /// Squareness of the jaw, -1..1.
    pub jaw_squareness: f32,
    /// Taper of the lower face, -1..1.
    pub jaw_taper: f32,
    /// Distance of the eyes, -1..1.
    pub eye_spacing: f32,
    /// Size of the eyes, -1..1.
    pub eye_size: f32,
    /// Outer corners of the eyes upwards, -1..1.
    pub eye_tilt: f32,
    /// Linear RGB of the iris.
    pub iris: [f32; 3],
    /// Thickness of the brows, -1..1.
    pub brow_thickness: f32,
    /// Arch of the brows, -1..1.
    pub brow_arch: f32,
    /// Width of the nose, -1..1.
    pub nose_width: f32,
    /// Length of the nose, -1..1.
    pub nose_length: f32,
    /// Width of the mouth, -1..1.
    pub mouth_width: f32,
    /// Fullness of the lips, -1..1.
    pub lip_fullness: f32,
    /// Linear RGB of young hair.
    pub hair: [f32; 3],
    /// Age at which half of the hair is grey, 0.3..=1.2.
    pub grey_at: f32,
    /// Length of the hair as a woman, 0..=1.
    pub hair_length_female: f32,
    /// Length of the hair as a man, 0..=1.
    pub hair_length_male: f32,
    /// How far the hair stands off the head, 0..=1.
    pub hair_volume: f32,
    /// 0 straight to 1 tightly curled.
    pub curl: f32,
    /// 0 combed to 1 untidy.
    pub tousle: f32,
    /// How far an old man's hairline recedes, 0..=1.
    pub balding: f32,
    /// Where the hair parts, -1..1.
    pub hair_parting: f32,
    /// Which way bangs are swept, -1..1.
    pub bangs_sweep: f32,
    /// Beard as a man, 0 shaved to 1 full.
    pub beard: f32,
    /// Moustache as a man, 0..=1.
    pub moustache: f32,
    /// The eyeglasses they own.
    pub spectacles: Spectacles,
    /// Linear RGB of the clothes.
    pub clothes: [f32; 3],
    /// Which pattern of skin and hair.
    pub texture: u32,
    /// Linear RGB of young hair in drawings: often a colour that nobody has by nature.
    pub drawn_hair: [f32; 3],
    /// Linear RGB of the iris in drawings.
    pub drawn_iris: [f32; 3],
}

impl Person {
    /// A person of a stream of random numbers.
    pub(crate) fn draw(d: &mut Draw) -> Self {
        let skin_depth = d.unit();
        let dark = skin_depth > 0.42;
        let curly = d.chance(mix(0.12, 0.6, smooth_step(0.55, 0.9, skin_depth)));
        let freckled = d.chance(mix(0.35, 0.05, smooth_step(0.1, 0.5, skin_depth)));
        let bearded = d.chance(0.4);
        let beard = if bearded { d.between(0.25, 1.0) } else { 0.0 };
        let moustache = if bearded || d.chance(0.12) {
            d.between(0.35, 1.0)
        } else {
            0.0
        };
        let natural = Self {
            skin_depth,
            skin_warmth: d.around(0.0, 1.2),
            skin_unevenness: d.unit() * 0.8,
            freckles: if freckled { d.between(0.3, 1.0) } else { 0.0 },
            make_up: if d.chance(0.45) { d.unit() } else { 0.0 },
            face_width: d.around(0.0, 1.0),
            jaw_squareness: d.around(0.0, 1.0),
            jaw_taper: d.around(0.0, 1.0),
            eye_spacing: d.around(0.0, 1.0),
            eye_size: d.around(0.0, 1.0),
            eye_tilt: d.around(0.0, 1.0),
            iris: iris(d, dark),
            brow_thickness: d.around(0.0, 1.0),
            brow_arch: d.around(0.0, 1.0),
            nose_width: d.around(0.0, 1.0),
            nose_length: d.around(0.0, 1.0),
            mouth_width: d.around(0.0, 1.0),
            lip_fullness: d.around(0.0, 1.0),
            hair: hair(d, dark),
            grey_at: d.between(0.45, 0.95),
            hair_length_female: d.between(0.12, 1.0),
            hair_length_male: if d.chance(0.12) {
                d.between(0.35, 0.8)
            } else {
                d.between(0.0, 0.27)
            },
            hair_volume: d.unit() * if curly { 1.8 } else { 1.0 },
            curl: if curly {
                d.between(0.4, 1.0)
            } else {
                d.unit() * 0.1
            },
            tousle: d.unit() * d.unit(),
            balding: d.unit(),
            hair_parting: d.between(-1.0, 1.0),
            bangs_sweep: d.between(-1.0, 1.0),
            beard,
            moustache,
            spectacles: Spectacles::draw(d),
            clothes: clothes(d),
            texture: d.bits(),
            drawn_hair: [0.0; 3],
            drawn_iris: [0.0; 3],
        };
        Self {
            drawn_hair: drawn::hair(d, natural.hair),
            drawn_iris: drawn::iris(d),
            ..natural
        }
    }

    /// The person's face with the given attributes.
    pub(crate) fn identity(&self, attributes: &Attributes) -> Identity {
        let (man, age) = (attributes.gender, attributes.age);
        let skin_tone = tone_of_depth(self.skin_depth);
        let grown = smooth_step(0.55, 0.95, man);
        let grey = smooth_step(self.grey_at - 0.22, self.grey_at + 0.22, age);
        let white = mix(0.30, 0.50, smooth_step(0.6, 1.0, age));
        let hair = self.hair.map(|v| mix(v, white, 0.92 * grey));
        Identity {
            skin_tone,
            skin_warmth: self.skin_warmth,
            skin_unevenness: self.skin_unevenness * (1.0 + 0.3 * age),
            masculinity: man,
            age: age * 0.85,
            face_width: 1.0 + 0.02 * (man - 0.5) + 0.10 * self.face_width,
            jaw_squareness: (0.10 + 0.60 * man + 0.35 * self.jaw_squareness).clamp(0.0, 1.0),
            jaw_taper: (0.75 - 0.40 * man + 0.35 * self.jaw_taper - 0.2 * age).clamp(0.0, 1.0),
            eye_spacing: 1.0 + 0.07 * self.eye_spacing,
            eye_size: 1.04 - 0.09 * man + 0.11 * self.eye_size,
            eye_tilt_degrees: 2.0 + 4.5 * self.eye_tilt - 2.0 * age,
            iris: self.iris,
            brow_thickness: (0.72 + 0.5 * man + 0.35 * self.brow_thickness) * (1.0 - 0.15 * age),
            brow_arch: (0.55 - 0.35 * man + 0.40 * self.brow_arch).clamp(0.0, 1.0),
            nose_width: 0.98 + 0.07 * man + 0.15 * skin_tone + 0.14 * self.nose_width + 0.05 * age,
            nose_length: 1.0 + 0.07 * self.nose_length + 0.02 * age,
            mouth_width: 1.0 + 0.09 * self.mouth_width,
            lip_fullness: 1.06 - 0.16 * man + 0.25 * skin_tone + 0.28 * self.lip_fullness,
            lip_redness: mix(0.30 + 0.70 * self.make_up, 0.15, smooth_step(0.2, 0.6, man)),
            hair,
            hair_length: mix(self.hair_length_female, self.hair_length_male, man),
            hair_volume: self.hair_volume * (1.0 - 0.3 * age),
            hairline: (0.22 + 0.75 * self.balding * man * smooth_step(0.25, 0.85, age)).min(1.0),
            hair_parting: self.hair_parting,
            beard: self.beard * grown,
            moustache: self.moustache * grown,
            glasses: 0.0,
            clothes: self.clothes,
            texture: self.texture,
            proportions: Proportions::NATURAL,
        }
    }

    /// The person's details with the given attributes.
    pub(crate) fn looks(&self, attributes: &Attributes) -> Looks {
        let Attributes {
            gender: man, age, ..
        } = *attributes;
        Looks {
            freckles: self.freckles,
            wrinkles: smooth_step(0.18, 1.0, age),
            sagging: smooth_step(0.25, 1.0, age),
            spots: smooth_step(0.55, 1.0, age),
            bangs: attributes.bangs,
            bangs_sweep: self.bangs_sweep,
            curl: self.curl,
            tousle: self.tousle,
            clumps: 0.0,
            make_up: self.make_up * smooth_step(0.6, 0.2, man),
            eyeglasses: attributes.eyeglasses,
            frame_shadow: 0.035,
            spectacles: self.spectacles,
        }
    }
}

/// Lightness of skin as the eye sees it, 0 black to 1 white.
fn lightness(tone: f32) -> f32 {
    let [r, g, b] = albedo(&Identity {
        skin_tone: tone,
        skin_warmth: 0.0,
        ..Identity::demo()
    });
    (0.30 * r + 0.59 * g + 0.11 * b).sqrt()
}

/// The skin tone whose lightness lies at a share of the way from the lightest to the darkest.
fn tone_of_depth(depth: f32) -> f32 {
    let wanted = mix(lightness(0.0), lightness(1.0), depth.clamp(0.0, 1.0));
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..14 {
        let middle = 0.5 * (low + high);
        if lightness(middle) > wanted {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

impl Spectacles {
    fn draw(d: &mut Draw) -> Self {
        const FRAMES: [Colour; 8] = [
            from_bytes(26, 24, 24),
            from_bytes(24, 24, 30),
            from_bytes(74, 46, 30),
            from_bytes(112, 72, 40),
            from_bytes(128, 124, 118),
            from_bytes(150, 126, 76),
            from_bytes(92, 30, 36),
            from_bytes(34, 50, 84),
        ];
        let thin = d.chance(0.4);
        let width = d.between(0.160, 0.205);
        let colour = d.pick(&FRAMES);
        Self {
            lens: [width, width * d.between(0.58, 0.92)],
            squareness: d.unit(),
            lift: d.around(0.0, 1.0),
            rim: if thin {
                d.between(0.004, 0.007)
            } else {
                d.between(0.008, 0.017)
            },
            lower_rim: if d.chance(0.2) { 0.0 } else { 1.0 },
            colour,
            tint: if d.chance(0.15) {
                d.between(0.3, 0.95)
            } else {
                0.0
            },
        }
    }
}

fn iris(d: &mut Draw, dark: bool) -> Colour {
    const BROWNS: [Colour; 3] = [
        from_bytes(84, 52, 30),
        from_bytes(58, 38, 26),
        from_bytes(104, 68, 38),
    ];
    const LIGHTS: [Colour; 4] = [
        from_bytes(92, 122, 150),
        from_bytes(98, 112, 84),
        from_bytes(122, 132, 140),
        from_bytes(120, 104, 62),
    ];
    if dark || d.chance(0.45) {
        d.pick(&BROWNS)
    } else {
        d.pick(&LIGHTS)
    }
}

fn hair(d: &mut Draw, dark: bool) -> Colour {
    const DARK: [Colour; 3] = [
        from_bytes(26, 21, 20),
        from_bytes(38, 29, 25),
        from_bytes(56, 40, 32),
    ];
    const FAIR: [Colour; 7] = [
        from_bytes(66, 44, 30),
        from_bytes(98, 68, 46),
        from_bytes(150, 114, 74),
        from_bytes(186, 150, 104),
        from_bytes(136, 68, 38),
        from_bytes(40, 30, 26),
        from_bytes(84, 58, 42),
    ];
    let base = if dark { d.pick(&DARK) } else { d.pick(&FAIR) };
    let (light, warm) = (d.around(1.0, 0.25), d.around(0.0, 0.12));
    [
        base[0] * light * (1.0 + warm),
        base[1] * light,
        base[2] * light * (1.0 - warm),
    ]
}

fn clothes(d: &mut Draw) -> Colour {
    let level = d.unit();
    let level = 0.02 + 0.5 * level * level;
    let tone = [d.around(1.0, 0.8), d.around(1.0, 0.5), d.around(1.0, 0.8)];
    tone.map(|v| (v * level).clamp(0.01, 0.75))
}
