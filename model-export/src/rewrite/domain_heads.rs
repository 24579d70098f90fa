//! Layers that exist once per domain become one: heads of the same input one matrix, later layers
//! one batched product.

use super::Pass;
use crate::graph::{Graph, Node, op::Op};
use ndarray::{Array1, Array2, Array3, Axis, concatenate};

/// This rewrite, for [`super::PASSES`].
pub const PASS: Pass = Pass {
    name: "domain-heads",
    skip: "no-domain-heads",
    summary: "the layers of all domains as one matrix or one batched product",
    apply,
};

fn apply(graph: &mut Graph) -> usize {
    let mut count = 0;
    let mut at = 0;
    while at < graph.nodes.len() {
        if let Some(nodes) = stacked_rows(graph, at) {
            at += nodes.len() - 1;
            let root = at + 1 - nodes.len();
            graph.nodes.splice(root..=root, nodes);
            count += 1;
        }
        at += 1;
    }
    count
}

/// What `concat(reshape(v_0), reshape(v_1), …)` at `at` becomes: the stack of all `v_y`, `[Y,d]`.
fn stacked_rows(graph: &Graph, at: usize) -> Option<Vec<Node>> {
    let node = &graph.nodes[at];
    if node.op != (Op::Concat { axis: 0 }) || node.inputs.len() < 2 {
        return None;
    }
    let mut values = Vec::new();
    for input in &node.inputs {
        let row = graph.node(input)?;
        match &row.op {
            Op::Reshape { shape } if matches!(shape[..], [1, _]) => {
                values.push(row.inputs[0].clone());
            }
            _ => return None,
        }
    }
    let mut nodes = Vec::new();
    let stacked = stack(graph, &values, &mut nodes)?;
    let Op::Linear { bias, .. } = &graph.node(&values[0])?.op else {
        return None;
    };
    let shape = vec![values.len(), bias.len()];
    nodes.push(Node::new(
        node.name.clone(),
        Op::Reshape { shape },
        &[&stacked],
    ));
    Some(nodes)
}

/// Appends nodes that make `[Y,1,d]` of the `Y` values of length `d`, and returns its name.
fn stack(graph: &Graph, values: &[String], made: &mut Vec<Node>) -> Option<String> {
    let nodes: Option<Vec<&Node>> = values.iter().map(|value| graph.node(value)).collect();
    let nodes = nodes?;
    let name = common_name(values);
    let inputs: Vec<String> = nodes.iter().map(|node| node.inputs[0].clone()).collect();
    if nodes.iter().all(|node| node.op == Op::Relu) {
        let input = stack(graph, &inputs, made)?;
        made.push(Node::new(name.clone(), Op::Relu, &[&input]));
        return Some(name);
    }
    let mut layers: Vec<(&Array2<f32>, &Array1<f32>)> = Vec::new();
    for node in nodes {
        match &node.op {
            Op::Linear { weight, bias } => layers.push((weight, bias)),
            _ => return None,
        }
    }
    let (to, from) = layers[0].0.dim();
    if layers.iter().any(|(weight, _)| weight.dim() != (to, from)) {
        return None;
    }
    let count = layers.len();
    let biases: Vec<_> = layers.iter().map(|(_, bias)| bias.view()).collect();
    let bias = concatenate(Axis(0), &biases).ok()?;
    if inputs.iter().all(|input| *input == inputs[0]) {
        let weights: Vec<_> = layers.iter().map(|(weight, _)| weight.view()).collect();
        let weight = concatenate(Axis(0), &weights).ok()?;
        let joined = Node::new(name.clone(), Op::Linear { weight, bias }, &[&inputs[0]])
            .with_doc("the layers of all domains as one matrix");
        let shape = vec![count, 1, to];
        let rows = Node::new(format!("{name}.rows"), Op::Reshape { shape }, &[&name]);
        let rows_name = rows.name.clone();
        made.extend([joined, rows]);
        return Some(rows_name);
    }
    let input = stack(graph, &inputs, made)?;
    let mut weight = Array3::zeros((count, from, to));
    for (mut matrix, (layer, _)) in weight.outer_iter_mut().zip(&layers) {
        matrix.assign(&layer.t());
    }
    let product = Node::new(format!("{name}.product"), Op::MatMul { weight }, &[&input])
        .with_doc("one matrix per domain");
    let value = bias.into_shape_with_order(vec![count, 1, to]).ok()?;
    let sum = Node::new(name.clone(), Op::AddConstant { value }, &[&product.name]);
    made.extend([product, sum]);
    Some(name)
}

/// `related.0.2`, `related.1.2`, … give `related.all.2`.
fn common_name(names: &[String]) -> String {
    let parts: Vec<Vec<&str>> = names.iter().map(|name| name.split('.').collect()).collect();
    let common = (0..parts[0].len()).map(|i| {
        let same = parts.iter().all(|name| name.get(i) == parts[0].get(i));
        if same { parts[0][i] } else { "all" }
    });
    common.collect::<Vec<_>>().join(".")
}
