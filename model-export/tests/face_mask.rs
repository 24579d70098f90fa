//! Checkpoints with high-pass skips, and the network that makes their masks.

use crate::{fixture, runtime};
use model_export::export::{Options, export};
use model_spec::{Bundle, ColourMode, OutputForm, tensor};
use ndarray::ArrayD;

#[test]
fn a_face_mask_network_becomes_a_graph_whose_masks_the_generator_reads() {
    if runtime::is_missing("checkpoint_with_a_face_mask_network") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("ckpt"), folder.path().join("bundle"));
    let mut spec = fixture::spec(64, ColourMode::Luma, OutputForm::Difference);
    spec.architecture.w_hpf = 1.0;
    fixture::add_face_mask(&from, &mut spec, &fixture::face_mask());
    fixture::write(&from, &spec, &fixture::tensors(&spec));
    let exported = export(&from, &to, &Options::default()).unwrap();
    assert!(!exported.lacks_face_mask);
    println!("{}", exported.graphs[4]);
    let bundle = Bundle::open(&to).unwrap();
    let graphs = &bundle.manifest().graphs;
    let face_mask = graphs.face_mask.as_ref().unwrap();
    let image = fixture::noise(&[2, 1, 64, 64], 7);
    let bytes = bundle.read(&face_mask.file).unwrap();
    let masks = runtime::run(&bytes, &[(tensor::IMAGE, &image)]);
    for mask in masks.values() {
        assert!(mask.iter().all(|value| (0.0..=1.0).contains(value)));
        assert!(mask.iter().any(|value| *value > 0.0));
    }
    let bytes = bundle.read(&graphs.generator.file).unwrap();
    let style = fixture::noise(&[2, 12], 8);
    let generate = |masks: [&ArrayD<f32>; 2]| {
        let inputs = [
            (tensor::IMAGE, &image),
            (tensor::STYLE, &style),
            (tensor::MASK_FIRST, masks[0]),
            (tensor::MASK_SECOND, masks[1]),
        ];
        runtime::run(&bytes, &inputs)
            .remove(tensor::EDITED)
            .unwrap()
    };
    let zeros = ArrayD::zeros(masks[tensor::MASK_FIRST].raw_dim());
    let masked = generate([&masks[tensor::MASK_FIRST], &masks[tensor::MASK_SECOND]]);
    let difference = masked - generate([&zeros, &zeros]);
    assert!(difference.iter().any(|it| it.abs() > 1e-3));
}

#[test]
fn without_the_network_the_bundle_says_that_masks_are_missing() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("ckpt"), folder.path().join("bundle"));
    let mut spec = fixture::spec(32, ColourMode::Luma, OutputForm::Difference);
    spec.architecture.w_hpf = 1.0;
    fixture::write(&from, &spec, &fixture::tensors(&spec));
    let exported = export(&from, &to, &Options::default()).unwrap();
    assert!(exported.lacks_face_mask);
    assert!(
        Bundle::open(&to)
            .unwrap()
            .manifest()
            .graphs
            .face_mask
            .is_none()
    );
    let card = std::fs::read_to_string(to.join("MODEL_CARD.md")).unwrap();
    assert!(card.contains("No face-mask network"), "{card}");
}

#[test]
fn wrong_tensors_of_the_network_are_named_with_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("ckpt"), folder.path().join("bundle"));
    let mut spec = fixture::spec(32, ColourMode::Luma, OutputForm::Difference);
    spec.architecture.w_hpf = 1.0;
    let mut network = fixture::face_mask();
    network.remove("m0.b2_plus_1.conv2.weight");
    network.get_mut("bn1.bias").unwrap()[[5]] = f32::NAN;
    fixture::add_face_mask(&from, &mut spec, &network);
    fixture::write(&from, &spec, &fixture::tensors(&spec));
    let message = export(&from, &to, &Options::default())
        .unwrap_err()
        .to_string();
    for part in [
        "face_mask.safetensors: 2 tensors are wrong",
        "m0.b2_plus_1.conv2.weight: missing, expected F32 [64, 128, 3, 3]",
        "bn1.bias: found NaN at element 5",
    ] {
        assert!(message.contains(part), "{part:?} is not in: {message}");
    }
    assert!(!to.exists());
}
