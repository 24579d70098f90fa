//! 16-bit arithmetic emulated in 32-bit floats.
//!
//! ONNX Runtime's processor kernels have no 16-bit convolutions. It computes such graphs in 32-bit floats
//! and drops the conversions between two operators, so that only the weights are rounded, and a value
//! that would overflow on a GPU does not overflow there. What a precision costs is measured on these
//! graphs instead: every result is rounded, and sums are taken in 32-bit floats, as GPUs take them.

use crate::graph::{
    Graph, Node,
    op::{Element, Op},
};
use half::f16;

/// The graph that gives the numbers of `graph` with each 16-bit value rounded to one.
#[must_use]
pub fn of(graph: &Graph) -> Graph {
    let mut emulated = graph.clone();
    emulated.nodes = graph.nodes.iter().flat_map(rounded).collect();
    emulated
}

fn rounded(node: &Node) -> Vec<Node> {
    if node.element == Element::Float32 {
        return vec![node.clone()];
    }
    let part = |part: &str| format!("{}.{part}", node.name);
    let mut nodes = Vec::new();
    let mut exact = node.inputs[0].clone();
    if node.op != Op::Cast {
        exact = part("exact");
        let mut computed = Node {
            name: exact.clone(),
            element: Element::Float32,
            ..node.clone()
        };
        for number in computed.op.stored_mut() {
            *number = f16::from_f32(*number).to_f32();
        }
        nodes.push(computed);
    }
    // Conversions that were in the graph from the start are kept by ONNX Runtime.
    let mut narrow = Node::new(part("rounded"), Op::Cast, &[&exact]);
    narrow.element = Element::Float16;
    nodes.push(narrow);
    nodes.push(Node::new(node.name.clone(), Op::Cast, &[&part("rounded")]));
    nodes
}
