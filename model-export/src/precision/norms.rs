//! Instance norms as mean and variance arithmetic.

use crate::graph::{
    Graph, Node,
    op::{Op, Reduction, Sides},
};
use ndarray::{Array, Array1, ArrayD, Axis};

/// Writes every instance norm as arithmetic that stays in 32-bit floats whatever the precision.
pub fn as_arithmetic(graph: &mut Graph) {
    let nodes = std::mem::take(&mut graph.nodes);
    graph.nodes = nodes.into_iter().flat_map(arithmetic).collect();
}

fn arithmetic(node: Node) -> Vec<Node> {
    let Op::InstanceNorm {
        scale,
        shift,
        epsilon,
    } = &node.op
    else {
        return vec![node];
    };
    let x = node.inputs[0].as_str();
    let part = |part: &str| format!("{}.{part}", node.name);
    let mean = || Op::Reduce {
        how: Reduction::Mean,
        over: Sides::Image,
    };
    let column = |values: &Array1<f32>| -> ArrayD<f32> {
        let columns = values.view().insert_axis(Axis(1)).insert_axis(Axis(2));
        columns.into_dyn().to_owned()
    };
    let value = Array::from_elem(vec![1, 1, 1], *epsilon);
    let mut nodes = vec![
        Node::new(part("mean"), mean(), &[x]),
        Node::new(part("centred"), Op::Subtract, &[x, &part("mean")]),
        Node::new(
            part("squared"),
            Op::Multiply,
            &[part("centred").as_str(); 2],
        ),
        Node::new(part("variance"), mean(), &[&part("squared")]),
        Node::new(
            part("above_zero"),
            Op::AddConstant { value },
            &[&part("variance")],
        ),
        Node::new(part("deviation"), Op::SquareRoot, &[&part("above_zero")]),
        Node::new(
            part("divided"),
            Op::Divide,
            &[&part("centred"), &part("deviation")],
        ),
    ];
    if scale.iter().any(|&factor| factor != 1.0) {
        let value = column(scale);
        let op = Op::MultiplyConstant { value };
        nodes.push(Node::new(part("scaled"), op, &[last(&nodes)]));
    }
    if shift.iter().any(|&offset| offset != 0.0) {
        let op = Op::AddConstant {
            value: column(shift),
        };
        nodes.push(Node::new(part("shifted"), op, &[last(&nodes)]));
    }
    for made in &mut nodes {
        made.precise = true;
    }
    if let Some(made) = nodes.last_mut() {
        made.name.clone_from(&node.name);
        made.doc = "instance norm as mean and variance arithmetic";
    }
    nodes
}

fn last(nodes: &[Node]) -> &str {
    nodes.last().map_or("", |node| node.name.as_str())
}
