//! Fitting an aligner to a handful of procedural faces.

use aligner::{Aligner, Correction, Grey, Square};
use model_spec::{
    CheckpointSpec,
    checkpoint::{ALIGNER_FILE, MODEL_FILE},
    digest,
};
use std::{fs, path::Path};
use trainer::align::{AlignRequest, fit_aligner};

/// A checkpoint of which only the specification matters here.
fn checkpoint(folder: &Path) {
    let bundle = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/smile-64");
    let manifest = model_spec::Manifest::load(&bundle).unwrap();
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join(MODEL_FILE), "weights").unwrap();
    let spec = CheckpointSpec {
        light: None,
        format_version: model_spec::checkpoint::FORMAT_VERSION,
        name: manifest.name,
        licence: manifest.licence,
        architecture: manifest.architecture,
        attributes: manifest.attributes,
        framing: manifest.framing,
        provenance: manifest.provenance,
        files: [(MODEL_FILE.into(), digest::of_bytes(b"weights"))].into(),
    };
    spec.save(folder).unwrap();
}

fn faces_in(folder: &Path) {
    for (domain, smile) in [("neutral", 0.0), ("smiling", 1.0)] {
        let target = folder.join("train").join(domain);
        fs::create_dir_all(&target).unwrap();
        for seed in 0..20 {
            let face = faces::training_face(seed, smile, 64);
            face.save(target.join(format!("{seed}.png"))).unwrap();
        }
    }
}

fn request(place: &Path) -> AlignRequest {
    AlignRequest {
        checkpoint: place.join("checkpoint"),
        data: Some(place.join("data")),
        procedural: 150,
        repetitions: 2,
        seed: 1,
    }
}

/// An upright face with surroundings, and its crop.
fn face(seed: u64) -> (Grey, Square) {
    let mut scene = faces::training_scene(seed, 0.5, 64);
    scene.pose.centre = scene.pose.centre.map(|part| part + 32.0);
    let rgb = scene.render(128, 128);
    let grey = Grey {
        width: 128,
        height: 128,
        values: rgb.pixels().map(|pixel| f32::from(pixel.0[1])).collect(),
    };
    let face = scene.pose.face_box();
    let half = face.side * 0.5;
    let crop = Square {
        roll: scene.pose.roll_degrees.to_radians(),
        ..Square::upright([face.x + half, face.y + half], face.side)
    };
    (grey, crop)
}

#[test]
fn an_aligner_of_few_faces_moves_other_crops_nearer_and_is_reproducible() {
    let place = tempfile::tempdir().unwrap();
    let request = request(place.path());
    checkpoint(&request.checkpoint);
    faces_in(&place.path().join("data"));
    fit_aligner(&request).unwrap();
    let path = request.checkpoint.join(ALIGNER_FILE);
    let bytes = fs::read(&path).unwrap();
    let aligner = Aligner::read(&path).unwrap();
    // Listed with its digest, next to what was there before.
    CheckpointSpec::load(&request.checkpoint, &[MODEL_FILE, ALIGNER_FILE]).unwrap();

    let moves = [[0.08, 0.0, 0.1, 0.2], [-0.05, 0.06, -0.1, -0.2]].map(Correction::from_array);
    let (mut before, mut after) = (0.0, 0.0);
    for seed in 5000..5020 {
        let (grey, crop) = face(seed);
        for away in moves {
            let start = crop.corrected(away);
            let found = aligner.align(&grey, start).expect("a face");
            before += start.correction_to(crop).motion();
            after += found.crop.correction_to(crop).motion();
        }
    }
    assert!(after < 0.5 * before, "{before} {after}");

    fit_aligner(&request).unwrap();
    assert!(
        fs::read(&path).unwrap() == bytes,
        "the same request gave other bytes"
    );
}

#[test]
fn without_the_domain_folders_nothing_is_written() {
    let place = tempfile::tempdir().unwrap();
    let request = request(place.path());
    checkpoint(&request.checkpoint);
    fs::create_dir_all(place.path().join("data/train")).unwrap();
    let message = fit_aligner(&request).unwrap_err().to_string();
    assert!(message.contains("neutral"), "{message}");
    assert!(!request.checkpoint.join(ALIGNER_FILE).exists());
}
