//! 8-bit integers: static, per output channel, as `QuantizeLinear` and `DequantizeLinear` around
//! convolutions. Both kinds of values are symmetric around 0, as TensorRT wants them.

use crate::{
    error::Result,
    graph::{
        Graph, Node,
        op::{Conv, Op},
    },
    onnx,
    precision::runtime::{Arrays, Runtime},
};
use ndarray::{Array1, Axis};
use std::collections::BTreeMap;

/// Largest integer in use.
const LARGEST: f32 = 127.0;
/// The bias is stored as a 32-bit integer in units of the weights' and the input's factors.
const LARGEST_BIAS: f32 = (1 << 30) as f32;

/// Positions of the convolutions to quantise: all but those that read an input of the graph and those
/// behind which no other layer comes.
fn convolutions(graph: &Graph) -> Vec<usize> {
    let is_input = |value: &String| graph.inputs.iter().any(|(name, _)| name == value);
    let last = last_convolutions(graph);
    let chosen = graph.nodes.iter().enumerate().filter(|(at, node)| {
        let whole = matches!(&node.op, Op::Conv(conv) if conv.groups == 1);
        whole && !node.inputs.iter().any(is_input) && !last.contains(at)
    });
    chosen.map(|(at, _)| at).collect()
}

fn last_convolutions(graph: &Graph) -> Vec<usize> {
    let mut reaches_layer: BTreeMap<&str, bool> = BTreeMap::new();
    let mut last = Vec::new();
    for (at, node) in graph.nodes.iter().enumerate().rev() {
        let is_layer = matches!(node.op, Op::Conv(_) | Op::Linear { .. } | Op::MatMul { .. });
        let behind = reaches_layer.get(node.name.as_str()) == Some(&true);
        if is_layer && !behind {
            last.push(at);
        }
        for input in &node.inputs {
            *reaches_layer.entry(input).or_default() |= is_layer || behind;
        }
    }
    last
}

/// Quantises `graph` with the ranges that its values have for `samples`, one set of inputs each.
/// Returns how many convolutions are quantised.
///
/// # Errors
/// [`crate::ExportError::Runtime`].
pub fn apply(graph: &mut Graph, samples: &[Arrays], runtime: &Runtime) -> Result<usize> {
    let chosen = convolutions(graph);
    if chosen.is_empty() {
        return Ok(0);
    }
    let largest = largest_values(graph, &chosen, samples, runtime)?;
    let scale_of = |value: &str| largest[value].max(f32::MIN_POSITIVE * 1e6) / LARGEST;
    let mut done: Vec<Node> = Vec::new();
    for (at, node) in std::mem::take(&mut graph.nodes).into_iter().enumerate() {
        let Op::Conv(conv) = &node.op else {
            done.push(node);
            continue;
        };
        if !chosen.contains(&at) {
            done.push(node);
            continue;
        }
        let input = &node.inputs[0];
        let input_scale = scale_of(input);
        let quantised = format!("{input}.quantised");
        if done.iter().all(|node| node.name != quantised) {
            let op = Op::Quantised { scale: input_scale };
            done.push(Node::new(quantised.clone(), op, &[input]));
        }
        let op = Op::QuantisedConv {
            weight_scales: weight_scales(conv, input_scale),
            conv: conv.clone(),
            input_scale,
        };
        let product = format!("{}.product", node.name);
        let scale = scale_of(&node.name);
        done.push(Node::new(product.clone(), op, &[&quantised]).with_doc(node.doc));
        done.push(Node::new(node.name, Op::Quantised { scale }, &[&product]));
    }
    graph.nodes = done;
    Ok(chosen.len())
}

/// One factor per output channel: the largest weight over the largest integer.
fn weight_scales(conv: &Conv, input_scale: f32) -> Array1<f32> {
    let largest = |c: usize| {
        let weights = conv.weight.index_axis(Axis(0), c);
        let weight = weights.iter().fold(0.0, |most: f32, it| most.max(it.abs()));
        let bias = conv.bias.as_ref().map_or(0.0, |bias| bias[c].abs());
        let for_bias = bias / (input_scale * LARGEST_BIAS);
        (weight / LARGEST)
            .max(for_bias)
            .max(f32::MIN_POSITIVE * 1e6)
    };
    (0..conv.channels()[1]).map(largest).collect()
}

/// The largest absolute number in the input and output of every chosen convolution.
fn largest_values(
    graph: &Graph,
    chosen: &[usize],
    samples: &[Arrays],
    runtime: &Runtime,
) -> Result<BTreeMap<String, f32>> {
    let mut watched = graph.clone();
    watched.outputs.clear();
    let mut largest: BTreeMap<String, f32> = BTreeMap::new();
    for &at in chosen {
        let node = &graph.nodes[at];
        for value in [&node.inputs[0], &node.name] {
            if largest.insert(value.clone(), 0.0).is_none() {
                watched.output(value, value);
            }
        }
    }
    watched.prune();
    let mut session = runtime.open(&graph.name, &onnx::encode(&watched, &[])?)?;
    for sample in samples {
        let inputs: Vec<_> = sample
            .iter()
            .map(|(name, it)| (name.as_str(), it))
            .collect();
        for (value, array) in session.run(&inputs)? {
            let most = array.iter().fold(0.0, |most: f32, it| most.max(it.abs()));
            if let Some(known) = largest.get_mut(&value) {
                *known = known.max(most);
            }
        }
    }
    Ok(largest)
}
