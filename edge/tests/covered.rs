//! Faces whose mouth is covered, and faces past the border of the picture, with the bundle that ships.

use crate::place::{Place, assert_fails, assert_succeeds, runtime, said, skip};
use faces::{Pose, Scene};
use image::RgbImage;
use model_spec::{Manifest, digest, manifest::MOUTH_FILE, pixel::luma_from_rgb};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Output,
};

const WIDTH: u32 = 480;
const HEIGHT: u32 = 360;
/// Height of the face in these pictures, brows to chin.
const FACE: f32 = 120.0;

/// The bundle that ships, or why it is not there.
fn bundle() -> Option<PathBuf> {
    let bundle = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/smile-64");
    if !bundle.join("manifest.json").exists() {
        skip(&format!("no bundle at {}", bundle.display()));
        return None;
    }
    Some(bundle)
}

fn scene(seed: u64) -> Scene {
    let mut scene = faces::training_scene(seed, 0.0, 64);
    scene.pose = Pose::frontal([0.5 * WIDTH as f32, 0.52 * HEIGHT as f32], FACE);
    scene
}

/// Draws `colour` times a shade; none outside. Places in face heights from the middle between brow and chin.
fn cover(
    picture: &mut RgbImage,
    scene: &Scene,
    colour: [u8; 3],
    shade: impl Fn(f32, f32) -> Option<f32>,
) {
    let centre = scene.pose.centre;
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        let u = (x as f32 - centre[0]) / scene.pose.face_height;
        let v = (y as f32 - centre[1]) / scene.pose.face_height;
        if let Some(shade) = shade(u, v) {
            pixel.0 = colour.map(|byte| (f32::from(byte) * shade) as u8);
        }
    }
}

fn folds(v: f32) -> f32 {
    1.0 - 0.08 * (30.0 * v).sin()
}

/// How bright a cover is at a place; none beside it.
type Shade = fn(f32, f32) -> Option<f32>;

/// A mask over nose and mouth.
fn mask(u: f32, v: f32) -> Option<f32> {
    let inside =
        (-0.12 + 0.3 * u.abs()..0.56).contains(&v) && u.abs() < 0.42 - 0.25 * (v - 0.2).max(0.0);
    inside.then(|| folds(v))
}

/// Four fingers in front of the mouth, from below.
fn hand(u: f32, v: f32) -> Option<f32> {
    let (along, across) = (v + 0.25 * u, u - 0.25 * v + 0.05);
    let inside = (0.06..1.2).contains(&along) && (-0.2..0.24).contains(&across);
    let finger = (across + 0.2).rem_euclid(0.11) / 0.055 - 1.0;
    inside.then_some(1.05 - 0.45 * finger * finger)
}

/// A scarf up to the nose.
fn scarf(u: f32, v: f32) -> Option<f32> {
    (v > 0.1 + 0.1 * u * u).then(|| folds(v))
}

/// Pictures after the mirror has made everybody smile as far as it can.
fn edited(place: &Place, library: &Path, bundle: &Path, source: &str) -> Output {
    let bundle = bundle.to_str().unwrap();
    let arguments = [
        &["run", "--bundle", bundle, "--source", source][..],
        &[
            "--display",
            "png:out",
            "--attr",
            "smile=1",
            "--source-domain",
            "neutral",
        ],
    ];
    let output = place.edge(library, &arguments.concat());
    assert_succeeds(&output);
    output
}

fn changed(before: &RgbImage, after: &RgbImage) -> usize {
    let pairs = before.pixels().zip(after.pixels());
    pairs.filter(|(before, after)| before != after).count()
}

#[test]
fn nothing_is_painted_on_what_covers_a_mouth() {
    let (Some(library), Some(bundle)) = (runtime(), bundle()) else {
        return;
    };
    let place = Place::new();
    fs::create_dir(place.path("in")).unwrap();
    let mut before = Vec::new();
    for seed in 0..4 {
        let scene = scene(seed);
        let bare = scene.render(WIDTH, HEIGHT);
        // What a hand looks like in this light.
        let cheek = scene.pose.centre.map(|at| at as u32);
        let skin = bare.get_pixel(cheek[0] + 24, cheek[1] + 10).0;
        let covers: [(&str, [u8; 3], Shade); 4] = [
            ("pale", [168, 200, 226], mask),
            ("black", [30, 30, 34], mask),
            ("hand", skin, hand),
            ("scarf", [120, 40, 40], scarf),
        ];
        for (name, colour, shade) in covers {
            let mut picture = bare.clone();
            cover(&mut picture, &scene, colour, shade);
            before.push((format!("{seed}-{name}"), picture, true));
        }
        before.push((format!("{seed}-bare"), bare, false));
    }
    for (name, picture, _) in &before {
        picture.save(place.path(&format!("in/{name}.png"))).unwrap();
    }
    edited(&place, &library, &bundle, "dir:in");
    for (name, before, covered) in &before {
        let after = image::open(place.path(&format!("out/{name}.png"))).unwrap();
        let changed = changed(before, &after.into_rgb8());
        assert_eq!(changed == 0, *covered, "{name}: {changed} pixels");
    }
}

#[test]
fn skin_beard_teeth_and_light_are_no_cover() {
    let (Some(library), Some(bundle)) = (runtime(), bundle()) else {
        return;
    };
    let place = Place::new();
    fs::create_dir(place.path("in")).unwrap();
    let mut before = Vec::new();
    for (index, tone) in [0.02, 0.25, 0.5, 0.75, 0.98].into_iter().enumerate() {
        for (beard, open, light) in [
            (0.0, 0.0, 1.0),
            (0.9, 0.0, 1.0),
            (0.0, 0.7, 1.0),
            (0.5, 0.3, 0.35),
        ] {
            let mut scene = scene(40 + index as u64);
            scene.identity.skin_tone = tone;
            (scene.identity.beard, scene.identity.moustache) = (beard, beard);
            scene.expression.mouth_open = open;
            scene.light.key = scene.light.key.map(|part| part * light);
            let picture = scene.render(WIDTH, HEIGHT);
            let name = format!("tone{tone}-beard{beard}-open{open}-light{light}");
            picture.save(place.path(&format!("in/{name}.png"))).unwrap();
            before.push((name, picture));
        }
    }
    edited(&place, &library, &bundle, "dir:in");
    let untouched = before.iter().filter(|(name, before)| {
        let after = image::open(place.path(&format!("out/{name}.png"))).unwrap();
        changed(before, &after.into_rgb8()) == 0
    });
    let untouched: Vec<&String> = untouched.map(|(name, _)| name).collect();
    assert!(untouched.is_empty(), "{untouched:?}");
}

/// A clip of a still face; `covered` says on which frames a mask is in front of it.
fn clip(path: &Path, frames: usize, covered: impl Fn(usize) -> bool) {
    let scene = scene(2);
    let bare = scene.render(WIDTH, HEIGHT);
    let mut masked = bare.clone();
    cover(&mut masked, &scene, [168, 200, 226], mask);
    let mut bytes =
        format!("YUV4MPEG2 W{WIDTH} H{HEIGHT} F30:1 Cmono XCOLORRANGE=FULL\n").into_bytes();
    for index in 0..frames {
        bytes.extend(b"FRAME\n");
        let picture = if covered(index) { &masked } else { &bare };
        let luma = |pixel: &image::Rgb<u8>| luma_from_rgb(pixel.0.map(f32::from)) as u8;
        bytes.extend(picture.pixels().map(luma));
    }
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_mask_that_comes_and_goes_fades_the_edit_out_and_in() {
    let (Some(library), Some(bundle)) = (runtime(), bundle()) else {
        return;
    };
    let place = Place::new();
    let (on, off, frames) = (30, 60, 90);
    clip(&place.path("clip.y4m"), frames, |index| {
        (on..off).contains(&index)
    });
    edited(&place, &library, &bundle, "clip.y4m");
    fs::rename(place.path("out"), place.path("edited")).unwrap();
    let bundle = bundle.to_str().unwrap();
    let arguments = [
        &["run", "--bundle", bundle, "--source", "clip.y4m"][..],
        &["--display", "png:out", "--attr", "smile=0"],
    ];
    assert_succeeds(&place.edge(&library, &arguments.concat()));
    let picture = |folder: &str, index: usize| {
        let file = place.path(&format!("{folder}/frame-{index:06}.png"));
        image::open(file).unwrap().into_rgb8()
    };
    // Mean size of the edit of every frame.
    let sizes: Vec<f32> = (0..frames)
        .map(|index| {
            let (before, after) = (picture("out", index), picture("edited", index));
            let pairs = before.as_raw().iter().zip(after.as_raw());
            let sum: u64 = pairs.map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
            sum as f32 / before.len() as f32
        })
        .collect();
    let whole = sizes[on - 1];
    assert!(whole > 0.1, "{sizes:?}");
    assert_eq!(sizes[on + 20..off], vec![0.0; off - on - 20], "{sizes:?}");
    assert!(sizes[frames - 1] > 0.8 * whole, "{sizes:?}");
    let steps = sizes[off..]
        .windows(2)
        .map(|pair| (pair[1] - pair[0]).abs());
    let largest = steps.fold(0.0, f32::max);
    assert!(largest < 0.25 * whole, "{largest} of {whole}: {sizes:?}");
}

#[test]
fn a_face_larger_than_the_picture_is_not_torn_at_its_border() {
    let (Some(library), Some(bundle)) = (runtime(), bundle()) else {
        return;
    };
    let place = Place::new();
    fs::create_dir(place.path("in")).unwrap();
    let mut before = Vec::new();
    for (index, [x, y]) in [[0.5, 0.5], [0.5, 0.75], [0.8, 0.6], [0.2, 0.5]]
        .into_iter()
        .enumerate()
    {
        let mut scene = scene(7);
        scene.pose = Pose::frontal([x * WIDTH as f32, y * HEIGHT as f32], 330.0);
        let picture = scene.render(WIDTH, HEIGHT);
        picture
            .save(place.path(&format!("in/{index}.png")))
            .unwrap();
        before.push(picture);
    }
    edited(&place, &library, &bundle, "dir:in");
    for (index, before) in before.iter().enumerate() {
        let after = image::open(place.path(&format!("out/{index}.png")))
            .unwrap()
            .into_rgb8();
        // What the edit adds has no steps: neither at the crop's border nor at the picture's.
        let change =
            |x, y| i32::from(after.get_pixel(x, y)[1]) - i32::from(before.get_pixel(x, y)[1]);
        let mut most = 0;
        for y in 0..HEIGHT {
            for x in 1..WIDTH {
                most = most.max((change(x, y) - change(x - 1, y)).abs());
            }
        }
        assert!(most <= 24, "picture {index}: {most}");
    }
}

/// A copy of the bundle that ships in `place`, and its manifest to be changed.
fn copy(place: &Place, bundle: &Path) -> (PathBuf, Manifest) {
    let copy = place.path("bundle");
    fs::create_dir(&copy).unwrap();
    for entry in fs::read_dir(bundle).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, copy.join(path.file_name().unwrap())).unwrap();
    }
    (copy, Manifest::load(bundle).unwrap())
}

#[test]
fn a_bundle_that_cannot_tell_covered_mouths_says_so_and_fades_nothing() {
    let (Some(library), Some(bundle)) = (runtime(), bundle()) else {
        return;
    };
    let place = Place::new();
    let (blind, mut manifest) = copy(&place, &bundle);
    fs::remove_file(blind.join(MOUTH_FILE)).unwrap();
    manifest.files.remove(MOUTH_FILE);
    manifest.save(&blind).unwrap();
    let scene = scene(1);
    let mut masked = scene.render(WIDTH, HEIGHT);
    cover(&mut masked, &scene, [168, 200, 226], mask);
    fs::create_dir(place.path("in")).unwrap();
    masked.save(place.path("in/masked.png")).unwrap();
    for (bundle, named) in [(&bundle, 0), (&blind, 1)] {
        let output = edited(&place, &library, bundle, "dir:in");
        assert_eq!(said(&output).matches(MOUTH_FILE).count(), named);
        let after = image::open(place.path("out/masked.png")).unwrap();
        let changed = changed(&masked, &after.into_rgb8());
        assert_eq!(changed > 0, named > 0, "{changed} pixels");
        let bundle = bundle.to_str().unwrap();
        for (command, says) in [("check", "mouths     no "), ("doctor", ", but no ")] {
            let output = place.edge(&library, &[command, "--bundle", bundle]);
            let said = String::from_utf8_lossy(&output.stdout);
            let missing = format!("{says}{MOUTH_FILE}");
            assert_eq!(said.contains(&missing), named > 0, "{command}: {said}");
        }
    }
}

#[test]
fn mouth_weights_that_cannot_be_read_are_refused_by_name() {
    let (Some(library), Some(bundle)) = (runtime(), bundle()) else {
        return;
    };
    let place = Place::new();
    let (broken, mut manifest) = copy(&place, &bundle);
    let whole = fs::read(broken.join(MOUTH_FILE)).unwrap();
    let mut foreign = whole.clone();
    foreign[0] ^= 1;
    for (bytes, field) in [(&whole[..100], "length"), (&foreign, "first bytes")] {
        fs::write(broken.join(MOUTH_FILE), bytes).unwrap();
        let digest = digest::of_bytes(bytes);
        manifest.files.insert(MOUTH_FILE.into(), digest);
        manifest.save(&broken).unwrap();
        for arguments in [
            &["check", "--bundle", "bundle"][..],
            &[
                "run",
                "--bundle",
                "bundle",
                "--source",
                "demo",
                "--display",
                "none",
            ],
        ] {
            let output = place.edge(&library, arguments);
            assert_fails(&output, 1, &[MOUTH_FILE, field]);
        }
    }
}
