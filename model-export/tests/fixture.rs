//! Random checkpoints, small enough to run naively.

use model_spec::{
    Architecture, Attribute, AttributeSet, CheckpointSpec, ColourMode, Framing, OutputForm,
    Provenance,
    checkpoint::{FACE_MASK_FILE, FORMAT_VERSION, MODEL_FILE, PARITY_FILE},
    digest,
};
use ndarray::ArrayD;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use safetensors::{Dtype, tensor::TensorView};
use std::{collections::BTreeMap, fs, path::Path};

pub type Tensors = BTreeMap<String, ArrayD<f32>>;

/// Rising widths, a width bound that makes blocks without conv1x1, and two attributes.
pub fn spec(image_size: usize, colour: ColourMode, output: OutputForm) -> CheckpointSpec {
    let attribute = |name: &str, off: &str, on: &str| Attribute {
        name: name.into(),
        label: name.into(),
        off: off.into(),
        on: on.into(),
        strength_range: [-1.0, 1.5],
    };
    CheckpointSpec {
        format_version: FORMAT_VERSION,
        name: "tiny".into(),
        licence: "CC0-1.0".into(),
        light: None,
        architecture: Architecture {
            largest_displacement: match output {
                OutputForm::Displacement => 0.05,
                OutputForm::Image | OutputForm::Difference => 0.0,
            },
            image_size,
            colour,
            style_dim: 12,
            stem_channels: 8,
            max_conv_dim: 16,
            w_hpf: 0.0,
            output,
            classifier_channels: 4,
        },
        attributes: AttributeSet::new(vec![
            attribute("smile", "neutral", "smiling"),
            attribute("gaze", "away", "here"),
        ])
        .unwrap(),
        framing: Framing {
            side_ratio: 1.5,
            centre_offset: [0.0, 0.05],
        },
        provenance: Provenance {
            trainer_version: "0.1.0".into(),
            revision: "unknown".into(),
            data: vec!["random numbers".into()],
            notes: vec![],
            data_digest: "0".repeat(64),
            steps: 7,
            batch_size: 8,
            hardware: "none".into(),
            metrics: BTreeMap::from([("edit_success.neutral_to_smiling".into(), 0.5)]),
        },
        files: BTreeMap::new(),
    }
}

/// Uniform random numbers in [-1, 1].
pub fn noise(shape: &[usize], seed: u64) -> ArrayD<f32> {
    let mut random = Pcg64Mcg::seed_from_u64(seed);
    ArrayD::from_shape_simple_fn(shape, || random.random_range(-1.0..1.0))
}

/// Every tensor of a checkpoint, spelled out here once more on purpose: this list is the format.
pub fn tensors(spec: &CheckpointSpec) -> Tensors {
    let mut shapes: Vec<(String, Vec<usize>)> = Vec::new();
    let mut add = |name: String, shape: &[usize]| shapes.push((name, shape.to_vec()));
    let a = &spec.architecture;
    let (image, dim) = (a.colour.channels(), a.style_dim);
    let (domains, attributes) = (spec.attributes.domain_count(), spec.attributes.len());
    let log2 = a.image_size.ilog2() as usize;
    let width = |k: usize| {
        if k == 0 {
            a.stem_channels
        } else {
            (a.stem_channels << k).min(a.max_conv_dim)
        }
    };

    let mut layer = |name: &str, weight: &[usize]| {
        add(format!("{name}.weight"), weight);
        add(format!("{name}.bias"), &weight[..1]);
    };
    layer("generator.from_rgb", &[width(0), image, 3, 3]);
    let high_pass = a.w_hpf > 0.0;
    let down = log2 - 4 + usize::from(high_pass);
    let block = |k: usize| (width(k.min(down)), width((k + 1).min(down)));
    for i in 0..down + 2 {
        let (from, to) = block(i);
        let name = format!("generator.encode.{i}");
        layer(&format!("{name}.conv1"), &[from, from, 3, 3]);
        layer(&format!("{name}.conv2"), &[to, from, 3, 3]);
        layer(&format!("{name}.norm1"), &[from]);
        layer(&format!("{name}.norm2"), &[from]);
        let (to, from) = block(down + 1 - i);
        let name = format!("generator.decode.{i}");
        layer(&format!("{name}.conv1"), &[to, from, 3, 3]);
        layer(&format!("{name}.conv2"), &[to, to, 3, 3]);
        layer(&format!("{name}.norm1.fc"), &[2 * from, dim]);
        layer(&format!("{name}.norm2.fc"), &[2 * to, dim]);
    }
    if a.output == OutputForm::Displacement {
        // Made of the decoder's features at 32 px.
        layer("generator.field.0", &[64, width(log2 - 5), 3, 3]);
        layer("generator.field.1", &[2, 64, 3, 3]);
    }
    layer("generator.to_rgb.0", &[width(0)]);
    layer("generator.to_rgb.2", &[image, width(0), 1, 1]);
    layer("style_encoder.shared.0", &[width(0), image, 3, 3]);
    let last = log2 - 2;
    for i in 1..=last {
        let (from, to) = (width(i - 1), width(i));
        layer(
            &format!("style_encoder.shared.{i}.conv1"),
            &[from, from, 3, 3],
        );
        layer(
            &format!("style_encoder.shared.{i}.conv2"),
            &[to, from, 3, 3],
        );
    }
    let code = width(last);
    layer(
        &format!("style_encoder.shared.{}", last + 2),
        &[code, code, 4, 4],
    );
    for y in 0..domains {
        layer(&format!("style_encoder.unshared.{y}"), &[dim, code]);
        for i in [0, 2, 4] {
            layer(&format!("style_transformer.related.{y}.{i}"), &[dim, dim]);
        }
    }
    for i in [0, 2, 4] {
        layer(&format!("style_transformer.unrelated.{i}"), &[dim, dim]);
    }
    let base = a.classifier_channels;
    for i in 0..5 {
        layer(&format!("classifier.{i}.norm"), &[base * 8.min(1 << i)]);
    }
    layer("classifier.head", &[attributes, 8 * base]);
    for i in 0..5 {
        let from = if i == 0 {
            image
        } else {
            base * 8.min(1 << (i - 1))
        };
        let to = base * 8.min(1 << i);
        add(format!("classifier.{i}.conv.weight"), &[to, from, 3, 3]);
        add(format!("classifier.{i}.norm.running_mean"), &[to]);
        add(format!("classifier.{i}.norm.running_var"), &[to]);
    }
    for i in 0..down + 2 {
        let (from, to) = block(i);
        if from != to {
            add(
                format!("generator.encode.{i}.conv1x1.weight"),
                &[to, from, 1, 1],
            );
            let mirrored = format!("generator.decode.{}.conv1x1.weight", down + 1 - i);
            // With high-pass skips no block runs it, but the generator has it all the same.
            add(mirrored, &[from, to, 1, 1]);
        }
    }
    for i in 1..=last {
        let (from, to) = (width(i - 1), width(i));
        if from != to {
            add(
                format!("style_encoder.shared.{i}.conv1x1.weight"),
                &[to, from, 1, 1],
            );
        }
    }
    filled(shapes)
}

/// Every tensor of a face-mask network, spelled out as the reference implementation names them.
pub fn face_mask() -> Tensors {
    let mut shapes: Vec<(String, Vec<usize>)> = Vec::new();
    let convs = [
        ("conv1.conv", [64, 6, 7, 7]),
        ("m0.coordconv.conv", [256, 259, 1, 1]),
        ("conv_last0", [256, 256, 1, 1]),
        ("l0", [99, 256, 1, 1]),
    ];
    for (name, weight) in convs {
        shapes.push((format!("{name}.weight"), weight.into()));
        shapes.push((format!("{name}.bias"), weight[..1].into()));
    }
    let mut norms = vec![("bn1".to_owned(), 64), ("bn_end0".to_owned(), 256)];
    let mut blocks = vec![
        ("conv2".to_owned(), [64, 128]),
        ("conv3".to_owned(), [128, 128]),
        ("conv4".to_owned(), [128, 256]),
        ("m0.b2_plus_1".to_owned(), [256, 256]),
        ("top_m_0".to_owned(), [256, 256]),
    ];
    for level in 1..=4 {
        let parts = [1, 2, 3].map(|part| (format!("m0.b{part}_{level}"), [256, 256]));
        blocks.extend(parts);
    }
    for (name, [from, to]) in blocks {
        let widths = [from, to / 2, to / 4, to / 4];
        for i in 0..3 {
            norms.push((format!("{name}.bn{}", i + 1), widths[i]));
            let weight = vec![widths[i + 1], widths[i], 3, 3];
            shapes.push((format!("{name}.conv{}.weight", i + 1), weight));
        }
        if from != to {
            norms.push((format!("{name}.downsample.0"), from));
            let weight = vec![to, from, 1, 1];
            shapes.push((format!("{name}.downsample.2.weight"), weight));
        }
    }
    for (name, channels) in norms {
        for part in ["weight", "bias", "running_mean", "running_var"] {
            shapes.push((format!("{name}.{part}"), vec![channels]));
        }
    }
    filled(shapes)
}

/// Adds a face-mask network to the checkpoint in `folder`; [`write`] has to follow.
pub fn add_face_mask(folder: &Path, spec: &mut CheckpointSpec, tensors: &Tensors) {
    let bytes = serialised(tensors);
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join(FACE_MASK_FILE), &bytes).unwrap();
    let digest = digest::of_bytes(&bytes);
    spec.files.insert(FACE_MASK_FILE.into(), digest);
}

/// Random numbers of a size that keeps values near 1 from layer to layer.
fn filled(shapes: Vec<(String, Vec<usize>)>) -> Tensors {
    let filled = shapes.into_iter().enumerate().map(|(seed, (name, shape))| {
        let inputs: usize = shape[1..].iter().product();
        let values = noise(&shape, seed as u64);
        let norm_scale = shape.len() == 1 && name.ends_with("weight");
        let values = if name.ends_with("running_var") || norm_scale {
            values.mapv(|v| 1.0 + 0.5 * v)
        } else if shape.len() == 1 {
            values.mapv(|v| 0.5 * v)
        } else {
            values.mapv(|v| v * (3.0 / inputs as f32).sqrt())
        };
        (name, values)
    });
    filled.collect()
}

/// Tensors as a safetensors file.
pub fn serialised(tensors: &Tensors) -> Vec<u8> {
    let bytes: BTreeMap<&str, Vec<u8>> = tensors
        .iter()
        .map(|(name, array)| {
            (
                name.as_str(),
                array.iter().flat_map(|v| v.to_le_bytes()).collect(),
            )
        })
        .collect();
    let views = tensors.iter().map(|(name, array)| {
        let data = &bytes[name.as_str()];
        (
            name,
            TensorView::new(Dtype::F32, array.shape().to_vec(), data).unwrap(),
        )
    });
    safetensors::serialize(views, None).unwrap()
}

/// A parity sample of `faces` faces, all of domain 0.
pub fn parity_bytes(tensors: &Tensors, faces: usize) -> Vec<u8> {
    let file = serialised(tensors);
    let file = safetensors::SafeTensors::deserialize(&file).unwrap();
    let domains = vec![0; 8 * faces];
    let domains = TensorView::new(Dtype::I64, vec![faces], &domains).unwrap();
    let views = file.tensors().into_iter();
    let views = views.chain([("source_domain".to_owned(), domains)]);
    safetensors::serialize(views, None).unwrap()
}

/// Writes a checkpoint folder.
pub fn write(folder: &Path, spec: &CheckpointSpec, tensors: &Tensors) {
    write_bytes(folder, spec, &serialised(tensors));
}

/// Writes a checkpoint folder around the bytes of `model.safetensors`.
pub fn write_bytes(folder: &Path, spec: &CheckpointSpec, model: &[u8]) {
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join(MODEL_FILE), model).unwrap();
    write_with_parity(folder, spec, b"parity sample");
}

/// Gives the checkpoint in `folder` another parity sample.
pub fn write_with_parity(folder: &Path, spec: &CheckpointSpec, parity: &[u8]) {
    let mut spec = spec.clone();
    fs::write(folder.join(PARITY_FILE), parity).unwrap();
    for file in [MODEL_FILE, PARITY_FILE] {
        let bytes = fs::read(folder.join(file)).unwrap();
        spec.files.insert(file.into(), digest::of_bytes(&bytes));
    }
    spec.save(folder).unwrap();
}
