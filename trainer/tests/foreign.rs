//! Files of weights as people have them.

use crate::{fixtures::assert_close, golden::official_names, imports::request, pickled};
use model_spec::{Architecture, ColourMode, OutputForm, checkpoint::MODEL_FILE};
use std::{
    fs,
    path::{Path, PathBuf},
};
use tch::{Device, Kind, Tensor};
use trainer::{
    checkpoint,
    config::attributes,
    error::TrainError,
    import::{import, official},
    networks::{FaceMask, StoredEditor},
    weights::{self, Weights, pickle},
};

/// An editor of two widths, as the official file names its tensors.
pub struct Editor {
    pub generator: Weights,
    pub style_encoder: Weights,
}

impl Editor {
    pub fn new(w_hpf: f32) -> Self {
        let architecture = Architecture {
            image_size: 32,
            colour: ColourMode::Rgb,
            style_dim: 8,
            stem_channels: 4,
            max_conv_dim: 8,
            w_hpf,
            output: OutputForm::Image,
            largest_displacement: 0.0,
            classifier_channels: 0,
        };
        tch::manual_seed(5);
        let attributes = attributes::parse("smile:neutral/smiling").unwrap();
        let stored = StoredEditor::new(&architecture, &attributes, Device::Cpu);
        let part = |network| {
            let named = official_names(&stored.store, network).into_iter();
            named
                .map(|(name, tensor)| (name, tensor.detach()))
                .collect()
        };
        let mut generator: Weights = part("generator");
        // The official file carries it, and nothing runs it.
        generator.insert("attention.layers.0.weight".into(), ones(&[2, 2]));
        Self {
            generator,
            style_encoder: part("style_encoder"),
        }
    }

    fn parts(&self) -> [(&str, &Weights); 2] {
        [
            ("generator", &self.generator),
            ("style_encoder", &self.style_encoder),
        ]
    }

    /// As `safetensors` keeps it: one level of names.
    fn flat(&self) -> Weights {
        let parts = self.parts().into_iter();
        parts
            .flat_map(|(part, tensors)| {
                let named = tensors.iter();
                named.map(move |(name, tensor)| (format!("{part}.{name}"), tensor.shallow_clone()))
            })
            .collect()
    }

    /// As in the named file, whatever its format.
    fn assert_read_from(&self, path: &Path) {
        let found = official(path).unwrap().editor;
        let mut count = 0;
        for (name, tensor) in self.flat() {
            let name = name
                .replace("style_encoder.transform1.", "style_transformer.unrelated.")
                .replace("style_encoder.transform2.", "style_transformer.related.");
            if !name.contains(".attention.") {
                assert!(found[&name].equal(&tensor), "{}: {name}", path.display());
                count += 1;
            }
        }
        assert_eq!(found.len(), count, "{}", path.display());
    }
}

fn ones(sides: &[i64]) -> Tensor {
    Tensor::ones(sides, tch::kind::FLOAT_CPU)
}

fn refusal(result: Result<impl Sized, TrainError>, parts: &[&str]) {
    let Err(error) = result else {
        panic!("accepted, expected a refusal with {parts:?}");
    };
    let message = error.to_string();
    for part in parts {
        assert!(message.contains(part), "{part:?} is not in: {message}");
    }
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

#[test]
fn an_editor_is_read_alike_from_every_format_and_memory_order() {
    let _alone = crate::small::alone();
    let folder = Folder::new();
    let mut editor = Editor::new(0.0);
    let (zip, legacy) = (folder.path("zip.ckpt"), folder.path("legacy.ckpt"));
    pickled::save(&zip, &editor.parts());
    pickled::save_legacy(&legacy, &editor.parts());
    let flat = folder.path("editor.safetensors");
    weights::write(&flat, &editor.flat()).unwrap();
    for path in [&zip, &legacy, &flat] {
        editor.assert_read_from(path);
    }
    // The content tells the format, not the name.
    let renamed = folder.path("editor.ckpt");
    fs::copy(&flat, &renamed).unwrap();
    editor.assert_read_from(&renamed);

    for tensor in editor.generator.values_mut() {
        if tensor.size().len() == 4 {
            // Channels last; transposed; every second number.
            *tensor = tensor
                .permute([0, 2, 3, 1])
                .contiguous()
                .permute([0, 3, 1, 2]);
        } else if tensor.size().len() == 2 {
            *tensor = tensor.tr().contiguous().tr();
        } else {
            let apart = Tensor::stack(&[tensor.shallow_clone(), tensor.zeros_like()], 1);
            *tensor = apart.select(1, 0);
        }
        assert!(tensor.numel() == 1 || tensor.stride().last() != Some(&1) || tensor.dim() == 4);
    }
    for (path, save) in [
        (&zip, pickled::save as fn(&Path, &[(&str, &Weights)])),
        (&legacy, pickled::save_legacy),
    ] {
        save(path, &editor.parts());
        editor.assert_read_from(path);
    }
}

#[test]
fn a_strided_face_mask_network_is_not_lost() {
    let _alone = crate::small::alone();
    let folder = Folder::new();
    let editor = Editor::new(1.0);
    tch::manual_seed(2);
    let network = FaceMask::new(Device::Cpu);
    let strided = network.weights().into_iter().map(|(name, tensor)| {
        let last = tensor.size().len() == 4;
        let tensor = tensor.detach();
        let permuted = || {
            tensor
                .permute([0, 2, 3, 1])
                .contiguous()
                .permute([0, 3, 1, 2])
        };
        let kept = if last {
            permuted()
        } else {
            tensor.shallow_clone()
        };
        (format!("module.{name}"), kept)
    });
    let fan: Weights = strided.collect();
    let [generator, style_encoder] = editor.parts();
    let path = folder.path("nets_ema.ckpt");
    pickled::save(&path, &[generator, style_encoder, ("fan", &fan)]);
    let out = folder.path("checkpoint");
    import(&request(path, out.clone(), "smile")).unwrap();
    let again = checkpoint::load(&out, Device::Cpu)
        .unwrap()
        .face_mask
        .unwrap();
    let x = Tensor::rand([1, 3, 32, 32], tch::kind::FLOAT_CPU);
    let masks = [&network, &again].map(|network| tch::no_grad(|| network.masks(&x)));
    assert_close("masks", &masks[1].first, &masks[0].first, 0.0);
}

#[test]
fn the_filters_divisor_is_read_and_may_not_be_contradicted() {
    let _alone = crate::small::alone();
    let folder = Folder::new();
    let mut editor = Editor::new(1.0);
    let filter = ones(&[3, 3]) * -2.0;
    let _ = filter.get(1).get(1).fill_(16.0);
    editor
        .generator
        .insert("hpf.filter".into(), filter.shallow_clone());
    let path = folder.path("nets_ema.ckpt");
    pickled::save(&path, &editor.parts());
    let out = folder.path("checkpoint");
    let mut wanted = request(path.clone(), out.clone(), "smile");
    import(&wanted).unwrap();
    let spec = checkpoint::load(&out, Device::Cpu).unwrap().spec;
    assert_eq!(spec.architecture.w_hpf, 0.5);
    wanted.out = folder.path("again");
    wanted.w_hpf = Some(0.5);
    import(&wanted).unwrap();
    wanted.out = folder.path("never");
    wanted.w_hpf = Some(1.0);
    refusal(import(&wanted), &["--w-hpf: found 1, expected 0.5"]);
    let _ = filter.get(0).fill_(5.0);
    pickled::save(&path, &editor.parts());
    wanted.w_hpf = None;
    refusal(
        import(&wanted),
        &["nets_ema.ckpt", "generator.hpf.filter", "5.0"],
    );
    assert!(!folder.path("never").exists());
}

#[test]
fn names_of_another_implementation_are_translated_by_a_table() {
    let _alone = crate::small::alone();
    let folder = Folder::new();
    let editor = Editor::new(0.0);
    let theirs: Weights = editor
        .flat()
        .into_iter()
        .map(|(name, tensor)| {
            let name = name
                .replace("generator.", "netG.")
                .replace("style_encoder.", "netE.")
                .replace(".conv1.", ".c1.");
            (name, tensor)
        })
        .collect();
    let path = folder.path("theirs.safetensors");
    weights::write(&path, &theirs).unwrap();
    let out = folder.path("checkpoint");
    let mut wanted = request(path.clone(), out.clone(), "smile");
    refusal(import(&wanted), &["theirs.safetensors", "netE.", "--map"]);
    let map = folder.path("names.txt");
    let table = "# theirs = the official names\n\
                 netG.attention.* =\n\
                 netG.*.c1.* = generator.*.conv1.*\n\
                 netG.* = generator.*\n\
                 netE.*.c1.* = style_encoder.*.conv1.*\n\
                 netE.* = style_encoder.*\n";
    fs::write(&map, table).unwrap();
    wanted.map = Some(map.clone());
    import(&wanted).unwrap();
    let written = weights::read(&out.join(MODEL_FILE)).unwrap();
    let name = "generator.encode.0.conv1.weight";
    assert!(written[name].equal(&editor.generator["encode.0.conv1.weight"]));
    fs::write(&map, format!("{table}netF.* = fan.*\n")).unwrap();
    refusal(import(&wanted), &["names.txt", "line 7: netF.*"]);
}

#[test]
fn an_editor_inside_another_dictionary_is_found_the_averaged_one_first() {
    let _alone = crate::small::alone();
    let folder = Folder::new();
    let editor = Editor::new(0.0);
    let inside = |wrapper: &str, scale: f64| -> Weights {
        let named = editor.flat().into_iter();
        named
            .map(|(name, tensor)| (format!("{wrapper}.{name}"), tensor * scale))
            .collect()
    };
    let path = folder.path("all.ckpt");
    pickled::save(&path, &[("", &inside("state_dict", 1.0))]);
    editor.assert_read_from(&path);
    pickled::save(
        &path,
        &[("nets", &inside("a", 2.0)), ("nets_ema", &inside("a", 1.0))],
    );
    editor.assert_read_from(&path);
    pickled::save(
        &path,
        &[("one", &inside("a", 2.0)), ("two", &inside("a", 1.0))],
    );
    refusal(official(&path), &["all.ckpt", "one.a, two.a", "--map"]);
}

#[test]
fn weights_that_are_not_finite_are_refused_by_name_whatever_the_format() {
    let _alone = crate::small::alone();
    let folder = Folder::new();
    for (value, shown) in [(f64::NAN, "NaN"), (f64::INFINITY, "inf")] {
        let mut editor = Editor::new(0.0);
        let broken = ones(&[8]);
        let _ = broken.get(5).fill_(value);
        editor
            .style_encoder
            .insert("transform1.0.bias".into(), broken);
        let names = ["a.ckpt", "b.ckpt", "c.safetensors"].map(|name| folder.path(name));
        pickled::save(&names[0], &editor.parts());
        pickled::save_legacy(&names[1], &editor.parts());
        weights::write(&names[2], &editor.flat()).unwrap();
        for path in names {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let out = folder.path("never");
            let expected = [&name, "style_encoder.transform1.0.bias", shown, "element 5"];
            refusal(import(&request(path, out.clone(), "smile")), &expected);
            assert!(!out.exists());
        }
    }
    // Networks for losses and masks, too.
    let mut mask = FaceMask::new(Device::Cpu).weights();
    let name = "bn1.bias".to_owned();
    mask.insert(name, Tensor::full([64], f64::NAN, tch::kind::FLOAT_CPU));
    let path = folder.path("wing.safetensors");
    weights::write(&path, &mask).unwrap();
    refusal(
        FaceMask::load(&path, Device::Cpu),
        &["wing.safetensors", "bn1.bias"],
    );
}

#[test]
fn stargan_v2s_own_file_is_called_that_and_what_can_be_used_of_it_said() {
    let _alone = crate::small::alone();
    let folder = Folder::new();
    let mut editor = Editor::new(0.0);
    editor
        .style_encoder
        .retain(|name, _| !name.starts_with("transform"));
    let mapping = Weights::from([("shared.0.weight".into(), ones(&[4, 4]))]);
    let path = folder.path("stargan_v2.ckpt");
    let [generator, style_encoder] = editor.parts();
    pickled::save(
        &path,
        &[generator, style_encoder, ("mapping_network", &mapping)],
    );
    let out = folder.path("never");
    let parts = [
        "StarGAN v2's own",
        "style transformer",
        "trainer fit --from",
        "missing",
    ];
    refusal(import(&request(path, out.clone(), "smile")), &parts);
    assert!(!out.exists());
}

#[test]
fn files_that_are_no_weights_are_called_what_they_are() {
    let _alone = crate::small::alone();
    let folder = Folder::new();
    let path = folder.path("nets_ema.ckpt");
    let said = |bytes: &[u8], part: &str| {
        fs::write(&path, bytes).unwrap();
        refusal(official(&path), &["nets_ema.ckpt", part]);
    };
    said(b"", "an empty file");
    said(b"<!DOCTYPE html>\n<html>quota</html>", "a web page");
    said(
        b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n",
        "Git LFS pointer",
    );
    let editor = Editor::new(0.0);
    for save in [pickled::save, pickled::save_legacy] {
        save(&path, &editor.parts());
        let whole = fs::read(&path).unwrap();
        for share in [2, 3, 10, 100] {
            said(&whole[..whole.len() / share], "cut off");
        }
        said(&whole[..whole.len() - 1], "cut off");
    }
    let flat = folder.path("flat.safetensors");
    weights::write(&flat, &editor.flat()).unwrap();
    let whole = fs::read(&flat).unwrap();
    said(
        &whole[..whole.len() / 2],
        "safetensors file that is cut off",
    );
    let moments = ["exp_avg", "exp_avg_sq"].map(|name| (format!("state.0.{name}"), ones(&[2])));
    let optimiser = optimiser(&Weights::from(moments));
    said(&optimiser, "the state of an optimiser");
    refusal(official(folder.0.path()), &["found a folder"]);
    let integers = b"\x80\x02}X\x01\0\0\0aK\x01s.";
    let mut zip = zip::ZipWriter::new(fs::File::create(&path).unwrap());
    let stored = zip::write::SimpleFileOptions::default();
    zip.start_file(
        "a/data.pkl",
        stored.compression_method(zip::CompressionMethod::Stored),
    )
    .unwrap();
    std::io::Write::write_all(&mut zip, integers).unwrap();
    zip.finish().unwrap();
    refusal(official(&path), &["found no tensors"]);
}

/// `{"generator": {"param_groups": [], "state": {}, …}}` in the format before PyTorch 1.6.
fn optimiser(moments: &Weights) -> Vec<u8> {
    let folder = Folder::new();
    let path = folder.path("optims.ckpt");
    pickled::save_legacy(&path, &[("generator", moments)]);
    let bytes = fs::read(&path).unwrap();
    let inner = b"}(X\x09\0\0\0generator}(";
    let at = bytes
        .windows(inner.len())
        .position(|part| part == inner)
        .unwrap()
        + inner.len();
    let groups = b"X\x0c\0\0\0param_groups]X\x05\0\0\0state}";
    [&bytes[..at], groups, &bytes[at..]].concat()
}

#[test]
fn malicious_and_damaged_files_are_errors_and_never_panics() {
    let _alone = crate::small::alone();
    let folder = Folder::new();
    let path = folder.path("small.ckpt");
    let tensors = Weights::from([("a".into(), ones(&[2, 3]).tr()), ("b".into(), ones(&[4]))]);
    for save in [pickled::save, pickled::save_legacy] {
        save(&path, &[("generator", &tensors)]);
        let whole = fs::read(&path).unwrap();
        let mut refused = 0;
        for at in 0..whole.len() {
            fs::write(&path, &whole[..at]).unwrap();
            assert!(
                pickle::read(&path, Some("generator")).is_err(),
                "cut at {at}"
            );
            for value in [0, 0x7f, 0xff, whole[at] ^ 1, b'.', b'R', b'u', b'b'] {
                let mut damaged = whole.clone();
                damaged[at] = value;
                fs::write(&path, &damaged).unwrap();
                refused += usize::from(pickle::read(&path, Some("generator")).is_err());
            }
        }
        assert!(refused > whole.len(), "{refused}");
    }
}

#[test]
fn a_file_cannot_ask_for_more_memory_than_it_has_bytes() {
    let _alone = crate::small::alone();
    let folder = Folder::new();
    let path = folder.path("bomb.ckpt");
    let bomb = |pickle: &[u8], part: &str| {
        let mut zip = zip::ZipWriter::new(fs::File::create(&path).unwrap());
        let stored = zip::write::SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Stored);
        for (name, bytes) in [("a/data.pkl", pickle), ("a/data/0", &[0; 4000])] {
            zip.start_file(name, stored).unwrap();
            std::io::Write::write_all(&mut zip, bytes).unwrap();
        }
        zip.finish().unwrap();
        refusal(pickle::read(&path, None), &["bomb.ckpt", part]);
    };
    // A text of 4 GB and one of as many as there are, in a file of a few bytes.
    bomb(b"\x80\x02X\xff\xff\xff\xffabc.", "cut off");
    bomb(
        b"\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\x7fabc.",
        "cut off",
    );
    let storage =
        b"((X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpuM\xe8\x03tQ";
    let tensor = |rest: &[u8]| {
        let head = b"\x80\x02}X\x01\0\0\0actorch._utils\n_rebuild_tensor_v2\n";
        [&head[..], storage, rest, b"s."].concat()
    };
    // One number repeated, behind the storage's end, sides without numbers but of any length, any stride.
    bomb(
        &tensor(b"K\0J\xff\xff\xff\x7f\x85K\0\x85\x89NtR"),
        "expected a storage",
    );
    bomb(
        &tensor(b"M\xe7\x03K\x02\x85K\x01\x85\x89NtR"),
        "1000 elements",
    );
    bomb(
        &tensor(b"K\0K\0J\xff\xff\xff\x7f\x86K\x01K\x01\x86\x89NtR"),
        "expected a storage",
    );
    bomb(
        &tensor(b"K\0K\x02\x85\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f\x85\x89NtR"),
        "1000 elements",
    );
    // A thousand tensors of the same thousand numbers.
    let mut many = b"\x80\x02}(ctorch._utils\n_rebuild_tensor_v2\n".to_vec();
    many.extend(storage);
    many.extend(b"K\0M\xe8\x03\x85K\x01\x85\x89NtRq\x000");
    for name in 0..1000_u32 {
        many.extend(b"X\x04\0\0\0");
        many.extend(format!("{name:04}").as_bytes());
        many.extend(b"h\0");
    }
    many.extend(b"u.");
    bomb(&many, "expected no more than the file has bytes");
    // Containers inside each other, a hundred thousand deep, and inside themselves.
    let deep = [b"\x80\x02)".as_slice(), &[0x85; 100_000], b"."].concat();
    bomb(&deep, "found no tensors");
    bomb(b"\x80\x02}q\0X\x01\0\0\0ah\0s.", "found no tensors");
    // A dictionary that names one ten times which names one ten times …
    let mut wide = b"\x80\x02}q\0".to_vec();
    for level in 1..30_u8 {
        wide.push(b'}');
        for name in b'a'..=b'j' {
            wide.extend(b"X\x01\0\0\0");
            wide.extend([name, b'h', level - 1, b's']);
        }
        wide.extend([b'q', level]);
    }
    wide.push(b'.');
    bomb(&wide, "entries");
}

#[test]
fn tensors_of_other_number_formats_become_32_bit_floats() {
    let _alone = crate::small::alone();
    let folder = Folder::new();
    let editor = Editor::new(0.0);
    let halves = editor.flat().into_iter().map(|(name, tensor)| {
        let kind = if name.contains("bias") {
            Kind::Double
        } else {
            Kind::Half
        };
        (name, tensor.to_kind(kind))
    });
    let halves: Weights = halves.collect();
    let path = folder.path("half.safetensors");
    weights::write(&path, &halves).unwrap();
    for (name, tensor) in official(&path).unwrap().editor {
        assert_eq!(tensor.kind(), Kind::Float, "{name}");
    }
}

#[test]
fn the_shared_inputs_of_these_kinds_are_read_or_called_what_they_are() {
    let _alone = crate::small::alone();
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/cases/trainer");
    if !cases.is_dir() {
        println!("skipped: no inputs at {}", cases.display());
        return;
    }
    let folder = Folder::new();
    let read = |name: &str| {
        let out = folder.path(name);
        let mut wanted = request(cases.join(name), out.clone(), "smile");
        wanted.attributes = None;
        import(&wanted).map(|()| checkpoint::load(&out, Device::Cpu).unwrap())
    };
    for name in [
        "editor_ok.ckpt",
        "hpf_two_widths.ckpt",
        "legacy_format.ckpt",
        "hpf_filter_buffer.ckpt",
        "channels_last.ckpt",
    ] {
        let found = read(name).unwrap();
        let masks = name.starts_with("hpf");
        assert_eq!(found.spec.architecture.reads_masks(), masks, "{name}");
    }
    refusal(read("stargan_v2.ckpt"), &["StarGAN v2's own", "fit --from"]);
    refusal(read("nan.ckpt"), &["found NaN at element"]);
    refusal(read("optims.ckpt"), &["the state of an optimiser"]);
}
