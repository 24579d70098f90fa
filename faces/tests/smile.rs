use faces::{Background, Expression, Feature, Identity, Light, Pose, Scene, training_face_with};
use image::RgbImage;

const SIDE: u32 = 160;
const PEOPLE: u64 = 12;

fn face(seed: u64, expression: Expression) -> RgbImage {
    let mut identity = Identity::from_seed(seed);
    (identity.beard, identity.moustache) = (0.0, 0.0);
    let pose = Pose::filling(SIDE as f32);
    let (light, background) = (Light::default(), Background::default());
    Scene {
        identity,
        expression,
        pose,
        light,
        background,
    }
    .render(SIDE, SIDE)
}

/// Mean change between two pictures in a part of the picture given in shares of its side.
fn change(a: &RgbImage, b: &RgbImage, x: [f32; 2], y: [f32; 2]) -> f32 {
    let span = |r: [f32; 2]| (r[0] * SIDE as f32) as u32..(r[1] * SIDE as f32) as u32;
    let (mut sum, mut count) = (0.0, 0.0);
    for py in span(y) {
        for px in span(x) {
            for c in 0..3 {
                let (va, vb) = (a.get_pixel(px, py)[c], b.get_pixel(px, py)[c]);
                sum += (f32::from(va) - f32::from(vb)).abs();
                count += 1.0;
            }
        }
    }
    sum / count
}

/// Height, in pixels, of the middle of the lips in a column: where skin is redder than the chin.
fn lip_height(picture: &RgbImage, x: f32) -> f32 {
    let px = (x * SIDE as f32) as u32;
    let redness = |x: u32, y: u32| {
        let [r, g, _] = picture.get_pixel(x, y).0.map(f32::from);
        r / (g + 1.0)
    };
    let chin = redness(SIDE / 2, SIDE - 4);
    let (mut weight, mut sum) = (0.0, 0.0);
    for py in (0.64 * SIDE as f32) as u32..(0.92 * SIDE as f32) as u32 {
        let w = (redness(px, py) - chin - 0.06).max(0.0).powi(2);
        weight += w;
        sum += w * py as f32;
    }
    sum / weight
}

#[test]
fn a_bigger_smile_lifts_the_mouth_corners() {
    for seed in 0..PEOPLE {
        let corner_over_middle = |smile: f32| {
            let picture = face(seed, Expression::smiling(smile));
            let sides = 0.5 * (lip_height(&picture, 0.34) + lip_height(&picture, 0.66));
            sides - lip_height(&picture, 0.5)
        };
        let (none, full) = (corner_over_middle(0.0), corner_over_middle(1.0));
        assert!(full < none - 1.5, "person {seed}: {none} to {full} px");
    }
}

#[test]
fn a_full_smile_shows_bright_teeth() {
    for seed in 0..PEOPLE {
        let brightest = |smile: f32| {
            let picture = face(seed, Expression::smiling(smile));
            let middle = (0.74 * SIDE as f32) as u32..(0.84 * SIDE as f32) as u32;
            middle.map(|y| picture.get_pixel(SIDE / 2, y)[2]).max()
        };
        assert!(brightest(1.0) > brightest(0.0), "person {seed}");
    }
}

#[test]
fn a_smile_changes_the_mouth_most_and_the_forehead_not() {
    for seed in 0..PEOPLE {
        let (a, b) = (
            face(seed, Expression::default()),
            face(seed, Expression::smiling(1.0)),
        );
        let mouth = change(&a, &b, [0.28, 0.72], [0.68, 0.9]);
        let eyes = change(&a, &b, [0.1, 0.9], [0.15, 0.35]);
        let forehead = change(&a, &b, [0.44, 0.56], [0.0, 0.06]);
        assert!(
            mouth > 3.0 * eyes,
            "person {seed}: mouth {mouth}, eyes {eyes}"
        );
        assert!(
            mouth > 5.0 * forehead,
            "person {seed}: mouth {mouth}, forehead {forehead}"
        );
    }
}

#[test]
fn a_smile_grows_without_jumps() {
    for step in 0..20 {
        let at = |i: i32| face(2, Expression::smiling(i as f32 / 20.0));
        let grown = change(&at(step), &at(step + 1), [0.25, 0.75], [0.6, 0.95]);
        assert!((0.1..6.0).contains(&grown), "step {step}: {grown}");
    }
}

#[test]
fn speech_and_blinks_change_their_own_parts() {
    let still = face(4, Expression::default());
    let open = Expression {
        mouth_open: 1.0,
        ..Expression::default()
    };
    let shut = Expression {
        blink: 1.0,
        ..Expression::default()
    };
    let (mouth, eyes) = ([0.6, 1.0], [0.1, 0.4]);
    let all = [0.0, 1.0];
    assert!(change(&still, &face(4, open), all, mouth) > 3.0);
    assert_eq!(change(&still, &face(4, open), all, eyes), 0.0);
    assert!(change(&still, &face(4, shut), all, eyes) > 1.0);
    assert_eq!(change(&still, &face(4, shut), all, mouth), 0.0);
}

#[test]
fn every_feature_changes_the_face_it_is_set_on() {
    for feature in Feature::ALL {
        assert_eq!(Feature::named(feature.name()), Some(feature));
        let mut changed = 0.0;
        for seed in 0..PEOPLE {
            let show = |on: bool| {
                let amounts = feature.amounts(on);
                let amount = 0.5 * (amounts.start + amounts.end);
                training_face_with(seed, 0.0, &[(feature, amount)], SIDE)
            };
            changed += change(&show(false), &show(true), [0.1, 0.9], [0.1, 0.95]);
        }
        assert!(changed / PEOPLE as f32 > 0.25, "{feature:?}: {changed}");
    }
    let plain = faces::training_face(3, 0.4, SIDE);
    assert_eq!(training_face_with(3, 0.4, &[], SIDE), plain);
}
