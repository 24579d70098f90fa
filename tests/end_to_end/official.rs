//! Weights in the official layout run in ONNX Runtime as they do in libtorch.

use crate::{has_onnxruntime, succeed};
use model_spec::{
    Architecture, Attribute, AttributeSet, CheckpointSpec, ColourMode, Framing, OutputForm,
    Provenance, checkpoint::FORMAT_VERSION,
};
use std::{collections::BTreeMap, path::Path};
use tch::Device;
use trainer::{
    checkpoint::{self, Contents},
    import,
    model::{StoredClassifier, StoredEditor},
    parity,
    weights::{self, Weights},
};

fn attribute(name: &str) -> Attribute {
    Attribute {
        name: name.into(),
        label: name.into(),
        off: format!("no-{name}"),
        on: name.into(),
        strength_range: [-1.0, 1.5],
    }
}

#[test]
fn exported_official_weights_match_libtorch_within_1e_4() {
    let golden = tests::workspace().join("../shared/fixtures/official-64-plain/nets_ema.ckpt");
    if !golden.exists() {
        println!("skipped: no golden data at {}", golden.display());
        return;
    }
    if !has_onnxruntime() {
        return;
    }
    let architecture = Architecture {
        image_size: 64,
        colour: ColourMode::Rgb,
        style_dim: 64,
        stem_channels: 256,
        max_conv_dim: 64,
        w_hpf: 0.0,
        output: OutputForm::Image,
        classifier_channels: 4,
    };
    let attributes = AttributeSet::new(vec![attribute("smile"), attribute("gender")]).unwrap();
    let editor = StoredEditor::new(&architecture, &attributes, Device::Cpu);
    let official = import::official(&golden).unwrap().editor;
    weights::copy_into(
        &weights::of_store(&editor.store, ""),
        &official,
        "",
        &golden,
    )
    .unwrap();
    let classifier = StoredClassifier::new(&architecture, &attributes, Device::Cpu);
    let mut model = weights::of_store(&editor.store, "");
    model.extend(weights::of_store(&classifier.store, "classifier."));
    let contents = Contents {
        parity: parity::sample(
            &architecture,
            &attributes,
            &editor.networks,
            &classifier.network,
            None,
            Device::Cpu,
        ),
        model,
        training: Weights::new(),
        face_mask: None,
    };
    let spec = CheckpointSpec {
        format_version: FORMAT_VERSION,
        name: "official-64".into(),
        licence: "test".into(),
        architecture,
        attributes,
        framing: Framing {
            side_ratio: 1.0,
            centre_offset: [0.0, 0.0],
        },
        provenance: Provenance {
            trainer_version: "test".into(),
            revision: "unknown".into(),
            data: vec![],
            notes: vec![],
            data_digest: String::new(),
            steps: 0,
            batch_size: 0,
            hardware: "none".into(),
            metrics: BTreeMap::new(),
        },
        files: BTreeMap::new(),
    };
    let temporary = tempfile::tempdir().unwrap();
    let path = temporary.path().join("checkpoint");
    checkpoint::write(&path, spec, &contents).unwrap();
    let bundle = temporary.path().join("bundle");
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    succeed(
        "model-export",
        &["--checkpoint", &text(&path), "--out", &text(&bundle)],
    );
    succeed("edge", &["check", "--bundle", &text(&bundle)]);
}
