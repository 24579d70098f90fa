//! The face-mask network and its masks against the golden data of the reference implementation.

use crate::{fixture, runtime};
use model_export::{
    graph::Graph,
    network::{face_mask, weights::Weights},
    onnx, rewrite,
};
use model_spec::{Architecture, ColourMode, OutputForm, tensor};
use ndarray::{ArrayD, IxDyn};
use safetensors::SafeTensors;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// Where golden data lies; it is no part of this repository.
fn golden() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/fixtures");
    let found = folder.is_dir();
    if !found {
        println!("skipped: no golden data at {}", folder.display());
    }
    found.then_some(folder)
}

fn arrays(path: &Path) -> BTreeMap<String, ArrayD<f32>> {
    let bytes = fs::read(path).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let floats = file
        .iter()
        .filter(|(_, view)| view.dtype() == safetensors::Dtype::F32);
    let array = |(name, view): (&str, safetensors::tensor::TensorView<'_>)| {
        let values = view.data().as_chunks().0.iter();
        let values = values.map(|it| f32::from_le_bytes(*it)).collect();
        let array = ArrayD::from_shape_vec(IxDyn(view.shape()), values).unwrap();
        (name.to_owned(), array)
    };
    floats.map(array).collect()
}

/// The formula of the golden data's own weights, in [0, 1).
fn uniform(tensor: usize, element: usize) -> f64 {
    const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
    let index = element as u64 + ((tensor as u64) << 32);
    let mut z = index.wrapping_mul(STEP).wrapping_add(STEP);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^= z >> 31;
    (z >> 11) as f64 / (1_u64 << 53) as f64
}

fn formula_weights(parameters: &str) -> fixture::Tensors {
    let mut shapes: Vec<(&str, Vec<usize>)> = parameters
        .lines()
        .filter(|line| !line.is_empty())
        .map(|line| {
            let (name, sides) = line.split_once(' ').unwrap();
            let sides = sides.trim_matches(['[', ']']).split(", ");
            (name, sides.map(|side| side.parse().unwrap()).collect())
        })
        .collect();
    shapes.sort();
    let tensor = |(k, (name, shape)): (usize, (&str, Vec<usize>))| {
        let count: usize = shape.iter().product();
        let per_first: usize = shape[1..].iter().product();
        let values = (0..count).map(|i| {
            let u = uniform(k, i);
            let value = if name.ends_with("running_var") {
                0.5 + u
            } else if shape.len() > 1 {
                (2.0 * u - 1.0) * (6.0 / per_first as f64).sqrt()
            } else if name.ends_with("weight") {
                0.75 + 0.5 * u
            } else {
                (u - 0.5) * 0.2
            };
            value as f32
        });
        let array = ArrayD::from_shape_vec(IxDyn(&shape), values.collect()).unwrap();
        (name.to_owned(), array)
    };
    shapes.into_iter().enumerate().map(tensor).collect()
}

fn largest_difference(a: &ArrayD<f32>, b: &ArrayD<f32>) -> f32 {
    assert_eq!(a.shape(), b.shape());
    let pairs = a.iter().zip(b);
    pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

fn run(graph: &Graph, input: (&str, &ArrayD<f32>)) -> BTreeMap<String, ArrayD<f32>> {
    runtime::run(&onnx::encode(graph, &[]).unwrap(), &[input])
}

#[test]
fn masks_from_heat_maps_match_the_reference() {
    let Some(golden) = golden() else {
        return;
    };
    if runtime::is_missing("masks_from_heat_maps") {
        return;
    }
    let data = arrays(&golden.join("face-mask/io.safetensors"));
    let found = run(&face_mask::masks_graph(), ("heat_maps", &data["blobs_64"]));
    for (name, expected) in [
        (tensor::MASK_FIRST, "mask0"),
        (tensor::MASK_SECOND, "mask1"),
    ] {
        let worst = largest_difference(&found[name], &data[expected]);
        println!("{name}: max|diff| {worst:.2e}");
        assert!(worst <= 1e-4, "{name}: {worst}");
    }
}

#[test]
fn face_mask_network_finds_the_references_heat_plain_and_rewritten() {
    let Some(golden) = golden() else {
        return;
    };
    if runtime::is_missing("face_mask_network") {
        return;
    }
    let parameters = fs::read_to_string(golden.join("face-mask/parameters.txt")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("face_mask.safetensors");
    fs::write(&path, fixture::serialised(&formula_weights(&parameters))).unwrap();
    let architecture = Architecture {
        w_hpf: 1.0,
        ..fixture::spec(256, ColourMode::Rgb, OutputForm::Image).architecture
    };
    let mut weights = Weights::load(&path).unwrap();
    let mut graph = face_mask::build(&architecture, &mut weights);
    weights.finish().unwrap();
    graph.output("heat_maps", "heat_maps");
    let data = arrays(&golden.join("face-mask/io.safetensors"));
    let expected = &data["network_heatmaps_64"];
    let images = arrays(&golden.join("official-256-hpf/io.safetensors"));
    let scale = expected
        .iter()
        .fold(1.0, |most: f32, it| most.max(it.abs()));
    let mut rewritten = graph.clone();
    rewrite::apply(&mut rewritten, &rewrite::PASSES);
    assert!(rewritten.nodes.len() < graph.nodes.len());
    for graph in [graph, rewritten] {
        let found = run(&graph, (tensor::IMAGE, &images["x"]));
        let worst = largest_difference(&found["heat_maps"], expected) / scale;
        println!("heat maps: max|diff| {worst:.2e} of {scale}");
        assert!(worst <= 1e-4, "{worst}");
    }
}
