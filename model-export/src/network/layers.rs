//! Single layers: take their weights by name and append themselves to a graph.

use crate::{
    graph::{
        Graph,
        op::{Conv, Op},
    },
    network::weights::Weights,
};
use model_spec::{
    GraphKind,
    network::{LEAKY_SLOPE, NORM_EPSILON},
};
use ndarray::{Array1, Array4, Ix1, Ix2, Ix4};

/// Sizes and switches of a square convolution.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ConvShape {
    /// Channels in and out.
    pub channels: [usize; 2],
    /// Side of the kernel.
    pub kernel: usize,
    /// Step in both directions.
    pub stride: usize,
    /// Zeros on every side.
    pub padding: usize,
    /// Whether it adds a number per channel.
    pub with_bias: bool,
}

impl ConvShape {
    /// 3x3 with bias, keeps the image size.
    #[must_use]
    pub(crate) fn same(channels: [usize; 2]) -> Self {
        Self {
            channels,
            kernel: 3,
            stride: 1,
            padding: 1,
            with_bias: true,
        }
    }

    /// 1x1 with bias.
    #[must_use]
    pub(crate) fn pointwise(channels: [usize; 2]) -> Self {
        Self {
            kernel: 1,
            padding: 0,
            ..Self::same(channels)
        }
    }

    /// The same without bias.
    #[must_use]
    pub(crate) fn without_bias(self) -> Self {
        Self {
            with_bias: false,
            ..self
        }
    }
}

/// The value that holds a style code.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StyleCode<'a> {
    /// Name of the value, `[dim]`.
    pub value: &'a str,
    /// Length of the code, `d` in the paper.
    pub dim: usize,
}

/// A network under construction. Layers are named as their tensors are, without the network's name.
pub(crate) struct Layers<'a> {
    /// The graph so far.
    pub graph: Graph,
    weights: &'a mut Weights,
    /// What the names of all tensors start with.
    prefix: String,
}

impl<'a> Layers<'a> {
    /// Starts the graph of a network whose tensors' names start with its own.
    pub(crate) fn new(kind: GraphKind, doc: &str, weights: &'a mut Weights) -> Self {
        Self {
            prefix: format!("{kind}."),
            ..Self::unprefixed(kind.name(), doc, weights)
        }
    }

    /// Starts the graph `name`, for tensors whose names do not start with it.
    pub(crate) fn unprefixed(name: &str, doc: &str, weights: &'a mut Weights) -> Self {
        Self {
            graph: Graph::new(name, doc),
            weights,
            prefix: String::new(),
        }
    }

    fn tensor(&self, layer: &str, part: &str) -> String {
        format!("{}{layer}.{part}", self.prefix)
    }

    /// The weight of a convolution, `[to,from,height,width]`.
    pub(crate) fn weight(
        &mut self,
        layer: &str,
        [to, from, height, width]: [usize; 4],
    ) -> Array4<f32> {
        let name = self.tensor(layer, "weight");
        self.weights.take(&name, Ix4(to, from, height, width))
    }

    fn vector(&mut self, layer: &str, part: &str, length: usize) -> Array1<f32> {
        let name = self.tensor(layer, part);
        self.weights.take(&name, Ix1(length))
    }

    /// Appends an operator without weights.
    pub(crate) fn op(&mut self, name: &str, op: Op, inputs: &[&str]) -> String {
        self.graph.push(name, op, inputs)
    }

    /// Square convolution, `[from,H,W] -> [to,H',W']`.
    pub(crate) fn conv(&mut self, name: &str, x: &str, shape: ConvShape) -> String {
        let [from, to] = shape.channels;
        let weight = self.weight(name, [to, from, shape.kernel, shape.kernel]);
        self.conv_of(name, x, weight, shape)
    }

    /// As [`Layers::conv`], with a weight that has been taken already.
    pub(crate) fn conv_of(
        &mut self,
        name: &str,
        x: &str,
        weight: Array4<f32>,
        shape: ConvShape,
    ) -> String {
        let to = shape.channels[1];
        let conv = Conv {
            bias: shape.with_bias.then(|| self.vector(name, "bias", to)),
            stride: shape.stride,
            ..Conv::new(weight, None, shape.padding)
        };
        self.graph.push(name, Op::Conv(conv), &[x])
    }

    /// Takes the weight of a convolution that the network has and never runs.
    pub(crate) fn unread(&mut self, name: &str, shape: ConvShape) {
        let [from, to] = shape.channels;
        let weight = self.weight(name, [to, from, shape.kernel, shape.kernel]);
        let name = self.tensor(name, "weight");
        self.graph.unused.push((name, weight.into_dyn()));
    }

    /// `[from] -> [to]`.
    pub(crate) fn linear(&mut self, name: &str, x: &str, [from, to]: [usize; 2]) -> String {
        let weight_name = self.tensor(name, "weight");
        let weight = self.weights.take(&weight_name, Ix2(to, from));
        let bias = self.vector(name, "bias", to);
        self.graph.push(name, Op::Linear { weight, bias }, &[x])
    }

    /// Instance norm with trained scale and shift, `[channels,H,W]`.
    pub(crate) fn instance_norm(&mut self, name: &str, x: &str, channels: usize) -> String {
        let op = Op::InstanceNorm {
            scale: self.vector(name, "weight", channels),
            shift: self.vector(name, "bias", channels),
            epsilon: NORM_EPSILON as f32,
        };
        self.graph.push(name, op, &[x])
    }

    /// Batch norm with its running statistics, `[channels,H,W]`.
    pub(crate) fn batch_norm(&mut self, name: &str, x: &str, channels: usize) -> String {
        let op = Op::BatchNorm {
            scale: self.vector(name, "weight", channels),
            shift: self.vector(name, "bias", channels),
            mean: self.vector(name, "running_mean", channels),
            variance: self.vector(name, "running_var", channels),
            epsilon: NORM_EPSILON as f32,
        };
        self.graph.push(name, op, &[x])
    }

    /// `AdaIN(x, s) = (1 + gamma) * instance_norm(x) + beta`, `[gamma, beta] = fc(s)` (StarGAN v2):
    /// `x [channels,H,W]`, `s [d]`.
    pub(crate) fn adaptive_instance_norm(
        &mut self,
        name: &str,
        x: &str,
        channels: usize,
        style: StyleCode<'_>,
    ) -> String {
        let part = |part: &str| format!("{name}.{part}");
        let fc = self.linear(&part("fc"), style.value, [style.dim, 2 * channels]);
        let graph = &mut self.graph;
        let shape = vec![2 * channels, 1, 1];
        let columns = graph.push(part("columns"), Op::Reshape { shape }, &[&fc]);
        let slice = |start| Op::channels(start, start + channels);
        let gamma = graph.push(part("gamma"), slice(0), &[&columns]);
        let beta = graph.push(part("beta"), slice(channels), &[&columns]);
        let one = Op::AddConstant {
            value: ndarray::Array::ones(vec![channels, 1, 1]),
        };
        let factor = graph.push(part("one_plus_gamma"), one, &[&gamma]);
        let norm = Op::InstanceNorm {
            scale: Array1::ones(channels),
            shift: Array1::zeros(channels),
            epsilon: NORM_EPSILON as f32,
        };
        let normalised = graph.push(part("normalised"), norm, &[x]);
        let scaled = graph.push(part("scaled"), Op::Multiply, &[&normalised, &factor]);
        graph.push(name, Op::Add, &[&scaled, &beta])
    }

    /// Leaky ReLU of the value `x`.
    pub(crate) fn leaky_relu(&mut self, name: &str, x: &str) -> String {
        let slope = LEAKY_SLOPE as f32;
        self.graph.push(name, Op::LeakyRelu { slope }, &[x])
    }

    /// Stacks rows: `[length]` each `-> [rows,length]`.
    pub(crate) fn stack(&mut self, name: &str, rows: &[String], length: usize) -> String {
        let shape = vec![1, length];
        let rows: Vec<String> = rows
            .iter()
            .map(|row| {
                let shape = shape.clone();
                let name = format!("{row}.row");
                self.graph.push(name, Op::Reshape { shape }, &[row])
            })
            .collect();
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        self.graph.push(name, Op::Concat { axis: 0 }, &rows)
    }
}
