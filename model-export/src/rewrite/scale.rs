//! Multiplications by a constant, such as the blocks' `1 / sqrt(2)`, vanish into weights.
//!
//! A walk through the graph keeps, for every value, the factor that the rewritten graph's value still
//! lacks. A constant only changes that factor; convolutions and matrices absorb it, ReLUs and pooling
//! hand it on, an instance norm does not see it (its epsilon is divided by the square), and where two
//! values of different factors are added, the convolution before one of them is adjusted. So even
//! the blocks whose shortcut has no weights lose their multiplication.

use super::Pass;
use crate::graph::{Graph, Node, op::Op};
use std::collections::BTreeMap;

/// This rewrite, for [`super::PASSES`].
pub const PASS: Pass = Pass {
    name: "scale",
    skip: "no-scale",
    summary: "multiplications by constants, such as 1 / sqrt(2), folded into weights",
    apply,
};

fn apply(graph: &mut Graph) -> usize {
    let mut walk = Walk::new(graph);
    for node in std::mem::take(&mut graph.nodes) {
        walk.visit(node);
    }
    for port in &mut graph.outputs {
        let value = walk.value(&port.value);
        port.value = walk.true_value(value, &format!("{}.unscaled", port.value));
    }
    graph.nodes = walk.done;
    walk.removed
}

/// A value of the rewritten graph; times `factor` it is the plain graph's value.
#[derive(Debug, Clone, PartialEq)]
struct Value {
    name: String,
    factor: f64,
}

struct Walk {
    /// The rewritten nodes.
    done: Vec<Node>,
    /// For every value of the plain graph, what stands for it; unnamed ones stand for themselves.
    values: BTreeMap<String, Value>,
    /// How many nodes and outputs will read each value of the rewritten graph.
    reads: BTreeMap<String, usize>,
    /// The factor that the only reader of a value multiplies it by.
    next_factor: BTreeMap<String, f64>,
    removed: usize,
}

impl Walk {
    fn new(graph: &Graph) -> Self {
        let mut roots: BTreeMap<&str, &str> = BTreeMap::new();
        let mut reads = BTreeMap::new();
        let mut next_factor = BTreeMap::new();
        let outputs = graph.outputs.iter().map(|port| &port.value);
        for node in &graph.nodes {
            if let Some(factor) = positive_constant(&node.op) {
                let input = node.inputs[0].as_str();
                roots.insert(&node.name, roots.get(input).copied().unwrap_or(input));
                if graph.uses(input) == 1 {
                    next_factor.insert(input.to_owned(), factor);
                }
            }
        }
        let kept = graph
            .nodes
            .iter()
            .filter(|node| positive_constant(&node.op).is_none());
        for value in kept.flat_map(|node| &node.inputs).chain(outputs) {
            let root = roots.get(value.as_str()).copied().unwrap_or(value);
            *reads.entry(root.to_owned()).or_insert(0) += 1;
        }
        Self {
            done: Vec::with_capacity(graph.nodes.len()),
            values: BTreeMap::new(),
            reads,
            next_factor,
            removed: 0,
        }
    }

    fn value(&self, name: &str) -> Value {
        let itself = || Value {
            name: name.into(),
            factor: 1.0,
        };
        self.values.get(name).cloned().unwrap_or_else(itself)
    }

    fn visit(&mut self, mut node: Node) {
        let inputs: Vec<Value> = node.inputs.iter().map(|name| self.value(name)).collect();
        let first = inputs[0].factor;
        if let Some(constant) = positive_constant(&node.op) {
            let value = Value {
                name: inputs[0].name.clone(),
                factor: first * constant,
            };
            self.values.insert(node.name, value);
            self.removed += 1;
            return;
        }
        let factor = match &mut node.op {
            Op::Conv(_) | Op::Linear { .. } | Op::MatMul { .. } => {
                multiply_weights(&mut node.op, first, 1.0);
                1.0
            }
            Op::InstanceNorm { epsilon, .. } => {
                *epsilon = (f64::from(*epsilon) / (first * first)) as f32;
                1.0
            }
            op if hands_on(op) => first,
            Op::Multiply => inputs.iter().map(|value| value.factor).product(),
            Op::Add | Op::Subtract => {
                if let Some(factor) = self.common_factor(&node.name, &inputs) {
                    factor
                } else {
                    return self.push_with_true_inputs(node, inputs);
                }
            }
            _ => return self.push_with_true_inputs(node, inputs),
        };
        node.inputs = inputs.into_iter().map(|value| value.name).collect();
        self.push(node, factor);
    }

    fn push(&mut self, node: Node, factor: f64) {
        let name = node.name.clone();
        self.values
            .insert(node.name.clone(), Value { name, factor });
        self.done.push(node);
    }

    /// For operators that mix values in ways this pass does not follow.
    fn push_with_true_inputs(&mut self, mut node: Node, inputs: Vec<Value>) {
        let names = inputs.into_iter().enumerate().map(|(i, value)| {
            let name = format!("{}.input{i}", node.name);
            self.true_value(value, &name)
        });
        node.inputs = names.collect();
        self.push(node, 1.0);
    }

    /// The plain graph's value, by a multiplication called `name` if need be.
    fn true_value(&mut self, value: Value, name: &str) -> String {
        if value.factor == 1.0 {
            return value.name;
        }
        let op = Op::Scale {
            factor: value.factor as f32,
        };
        self.done.push(Node::new(name, op, &[&value.name]));
        name.into()
    }

    /// Brings both summands to one factor and returns it; `None` if neither can change.
    fn common_factor(&mut self, sum: &str, inputs: &[Value]) -> Option<f64> {
        let [a, b] = inputs else {
            return None;
        };
        let before = [self.adjustable(&a.name), self.adjustable(&b.name)];
        let factor = match before {
            // Chosen so that the multiplication behind the sum leaves nothing to hand on.
            [Some(_), Some(_)] => 1.0 / self.next_factor.get(sum).unwrap_or(&1.0),
            [Some(_), None] => b.factor,
            [None, Some(_)] => a.factor,
            [None, None] if a.factor == b.factor => a.factor,
            [None, None] => return None,
        };
        for (at, value) in before.into_iter().zip(inputs) {
            if let Some(at) = at {
                let change = value.factor / factor;
                multiply_weights(&mut self.done[at].op, change, change);
            }
        }
        Some(factor)
    }

    /// The layer whose output reaches `value`, and nothing else, unchanged but for a factor.
    fn adjustable(&self, value: &str) -> Option<usize> {
        let mut value = value;
        loop {
            if self.reads.get(value) != Some(&1) {
                return None;
            }
            let at = self.done.iter().position(|node| node.name == value)?;
            match &self.done[at].op {
                Op::Conv(_) | Op::Linear { .. } => return Some(at),
                op if hands_on(op) => value = &self.done[at].inputs[0],
                _ => return None,
            }
        }
    }
}

fn positive_constant(op: &Op) -> Option<f64> {
    match op {
        Op::Scale { factor } if *factor > 0.0 => Some(f64::from(*factor)),
        _ => None,
    }
}

/// Whether `op(factor * x) = factor * op(x)` for every positive factor, and `op` has one input.
fn hands_on(op: &Op) -> bool {
    matches!(
        op,
        Op::LeakyRelu { .. }
            | Op::Relu
            | Op::AveragePool2
            | Op::GlobalAveragePool
            | Op::NearestUp2
            | Op::DepthToSpace2
            | Op::Slice { .. }
            | Op::Reshape { .. }
    )
}

fn multiply_weights(op: &mut Op, weight_factor: f64, bias_factor: f64) {
    let times = |factor: f64| move |value: f32| (f64::from(value) * factor) as f32;
    match op {
        Op::Conv(conv) => {
            conv.weight.mapv_inplace(times(weight_factor));
            if let Some(bias) = &mut conv.bias {
                bias.mapv_inplace(times(bias_factor));
            }
        }
        Op::Linear { weight, bias } => {
            weight.mapv_inplace(times(weight_factor));
            bias.mapv_inplace(times(bias_factor));
        }
        Op::MatMul { weight } => weight.mapv_inplace(times(weight_factor)),
        _ => {}
    }
}
