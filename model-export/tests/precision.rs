//! Norm forms and precisions: exact where they promise it, measured where they do not.

use crate::{
    fixture::{self, Tensors},
    runtime,
};
use half::f16;
use model_export::{
    ExportError,
    export::{Exported, Options, export},
    graph::{
        Graph,
        op::{Conv, Op},
    },
    network, onnx,
    precision::{emulated, half as half_precision, norms},
    rewrite,
};
use model_spec::{
    Bundle, CheckpointSpec, ColourMode, GraphKind, Norms, OutputForm, Precision, tensor,
};
use ndarray::{Array4, ArrayD, Axis};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// A checkpoint with a true parity sample, and a folder of pictures.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let spec = fixture::spec(32, ColourMode::Luma, OutputForm::Difference);
        checkpoint(
            &folder.path().join("ckpt"),
            &spec,
            &fixture::tensors(&spec),
            8,
        );
        pictures(&folder.path().join("faces/nested"), 4);
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn export(&self, options: &Options) -> Result<Exported, ExportError> {
        export(&self.path("ckpt"), &self.path("bundle"), options)
    }
}

/// A folder of so many pictures of noise.
pub fn pictures(folder: &Path, count: u64) {
    fs::create_dir_all(folder).unwrap();
    for seed in 0..count {
        let noise = fixture::noise(&[40 * 36], seed);
        let bytes = noise.iter().map(|v| (v * 127.0 + 128.0) as u8).collect();
        let picture = image::GrayImage::from_raw(40, 36, bytes).unwrap();
        picture.save(folder.join(format!("{seed}.png"))).unwrap();
    }
}

/// Writes a checkpoint whose parity sample is what its plain graphs make of noise, without masks.
pub fn checkpoint(folder: &Path, spec: &CheckpointSpec, tensors: &Tensors, faces: usize) {
    fixture::write(folder, spec, tensors);
    let graphs: Vec<Graph> = network::build(folder, spec)
        .unwrap()
        .into_values()
        .collect();
    let run = |graph: usize, inputs: &[(&str, &ArrayD<f32>)]| {
        runtime::run(&onnx::encode(&graphs[graph], &[]).unwrap(), inputs)
    };
    let a = &spec.architecture;
    let image = fixture::noise(&[faces, a.colour.channels(), a.image_size, a.image_size], 5);
    let mut sample = run(0, &[(tensor::IMAGE, &image)]);
    // All faces are of domain 0.
    let style = sample[tensor::STYLES].index_axis(Axis(1), 0).to_owned();
    sample.extend(run(1, &[(tensor::STYLE, &style)]));
    let mask = ArrayD::zeros(vec![faces, 1, tensor::MASK_SIZE, tensor::MASK_SIZE]);
    let mut inputs = vec![(tensor::IMAGE, &image), (tensor::STYLE, &style)];
    if a.reads_masks() {
        inputs.extend([(tensor::MASK_FIRST, &mask), (tensor::MASK_SECOND, &mask)]);
    }
    sample.extend(run(2, &inputs));
    sample.extend(run(3, &[(tensor::IMAGE, &image)]));
    sample.insert(tensor::IMAGE.into(), image);
    sample.insert(tensor::STYLE_EDITED.into(), style);
    fixture::write_with_parity(folder, spec, &fixture::parity_bytes(&sample, faces));
}

fn reduced(precision: Precision) -> Options {
    Options {
        precision,
        ..Options::default()
    }
}

fn generator(graph: &Graph) -> ArrayD<f32> {
    let image = fixture::noise(&[2, 1, 32, 32], 1);
    let style = fixture::noise(&[2, 12], 2);
    let bytes = onnx::encode(graph, &[]).unwrap();
    let inputs = [(tensor::IMAGE, &image), (tensor::STYLE, &style)];
    runtime::run(&bytes, &inputs)
        .remove(tensor::EDITED)
        .unwrap()
}

#[test]
fn arithmetic_norms_give_the_numbers_of_native_ones() {
    if runtime::is_missing("arithmetic_norms") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let spec = fixture::spec(32, ColourMode::Luma, OutputForm::Difference);
    fixture::write(folder.path(), &spec, &fixture::tensors(&spec));
    for passes in [&rewrite::PASSES[..], &[]] {
        let mut native = network::build(folder.path(), &spec).unwrap();
        let mut native = native.remove(&GraphKind::Generator).unwrap();
        rewrite::apply(&mut native, passes);
        let mut arithmetic = native.clone();
        norms::as_arithmetic(&mut arithmetic);
        let is_norm = |node: &model_export::graph::Node| node.op.name() == "InstanceNormalization";
        assert!(native.nodes.iter().any(is_norm));
        assert!(!arithmetic.nodes.iter().any(is_norm));
        let difference = generator(&native) - generator(&arithmetic);
        let worst = difference
            .iter()
            .fold(0.0, |most: f32, it| most.max(it.abs()));
        println!("max|diff| {worst:.2e}");
        assert!(worst <= 1e-5, "{worst}");
    }
}

/// `x` times 30000 and back, in convolutions.
fn there_and_back() -> Graph {
    let mut graph = Graph::new("test", "");
    graph.input("x", &[1, 2, 2]);
    let factor = |it: f32| Op::Conv(Conv::new(Array4::from_elem([1; 4], it), None, 0));
    graph.push("large", factor(30000.0), &["x"]);
    graph.push("y", factor(1.0 / 30000.0), &["large"]);
    graph.output("y", "y");
    graph
}

#[test]
fn emulated_16_bit_arithmetic_rounds_every_result_and_overflows() {
    if runtime::is_missing("sixteen_bit_arithmetic") {
        return;
    }
    let mut graph = there_and_back();
    half_precision::apply(&mut graph, Precision::Fp16).unwrap();
    let emulated_bytes = onnx::encode(&emulated::of(&graph), &[]).unwrap();
    let run = |x: [f32; 4]| {
        let x = ArrayD::from_shape_vec(vec![1, 1, 2, 2], x.into()).unwrap();
        let y = runtime::run(&emulated_bytes, &[("x", &x)])
            .remove("y")
            .unwrap();
        y.iter().copied().collect::<Vec<_>>()
    };
    let round = |it: f32| f16::from_f32(it).to_f32();
    let x = [1.0, 0.1, -0.3, 2.001];
    let expected = x.map(|it| round(round(round(it) * 30000.0) * round(1.0 / 30000.0)));
    assert_eq!(run(x), expected);
    assert!(x.iter().zip(expected).any(|(a, b)| *a != b));
    // 90000 is no 16-bit float; 60000 is one.
    let y = run([3.0, -3.0, 2.0, 0.0]);
    assert!(y[0].is_infinite() && y[1].is_infinite() && y[2].is_finite());
}

#[test]
fn sixteen_bit_bundles_are_half_as_large_measured_and_within_their_tolerance() {
    if runtime::is_missing("sixteen_bit_bundles") {
        return;
    }
    let place = Place::new();
    let exact = place.export(&Options::default()).unwrap();
    assert!(exact.fidelity.is_none());
    for norms in [Norms::Native, Norms::Arithmetic] {
        for precision in [Precision::Mixed, Precision::Fp16] {
            let options = Options {
                norms,
                ..reduced(precision)
            };
            let exported = place.export(&options).unwrap();
            let generator = |exported: &Exported| exported.graphs[2].bytes as f64;
            let share = generator(&exported) / generator(&exact);
            println!("{precision}, {}: {share:.2} of the bytes", norms.name());
            assert!(share < 0.9, "{share}");
            let bundle = Bundle::open(&place.path("bundle")).unwrap();
            let manifest = bundle.manifest();
            assert_eq!((manifest.precision, manifest.norms), (precision, norms));
            let fidelity = manifest.fidelity.as_ref().unwrap();
            println!("{fidelity:?}");
            assert!(fidelity.psnr_decibels > 50.0 && fidelity.psnr_decibels < 150.0);
            assert!(fidelity.max_difference > 0.0 && !fidelity.loss_accepted);
            assert!((tensor::PARITY_TOLERANCE..0.1).contains(&fidelity.parity_tolerance));
            assert!(
                fidelity
                    .measured_on
                    .contains("8 faces of the parity sample")
            );
        }
    }
}

#[test]
fn integers_are_calibrated_on_a_folder_and_first_and_last_convolutions_stay() {
    if runtime::is_missing("integers") {
        return;
    }
    let place = Place::new();
    let options = Options {
        calibration: Some(place.path("faces")),
        // Noise through random weights is the worst there is.
        accept_loss: true,
        ..reduced(Precision::Int8)
    };
    let exported = place.export(&options).unwrap();
    let counts: Vec<usize> = exported
        .graphs
        .iter()
        .map(|graph| graph.quantised)
        .collect();
    println!("{counts:?} {:?}", exported.fidelity);
    // The style transformer has none.
    assert!(counts[0] > 0 && counts[1] == 0 && counts[2] > 0 && counts[3] > 0);
    let fidelity = exported.fidelity.as_ref().unwrap();
    assert!(
        fidelity
            .measured_on
            .contains("4 of the 4 calibration pictures")
    );
    let bundle = Bundle::open(&place.path("bundle")).unwrap();
    let operators = |file: &str| {
        let bytes = bundle.read(file).unwrap();
        model_export::bundle::inspect::operators(&bytes, Path::new(file)).unwrap()
    };
    assert!(operators("generator.onnx").contains_key("QuantizeLinear"));
    assert!(!operators("style_transformer.onnx").contains_key("QuantizeLinear"));
    let weights = |file: &str| {
        let bytes = bundle.read(file).unwrap();
        model_export::bundle::inspect::operators(&bytes, Path::new(file)).unwrap()["Conv"].count
    };
    // The first and the last of the generator; the first of the others, whose last layers are linear.
    assert_eq!(weights("generator.onnx"), counts[2] as u64 + 2);
    assert_eq!(weights("classifier.onnx"), counts[3] as u64 + 1);
    assert!(exported.time_ratio.unwrap() > 0.0);
}

#[test]
fn folders_without_pictures_and_files_that_are_none_are_named() {
    if runtime::is_missing("folders_without_pictures") {
        return;
    }
    let place = Place::new();
    let fails = |name: &str, why: &str| {
        let options = Options {
            calibration: Some(place.path(name)),
            ..reduced(Precision::Int8)
        };
        let message = place.export(&options).unwrap_err().to_string();
        assert!(message.contains(name) && message.contains(why), "{message}");
        assert!(!place.path("bundle").exists());
    };
    fs::create_dir(place.path("empty")).unwrap();
    fails("empty", "no .jpg, .jpeg or .png");
    fails("nowhere", "No such file");
    fs::write(place.path("empty/broken.png"), b"no picture").unwrap();
    fails("empty", "broken.png");
}

#[test]
fn weights_that_no_16_bit_float_can_hold_are_named() {
    if runtime::is_missing("weights_that_no_16_bit_float_can_hold") {
        return;
    }
    let place = Place::new();
    let spec = fixture::spec(32, ColourMode::Luma, OutputForm::Difference);
    let mut tensors = fixture::tensors(&spec);
    let name = "generator.encode.1.conv2.weight";
    tensors.get_mut(name).unwrap()[[0, 0, 0, 0]] = 1e6;
    let parity = fs::read(place.path("ckpt/parity.safetensors")).unwrap();
    fixture::write(&place.path("ckpt"), &spec, &tensors);
    fixture::write_with_parity(&place.path("ckpt"), &spec, &parity);
    let message = place
        .export(&reduced(Precision::Fp16))
        .unwrap_err()
        .to_string();
    assert!(
        message.contains("encode.1.conv2") && message.contains("65504"),
        "{message}"
    );
}
