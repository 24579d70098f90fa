//! Random faces with a chosen smile, framed as a face detector frames them.

use crate::math::draw::Draw;
use crate::scene::Scene;
use crate::scene::background::Background;
use crate::scene::expression::Expression;
use crate::scene::feature::Feature;
use crate::scene::identity::Identity;
use crate::scene::light::Light;
use crate::scene::pose::Pose;
use image::RgbImage;

/// A random scene whose tight face box fills a square of `size` pixels.
#[must_use]
pub fn training_scene(seed: u64, smile: f32, size: u32) -> Scene {
    let mut d = Draw::new(seed ^ 0x7A11_F4CE);
    let identity = Identity::from_seed((u64::from(d.bits()) << 32) | u64::from(d.bits()));
    let side = size as f32;
    let mut pose = Pose::filling(side);
    pose.face_height *= d.around(1.0, 0.09);
    pose.centre[0] += side * d.around(0.0, 0.05);
    pose.centre[1] += side * d.around(0.0, 0.05);
    pose.roll_degrees = d.around(0.0, 16.0);
    pose.yaw_degrees = d.around(0.0, 28.0);
    pose.pitch_degrees = d.around(0.0, 12.0);
    Scene {
        identity,
        expression: expression(&mut d, smile),
        pose,
        light: light(&mut d),
        background: background(&mut d),
    }
}

/// A random face with the given smile, 0..=1, as a square of `size` pixels.
#[must_use]
pub fn training_face(seed: u64, smile: f32, size: u32) -> RgbImage {
    training_face_with(seed, smile, &[], size)
}

/// The same with other features set too, each to an amount of 0..=1.
#[must_use]
pub fn training_face_with(
    seed: u64,
    smile: f32,
    features: &[(Feature, f32)],
    size: u32,
) -> RgbImage {
    if size == 0 {
        return RgbImage::new(0, 0);
    }
    let mut scene = training_scene(seed, smile, size);
    for &(feature, amount) in features {
        feature.set(&mut scene, amount);
    }
    let mut picture = scene.render(size, size);
    let blur = Draw::new(seed ^ 0xB1E4).unit();
    soften(&mut picture, blur);
    picture
}

/// Blurs by `amount`, 0 not at all to 1 like an enlarged small photo: cameras are never as sharp as drawings.
fn soften(picture: &mut RgbImage, amount: f32) {
    let side = (0.25 * amount * 256.0) as u32;
    let middle = 256 - 2 * side;
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let rows = (height, 3 * width, width, 3);
    let columns = (width, 3, height, 3 * width);
    let bytes: &mut [u8] = picture;
    for (lines, line_step, count, step) in [rows, columns] {
        for line in 0..lines {
            for channel in 0..3 {
                let at = |i: usize| line * line_step + i * step + channel;
                let mut before = u32::from(bytes[at(0)]);
                for i in 0..count {
                    let here = u32::from(bytes[at(i)]);
                    let after = u32::from(bytes[at((i + 1).min(count - 1))]);
                    bytes[at(i)] = (((before + after) * side + here * middle + 128) >> 8) as u8;
                    before = here;
                }
            }
        }
    }
}

fn expression(d: &mut Draw, smile: f32) -> Expression {
    // Faces that do not smile often speak; smiles are mostly held.
    let speaks = d.chance(0.45 * (1.0 - smile));
    Expression {
        smile,
        mouth_open: if speaks {
            d.between(0.05, 0.6)
        } else {
            d.unit() * 0.10
        },
        mouth_round: if speaks { d.unit() * 0.5 } else { 0.0 },
        blink: if d.chance(0.08) {
            d.unit()
        } else {
            d.unit() * 0.25
        },
        gaze: [d.around(0.0, 0.9), d.around(0.0, 0.7)],
        brow_raise: d.around(0.0, 0.9),
    }
}

fn light(d: &mut Draw) -> Light {
    let key = d.between(0.45, 1.05);
    let fill = d.between(0.12, 0.42);
    let warm = d.around(0.0, 0.12);
    Light {
        direction: [
            d.around(0.0, 1.3),
            d.between(-1.0, 0.05),
            d.between(0.45, 1.2),
        ],
        key: [key * (1.0 + warm), key, key * (1.0 - warm)],
        ambient: [fill, fill, fill * (1.0 + 0.1 * warm)],
        shine: d.unit(),
    }
}

fn background(d: &mut Draw) -> Background {
    let level = d.unit() * d.unit();
    let tone = [d.around(1.0, 0.3), 1.0, d.around(1.0, 0.3)];
    let fall = d.between(0.4, 1.3);
    Background {
        top: tone.map(|v| v * level),
        bottom: tone.map(|v| v * level * fall),
        clutter: d.unit() * 0.8,
        seed: u64::from(d.bits()),
    }
}
