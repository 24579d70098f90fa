//! What rewrites and precisions are worth: `cargo bench -p model-export [-- forms | SIZE…]`.
//!
//! Everything is measured in one process on one thread of ONNX Runtime, the forms in turns, and each
//! time is the shortest of its runs, so that a busy machine disturbs all of them alike. Weights are
//! random: they change no time.

#[path = "../tests/fixture.rs"]
#[allow(
    dead_code,
    clippy::unwrap_used,
    reason = "the tests' fixture, in which a panic fails"
)]
mod fixture;

use model_export::{
    bundle::report::{Explanation, GraphReport},
    error::Result,
    graph::{
        Graph,
        op::{Conv, Op},
    },
    network, onnx,
    precision::{
        int8,
        runtime::{Arrays, Runtime, Session},
    },
    rewrite::{self, PASSES, Pass},
};
use model_spec::{CheckpointSpec, ColourMode, GraphKind, OutputForm, tensor};
use ndarray::{ArrayD, IxDyn};
use std::time::{Duration, Instant};

/// Runs of each form; the shortest counts.
const RUNS: usize = 5;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let named: Vec<&str> = arguments
        .iter()
        .map(String::as_str)
        .filter(|argument| !argument.starts_with("--"))
        .collect();
    let runtime = Runtime::load(None)?.with_threads(1);
    if named.is_empty() || named.contains(&"forms") {
        forms(&runtime)?;
    }
    let sizes = [64, 128, 256].map(|size: usize| (size, size.to_string()));
    let chosen = |name: &String| named.is_empty() || named.contains(&name.as_str());
    for (size, _) in sizes.iter().filter(|(_, name)| chosen(name)) {
        generator(&runtime, *size)?;
    }
    Ok(())
}

/// Shortest time of each session for the same inputs, all in turns.
fn race(sessions: &mut [Session], inputs: &Arrays) -> Result<Vec<Duration>> {
    let inputs: Vec<_> = inputs
        .iter()
        .map(|(name, array)| (name.as_str(), array))
        .collect();
    let mut shortest = vec![Duration::MAX; sessions.len()];
    for round in 0..=RUNS {
        for (session, shortest) in sessions.iter_mut().zip(&mut shortest) {
            let start = Instant::now();
            session.run(&inputs)?;
            // The first round sets up memory.
            if round > 0 {
                *shortest = start.elapsed().min(*shortest);
            }
        }
    }
    Ok(shortest)
}

/// One layer of the generator in every form, by channels and size.
fn forms(runtime: &Runtime) -> Result<()> {
    println!("### One layer: time against the plain form\n");
    println!("| layer | channels | from | four ninths | a quarter |");
    println!("|---|---|---|---|---|");
    let cases = [
        (512, 512, 16),
        (512, 256, 32),
        (256, 128, 64),
        (128, 64, 128),
        (64, 32, 128),
    ];
    for (from, to, size) in cases {
        let nodes = |conv| [Op::NearestUp2, conv];
        let passes = [
            rewrite::upsampled_conv::PASS,
            rewrite::upsampled_products::ALWAYS,
        ];
        layer(runtime, "up, conv3x3", [from, to, size], nodes, &passes)?;
    }
    for (channels, size) in [(512, 32), (256, 64), (128, 128), (64, 256)] {
        let nodes = |conv| [conv, Op::AveragePool2];
        let passes = [rewrite::pooled_conv::PASS, rewrite::pooled_products::ALWAYS];
        let sizes = [channels, channels, size];
        layer(runtime, "conv3x3, pool", sizes, nodes, &passes)?;
    }
    println!("\n| layer | channels | from | four ninths |");
    println!("|---|---|---|---|");
    for (channels, size) in [(512, 16), (512, 32), (256, 64), (128, 128), (64, 256)] {
        let nodes = |conv| [conv, Op::LeakyRelu { slope: 0.2 }];
        let passes = [rewrite::winograd::ALWAYS; 1];
        let sizes = [channels, channels, size];
        layer(runtime, "conv3x3", sizes, nodes, &passes)?;
    }
    println!();
    Ok(())
}

fn layer(
    runtime: &Runtime,
    label: &str,
    [from, to, size]: [usize; 3],
    nodes: impl Fn(Op) -> [Op; 2],
    passes: &[Pass],
) -> Result<()> {
    let weight = fixture::noise(&[to, from, 3, 3], 1);
    let weight = weight.into_dimensionality().unwrap_or_default();
    let mut plain = Graph::new("layer", "");
    let mut last = plain.input("x", &[from, size, size]);
    for (name, op) in ["first", "second"]
        .iter()
        .zip(nodes(Op::Conv(Conv::new(weight, None, 1))))
    {
        last = plain.push(*name, op, &[&last]);
    }
    plain.output(&last, "y");
    let mut sessions = vec![open(runtime, &plain)?];
    for pass in passes {
        let mut graph = plain.clone();
        rewrite::apply(&mut graph, &[*pass]);
        sessions.push(open(runtime, &graph)?);
    }
    let x = fixture::noise(&[1, from, size, size], 2);
    let times = race(&mut sessions, &Arrays::from([("x".into(), x)]))?;
    let ratio = |i: usize| times[i].as_secs_f64() / times[0].as_secs_f64();
    let ratios: Vec<String> = (1..times.len())
        .map(|i| format!("{:.2}", ratio(i)))
        .collect();
    let ratios = ratios.join(" | ");
    println!("| {label} | {from} to {to} | {size} px | {ratios} |");
    Ok(())
}

fn open(runtime: &Runtime, graph: &Graph) -> Result<Session> {
    runtime.open(&graph.name, &onnx::encode(graph, &[])?)
}

/// The paper's widths.
fn spec(size: usize) -> CheckpointSpec {
    let mut spec = fixture::spec(size, ColourMode::Rgb, OutputForm::Image);
    spec.architecture.style_dim = 64;
    spec.architecture.stem_channels = (1 << 14) / size;
    spec.architecture.max_conv_dim = 512;
    spec
}

/// The whole generator of the paper's widths: plain, rewritten, and in 8-bit integers.
fn generator(runtime: &Runtime, size: usize) -> Result<()> {
    let spec = spec(size);
    let folder = tempfile::tempdir().map_err(model_export::ExportError::io("temporary folder"))?;
    fixture::write(folder.path(), &spec, &fixture::tensors(&spec));
    let mut graphs = network::build(folder.path(), &spec)?;
    let Some(plain) = graphs.remove(&GraphKind::Generator) else {
        return Ok(());
    };
    let mut rewritten = plain.clone();
    let steps = rewrite::explain(&mut rewritten, &PASSES)?;
    let listed: Vec<Pass> = PASSES
        .into_iter()
        .filter(|pass| !pass.name.ends_with("-products"))
        .collect();
    let mut without_products = plain.clone();
    rewrite::apply(&mut without_products, &listed);
    let image = fixture::noise(&[1, 3, size, size], 3);
    let style: ArrayD<f32> = fixture::noise(&[1, 64], 4);
    let inputs = Arrays::from([(tensor::IMAGE.into(), image), (tensor::STYLE.into(), style)]);
    let mut integers = without_products.clone();
    let quantised = int8::apply(&mut integers, std::slice::from_ref(&inputs), runtime)?;

    let forms = [
        ("plain", &plain),
        ("rewritten, without `*-products`", &without_products),
        ("rewritten", &rewritten),
        ("int8", &integers),
    ];
    let sessions: Result<Vec<_>> = forms
        .iter()
        .map(|(_, graph)| open(runtime, graph))
        .collect();
    let mut sessions = sessions?;
    let expected = outputs(&mut sessions[0], &inputs)?;
    let found = outputs(&mut sessions[2], &inputs)?;
    let worst = (&expected - &found)
        .iter()
        .fold(0.0, |most: f32, it| most.max(it.abs()));
    let times = race(&mut sessions, &inputs)?;
    println!("### Generator, {size} px, full width\n");
    println!("| graph | multiply-adds | against plain | time | against plain | file |");
    println!("|---|---|---|---|---|---|");
    let plain_cost = plain.cost()?.multiply_adds as f64;
    for ((name, graph), time) in forms.iter().zip(&times) {
        let cost = graph.cost()?.multiply_adds as f64;
        println!(
            "| {name} | {:.2} G | 1 / {:.2} | {:.0} ms | {:.2} | {:.0} MB |",
            cost / 1e9,
            plain_cost / cost,
            time.as_secs_f64() * 1e3,
            time.as_secs_f64() / times[0].as_secs_f64(),
            onnx::encoded_len(graph)? as f64 / 1e6
        );
    }
    println!("\nLargest difference between plain and rewritten: {worst:.1e}.");
    println!("8-bit integers in {quantised} convolutions.\n");
    let report = GraphReport {
        file: "generator.onnx".into(),
        plain: plain.cost()?,
        rewritten: rewritten.cost()?,
        bytes: 0,
        quantised: 0,
        explanation: Some(Explanation {
            plain_bytes: onnx::encoded_len(&plain)?,
            steps,
        }),
    };
    println!("```text\n{}```\n", report.explained());
    Ok(())
}

fn outputs(session: &mut Session, inputs: &Arrays) -> Result<ArrayD<f32>> {
    let inputs: Vec<_> = inputs
        .iter()
        .map(|(name, array)| (name.as_str(), array))
        .collect();
    let mut outputs = session.run(&inputs)?;
    Ok(outputs
        .remove(tensor::EDITED)
        .unwrap_or_else(|| ArrayD::zeros(IxDyn(&[0]))))
}
