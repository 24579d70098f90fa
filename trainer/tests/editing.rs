//! Pictures, references, sweeps.

use crate::small::trained;
use std::{fs::File, io::BufReader};
use tch::{Device, Tensor};
use trainer::{
    editing::{Change, Portrait, Sweep, sweep},
    networks::{Face, StoredEditor, warp},
};

#[test]
fn strength_zero_changes_nothing_and_a_face_is_its_own_reference() {
    let _alone = crate::small::alone();
    let temporary = tempfile::tempdir().unwrap();
    let (model, data) = trained(temporary.path());
    let path = data.join("test/neutral/0.png");
    let portrait = Portrait::open(&model, &path, None, Device::Cpu).unwrap();
    let picture = image::open(&path).unwrap().into_rgb8();
    assert_eq!(
        portrait.edited(&model, &Change::Strengths(vec![0.0])),
        picture
    );
    let other =
        Portrait::open(&model, &data.join("test/smiling/1.png"), None, Device::Cpu).unwrap();
    let copied = |face: &Portrait, strength| {
        let face = Box::new(face.clone());
        portrait.edited(&model, &Change::Reference { face, strength })
    };
    // The face's own code, whatever the strength.
    let own = copied(&portrait, 1.0);
    assert_eq!(own, copied(&portrait, 0.5));
    assert_eq!(own, copied(&other, 0.0));
}

#[test]
fn a_reference_gives_its_related_code_and_keeps_the_faces_own_unrelated_one() {
    let _alone = crate::small::alone();
    let config = crate::small::config(&["architecture.output=image"]);
    let (architecture, attributes) = (&config.architecture, &config.attributes);
    tch::manual_seed(4);
    let editor = StoredEditor::new(architecture, attributes, Device::Cpu).networks;
    let face = || Tensor::rand([1, 1, 32, 32], tch::kind::FLOAT_CPU) * 2.0 - 1.0;
    let (x, reference) = (face(), face());
    let domain = |y: i64| Tensor::from_slice(&[y]);
    let split = |x: &Tensor, y| {
        let style = editor.style_encoder.forward(x, &domain(y));
        editor.style_transformer.split(&style)
    };
    let ((unrelated, related), (_, wanted)) = (split(&x, 0), split(&reference, 1));
    let faces = [(&x, 0), (&reference, 1)].map(|(x, domain)| Face { x, domain });
    for strength in [0.0, 0.5, 1.0] {
        let code = &unrelated + &related * (1.0 - strength) + &wanted * strength;
        let expected = editor.generator.forward(&x, &code, None);
        let found = editor.transfer(faces[0], faces[1], strength as f32, None);
        crate::fixtures::assert_close("transfer", &found, &expected, 1e-5);
    }
    let kept = editor.transfer(faces[0], faces[1], 0.0, None);
    let copied = editor.transfer(faces[0], faces[1], 1.0, None);
    assert!(f64::try_from((kept - copied).abs().max()).unwrap() > 1e-4);
}

#[test]
fn strength_beyond_one_is_more_of_the_same_edit_but_of_a_face_drawn_anew() {
    let _alone = crate::small::alone();
    let _no_grad = tch::no_grad_guard();
    tch::manual_seed(5);
    let picture = || Tensor::rand([1, 1, 32, 32], tch::kind::FLOAT_CPU) * 2.0 - 1.0;
    let (x, other) = (picture(), picture());
    let largest = |difference: Tensor| difference.abs().max().double_value(&[]);
    for (output, largest_displacement) in
        [("image", 0.0), ("difference", 0.0), ("displacement", 0.1)]
    {
        let config = crate::small::config(&[
            &format!("architecture.output={output}"),
            &format!("architecture.largest_displacement={largest_displacement}"),
        ]);
        let editor = StoredEditor::new(&config.architecture, &config.attributes, Device::Cpu);
        // Heads that start at zero draw nothing.
        for mut variable in editor.store.trainable_variables() {
            let noise = variable.randn_like() * 0.05;
            let _ = variable.g_add_(&noise);
        }
        let editor = editor.networks;
        let edit = |strength| editor.edit(&x, 0, &[strength], None);
        let faces = [(&x, 0), (&other, 1)].map(|(x, domain)| Face { x, domain });
        let copy = |strength| editor.transfer(faces[0], faces[1], strength, None);
        // What is added grows evenly; where pixels move as well, it is the difference alone that does.
        for (whole, more) in [(edit(1.0), edit(1.5)), (copy(1.0), copy(1.5))] {
            let evenly = &x + (&whole - &x) * 1.5;
            let off = largest(&more - evenly) / largest(&whole - &x);
            match output {
                "difference" => assert!(off < 1e-4, "{off}"),
                _ => assert!(off > 1e-3, "{output}: {off}"),
            }
        }
        if output == "displacement" {
            let style = editor
                .style_encoder
                .forward(&x, &Tensor::from_slice(&[0_i64]));
            let target = Tensor::from_slice(&[1_i64]);
            let split = editor.style_transformer.forward(&style, &target);
            let code = split.unrelated + split.related_target;
            let drawing = editor.generator.draw(&x, &code, None);
            let u = drawing.displacement.unwrap() * 1.5;
            let expected = warp(&x, &u) + drawing.net * 1.5;
            assert!(largest(edit(1.5) - expected) < 1e-5);
        }
    }
}

#[test]
fn a_sweep_becomes_a_strip_an_animated_png_or_an_animated_gif() {
    let _alone = crate::small::alone();
    let temporary = tempfile::tempdir().unwrap();
    let (model, data) = trained(temporary.path());
    let attributes = &model.spec.attributes;
    let sweep = Sweep::parse("smile=-1..1.5", attributes, 6).unwrap();
    assert_eq!(sweep.strengths, [-1.0, -0.5, 0.0, 0.5, 1.0, 1.5]);
    assert_eq!(Sweep::parse("smile", attributes, 6).unwrap(), sweep);
    for wrong in ["smirk", "smile=1..-1", "smile=1", "smile=a..b"] {
        assert!(Sweep::parse(wrong, attributes, 6).is_err(), "{wrong}");
    }
    let path = data.join("test/neutral/0.png");
    let portrait = Portrait::open(&model, &path, None, Device::Cpu).unwrap();
    let frames = sweep.frames(&model, &portrait);
    let write = |name: &str| {
        let path = temporary.path().join(name);
        sweep::write(&path, &frames).unwrap();
        path
    };
    let strip = image::open(write("strip.png")).unwrap().into_rgb8();
    assert_eq!(strip.dimensions(), (6 * 32, 32));
    let middle = image::imageops::crop_imm(&strip, 2 * 32, 0, 32, 32).to_image();
    assert_eq!(middle, image::open(&path).unwrap().into_rgb8());

    // Forth and back: 6 frames and the 4 between the ends again.
    let file = BufReader::new(File::open(write("sweep.apng")).unwrap());
    let reader = png::Decoder::new(file).read_info().unwrap();
    assert_eq!(reader.info().animation_control().unwrap().num_frames, 10);
    let mut options = gif::DecodeOptions::new();
    options.set_color_output(gif::ColorOutput::RGBA);
    let mut decoder = options
        .read_info(File::open(write("sweep.gif")).unwrap())
        .unwrap();
    let mut count = 0;
    while let Some(frame) = decoder.read_next_frame().unwrap() {
        assert_eq!((frame.width, frame.height), (32, 32));
        count += 1;
    }
    assert_eq!(count, 10);
}

#[test]
fn weights_without_a_classifier_edit_only_from_a_named_domain() {
    let _alone = crate::small::alone();
    let temporary = tempfile::tempdir().unwrap();
    let (mut model, data) = trained(temporary.path());
    model.classifier = None;
    // An edit that shows, after however few steps.
    let mut bias = model.editor.store.variables()["generator.to_rgb.2.bias"].shallow_clone();
    let _ = tch::no_grad(|| bias.fill_(0.5));
    let path = data.join("test/neutral/0.png");
    let error = Portrait::open(&model, &path, None, Device::Cpu).unwrap_err();
    assert!(error.is_usage());
    let message = error.to_string();
    for part in [
        "0.png",
        "--source-domain (neutral, smiling",
        "--reference-domain",
    ] {
        assert!(message.contains(part), "{part:?} is not in: {message}");
    }
    // An attribute that the face is said to have is not added again, one it lacks is.
    let edited = |source| {
        let portrait = Portrait::open(&model, &path, Some(source), Device::Cpu).unwrap();
        portrait.edited(&model, &Change::Strengths(vec![1.0]))
    };
    let picture = image::open(&path).unwrap().into_rgb8();
    assert_eq!(edited(1), picture);
    assert_ne!(edited(0), picture);
}

#[test]
fn a_picture_that_has_what_is_asked_for_is_not_counted_as_edited() {
    let _alone = crate::small::alone();
    let temporary = tempfile::tempdir().unwrap();
    let (_, data) = trained(temporary.path());
    let checkpoint = crate::small::step(&temporary.path().join("run"), 4);
    let out = temporary.path().join("out");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_trainer"));
    command.args(["edit", "--attr", "smile=1", "--source-domain", "smiling"]);
    command.arg("--checkpoint").arg(checkpoint);
    command.arg("--input").arg(data.join("test/smiling"));
    command.arg("--out").arg(&out);
    let done = command.output().unwrap();
    let log = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success(), "{log}");
    assert!(
        log.contains("0 pictures edited, 3 unchanged, 0 skipped"),
        "{log}"
    );
    assert!(log.contains("0.png: unchanged"), "{log}");
    // They are there all the same.
    assert_eq!(std::fs::read_dir(out).unwrap().count(), 3);
}
