//! Exported graphs in ONNX Runtime against the naive reference.

use crate::{
    fixture::{self, Tensors},
    reference::Reference,
    runtime,
};
use model_export::{
    graph::{Graph, op::Op},
    network::{self, generator, weights::Weights},
    onnx, rewrite,
};
use model_spec::{CheckpointSpec, ColourMode, OutputForm, tensor};
use ndarray::{Array, Array1, Array3, ArrayD, Axis, Dimension, stack};

/// The promise of the bundle; in fact the differences are about a tenth of it.
const TOLERANCE: f64 = 1e-4;

struct Case {
    spec: CheckpointSpec,
    tensors: Tensors,
    /// Style encoder, style transformer, generator, classifier; plain and rewritten.
    graphs: Vec<(Graph, Graph)>,
}

impl Case {
    fn new(image_size: usize, colour: ColourMode, output: OutputForm) -> Self {
        Self::of(fixture::spec(image_size, colour, output))
    }

    fn of(spec: CheckpointSpec) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let tensors = fixture::tensors(&spec);
        fixture::write(folder.path(), &spec, &tensors);
        let graphs = network::build(folder.path(), &spec).unwrap();
        let both = |plain: Graph| {
            let mut rewritten = plain.clone();
            rewrite::apply(&mut rewritten, &rewrite::PASSES);
            (plain, rewritten)
        };
        let graphs = graphs.into_values().map(both).collect();
        Self {
            spec,
            tensors,
            graphs,
        }
    }

    fn reference(&self) -> Reference<'_> {
        Reference {
            architecture: &self.spec.architecture,
            tensors: &self.tensors,
        }
    }

    /// Two images, so that a wrong batch dimension shows.
    fn images(&self) -> ArrayD<f32> {
        let a = &self.spec.architecture;
        fixture::noise(&[2, a.colour.channels(), a.image_size, a.image_size], 901)
    }

    /// Random masks, where the generator reads them.
    fn masks(&self) -> Option<[ArrayD<f32>; 2]> {
        let side = tensor::MASK_SIZE;
        let mask = |seed| fixture::noise(&[2, 1, side, side], seed).mapv(f32::abs);
        let reads_masks = self.spec.architecture.reads_masks();
        reads_masks.then(|| [mask(903), mask(904)])
    }

    fn codes(&self) -> ArrayD<f32> {
        fixture::noise(&[2, self.spec.architecture.style_dim], 902)
    }

    fn check(
        &self,
        graph: usize,
        inputs: &[(&str, &ArrayD<f32>)],
        expected: &[(&str, ArrayD<f64>)],
    ) {
        let (plain, rewritten) = &self.graphs[graph];
        for graph in [plain, rewritten] {
            let outputs = runtime::run(&onnx::encode(graph, &[]).unwrap(), inputs);
            assert_eq!(outputs.len(), expected.len());
            for (name, expected) in expected {
                let found = &outputs[*name];
                assert_eq!(found.shape(), expected.shape(), "{name}");
                let worst = largest_difference(found, expected);
                println!("{} {name}: max|diff| {worst:.2e}", graph.name);
                assert!(worst <= TOLERANCE, "{} {name}: {worst}", graph.name);
            }
        }
    }
}

fn largest_difference(found: &ArrayD<f32>, expected: &ArrayD<f64>) -> f64 {
    let pairs = found.iter().zip(expected);
    pairs
        .map(|(&a, b)| (f64::from(a) - b).abs())
        .fold(0.0, f64::max)
}

/// `[N,…]` of one array per sample.
fn batch<D: Dimension>(samples: &[Array<f64, D>]) -> ArrayD<f64> {
    let views: Vec<_> = samples
        .iter()
        .map(|sample| sample.view().into_dyn())
        .collect();
    stack(Axis(0), &views).unwrap()
}

fn image(images: &ArrayD<f32>, n: usize) -> Array3<f64> {
    let image = images.index_axis(Axis(0), n).mapv(f64::from);
    image.into_dimensionality().unwrap()
}

fn code(codes: &ArrayD<f32>, n: usize) -> Array1<f64> {
    let code = codes.index_axis(Axis(0), n).mapv(f64::from);
    code.into_dimensionality().unwrap()
}

fn check_generator(case: &Case) {
    let (images, codes) = (case.images(), case.codes());
    let masks = case.masks();
    let results = [0, 1].map(|n| {
        let masks = masks
            .as_ref()
            .map(|masks| masks.each_ref().map(|mask| image(mask, n)));
        case.reference()
            .generator(&image(&images, n), &code(&codes, n), masks.as_ref())
    });
    let names: &[&str] = match case.spec.architecture.output {
        OutputForm::Image => &[tensor::EDITED],
        OutputForm::Difference => &[tensor::EDITED, tensor::DIFFERENCE],
        OutputForm::Displacement => &[tensor::DIFFERENCE, tensor::DISPLACEMENT],
    };
    let outputs = names.iter().enumerate().map(|(i, &name)| {
        let of_faces = [0, 1].map(|n: usize| results[n][i].clone());
        (name, batch(&of_faces))
    });
    let expected: Vec<_> = outputs.collect();
    let mut inputs = vec![(tensor::IMAGE, &images), (tensor::STYLE, &codes)];
    if let Some([first, second]) = &masks {
        inputs.push((tensor::MASK_FIRST, first));
        inputs.push((tensor::MASK_SECOND, second));
    }
    case.check(2, &inputs, &expected);
}

#[test]
fn generators_with_high_pass_skips_and_rising_widths_match_the_reference() {
    if runtime::is_missing("generators_with_high_pass_skips_and_rising_widths") {
        return;
    }
    let outputs = [
        (64, OutputForm::Image, 1.0),
        (128, OutputForm::Difference, 0.5),
    ];
    for (size, output, w_hpf) in outputs {
        let mut spec = fixture::spec(size, ColourMode::Rgb, output);
        spec.architecture.w_hpf = w_hpf;
        let case = Case::of(spec);
        // The shortcut of every decoder block that narrows.
        let unused = &case.graphs[2].0.unused;
        assert_eq!(unused.len(), 1, "{unused:?}");
        check_generator(&case);
    }
}

#[test]
fn a_shortcut_of_another_shape_is_named_even_though_no_block_runs_it() {
    let mut spec = fixture::spec(64, ColourMode::Rgb, OutputForm::Image);
    spec.architecture.w_hpf = 1.0;
    let mut tensors = fixture::tensors(&spec);
    let name = "generator.decode.4.conv1x1.weight";
    assert!(tensors.contains_key(name));
    tensors.insert(name.into(), fixture::noise(&[8, 8, 1, 1], 1));
    let folder = tempfile::tempdir().unwrap();
    fixture::write(folder.path(), &spec, &tensors);
    let message = network::build(folder.path(), &spec)
        .unwrap_err()
        .to_string();
    assert!(
        message.contains("conv1x1.weight: found F32 [8, 8, 1, 1], expected F32 [8, 16, 1, 1]"),
        "{message}"
    );
}

#[test]
fn generators_with_a_displacement_output_match_the_reference() {
    if runtime::is_missing("generators_with_a_displacement_output_match_the_reference") {
        return;
    }
    for size in [32, 64, 128] {
        check_generator(&Case::new(size, ColourMode::Rgb, OutputForm::Displacement));
    }
}

#[test]
fn colour_generator_that_draws_the_image_matches_the_reference() {
    if runtime::is_missing("colour_generator_that_draws_the_image_matches_the_reference") {
        return;
    }
    check_generator(&Case::new(64, ColourMode::Rgb, OutputForm::Image));
}

#[test]
fn luma_generator_that_draws_the_difference_matches_the_reference() {
    if runtime::is_missing("luma_generator_that_draws_the_difference_matches_the_reference") {
        return;
    }
    check_generator(&Case::new(32, ColourMode::Luma, OutputForm::Difference));
}

#[test]
fn style_encoder_matches_the_reference_for_every_domain() {
    if runtime::is_missing("style_encoder_matches_the_reference_for_every_domain") {
        return;
    }
    let case = Case::new(64, ColourMode::Rgb, OutputForm::Image);
    let images = case.images();
    let codes = [0, 1].map(|n| batch(&case.reference().style_encoder(&image(&images, n), 4)));
    let inputs = [(tensor::IMAGE, &images)];
    case.check(0, &inputs, &[(tensor::STYLES, batch(&codes))]);
}

#[test]
fn style_transformer_matches_the_reference_for_every_domain() {
    if runtime::is_missing("style_transformer_matches_the_reference_for_every_domain") {
        return;
    }
    let case = Case::new(32, ColourMode::Luma, OutputForm::Difference);
    let codes = case.codes();
    let results = [0, 1].map(|n| case.reference().style_transformer(&code(&codes, n), 4));
    let targets = results.clone().map(|(_, _, targets)| batch(&targets));
    let expected = [
        (
            tensor::STYLE_UNRELATED,
            batch(&results.clone().map(|r| r.0)),
        ),
        (tensor::STYLE_RELATED, batch(&results.map(|r| r.1))),
        (tensor::STYLE_RELATED_TARGETS, batch(&targets)),
    ];
    case.check(1, &[(tensor::STYLE, &codes)], &expected);
}

#[test]
fn classifier_matches_the_reference() {
    if runtime::is_missing("classifier_matches_the_reference") {
        return;
    }
    let case = Case::new(64, ColourMode::Rgb, OutputForm::Image);
    let images = case.images();
    let logits = [0, 1].map(|n| case.reference().classifier(&image(&images, n)));
    let inputs = [(tensor::IMAGE, &images)];
    case.check(3, &inputs, &[(tensor::LOGITS, batch(&logits))]);
}

#[test]
fn rewritten_generator_needs_1_6_times_fewer_multiply_adds() {
    let mut architecture = fixture::spec(256, ColourMode::Rgb, OutputForm::Image).architecture;
    architecture.style_dim = 64;
    architecture.stem_channels = 64;
    architecture.max_conv_dim = 512;
    // Zeros cost as much as any other weights.
    let plain = generator::build(&architecture, &mut Weights::none());
    let ratio = |passes: &[rewrite::Pass]| {
        let mut rewritten = plain.clone();
        rewrite::apply(&mut rewritten, passes);
        let costs = [&plain, &rewritten].map(|graph| graph.cost().unwrap().multiply_adds as f64);
        println!(
            "{:.3} G multiply-adds, rewritten {:.3} G",
            costs[0] / 1e9,
            costs[1] / 1e9
        );
        costs[0] / costs[1]
    };
    assert!(ratio(&rewrite::PASSES) >= 1.6);
    // Without products, which trade arithmetic for memory traffic, it is nearly as many.
    let products = |pass: &&rewrite::Pass| !pass.name.ends_with("-products");
    let passes: Vec<_> = rewrite::PASSES.iter().filter(products).copied().collect();
    assert!(ratio(&passes) >= 1.5);
}

#[test]
fn no_multiplication_by_a_constant_is_left_in_any_graph() {
    let case = Case::new(64, ColourMode::Rgb, OutputForm::Image);
    let scales = |graph: &Graph| {
        let constants = graph
            .nodes
            .iter()
            .filter(|node| matches!(node.op, Op::Scale { .. }));
        constants.count()
    };
    assert_eq!(scales(&case.graphs[2].0), 8, "one per block");
    for (_, rewritten) in &case.graphs {
        assert_eq!(scales(rewritten), 0, "{}", rewritten.name);
    }
}

#[test]
fn encoding_a_graph_twice_gives_the_same_bytes() {
    let case = Case::new(32, ColourMode::Luma, OutputForm::Image);
    for (_, graph) in &case.graphs {
        let metadata = [("model", "tiny".to_owned())];
        let bytes = || onnx::encode(graph, &metadata).unwrap();
        assert_eq!(bytes(), bytes());
    }
}
