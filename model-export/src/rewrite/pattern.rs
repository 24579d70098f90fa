//! What several rewrites look for: a 3x3 convolution before pooling, or behind upsampling.

use crate::graph::{
    Graph, Node,
    op::{Conv, Op},
};

/// A 3x3 convolution that a rewrite may replace.
#[derive(Clone, Copy)]
pub(super) struct Conv3x3<'a> {
    /// Position of its node.
    pub at: usize,
    /// Its node.
    pub node: &'a Node,
    /// The convolution.
    pub conv: &'a Conv,
    /// The value that it reads or, behind upsampling, the small image.
    pub x: &'a str,
}

impl<'a> Conv3x3<'a> {
    /// The convolution at `at`, if it keeps the image size.
    pub(super) fn at(graph: &'a Graph, at: usize) -> Option<Self> {
        let node = &graph.nodes[at];
        match &node.op {
            Op::Conv(conv) if conv.is_same_3x3() => Some(Self {
                at,
                node,
                conv,
                x: &node.inputs[0],
            }),
            _ => None,
        }
    }

    /// `avg_pool2(conv3x3(x))`, the pooling at `at`; nothing else reads the convolution.
    pub(super) fn before_pooling(graph: &'a Graph, at: usize) -> Option<Self> {
        let pool = &graph.nodes[at];
        if pool.op != Op::AveragePool2 {
            return None;
        }
        let found = Self::at(graph, graph.position(&pool.inputs[0])?)?;
        (graph.uses(&found.node.name) == 1).then_some(found)
    }

    /// `conv3x3(nearest_up2(x))`, the convolution at `at`.
    pub(super) fn behind_upsampling(graph: &'a Graph, at: usize) -> Option<Self> {
        let found = Self::at(graph, at)?;
        let up = graph.node(found.x)?;
        (up.op == Op::NearestUp2).then(|| Self {
            x: &up.inputs[0],
            ..found
        })
    }

    /// The same, if it has at least so many input and output channels.
    pub(super) fn with_channels(self, least: usize) -> Option<Self> {
        let enough = self.conv.channels().iter().all(|&count| count >= least);
        enough.then_some(self)
    }

    /// Shape of `x`, `[C,H,W]`.
    pub(super) fn input_shape(&self, graph: &Graph) -> Option<[usize; 3]> {
        let shapes = graph.shapes().ok()?;
        <[usize; 3]>::try_from(shapes.get(self.x)?.as_slice()).ok()
    }
}
