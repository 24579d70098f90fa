//! The 1 of AdaIN's `1 + gamma` is part of the bias of the layer that makes gamma.

use super::Pass;
use crate::graph::{Graph, op::Op};

/// This rewrite, for [`super::PASSES`].
pub const PASS: Pass = Pass {
    name: "one-plus-gamma",
    skip: "no-one-plus-gamma",
    summary: "AdaIN's 1 + gamma folded into the bias of the layer that makes gamma",
    apply,
};

/// `slice(linear(s)) + constant` becomes `slice` of a linear layer with another bias.
fn apply(graph: &mut Graph) -> usize {
    let mut count = 0;
    for at in 0..graph.nodes.len() {
        let Some(fold) = find(graph, at) else {
            continue;
        };
        let Op::AddConstant { value } = graph.nodes[at].op.clone() else {
            continue;
        };
        if let Op::Linear { bias, .. } = &mut graph.nodes[fold.linear].op {
            for (bias, value) in bias.iter_mut().skip(fold.start).zip(&value) {
                *bias = (f64::from(*bias) + f64::from(*value)) as f32;
            }
        }
        let added = graph.nodes[at].name.clone();
        graph.redirect(&added, &fold.slice);
        count += 1;
    }
    count
}

struct Fold {
    linear: usize,
    slice: String,
    start: usize,
}

fn find(graph: &Graph, at: usize) -> Option<Fold> {
    let Op::AddConstant { .. } = graph.nodes[at].op else {
        return None;
    };
    let slice = graph.node(&graph.nodes[at].inputs[0])?;
    let Op::Slice {
        axis: 0,
        start,
        end,
    } = slice.op
    else {
        return None;
    };
    let column = graph.node(&slice.inputs[0])?;
    let Op::Reshape { .. } = column.op else {
        return None;
    };
    let linear = graph.position(&column.inputs[0])?;
    let Op::Linear { bias, .. } = &graph.nodes[linear].op else {
        return None;
    };
    // The slice has to hold whole rows: then positions in it are positions in the bias.
    let rows = match &column.op {
        Op::Reshape { shape } => shape.first() == Some(&bias.len()),
        _ => false,
    };
    // Everyone who sees the changed bias: this slice, and slices of other rows.
    let readers = graph
        .nodes
        .iter()
        .filter(|node| node.inputs.contains(&column.name) && node.name != slice.name);
    let mut apart = true;
    let mut reading = 1;
    for node in readers {
        reading += 1;
        apart &=
            matches!(node.op, Op::Slice { axis: 0, start: s, end: e } if e <= start || end <= s);
    }
    let private = graph.uses(&slice.name) == 1
        && graph.uses(&column.name) == reading
        && graph.uses(&column.inputs[0]) == 1;
    (rows && apart && private).then(|| Fold {
        linear,
        slice: slice.name.clone(),
        start,
    })
}
