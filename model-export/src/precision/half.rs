//! 16-bit floats.

use crate::{
    error::{ExportError, Result},
    graph::{
        Graph, Node,
        op::{Element, Op},
    },
};
use half::f16;
use model_spec::Precision;
use std::collections::BTreeMap;

/// Computes `graph` in 16-bit floats; [`Precision::Mixed`] leaves norms, style arithmetic and the last
/// layer in 32-bit ones. Inputs and outputs stay 32-bit floats.
///
/// # Errors
/// [`ExportError::Graph`] naming a layer with a weight that no 16-bit float can hold.
pub fn apply(graph: &mut Graph, precision: Precision) -> Result<()> {
    let shapes = graph.shapes()?;
    let last = last_layers(graph);
    for at in 0..graph.nodes.len() {
        let node = &graph.nodes[at];
        let is_image = |value: &str| matches!(shapes[value][..], [_, h, w] if h * w > 1);
        let precise = node.precise
            || (precision == Precision::Mixed
                && (is_norm(&node.op)
                    || last.contains(&at)
                    || !is_image(&node.name)
                    || !node.inputs.iter().all(|input| is_image(input))));
        if !precise {
            check_range(graph, &graph.nodes[at])?;
            graph.nodes[at].element = Element::Float16;
        }
    }
    insert_casts(graph);
    Ok(())
}

fn is_norm(op: &Op) -> bool {
    matches!(op, Op::InstanceNorm { .. } | Op::BatchNorm { .. })
}

/// The layer with weights behind which no other comes, and all that follows it.
fn last_layers(graph: &Graph) -> Vec<usize> {
    let mut last = Vec::new();
    let mut open: Vec<&str> = graph
        .outputs
        .iter()
        .map(|port| port.value.as_str())
        .collect();
    while let Some(value) = open.pop() {
        let Some(at) = graph.position(value) else {
            continue;
        };
        if last.contains(&at) {
            continue;
        }
        last.push(at);
        if !matches!(
            graph.nodes[at].op,
            Op::Conv(_) | Op::Linear { .. } | Op::MatMul { .. }
        ) {
            open.extend(graph.nodes[at].inputs.iter().map(String::as_str));
        }
    }
    last
}

fn check_range(graph: &Graph, node: &Node) -> Result<()> {
    let largest = node
        .op
        .stored()
        .fold(0.0, |most: f32, it| most.max(it.abs()));
    if largest <= f16::MAX.to_f32() {
        return Ok(());
    }
    Err(ExportError::Graph {
        graph: graph.name.clone(),
        node: node.name.clone(),
        reason: format!(
            "found a weight of {largest}, expected at most {}, the largest 16-bit float: \
             export with --precision fp32",
            f16::MAX
        ),
    })
}

/// Brings every input to the element type of the node that reads it, and outputs to 32-bit floats.
fn insert_casts(graph: &mut Graph) {
    let mut elements: BTreeMap<String, Element> = BTreeMap::new();
    for (name, _) in &graph.inputs {
        elements.insert(name.clone(), Element::Float32);
    }
    let mut done: Vec<Node> = Vec::with_capacity(graph.nodes.len());
    let cast = |value: &str, to: Element, done: &mut Vec<Node>| {
        let name = match to {
            Element::Float16 => format!("{value}.float16"),
            Element::Float32 => format!("{value}.float32"),
        };
        if done.iter().all(|node| node.name != name) {
            let mut node = Node::new(name.clone(), Op::Cast, &[value]);
            node.element = to;
            done.push(node);
        }
        name
    };
    for mut node in std::mem::take(&mut graph.nodes) {
        for input in &mut node.inputs {
            if elements.get(input) != Some(&node.element) {
                *input = cast(input, node.element, &mut done);
            }
        }
        elements.insert(node.name.clone(), node.element);
        done.push(node);
    }
    for port in &mut graph.outputs {
        if elements.get(&port.value) == Some(&Element::Float16) {
            port.value = cast(&port.value, Element::Float32, &mut done);
        }
    }
    graph.nodes = done;
}
