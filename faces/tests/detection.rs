use faces::Take;
use image::RgbImage;
use image::imageops::{grayscale, thumbnail};
use rustface::{Detector, ImageData, create_detector_with_model, read_model};
use std::path::PathBuf;

const MODEL: &str = "rustface-0.1.7/model/seeta_fd_frontal_v1.0.bin";

/// The detector's model lies in the source folder of its crate, where cargo unpacked it.
fn model_path() -> PathBuf {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|folder| folder.join(".cargo")));
    let sources = home.expect("a home folder").join("registry/src");
    std::fs::read_dir(&sources)
        .unwrap_or_else(|e| panic!("{}: {e}", sources.display()))
        .map(|registry| registry.expect("a folder").path().join(MODEL))
        .find(|path| path.is_file())
        .unwrap_or_else(|| panic!("no {MODEL} in {}", sources.display()))
}

fn detector() -> Box<dyn Detector> {
    let path = model_path();
    let file = std::fs::File::open(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut detector = create_detector_with_model(read_model(file).expect("detector model"));
    detector.set_score_thresh(2.0);
    detector.set_pyramid_scale_factor(0.8);
    detector.set_slide_window_step(4, 4);
    detector
}

#[test]
fn rustface_finds_the_face_in_95_percent_of_the_take() {
    let take = Take::new(0, 640, 480, 30.0);
    let mut detector = detector();
    let mut frame = RgbImage::new(640, 480);
    let frames = 120;
    let mut found = 0;
    let mut overlaps = 0.0;
    let mut missed = Vec::new();
    for i in 0..frames {
        let index = i * take.loop_frames() / frames;
        take.render_into(index, &mut frame);
        let half = grayscale(&thumbnail(&frame, 320, 240));
        let boxes = detector.detect(&ImageData::new(&half, 320, 240));
        let truth = take.truth(index);
        let best = boxes
            .iter()
            .map(|face| {
                let b = face.bbox();
                let [x, y] = [b.x(), b.y()].map(|v| 2.0 * v as f32);
                let [w, h] = [b.width(), b.height()].map(|v| 2.0 * v as f32);
                truth.face.overlap([x, y, w, h])
            })
            .fold(0.0, f32::max);
        if best >= 0.4 {
            found += 1;
            overlaps += best;
        } else {
            missed.push((truth.seconds, boxes.len(), best));
        }
    }
    println!(
        "{found} of {frames} found, mean overlap {:.2}",
        overlaps / found as f32
    );
    assert!(
        found * 100 >= frames * 95,
        "{found} of {frames}; missed: {missed:?}"
    );
}
