//! Bundles whose generator reads face masks: with their network they run live, without it not at all.

use super::{HighPass, STEP, Tiny};
use crate::place::{Place, assert_fails, assert_succeeds, runtime};
use faces::Take;
use image::RgbImage;
use std::fs;

fn place(high_pass: HighPass) -> Place {
    Place::with_bundle(&Tiny {
        high_pass,
        ..Tiny::default()
    })
}

#[test]
fn live_frames_are_edited_with_the_masks_of_the_bundles_own_network() {
    let Some(library) = runtime() else { return };
    let place = place(HighPass::Masked);
    let output = place.edge(&library, &["check", "--bundle", "bundle"]);
    assert_succeeds(&output);
    let text = String::from_utf8_lossy(&output.stdout);
    for name in ["mask_first", "mask_second"] {
        assert!(text.contains(name), "{text}");
    }
    let hashes = |attr: &str| {
        let arguments = [
            &["run", "--bundle", "bundle", "--source", "demo"][..],
            &["--display", "hash", "--frames", "12", "--attr", attr],
            &["--report", "r.json"],
        ];
        let output = place.edge(&library, &arguments.concat());
        assert_succeeds(&output);
        String::from_utf8(output.stdout).unwrap()
    };
    assert_ne!(hashes("smile=1"), hashes("smile=0"));
    hashes("smile=1");
    let report = place.report("r.json");
    assert!(report["frames_edited"].as_u64().unwrap() > 0, "{report}");
    assert_eq!(report["frames_edited"], report["frames_with_face"]);
}

#[test]
fn masks_decide_how_large_the_edit_of_a_picture_is() {
    let Some(library) = runtime() else { return };
    let place = place(HighPass::Masked);
    fs::create_dir(place.path("in")).unwrap();
    let (width, height) = (320, 240);
    let mut rgb = vec![0; (3 * width * height) as usize];
    Take::new(0, width, height, 30.0).render_into(0, &mut rgb);
    let before = RgbImage::from_raw(width, height, rgb).unwrap();
    before.save(place.path("in/face.png")).unwrap();
    let arguments = [
        &["run", "--bundle", "bundle", "--source", "dir:in"][..],
        &["--display", "png:out", "--attr", "smile=1"],
    ];
    assert_succeeds(&place.edge(&library, &arguments.concat()));
    let after = image::open(place.path("out/face.png")).unwrap().into_rgb8();
    let pairs = before.as_raw().iter().zip(after.as_raw());
    let largest = pairs.map(|(a, b)| i32::from(*b) - i32::from(*a)).max();
    // Masks of 0 would give no edit, and masks in the other order one to the other side.
    assert_eq!(largest, Some((STEP * 127.5).round() as i32));
}

#[test]
fn without_the_network_the_bundle_is_whole_but_the_mirror_refuses_it_with_the_reason() {
    let Some(library) = runtime() else { return };
    let place = place(HighPass::WithoutNetwork);
    assert_succeeds(&place.edge(&library, &["check", "--bundle", "bundle"]));
    let arguments = [
        &["run", "--bundle", "bundle", "--source", "demo"][..],
        &["--display", "none", "--frames", "3"],
    ];
    let output = place.edge(&library, &arguments.concat());
    let words = ["graphs.face_mask", "nothing", "high-pass skips", "export"];
    assert_fails(&output, 2, &words);
}
