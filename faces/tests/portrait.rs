use faces::{Attribute, Framing, Part, Portrait, Shot, Style, portrait, portrait_framed};
use image::{GrayImage, RgbImage};

pub(crate) const SIDE: u32 = 128;
pub(crate) const PEOPLE: u64 = 12;

/// A person with whatever the draw brought: covers, blur, noise.
pub(crate) fn styled(seed: u64, style: Style) -> Portrait {
    Portrait {
        style,
        ..portrait(seed, SIDE)
    }
}

/// Every person in every style.
fn everybody() -> impl Iterator<Item = (u64, Style)> {
    (0..PEOPLE).flat_map(|seed| Style::ALL.map(|style| (seed, style)))
}

/// A person whose face nothing hides, photographed sharply.
pub(crate) fn somebody(seed: u64, style: Style) -> Portrait {
    let mut somebody = styled(seed, style);
    somebody.cover = None;
    (somebody.camera.blur, somebody.camera.noise) = (0.0, 0.0);
    somebody.attributes.eyeglasses = 0.0;
    somebody
}

pub(crate) fn with(mut portrait: Portrait, attribute: Attribute, amount: f32) -> Portrait {
    attribute.set(&mut portrait.attributes, amount);
    portrait
}

/// Neutral and smiling, with closed lips otherwise.
fn pair(seed: u64, style: Style) -> [Shot; 2] {
    [0.0, 1.0].map(|smile| {
        let mut portrait = with(somebody(seed, style), Attribute::Smile, smile);
        portrait.expression.mouth_open = 0.0;
        portrait.shoot()
    })
}

fn distance(a: &RgbImage, b: &RgbImage, weight: impl Fn(u32, u32) -> f32) -> f32 {
    let (mut sum, mut count) = (0.0, 0.0);
    for (x, y, pixel) in a.enumerate_pixels() {
        let w = weight(x, y);
        count += w;
        for c in 0..3 {
            sum += w * (f32::from(pixel[c]) - f32::from(b.get_pixel(x, y)[c])).abs();
        }
    }
    sum / (3.0 * count)
}

#[test]
fn a_portrait_is_the_same_again_and_knows_no_other_seed() {
    for (seed, style) in everybody() {
        let shown = styled(seed, style);
        assert_eq!(shown.render(), styled(seed, style).render());
        assert_ne!(shown.person, portrait(seed + 1, 64).person);
        assert_eq!(shown.shoot().picture, shown.render());
    }
}

#[test]
fn framed_as_a_face_the_same_person_is_nearer_with_eyes_and_mouth_where_models_have_them() {
    let side = 128;
    let mut sums = [0.0_f32; 2];
    for seed in 0..PEOPLE {
        let head = portrait(seed, side);
        let near = portrait_framed(seed, side, Framing::Face);
        assert_eq!(portrait_framed(seed, side, Framing::Head), head);
        assert!(near.pose.face_height > 1.15 * head.pose.face_height);
        let undone = Portrait {
            pose: head.pose,
            ..near
        };
        assert_eq!(undone, head);
        let landmarks = near.shoot().landmarks();
        let height = |name: &str| {
            let found = landmarks.iter().find(|(own, _)| *own == name);
            found.expect(name).1[1] / side as f32
        };
        sums[0] += 0.5 * (height("left-iris") + height("right-iris"));
        sums[1] += 0.5 * (height("mouth-left") + height("mouth-right"));
    }
    // CelebA's aligned pictures have them at 0.35 and 0.67.
    let [eyes, mouth] = sums.map(|sum| sum / PEOPLE as f32);
    assert!(
        (eyes - 0.37).abs() < 0.03 && (mouth - 0.70).abs() < 0.04,
        "{eyes} {mouth}"
    );
}

/// As in `bytes`: the digest is of x86-64.
#[test]
fn portraits_have_the_same_bytes_on_every_machine() {
    for (style, expected) in DIGESTS {
        let mut digest = 0xCBF2_9CE4_8422_2325_u64;
        for seed in 0..24 {
            let shown = Portrait {
                style,
                ..portrait(seed, 64)
            };
            for byte in shown.render().as_raw() {
                digest = (digest ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3);
            }
        }
        assert_eq!(digest, expected, "{style:?}: {digest:#018x}");
    }
}

const DIGESTS: [(Style, u64); 2] = [
    (Style::Natural, 0x8DCD_8D0A_5B8C_CE6E),
    (Style::Drawn, 0x2B1F_8852_C6C2_954F),
];

#[test]
fn the_field_brings_lips_and_cheeks_of_one_face_to_the_other() {
    for style in Style::ALL {
        let mut gains = Vec::new();
        for seed in 0..PEOPLE {
            let [neutral, smiling] = pair(seed, style);
            for (from, to) in [(&neutral, &smiling), (&smiling, &neutral)] {
                let field = to.displacement(from).expect("the same person");
                let moved = |x: u32, y: u32| {
                    let k = (y * SIDE + x) as usize;
                    let u = [field.field[k], field.field[(SIDE * SIDE) as usize + k]];
                    let far = u.iter().any(|v| v.abs() * SIDE as f32 > 1.0);
                    if far { field.skin[k] } else { 0.0 }
                };
                let before = distance(&from.picture, &to.picture, moved);
                let after = distance(&field.warp(&from.picture), &to.picture, moved);
                assert!(
                    after < before,
                    "person {seed}, {style:?}: {before} to {after}"
                );
                gains.push(after / before);
            }
        }
        let mean = gains.iter().sum::<f32>() / gains.len() as f32;
        assert!(
            mean < 0.8,
            "{style:?}: {mean} of the distance is left: {gains:?}"
        );
    }
}

#[test]
fn landmarks_moved_by_the_field_land_on_those_of_the_other_face() {
    for style in Style::ALL {
        let mut seen = 0;
        for seed in 0..PEOPLE {
            let [neutral, smiling] = pair(seed, style);
            let field = smiling.displacement(&neutral).expect("the same person");
            for ((name, [x, y]), (_, there)) in
                smiling.landmarks().into_iter().zip(neutral.landmarks())
            {
                let Some(by) = field.at([x, y]) else {
                    continue;
                };
                seen += 1;
                let error = [x + by[0] - there[0], y + by[1] - there[1]];
                let far = (error[0] * error[0] + error[1] * error[1]).sqrt();
                assert!(far < 0.5, "person {seed}, {style:?}, {name}: {far} pixels");
            }
        }
        assert!(
            seen > 9 * PEOPLE as usize,
            "{style:?}: only {seen} landmarks on skin"
        );
    }
}

#[test]
fn nothing_moves_where_the_expression_does_nothing() {
    for (seed, style) in everybody() {
        let [neutral, smiling] = pair(seed, style);
        let field = smiling.displacement(&neutral).expect("the same person");
        let plane = (SIDE * SIDE) as usize;
        let forehead = smiling
            .landmarks()
            .into_iter()
            .find(|(name, _)| *name == "forehead");
        let (_, [_, line]) = forehead.expect("a landmark");
        let mut moved = 0;
        for k in 0..plane {
            let y = (k / SIDE as usize) as f32;
            let still = field.field[k] == 0.0 && field.field[plane + k] == 0.0;
            // A tilted head has a part of the brows above the middle of its forehead.
            assert!(
                still || y > line - 0.1 * SIDE as f32,
                "person {seed}, {style:?}: row {y}"
            );
            assert!(
                still || field.skin[k] == 1.0,
                "person {seed}, {style:?}: moved, and no skin"
            );
            moved += usize::from(!still);
        }
        assert!(
            moved > plane / 50,
            "person {seed}, {style:?}: {moved} pixels moved"
        );
        let none = neutral
            .displacement(&pair(seed, style)[0])
            .expect("the same person");
        assert!(
            none.field.iter().all(|v| *v == 0.0),
            "person {seed}, {style:?}"
        );
        assert!(none.skin.contains(&1.0), "person {seed}, {style:?}");
    }
}

#[test]
fn a_field_between_two_people_is_refused_by_what_differs() {
    let [a, b] = [portrait(1, 64), portrait(2, 64)].map(|p| p.shoot());
    assert_eq!(a.displacement(&b), Err("pose"));
    let mut other = portrait(1, 64);
    other.attributes.age = 1.0 - other.attributes.age;
    assert_eq!(a.displacement(&other.shoot()), Err("age"));
    other.style = Style::Drawn;
    assert_eq!(a.displacement(&other.shoot()), Err("style"));
}

#[test]
fn an_attribute_changes_no_byte_outside_its_region() {
    for (seed, style) in everybody() {
        let person = styled(seed, style);
        for attribute in Attribute::ALL {
            let [a, b] = [0.0, 1.0].map(|amount| with(person, attribute, amount).shoot());
            let region = attribute.region(&a, &b);
            let mut changed = 0;
            for (x, y, pixel) in a.picture.enumerate_pixels() {
                let same = pixel == b.picture.get_pixel(x, y);
                let inside = region.get_pixel(x, y)[0] > 0;
                assert!(
                    same || inside,
                    "person {seed}, {style:?}, {attribute:?}: {x}, {y}"
                );
                changed += usize::from(!same);
            }
            assert!(
                changed > 0,
                "person {seed}, {style:?}, {attribute:?}: nothing changed"
            );
            let all = region.iter().filter(|v| **v > 0).count();
            assert!(
                all < region.len(),
                "person {seed}, {style:?}, {attribute:?}: all is region"
            );
        }
    }
}

#[test]
fn an_attribute_grows_without_jumps() {
    for (attribute, style) in Attribute::ALL
        .into_iter()
        .flat_map(|attribute| Style::ALL.map(|style| (attribute, style)))
    {
        for step in 0..20 {
            let at = |i: i32| with(somebody(4, style), attribute, i as f32 / 20.0).render();
            let grown = distance(&at(step), &at(step + 1), |_, _| 1.0);
            // Flat tones contrast more: hair that grows past the ears changes more of them.
            let most = match style {
                Style::Natural => 6.0,
                Style::Drawn => 10.0,
            };
            assert!(
                grown < most,
                "{attribute:?}, {style:?}, step {step}: {grown}"
            );
        }
    }
}

#[test]
fn masks_lie_where_the_parts_are() {
    let amount = |mask: &GrayImage| mask.iter().map(|v| f32::from(*v)).sum::<f32>() / 255.0;
    for (seed, style) in everybody() {
        let shot = with(somebody(seed, style), Attribute::Eyeglasses, 1.0).shoot();
        let share = |part: Part| amount(&shot.mask(part)) / (SIDE * SIDE) as f32;
        assert!(
            (0.12..0.6).contains(&share(Part::Face)),
            "person {seed}, {style:?}"
        );
        assert!(
            share(Part::Hair) > 0.005,
            "person {seed}, {style:?}: {}",
            share(Part::Hair)
        );
        let [mouth, eyes] = match style {
            Style::Natural => [0.002..0.05, 0.0..0.03],
            Style::Drawn => [0.0005..0.03, 0.001..0.06],
        };
        assert!(
            mouth.contains(&share(Part::Mouth)),
            "person {seed}, {style:?}"
        );
        assert!(
            eyes.contains(&share(Part::Eyes)),
            "person {seed}, {style:?}"
        );
        assert!(share(Part::Glasses) > 0.01, "person {seed}, {style:?}");
        let bare = with(somebody(seed, style), Attribute::Eyeglasses, 0.0).shoot();
        assert_eq!(
            amount(&bare.mask(Part::Glasses)),
            0.0,
            "person {seed}, {style:?}"
        );
        let mouth = shot.mask(Part::Mouth);
        let middle = shot
            .landmarks()
            .into_iter()
            .find(|(name, _)| *name == "upper-lip-bottom");
        let (_, [x, y]) = middle.expect("a landmark");
        assert!(
            mouth.get_pixel(x as u32, y as u32)[0] > 100,
            "person {seed}, {style:?}"
        );
    }
}

#[test]
fn skin_is_of_all_depths_evenly() {
    let mut counts = [0; 5];
    for seed in 0..500 {
        let depth = portrait(seed, 64).person.skin_depth;
        counts[((depth * 5.0) as usize).min(4)] += 1;
    }
    assert!(
        counts.iter().all(|count| (75..130).contains(count)),
        "{counts:?}"
    );
    // Equal steps of depth are equal steps of lightness, as the forehead shows it.
    let light = |depth: f32, style: Style| {
        let mut portrait = somebody(3, style);
        portrait.person.skin_depth = depth;
        (portrait.attributes.age, portrait.attributes.bangs) = (0.0, 0.0);
        portrait.light = faces::Light {
            shine: 0.0,
            ..faces::Light::default()
        };
        let shot = portrait.shoot();
        let landmarks = shot.landmarks();
        let (_, [x, y]) = landmarks
            .iter()
            .find(|(name, _)| *name == "forehead")
            .expect("a landmark");
        let [r, g, b] = shot
            .picture
            .get_pixel(*x as u32, *y as u32)
            .0
            .map(f32::from);
        0.30 * r + 0.59 * g + 0.11 * b
    };
    for style in Style::ALL {
        let steps: Vec<f32> = (0..4)
            .map(|i| light(i as f32 / 4.0, style) - light((i + 1) as f32 / 4.0, style))
            .collect();
        let (least, most) = steps
            .iter()
            .fold((f32::MAX, 0.0_f32), |(a, b), v| (a.min(*v), b.max(*v)));
        assert!(least > 8.0 && most < 2.0 * least, "{style:?}: {steps:?}");
    }
}

#[test]
fn any_size_renders_and_a_larger_one_shows_the_same() {
    for style in Style::ALL {
        let sized = |side: u32| Portrait {
            style,
            ..portrait(5, side)
        };
        for side in [0, 1, 7, 33, 200] {
            assert_eq!(sized(side).render().dimensions(), (side, side));
        }
        let small = sized(64).shoot().landmarks();
        let large = sized(256).shoot().landmarks();
        for ((name, a), (_, b)) in small.iter().zip(&large) {
            assert!(
                (4.0 * a[0] - b[0]).abs() + (4.0 * a[1] - b[1]).abs() < 0.05,
                "{style:?}, {name}"
            );
        }
    }
}
