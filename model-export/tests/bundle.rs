//! What is written, and what is never overwritten.

use crate::{fixture, runtime};
use model_export::{
    ExportError,
    export::{Options, export},
};
use model_spec::{
    Bundle, CheckpointSpec, ColourMode, Manifest, OutputForm, SpecError,
    checkpoint::{ALIGNER_FILE, MODEL_FILE, MOUTH_FILE, SPEC_FILE},
    digest,
    manifest::MODEL_CARD_FILE,
    tensor,
};
use std::{collections::BTreeMap, fs, path::Path};

fn checkpoint(folder: &Path) -> CheckpointSpec {
    let spec = fixture::spec(32, ColourMode::Luma, OutputForm::Difference);
    fixture::write(folder, &spec, &fixture::tensors(&spec));
    spec
}

fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let file = |entry: fs::DirEntry| {
        let name = entry.file_name().into_string().unwrap();
        (name, fs::read(entry.path()).unwrap())
    };
    entries.map(file).collect()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn bundle_opens_with_every_digest_and_carries_what_the_checkpoint_says() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("ckpt"), folder.path().join("new/bundle"));
    let spec = checkpoint(&from);
    let reports = export(&from, &to, &Options::default()).unwrap();
    assert_eq!(reports.graphs.len(), 4);
    let bundle = Bundle::open(&to).unwrap();
    let manifest = bundle.manifest();
    assert_eq!(manifest.name, spec.name);
    assert_eq!(manifest.architecture, spec.architecture);
    assert_eq!(manifest.provenance, spec.provenance);
    let expected = [
        "MODEL_CARD.md",
        "classifier.onnx",
        "generator.onnx",
        "manifest.json",
        "parity.safetensors",
        "style_encoder.onnx",
        "style_transformer.onnx",
    ];
    assert_eq!(names(&to), expected);
    assert_eq!(
        names(to.parent().unwrap()),
        ["bundle"],
        "nothing is left beside it"
    );
    let card = fs::read_to_string(to.join(MODEL_CARD_FILE)).unwrap();
    for part in [
        "# tiny",
        "random numbers",
        "CC0-1.0",
        "edit_success",
        "neutral",
        "generator.onnx",
    ] {
        assert!(card.contains(part), "{part:?} is not in: {card}");
    }
    if runtime::is_missing("running the written generator") {
        return;
    }
    let (image, style) = (
        fixture::noise(&[1, 1, 32, 32], 1),
        fixture::noise(&[1, 12], 2),
    );
    let bytes = bundle.read(&manifest.graphs.generator.file).unwrap();
    let outputs = runtime::run(&bytes, &[(tensor::IMAGE, &image), (tensor::STYLE, &style)]);
    assert_eq!(
        &outputs[tensor::EDITED] - &image,
        outputs[tensor::DIFFERENCE].clone() + &image - &image
    );
}

#[test]
fn same_checkpoint_gives_the_same_bytes_and_replaces_the_former_bundle() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("ckpt"), folder.path().join("bundle"));
    checkpoint(&from);
    export(&from, &to, &Options::default()).unwrap();
    let first = contents(&to);
    export(&from, &to, &Options::default()).unwrap();
    assert_eq!(first, contents(&to));
    let no_passes = Options {
        passes: vec![],
        ..Options::default()
    };
    export(&from, &to, &no_passes).unwrap();
    assert_ne!(first, contents(&to));
    assert!(Bundle::open(&to).is_ok());
    assert_eq!(names(folder.path()), ["bundle", "ckpt"]);
}

#[test]
fn folders_that_are_not_bundles_and_foreign_files_are_refused_untouched() {
    let folder = tempfile::tempdir().unwrap();
    let from = folder.path().join("ckpt");
    checkpoint(&from);
    let refused = |to: &Path, why: &str| {
        let before = contents(to);
        let error = export(&from, to, &Options::default()).unwrap_err();
        assert!(matches!(error, ExportError::Occupied { .. }), "{error}");
        assert!(
            error.to_string().contains(why),
            "{why:?} is not in: {error}"
        );
        assert_eq!(before, contents(to));
    };
    refused(&from, "without manifest.json");
    let web = folder.path().join("web");
    fs::create_dir(&web).unwrap();
    fs::write(
        web.join("manifest.json"),
        r#"{"format_version": 1, "short_name": "app"}"#,
    )
    .unwrap();
    refused(&web, "no bundle's");
    let bundle = folder.path().join("bundle");
    export(&from, &bundle, &Options::default()).unwrap();
    fs::write(bundle.join("notes.txt"), "mine").unwrap();
    refused(&bundle, "notes.txt");
    fs::remove_file(bundle.join("notes.txt")).unwrap();

    let file = folder.path().join("file");
    fs::write(&file, "mine").unwrap();
    let error = export(&from, &file, &Options::default()).unwrap_err();
    assert!(error.to_string().contains("found a file"), "{error}");
    let empty = folder.path().join("empty");
    fs::create_dir(&empty).unwrap();
    export(&from, &empty, &Options::default()).unwrap();
}

#[test]
fn wrong_checkpoints_leave_the_former_bundle_whole() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("ckpt"), folder.path().join("bundle"));
    let spec = checkpoint(&from);
    export(&from, &to, &Options::default()).unwrap();
    let before = contents(&to);
    let fails = |why: &[&str]| {
        let error = export(&from, &to, &Options::default()).unwrap_err();
        for part in why {
            assert!(
                error.to_string().contains(part),
                "{part:?} is not in: {error}"
            );
        }
        assert_eq!(before, contents(&to));
        assert_eq!(names(folder.path()), ["bundle", "ckpt"]);
        error
    };

    let mut tensors = fixture::tensors(&spec);
    tensors.get_mut("generator.from_rgb.bias").unwrap()[[0]] = f32::NAN;
    fixture::write(&from, &spec, &tensors);
    fails(&["generator.from_rgb.bias", "NaN"]);

    checkpoint(&from);
    let model = from.join(MODEL_FILE);
    let mut bytes = fs::read(&model).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&model, bytes).unwrap();
    let error = fails(&["model.safetensors", "SHA-256"]);
    assert!(matches!(error, ExportError::Spec(SpecError::Digest { .. })));

    let spec_file = from.join(SPEC_FILE);
    let text = fs::read_to_string(&spec_file).unwrap();
    let newer = text.replace("\"format_version\": 2", "\"format_version\": 3");
    fs::write(&spec_file, newer).unwrap();
    fails(&[
        "checkpoint.json",
        "found 3, expected at most 2",
        "update this program",
    ]);

    fs::remove_file(&spec_file).unwrap();
    fails(&["a folder without checkpoint.json", "trainer import"]);
}

#[test]
fn what_the_mirror_needs_beside_the_graphs_is_carried_and_a_changed_one_refused() {
    for file in [ALIGNER_FILE, MOUTH_FILE] {
        let has = |manifest: &Manifest| match file {
            MOUTH_FILE => manifest.has_mouth(),
            _ => manifest.has_aligner(),
        };
        let place = tempfile::tempdir().unwrap();
        let (from, to) = (place.path().join("checkpoint"), place.path().join("bundle"));
        checkpoint(&from);
        let mut spec = CheckpointSpec::load(&from, &[MODEL_FILE]).unwrap();
        fs::write(from.join(file), b"some weights").unwrap();
        let card = || fs::read_to_string(to.join(MODEL_CARD_FILE)).unwrap();
        export(&from, &to, &Options::default()).unwrap();
        assert!(!has(Bundle::open(&to).unwrap().manifest()));
        assert!(card().contains(&format!("- No {file}")), "{}", card());

        let digest = digest::of_file(&from.join(file)).unwrap();
        spec.files.insert(file.into(), digest);
        spec.provenance.data.push(format!("{file}: faces, terms"));
        spec.save(&from).unwrap();
        export(&from, &to, &Options::default()).unwrap();
        assert!(has(Bundle::open(&to).unwrap().manifest()));
        assert_eq!(fs::read(to.join(file)).unwrap(), b"some weights");
        assert!(!card().contains(&format!("- No {file}")), "{}", card());
        for line in ["- Data: {}: faces, terms", "\n- {}: "] {
            assert!(card().contains(&line.replace("{}", file)), "{}", card());
        }

        fs::write(from.join(file), b"others").unwrap();
        let message = export(&from, &to, &Options::default())
            .unwrap_err()
            .to_string();
        assert!(
            message.contains("SHA-256") && message.contains(file),
            "{message}"
        );
    }
}
