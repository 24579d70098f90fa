//! What the drawn style looks like, and that its truth is that of the drawing.

use crate::portrait::{PEOPLE, SIDE, somebody, styled, with};
use faces::{Attribute, Framing, Part, Portrait, Shot, Style, portrait, portrait_framed};
use image::{Rgb, RgbImage};
use std::collections::HashMap;

/// Somebody young and shaved, whose face no hair hides.
fn plain(seed: u64) -> Portrait {
    let mut plain = somebody(seed, Style::Drawn);
    (plain.attributes.age, plain.attributes.bangs) = (0.1, 0.0);
    (plain.person.beard, plain.person.moustache) = (0.0, 0.0);
    plain.expression.blink = 0.0;
    plain
}

fn landmark(shot: &Shot, name: &str) -> [f32; 2] {
    let found = shot.landmarks().into_iter().find(|(own, _)| *own == name);
    found.expect(name).1
}

fn brightness(Rgb([r, g, b]): &Rgb<u8>) -> f32 {
    0.30 * f32::from(*r) + 0.59 * f32::from(*g) + 0.11 * f32::from(*b)
}

/// The darkest pixel at most `reach` pixels above or below a point.
fn darkest(picture: &RgbImage, [x, y]: [f32; 2], reach: i32) -> f32 {
    (-reach..=reach)
        .map(|dy| brightness(picture.get_pixel(x as u32, (y as i32 + dy) as u32)))
        .fold(f32::MAX, f32::min)
}

/// Pixels that differ between two pictures.
fn changed<'a>(a: &'a RgbImage, b: &'a RgbImage) -> impl Iterator<Item = (u32, u32)> + 'a {
    a.enumerate_pixels()
        .filter(|(x, y, pixel)| *pixel != b.get_pixel(*x, *y))
        .map(|(x, y, _)| (x, y))
}

#[test]
fn a_style_is_known_by_its_name() {
    for style in Style::ALL {
        assert_eq!(Style::named(style.name()), Some(style));
    }
    assert_eq!(Style::named("real"), None);
    assert_eq!(Style::default(), Style::Natural);
}

#[test]
fn the_same_seed_is_the_same_person_in_another_look() {
    for seed in 0..PEOPLE {
        for framing in [Framing::Head, Framing::Face] {
            let natural = portrait_framed(seed, SIDE, framing);
            assert_eq!(natural.style, Style::Natural);
            let drawn = Portrait {
                style: Style::Drawn,
                ..natural
            };
            let [a, b] = [natural, drawn].map(|portrait| portrait.shoot());
            assert_ne!(a.picture, b.picture, "person {seed}");
            assert!(b.displacement(&a).is_err(), "person {seed}");
            // The face is at the same place, and so are its parts.
            let [face, other] = [&a, &b].map(|shot| shot.mask(Part::Face));
            let (mut both, mut either) = (0, 0);
            for (a, b) in face.iter().zip(other.iter()) {
                both += usize::from(*a > 127 && *b > 127);
                either += usize::from(*a > 127 || *b > 127);
            }
            assert!(5 * both > 3 * either, "person {seed}: {both} of {either}");
            for name in ["nose-tip", "upper-lip-top", "chin", "left-iris"] {
                let ([x, y], [u, v]) = (landmark(&a, name), landmark(&b, name));
                let far = ((x - u).powi(2) + (y - v).powi(2)).sqrt();
                let most = 0.16 * natural.pose.face_height;
                assert!(far < most, "person {seed}, {name}: {far} pixels");
            }
        }
    }
}

#[test]
fn drawn_eyes_are_large_and_their_mouths_small() {
    for seed in 0..PEOPLE {
        let [natural, drawn] = Style::ALL.map(|style| {
            Portrait {
                style,
                ..plain(seed)
            }
            .shoot()
        });
        let amount = |shot: &Shot, part: Part| -> f32 {
            shot.mask(part).iter().map(|v| f32::from(*v)).sum()
        };
        let ratio = |part: Part| amount(&drawn, part) / amount(&natural, part);
        assert!(
            ratio(Part::Eyes) > 2.2,
            "person {seed}: {}",
            ratio(Part::Eyes)
        );
        assert!(
            ratio(Part::Mouth) < 0.8,
            "person {seed}: {}",
            ratio(Part::Mouth)
        );
    }
}

#[test]
fn a_face_is_of_few_flat_tones_and_a_natural_one_is_not() {
    let share = |seed: u64, style: Style| {
        let shot = Portrait {
            style,
            ..plain(seed)
        }
        .shoot();
        let face = shot.mask(Part::Face);
        let mut tones: HashMap<Rgb<u8>, usize> = HashMap::new();
        let mut all = 0;
        for (x, y, pixel) in shot.picture.enumerate_pixels() {
            if face.get_pixel(x, y)[0] == 255 {
                *tones.entry(*pixel).or_default() += 1;
                all += 1;
            }
        }
        let mut counts: Vec<usize> = tones.into_values().collect();
        counts.sort_unstable();
        counts.iter().rev().take(10).sum::<usize>() as f32 / all as f32
    };
    for seed in 0..PEOPLE {
        let (drawn, natural) = (share(seed, Style::Drawn), share(seed, Style::Natural));
        assert!(drawn > 0.65, "person {seed}: {drawn} in ten tones");
        assert!(natural < 0.3, "person {seed}: {natural} in ten tones");
    }
}

#[test]
fn a_face_has_an_outline_of_ink_inside_its_mask() {
    for seed in 0..PEOPLE {
        let shot = plain(seed).shoot();
        let face = shot.mask(Part::Face);
        let [x, y] = landmark(&shot, "chin");
        let column = x as u32;
        let skin = brightness(shot.picture.get_pixel(column, y as u32 - 6));
        let end = (y as u32..SIDE).find(|row| face.get_pixel(column, *row)[0] < 128);
        let Some(end) = end else { continue };
        let ink = (end - 3..end)
            .map(|row| brightness(shot.picture.get_pixel(column, row)))
            .fold(f32::MAX, f32::min);
        assert!(ink < 0.6 * skin, "person {seed}: {ink} on {skin}");
    }
}

#[test]
fn the_colour_of_an_iris_shows_where_the_mask_has_eyes_and_at_its_landmark() {
    for seed in 0..PEOPLE {
        let shown = plain(seed);
        let mut other = shown;
        other.person.drawn_iris = shown.person.drawn_iris.map(|v| 0.9 - v);
        let [a, b] = [shown, other].map(|portrait| portrait.shoot());
        let eyes = a.mask(Part::Eyes);
        let pixels: Vec<_> = changed(&a.picture, &b.picture).collect();
        for (x, y) in &pixels {
            assert!(eyes.get_pixel(*x, *y)[0] > 0, "person {seed}: {x}, {y}");
        }
        for name in ["left-iris", "right-iris"] {
            let [x, y] = landmark(&a, name);
            if eyes.get_pixel(x as u32, y as u32)[0] < 255 {
                continue;
            }
            let near = pixels
                .iter()
                .filter(|(px, py)| (*px as f32 - x).abs() < 4.0 && (*py as f32 - y).abs() < 4.0);
            assert!(near.count() > 12, "person {seed}, {name}");
        }
    }
}

#[test]
fn the_colour_of_hair_shows_only_where_the_masks_have_hair_or_a_brow() {
    for seed in 0..PEOPLE {
        let shown = plain(seed);
        let mut other = shown;
        other.person.drawn_hair = shown.person.drawn_hair.map(|v| 0.8 - v);
        let [a, b] = [shown, other].map(|portrait| portrait.shoot());
        let hair = a.mask(Part::Hair);
        let brows: Vec<f32> = a
            .landmarks()
            .into_iter()
            .filter(|(name, _)| name.contains("brow"))
            .map(|(_, [_, y])| y)
            .collect();
        let (high, low) = brows.iter().fold((f32::MAX, 0.0_f32), |(high, low), y| {
            (high.min(*y), low.max(*y))
        });
        let mut seen = 0;
        for (x, y) in changed(&a.picture, &b.picture) {
            let brow = (high - 6.0..low + 6.0).contains(&(y as f32));
            assert!(
                hair.get_pixel(x, y)[0] > 0 || brow,
                "person {seed}: {x}, {y}"
            );
            seen += 1;
        }
        assert!(seen > 300, "person {seed}: {seen} pixels");
    }
}

#[test]
fn a_closed_mouth_is_a_line_at_its_landmarks_and_a_smile_shows_a_white_band() {
    for seed in 0..PEOPLE {
        let [mut neutral, mut smiling] = [0.0, 1.0].map(|smile| {
            let mut shown = with(plain(seed), Attribute::Smile, smile);
            shown.expression.mouth_open = 0.0;
            shown.light = faces::Light::default();
            shown
        });
        (neutral.attributes.gender, smiling.attributes.gender) = (0.9, 0.9);
        let [neutral, smiling] = [neutral, smiling].map(|portrait| portrait.shoot());
        let cheek = landmark(&neutral, "chin");
        let skin = brightness(
            neutral
                .picture
                .get_pixel(cheek[0] as u32, cheek[1] as u32 - 6),
        );
        let line = darkest(&neutral.picture, landmark(&neutral, "upper-lip-bottom"), 1);
        assert!(line < 0.65 * skin, "person {seed}: {line} on {skin}");
        let [x, top] = landmark(&smiling, "upper-lip-bottom");
        let teeth = smiling.picture.get_pixel(x as u32, top as u32 + 2);
        assert!(teeth.0.iter().all(|v| *v > 180), "person {seed}: {teeth:?}");
        let gap = landmark(&smiling, "lower-lip-top")[1] - top;
        assert!(
            gap > 0.10 * neutral.portrait().pose.face_height,
            "person {seed}: {gap}"
        );
    }
}

#[test]
fn the_field_carries_the_beard_of_one_drawing_onto_that_of_the_other() {
    // Where a beard is seen is known from pictures alone: those of the same man with it and shaved.
    let (mut before, mut after) = (0, 0);
    for seed in 0..PEOPLE {
        let shots = [0.0, 1.0].map(|smile| {
            let mut shaved = with(plain(seed), Attribute::Smile, smile);
            shaved.expression.mouth_open = 0.0;
            shaved.attributes.gender = 1.0;
            let mut bearded = shaved;
            bearded.person.beard = 1.0;
            let shot = bearded.shoot();
            let mut beard = RgbImage::new(SIDE, SIDE);
            for (x, y) in changed(&shaved.render(), &shot.picture) {
                beard.put_pixel(x, y, Rgb([255; 3]));
            }
            (shot, beard)
        });
        let [(neutral, there), (smiling, here)] = &shots;
        let field = smiling.displacement(neutral).expect("the same person");
        let carried = field.warp(there);
        let plane = (SIDE * SIDE) as usize;
        for (k, skin) in field.skin.iter().enumerate() {
            let by = [field.field[k], field.field[plane + k]].map(|v| v.abs() * SIDE as f32);
            if *skin == 0.0 {
                assert_eq!(by, [0.0; 2], "person {seed}");
            } else if by[0] + by[1] > 0.7 {
                let (x, y) = (k as u32 % SIDE, k as u32 / SIDE);
                let has = |picture: &RgbImage| picture.get_pixel(x, y)[0] > 127;
                before += usize::from(has(there) != has(here));
                after += usize::from(has(&carried) != has(here));
            }
        }
    }
    assert!(before > 100, "{before} pixels differ");
    assert!(
        3 * after < before,
        "{before} pixels differ before, {after} after"
    );
}

#[test]
fn every_attribute_shows() {
    for attribute in Attribute::ALL {
        let mut sum = 0.0;
        for seed in 0..PEOPLE {
            let [a, b] = [0.0, 1.0].map(|amount| with(plain(seed), attribute, amount).render());
            let clear = changed(&a, &b).filter(|(x, y)| {
                (brightness(a.get_pixel(*x, *y)) - brightness(b.get_pixel(*x, *y))).abs() > 12.0
            });
            sum += clear.count() as f32 / (SIDE * SIDE) as f32;
        }
        let share = sum / PEOPLE as f32;
        assert!(share > 0.006, "{attribute:?}: {share} of the picture");
    }
}

#[test]
fn a_drawing_is_not_photographed_and_hides_behind_the_same_covers() {
    for seed in 0..40 {
        let drawn = styled(seed, Style::Drawn);
        let mut sharper = drawn;
        (sharper.camera.blur, sharper.camera.noise) = (0.0, 0.0);
        assert_eq!(drawn.render(), sharper.render(), "person {seed}");
        assert_eq!(drawn.cover, portrait(seed, SIDE).cover);
        if drawn.cover.is_some() {
            let mut free = drawn;
            free.cover = None;
            let [covered, free] = [drawn, free].map(|portrait| portrait.shoot());
            assert_ne!(covered.picture, free.picture, "person {seed}");
        }
    }
}
