//! Random portraits: as many people, rooms and cameras as there are seeds.

use crate::math::curve::mix;
use crate::math::draw::Draw;
use crate::occlusion::Cover;
use crate::portrait::Portrait;
use crate::portrait::camera::Camera;
use crate::portrait::person::Person;
use crate::scene::attributes::Attributes;
use crate::scene::background::Background;
use crate::scene::expression::Expression;
use crate::scene::light::Light;
use crate::scene::pose::Pose;
use crate::scene::style::Style;

/// How much of a person a portrait shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// With hair and neck.
    Head,
    /// From forehead to chin, as the mirror's models see faces and CelebA's aligned pictures show them.
    Face,
}

impl Framing {
    /// Side of the picture in face heights, and the height of the face's centre in shares of the side.
    const fn measures(self) -> (f32, f32) {
        match self {
            Self::Head => (1.80, 0.65),
            Self::Face => (1.51, 0.60),
        }
    }
}

/// A random portrait of `side` pixels: equal seeds give equal portraits, and at another side the same picture,
/// larger or smaller.
#[must_use]
pub fn portrait(seed: u64, side: u32) -> Portrait {
    portrait_framed(seed, side, Framing::Head)
}

/// The same person, room and camera, from nearer or further.
#[must_use]
pub fn portrait_framed(seed: u64, side: u32, framing: Framing) -> Portrait {
    // A stream of its own for each part, so that a part can grow without changing the others.
    let stream =
        |part: u64| Draw::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ part ^ 0x90F7_8A17);
    Portrait {
        person: Person::draw(&mut stream(1)),
        attributes: attributes(&mut stream(2)),
        expression: expression(&mut stream(3)),
        pose: pose(&mut stream(4), side as f32, framing),
        light: light(&mut stream(5)),
        background: background(&mut stream(6)),
        cover: Cover::draw(&mut stream(7)),
        camera: camera(&mut stream(8)),
        side,
        style: Style::Natural,
    }
}

fn attributes(d: &mut Draw) -> Attributes {
    let smile = if d.chance(0.5) {
        d.between(0.5, 1.0)
    } else {
        d.unit() * 0.1
    };
    let gender = if d.chance(0.5) {
        d.between(0.0, 0.2)
    } else {
        d.between(0.8, 1.0)
    };
    Attributes {
        smile,
        gender,
        age: d.unit(),
        bangs: if d.chance(0.25) {
            d.between(0.6, 1.0)
        } else {
            0.0
        },
        eyeglasses: if d.chance(0.22) { 1.0 } else { 0.0 },
    }
}

fn expression(d: &mut Draw) -> Expression {
    let speaks = d.chance(0.2);
    Expression {
        smile: 0.0,
        mouth_open: if speaks {
            d.between(0.05, 0.5)
        } else {
            d.unit() * 0.02
        },
        mouth_round: if speaks { d.unit() * 0.5 } else { 0.0 },
        blink: if d.chance(0.06) {
            d.unit()
        } else {
            d.unit() * 0.22
        },
        gaze: [d.around(0.0, 0.8), d.around(0.0, 0.6)],
        brow_raise: d.around(0.0, 0.8),
    }
}

fn pose(d: &mut Draw, side: f32, framing: Framing) -> Pose {
    let (in_faces, height) = framing.measures();
    let face_height = side / in_faces * d.around(1.0, 0.10);
    Pose {
        centre: [side * d.around(0.5, 0.05), side * d.around(height, 0.04)],
        face_height,
        roll_degrees: d.around(0.0, 16.0),
        yaw_degrees: d.around(0.0, 27.0),
        pitch_degrees: d.around(0.0, 11.0),
    }
}

fn light(d: &mut Draw) -> Light {
    let key = d.between(0.5, 1.05);
    let fill = d.between(0.10, 0.40);
    let warm = d.around(0.0, 0.22);
    let green = d.around(0.0, 0.05);
    let other = d.around(0.0, 0.15);
    Light {
        direction: [
            d.around(0.0, 1.4),
            d.between(-1.0, 0.05),
            d.between(0.40, 1.2),
        ],
        key: [key * (1.0 + warm), key * (1.0 + green), key * (1.0 - warm)],
        ambient: [fill * (1.0 + other), fill, fill * (1.0 - other)],
        shine: d.unit(),
    }
}

fn background(d: &mut Draw) -> Background {
    let level = mix(0.01, 0.85, d.unit() * d.unit());
    let tone = [d.around(1.0, 0.55), 1.0, d.around(1.0, 0.55)];
    let fall = d.between(0.35, 1.5);
    Background {
        top: tone.map(|v| (v * level).min(0.95)),
        bottom: tone.map(|v| (v * level * fall).min(0.95)),
        clutter: d.unit(),
        seed: u64::from(d.bits()),
    }
}

fn camera(d: &mut Draw) -> Camera {
    let blur = d.unit();
    let noise = d.unit();
    Camera {
        blur: 0.0065 * blur * blur,
        noise: 0.6 + 5.0 * noise * noise * noise,
        seed: d.bits(),
    }
}
