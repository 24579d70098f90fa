//! Operators of the in-crate graphs, with their weights and arithmetic cost.
//!
//! Shapes leave the batch out: `[C,H,W]` stands for `[N,C,H,W]`.

pub mod conv;
mod shape;
mod stored;

pub use conv::Conv;

use ndarray::{Array1, Array2, Array3, ArrayD};

/// What a [`Op::Reduce`] makes of many numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reduction {
    /// Their mean.
    Mean,
    /// The smallest.
    Min,
    /// The largest.
    Max,
    /// Their sum.
    Sum,
}

/// Over which sides a [`Op::Reduce`] goes; those become 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sides {
    /// `[C,H,W] -> [1,H,W]`.
    Channels,
    /// `[C,H,W] -> [C,1,1]`.
    Image,
}

/// Element type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Element {
    /// 32-bit float.
    Float32,
    /// 16-bit float.
    Float16,
}

/// One operator; the arrays are its trained or derived weights.
#[derive(Debug, Clone, PartialEq)]
pub enum Op {
    /// `[C,H,W] -> [C',H',W']`.
    Conv(Conv),
    /// A convolution whose weights are 8-bit integers times one factor per output channel. Its
    /// input and output are [`Op::Quantised`] values.
    QuantisedConv {
        /// The convolution; weights divided by `weight_scales` are the integers.
        conv: Conv,
        /// `[C']`.
        weight_scales: Array1<f32>,
        /// Factor of the input's integers; the bias is stored in units of both factors.
        input_scale: f32,
    },
    /// Rounds to integers from -128 to 127 times `scale`.
    Quantised {
        /// The factor.
        scale: f32,
    },
    /// The same numbers in another element type, that of the node.
    Cast,
    /// `scale * (x - mean) / sqrt(variance + epsilon) + shift` with stored statistics.
    BatchNorm {
        /// `[C]`.
        scale: Array1<f32>,
        /// `[C]`.
        shift: Array1<f32>,
        /// `[C]`.
        mean: Array1<f32>,
        /// `[C]`.
        variance: Array1<f32>,
        /// Keeps the root away from 0.
        epsilon: f32,
    },
    /// `scale * (x - mean) / sqrt(variance + epsilon) + shift`, statistics of every channel of
    /// every image, biased variance.
    InstanceNorm {
        /// `[C]`.
        scale: Array1<f32>,
        /// `[C]`.
        shift: Array1<f32>,
        /// Keeps the root away from 0.
        epsilon: f32,
    },
    /// `x` above 0, `slope * x` below.
    LeakyRelu {
        /// Slope below 0.
        slope: f32,
    },
    /// `max(x, 0)`.
    Relu,
    /// `x` above `above`, else 0.
    Threshold {
        /// The largest number that becomes 0.
        above: f32,
    },
    /// Numbers below `low` become `low`, above `high` `high`.
    Clip {
        /// Least result.
        low: f32,
        /// Largest result.
        high: f32,
    },
    /// `x` to the power `exponent`.
    Power {
        /// The exponent.
        exponent: f32,
    },
    /// Square root.
    SquareRoot,
    /// Hyperbolic tangent.
    Tanh,
    /// Mean of every 2x2 square: `[C,H,W] -> [C,H/2,W/2]`.
    AveragePool2,
    /// Mean of every channel: `[C,H,W] -> [C,1,1]`.
    GlobalAveragePool,
    /// One number of many.
    Reduce {
        /// What it makes of them.
        how: Reduction,
        /// The sides, which become 1.
        over: Sides,
    },
    /// Every pixel becomes a 2x2 square: `[C,H,W] -> [C,2H,2W]`.
    NearestUp2,
    /// Bilinear interpolation: `[C,H,W] -> [C,side,side]`, of `from` rows and columns.
    Bilinear {
        /// Rows and columns of the input.
        from: usize,
        /// Rows and columns of the output.
        side: usize,
        /// Whether the centres of the corner pixels meet, not the corners.
        align_corners: bool,
    },
    /// Zeros around: `[C,H,W] -> [C,top + H + bottom,left + W + right]`.
    Pad {
        /// Rows and columns: top, left, bottom, right.
        pads: [usize; 4],
    },
    /// `[4C,H,W] -> [C,2H,2W]`; channel `(2p + q) C + c` becomes the pixels `(2y + p, 2x + q)`.
    DepthToSpace2,
    /// `[C,2H,2W] -> [4C,H,W]`, the opposite of [`Op::DepthToSpace2`].
    SpaceToDepth2,
    /// `weight x + bias`: `[from] -> [to]`.
    Linear {
        /// `[to,from]`.
        weight: Array2<f32>,
        /// `[to]`.
        bias: Array1<f32>,
    },
    /// One matrix per row of the input: `[Y,1,from] -> [Y,1,to]`.
    MatMul {
        /// `[Y,from,to]`.
        weight: Array3<f32>,
    },
    /// Adds stored numbers of the input's own shape, or with sides of 1.
    AddConstant {
        /// The numbers.
        value: ArrayD<f32>,
    },
    /// Multiplies by stored numbers, as [`Op::AddConstant`].
    MultiplyConstant {
        /// The numbers.
        value: ArrayD<f32>,
    },
    /// Multiplies everything by one number.
    Scale {
        /// The number.
        factor: f32,
    },
    /// `a + b`; `b` may have sides of 1 where `a` has more.
    Add,
    /// `a - b`, as [`Op::Add`].
    Subtract,
    /// `a * b`, as [`Op::Add`].
    Multiply,
    /// `a / b`, as [`Op::Add`].
    Divide,
    /// Positions `start..end` of one side.
    Slice {
        /// The side, 0 for the first behind the batch.
        axis: usize,
        /// First position.
        start: usize,
        /// Position behind the last.
        end: usize,
    },
    /// Joins along one side.
    Concat {
        /// The side, 0 for the first behind the batch.
        axis: usize,
    },
    /// The same numbers in another shape.
    Reshape {
        /// The new shape.
        shape: Vec<usize>,
    },
}

impl Op {
    /// Channels `start..end`.
    #[must_use]
    pub const fn channels(start: usize, end: usize) -> Self {
        Self::Slice {
            axis: 0,
            start,
            end,
        }
    }

    /// Multiply-adds of convolutions and matrix products per image; the rest counts as free.
    #[must_use]
    pub fn multiply_adds(&self, output: &[usize]) -> u64 {
        let count = match self {
            Self::Conv(conv) | Self::QuantisedConv { conv, .. } => {
                conv.weight.len() * output[1..].iter().product::<usize>()
            }
            Self::Linear { weight, .. } => weight.len(),
            Self::MatMul { weight } => weight.len(),
            _ => 0,
        };
        count as u64
    }

    /// Name of the ONNX operator that this one becomes.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Conv(_) | Self::QuantisedConv { .. } => "Conv",
            Self::Quantised { .. } => "QuantizeLinear",
            Self::Cast => "Cast",
            Self::BatchNorm { .. } => "BatchNormalization",
            Self::InstanceNorm { .. } => "InstanceNormalization",
            Self::LeakyRelu { .. } => "LeakyRelu",
            Self::Relu => "Relu",
            Self::Threshold { .. } => "ThresholdedRelu",
            Self::Clip { .. } => "Clip",
            Self::Power { .. } => "Pow",
            Self::SquareRoot => "Sqrt",
            Self::Tanh => "Tanh",
            Self::AveragePool2 => "AveragePool",
            Self::GlobalAveragePool => "GlobalAveragePool",
            Self::Reduce { how, .. } => match how {
                Reduction::Mean => "ReduceMean",
                Reduction::Min => "ReduceMin",
                Reduction::Max => "ReduceMax",
                Reduction::Sum => "ReduceSum",
            },
            Self::NearestUp2 | Self::Bilinear { .. } => "Resize",
            Self::Pad { .. } => "Pad",
            Self::DepthToSpace2 => "DepthToSpace",
            Self::SpaceToDepth2 => "SpaceToDepth",
            Self::Linear { .. } => "Gemm",
            Self::MatMul { .. } => "MatMul",
            Self::AddConstant { .. } | Self::Add => "Add",
            Self::Subtract => "Sub",
            Self::Scale { .. } | Self::MultiplyConstant { .. } | Self::Multiply => "Mul",
            Self::Divide => "Div",
            Self::Slice { .. } => "Slice",
            Self::Concat { .. } => "Concat",
            Self::Reshape { .. } => "Reshape",
        }
    }
}
