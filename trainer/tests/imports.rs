//! Weights from elsewhere.

use crate::{
    fixtures::{assert_close, folder, formula_weights},
    golden::{listed_shapes, resnet18_weights},
    pickled,
};
use model_spec::{Framing, checkpoint::MODEL_FILE};
use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
};
use tch::{Device, Tensor};
use trainer::{
    checkpoint,
    config::attributes,
    import::{ImportRequest, import, infer, official},
    networks::{FaceMask, ResNet18},
    weights::{self, Weights, pickle},
};

pub fn request(input: PathBuf, out: PathBuf, names: &str) -> ImportRequest {
    ImportRequest {
        input,
        out,
        map: None,
        attributes: Some(attributes::parse(names).unwrap()),
        w_hpf: None,
        framing: Framing {
            side_ratio: 1.66,
            centre_offset: [0.0, -0.094],
        },
        classifier: None,
        licence: "test".into(),
    }
}

#[test]
fn official_weights_become_a_checkpoint_of_inferred_shape() {
    let _alone = crate::small::alone();
    let fixtures = [
        ("official-64-plain", "smile,gender", 64, 0.0),
        ("official-256-hpf", "smile", 256, 1.0),
    ];
    for (name, attributes, size, w_hpf) in fixtures {
        let Some(folder) = folder(name) else { return };
        let temporary = tempfile::tempdir().unwrap();
        let out = temporary.path().join("checkpoint");
        let input = folder.join("nets_ema.ckpt");
        import(&request(input.clone(), out.clone(), attributes)).unwrap();
        let model = checkpoint::load(&out, Device::Cpu).unwrap();
        assert_eq!(model.spec.architecture.image_size, size);
        assert_eq!(model.spec.architecture.w_hpf, w_hpf);
        let written = weights::read(&out.join(MODEL_FILE)).unwrap();
        for (name, tensor) in &official(&input).unwrap().editor {
            assert!(written[name].equal(tensor), "{name}");
        }
        // Without a classifier nothing is known of a face, and the model card will say so.
        assert!(model.classifier.is_none());
        let notes = model.spec.provenance.notes.join(" ");
        assert!(notes.contains("no attribute classifier"), "{notes}");
        assert_eq!(
            notes.contains("no face-mask network"),
            w_hpf > 0.0,
            "{notes}"
        );
    }
}

#[test]
fn attributes_that_do_not_fit_the_heads_are_refused() {
    let _alone = crate::small::alone();
    let Some(folder) = folder("official-64-plain") else {
        return;
    };
    let out = std::env::temp_dir().join("never-written");
    let error = import(&request(folder.join("nets_ema.ckpt"), out, "smile")).unwrap_err();
    assert!(error.is_usage());
    let message = error.to_string();
    assert!(
        message.contains("expected 2") && message.contains("4 domains"),
        "{message}"
    );
}

/// A PyTorch file with `pickle` for its contents.
fn pickled(path: &Path, pickle: &[u8]) {
    let mut archive = zip::ZipWriter::new(File::create(path).unwrap());
    let stored =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    archive.start_file("archive/data.pkl", stored).unwrap();
    archive.write_all(pickle).unwrap();
    archive.finish().unwrap();
}

#[test]
fn a_pickle_that_wants_code_is_refused_by_name_and_runs_none_of_it() {
    let _alone = crate::small::alone();
    let temporary = tempfile::tempdir().unwrap();
    let (input, out) = (
        temporary.path().join("nets_ema.ckpt"),
        temporary.path().join("checkpoint"),
    );
    let trace = temporary.path().join("trace");
    let command = format!("touch {}", trace.display());
    let call = [
        b"cposix\nsystem\nX".as_slice(),
        &(command.len() as u32).to_le_bytes(),
        command.as_bytes(),
        b"\x85R",
    ]
    .concat();
    let key = b"X\x09\0\0\0generator";
    // As a value, as the state of a plain container, and left behind below the result.
    for pickle in [
        [b"\x80\x02}", key.as_slice(), &call, b"s."].concat(),
        [b"\x80\x02ccollections\nOrderedDict\n)R", &call[..], b"b."].concat(),
        [b"\x80\x02", &call[..], b"}."].concat(),
    ] {
        pickled(&input, &pickle);
        let message = import(&request(input.clone(), out.clone(), "smile"))
            .unwrap_err()
            .to_string();
        for part in ["nets_ema.ckpt", "found posix.system", "plain containers"] {
            assert!(message.contains(part), "{part:?} is not in: {message}");
        }
        assert!(!out.exists() && !trace.exists());
    }
    // The same file without the call is read, and found to be empty.
    pickled(&input, &[b"\x80\x02}", key.as_slice(), b"}s."].concat());
    let message = import(&request(input.clone(), out, "smile")).unwrap_err();
    assert!(
        message.to_string().contains("found no tensors"),
        "{message}"
    );
    fs::write(&input, b"no archive").unwrap();
    assert!(official(&input).is_err());
}

#[test]
fn a_pickle_whose_tensors_cannot_be_is_an_error_that_names_the_file() {
    let _alone = crate::small::alone();
    let temporary = tempfile::tempdir().unwrap();
    let path = temporary.path().join("nets_ema.ckpt");
    let message = |args: &[u8]| {
        let start =
            b"\x80\x02}X\x09\0\0\0generator}X\x01\0\0\0actorch._utils\n_rebuild_tensor_v2\n";
        pickled(&path, &[start, args, b"Rss."].concat());
        official(&path).unwrap_err().to_string()
    };
    let storage = b"(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpuK\x01tQ";
    let cases: [&[u8]; 5] = [
        b")",
        b"(K\x01K\0)\x89Nt",
        &[b"(", &storage[..], b"K\0)K\x01\x89Nt"].concat(),
        // More elements than the file has bytes, and more than there are numbers.
        &[
            b"(",
            &storage[..],
            b"K\0J\xff\xff\xff\x7f\x85K\x01\x85\x89Nt",
        ]
        .concat(),
        &[
            b"(",
            &storage[..],
            b"K\0(J\xff\xff\xff\x7fJ\xff\xff\xff\x7fJ\xff\xff\xff\x7ft(K\x01K\x01K\x01t\x89Nt",
        ]
        .concat(),
    ];
    for args in cases {
        let message = message(args);
        for part in ["nets_ema.ckpt", "data.pkl", "expected a storage"] {
            assert!(message.contains(part), "{part:?} is not in: {message}");
        }
    }
    pickled(&path, b"\x80\x02}X\x09\0\0\0gen");
    assert!(official(&path).is_err());
}

#[test]
fn every_missing_extra_and_misshapen_tensor_is_named() {
    let _alone = crate::small::alone();
    tch::manual_seed(1);
    let network = FaceMask::new(Device::Cpu);
    let mut tensors: Weights = network.weights();
    assert!(tensors.remove("bn1.bias").is_some());
    for i in 0..7 {
        let name = format!("stray.{i}");
        tensors.insert(name, Tensor::zeros([2], tch::kind::FLOAT_CPU));
    }
    let name = "conv1.conv.weight".to_owned();
    tensors.insert(name, Tensor::zeros([64, 3, 7, 7], tch::kind::FLOAT_CPU));
    let error = FaceMask::from_weights(&tensors, Path::new("wing.ckpt"), Device::Cpu);
    let message = error.unwrap_err().to_string();
    assert!(
        message.contains("wing.ckpt: 9 tensors do not fit"),
        "{message}"
    );
    assert!(
        message.contains("bn1.bias: missing, expected [64]"),
        "{message}"
    );
    assert!(
        message.contains("conv1.conv.weight: found [64, 3, 7, 7], expected [64, 6, 7, 7]"),
        "{message}"
    );
    assert!(
        message.contains("stray.6: found [2], expected none"),
        "{message}"
    );
}

#[test]
fn shapes_that_fit_no_generator_are_refused_by_name() {
    let _alone = crate::small::alone();
    let Some(folder) = folder("official-64-plain") else {
        return;
    };
    let path = folder.join("nets_ema.ckpt");
    let mut editor = official(&path).unwrap().editor;
    editor.retain(|name, _| !name.starts_with("generator.encode.3."));
    let message = infer(&editor, 1.0, &path).unwrap_err().to_string();
    assert!(
        message.contains("generator.encode: found 3 blocks, expected 4"),
        "{message}"
    );
    editor.remove("style_encoder.unshared.0.weight");
    assert!(infer(&editor, 1.0, &path).is_err());
    let discriminator = folder.join("discriminator.pth");
    let out = std::env::temp_dir().join("never-written.safetensors");
    let message = import(&request(discriminator, out, "smile"))
        .unwrap_err()
        .to_string();
    assert!(
        message.contains("main.0.bias") && message.contains("expected an editor"),
        "{message}"
    );
}

#[test]
fn a_face_mask_network_survives_import_and_masks_alike() {
    let _alone = crate::small::alone();
    tch::manual_seed(2);
    let temporary = tempfile::tempdir().unwrap();
    let path = temporary.path().join("mask.safetensors");
    let network = FaceMask::new(Device::Cpu);
    weights::write(&path, &network.weights()).unwrap();
    let out = temporary.path().join("out.safetensors");
    import(&request(path, out.clone(), "smile")).unwrap();
    let again = FaceMask::load(&out, Device::Cpu).unwrap();
    let x = Tensor::rand([1, 1, 32, 32], tch::kind::FLOAT_CPU);
    let (a, b) = (network.masks(&x), again.masks(&x));
    assert_close("first", &b.first, &a.first, 0.0);
    assert_close("second", &b.second, &a.second, 0.0);
}

#[test]
fn an_official_files_face_mask_network_masks_as_the_reference_does() {
    let _alone = crate::small::alone();
    let (Some(official), Some(mask)) = (folder("official-256-hpf"), folder("face-mask")) else {
        return;
    };
    let tensors = formula_weights(listed_shapes(&mask.join("parameters.txt")));
    // As a network that was trained on several GPUs is saved.
    let mut fan: Weights = tensors
        .into_iter()
        .map(|(name, tensor)| (format!("module.{name}"), tensor))
        .collect();
    let whole = official.join("nets_ema.ckpt");
    let part = |key| pickle::read(&whole, Some(key)).unwrap();
    let (generator, style_encoder) = (part("generator"), part("style_encoder"));
    let temporary = tempfile::tempdir().unwrap();
    let input = temporary.path().join("nets_ema.ckpt");
    let save = |fan: &Weights| {
        let parts = [
            ("generator", &generator),
            ("style_encoder", &style_encoder),
            ("fan", fan),
        ];
        pickled::save(&input, &parts);
    };
    save(&fan);
    let out = temporary.path().join("checkpoint");
    import(&request(input.clone(), out.clone(), "smile")).unwrap();
    let network = checkpoint::load(&out, Device::Cpu)
        .unwrap()
        .face_mask
        .unwrap();
    let x = &weights::read(&official.join("io.safetensors")).unwrap()["x"];
    let heat = tch::no_grad(|| network.heat_maps(x));
    let expected = weights::read(&mask.join("io.safetensors")).unwrap();
    assert_close("heat maps", &heat, &expected["network_heatmaps_64"], 1e-4);
    // `trainer fit` may take it from the official file itself.
    let direct = FaceMask::load(&input, Device::Cpu).unwrap();
    assert_close("direct", &tch::no_grad(|| direct.heat_maps(x)), &heat, 0.0);

    assert!(fan.remove("module.conv1.conv.weight").is_some());
    save(&fan);
    let again = temporary.path().join("again");
    let message = import(&request(input, again, "smile"))
        .unwrap_err()
        .to_string();
    assert!(message.contains("conv1.conv.weight: missing"), "{message}");
}

#[test]
fn resnet18_gives_the_reference_features_from_pth_and_imported_file_alike() {
    let _alone = crate::small::alone();
    let (Some(official), Some(step)) = (folder("official-64-plain"), folder("training-step"))
    else {
        return;
    };
    let temporary = tempfile::tempdir().unwrap();
    let pth = temporary.path().join("resnet18.pth");
    pickled::save(&pth, &[("", &resnet18_weights())]);
    let imported = temporary.path().join("resnet18.safetensors");
    import(&request(pth.clone(), imported.clone(), "smile")).unwrap();
    let x = &weights::read(&official.join("io.safetensors")).unwrap()["x"];
    let expected = &weights::read(&step.join("io.safetensors")).unwrap()["resnet18_features_x"];
    for path in [pth, imported] {
        let network = ResNet18::load(&path, Device::Cpu).unwrap();
        assert_close("F(x)", &network.features(x), expected, 1e-4);
    }
}
