//! Operators of the in-crate graphs, with their weights, shapes and arithmetic cost.
//!
//! Shapes leave the batch out: `[C,H,W]` stands for `[N,C,H,W]`.

use ndarray::{Array1, Array2, Array3, Array4, ArrayD, Axis};

/// A two-dimensional convolution.
#[derive(Debug, Clone, PartialEq)]
pub struct Conv {
    /// `[C',C,height,width]`.
    pub weight: Array4<f32>,
    /// `[C']`.
    pub bias: Option<Array1<f32>>,
    /// Step in both directions.
    pub stride: usize,
    /// Zero rows and columns around the input: top, left, bottom, right.
    pub pads: [usize; 4],
}

impl Conv {
    /// A convolution of stride 1 with the same `padding` on all sides.
    #[must_use]
    pub fn new(weight: Array4<f32>, bias: Option<Array1<f32>>, padding: usize) -> Self {
        Self {
            weight,
            bias,
            stride: 1,
            pads: [padding; 4],
        }
    }

    /// Height and width of the kernel.
    #[must_use]
    pub fn kernel(&self) -> [usize; 2] {
        [self.weight.len_of(Axis(2)), self.weight.len_of(Axis(3))]
    }

    /// Whether this is a 3x3 convolution that keeps the image size.
    #[must_use]
    pub fn is_same_3x3(&self) -> bool {
        self.kernel() == [3, 3] && self.stride == 1 && self.pads == [1; 4]
    }

    /// Whether this is a 1x1 convolution without padding.
    #[must_use]
    pub fn is_pointwise(&self) -> bool {
        self.kernel() == [1, 1] && self.stride == 1 && self.pads == [0; 4]
    }
}

/// One operator; the arrays are its trained or derived weights.
#[derive(Debug, Clone, PartialEq)]
pub enum Op {
    /// `[C,H,W] -> [C',H',W']`.
    Conv(Conv),
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
    /// Mean of every 2x2 square: `[C,H,W] -> [C,H/2,W/2]`.
    AveragePool2,
    /// Mean of every channel: `[C,H,W] -> [C,1,1]`.
    GlobalAveragePool,
    /// Every pixel becomes a 2x2 square: `[C,H,W] -> [C,2H,2W]`.
    NearestUp2,
    /// `[4C,H,W] -> [C,2H,2W]`; channel `(2p + q) C + c` becomes the pixels `(2y + p, 2x + q)`.
    DepthToSpace2,
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
    /// Adds stored numbers of the input's own shape.
    AddConstant {
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
    /// Positions `start..end` of the first side.
    Slice {
        /// First position.
        start: usize,
        /// Position behind the last.
        end: usize,
    },
    /// Joins along the first side.
    Concat,
    /// The same numbers in another shape.
    Reshape {
        /// The new shape.
        shape: Vec<usize>,
    },
}

impl Op {
    /// Shape of the output for inputs of the given shapes.
    ///
    /// # Errors
    /// Says what does not fit.
    pub fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, String> {
        let unfit = || format!("inputs {inputs:?} do not fit {}", self.name());
        let image = || match inputs {
            [[c, h, w]] => Ok([*c, *h, *w]),
            _ => Err(unfit()),
        };
        let same = |channels: usize| match inputs {
            [x] if x.first() == Some(&channels) => Ok(x.to_vec()),
            _ => Err(unfit()),
        };
        match self {
            Self::Conv(conv) => {
                let [c, h, w] = image()?;
                let ([rows, columns], pads) = (conv.kernel(), conv.pads);
                let side = |length: usize, pads: usize, kernel: usize| {
                    (length + pads)
                        .checked_sub(kernel)
                        .map(|room| room / conv.stride + 1)
                };
                let height = side(h, pads[0] + pads[2], rows).ok_or_else(unfit)?;
                let width = side(w, pads[1] + pads[3], columns).ok_or_else(unfit)?;
                if c != conv.weight.len_of(Axis(1)) {
                    return Err(unfit());
                }
                Ok(vec![conv.weight.len_of(Axis(0)), height, width])
            }
            Self::BatchNorm { scale, .. } | Self::InstanceNorm { scale, .. } => same(scale.len()),
            Self::LeakyRelu { .. } | Self::Relu | Self::Scale { .. } => match inputs {
                [x] => Ok(x.to_vec()),
                _ => Err(unfit()),
            },
            Self::AveragePool2 => match image()? {
                [c, h, w] if h % 2 == 0 && w % 2 == 0 => Ok(vec![c, h / 2, w / 2]),
                _ => Err(unfit()),
            },
            Self::GlobalAveragePool => image().map(|[c, _, _]| vec![c, 1, 1]),
            Self::NearestUp2 => image().map(|[c, h, w]| vec![c, 2 * h, 2 * w]),
            Self::DepthToSpace2 => match image()? {
                [c, h, w] if c % 4 == 0 => Ok(vec![c / 4, 2 * h, 2 * w]),
                _ => Err(unfit()),
            },
            Self::Linear { weight, .. } => match inputs {
                [[from]] if *from == weight.ncols() => Ok(vec![weight.nrows()]),
                _ => Err(unfit()),
            },
            Self::MatMul { weight } => match (inputs, weight.dim()) {
                ([[y, 1, from]], (rows, inner, to)) if (*y, *from) == (rows, inner) => {
                    Ok(vec![*y, 1, to])
                }
                _ => Err(unfit()),
            },
            Self::AddConstant { value } => match inputs {
                [x] if *x == value.shape() => Ok(x.to_vec()),
                _ => Err(unfit()),
            },
            Self::Add | Self::Subtract | Self::Multiply => match inputs {
                [a, b]
                    if a.len() == b.len() && a.iter().zip(*b).all(|(a, &b)| b == *a || b == 1) =>
                {
                    Ok(a.to_vec())
                }
                _ => Err(unfit()),
            },
            Self::Slice { start, end } => match inputs {
                [[first, rest @ ..]] if start < end && end <= first => {
                    Ok([&[end - start], rest].concat())
                }
                _ => Err(unfit()),
            },
            Self::Concat => {
                let [first, others @ ..] = inputs else {
                    return Err(unfit());
                };
                if first.is_empty() || others.iter().any(|x| x.get(1..) != first.get(1..)) {
                    return Err(unfit());
                }
                let joined = inputs.iter().filter_map(|x| x.first()).sum();
                Ok([&[joined], &first[1..]].concat())
            }
            Self::Reshape { shape } => match inputs {
                [x] if x.iter().product::<usize>() == shape.iter().product::<usize>() => {
                    Ok(shape.clone())
                }
                _ => Err(unfit()),
            },
        }
    }

    /// Multiply-adds of convolutions and matrix products per image; the rest counts as free.
    #[must_use]
    pub fn multiply_adds(&self, output: &[usize]) -> u64 {
        let count = match self {
            Self::Conv(conv) => conv.weight.len() * output[1..].iter().product::<usize>(),
            Self::Linear { weight, .. } => weight.len(),
            Self::MatMul { weight } => weight.len(),
            _ => 0,
        };
        count as u64
    }

    /// Stored numbers.
    #[must_use]
    pub fn parameters(&self) -> u64 {
        let count = match self {
            Self::Conv(conv) => conv.weight.len() + conv.bias.as_ref().map_or(0, Array1::len),
            Self::BatchNorm { scale, .. } => 4 * scale.len(),
            Self::InstanceNorm { scale, .. } => 2 * scale.len(),
            Self::Linear { weight, bias } => weight.len() + bias.len(),
            Self::MatMul { weight } => weight.len(),
            Self::AddConstant { value } => value.len(),
            Self::Scale { .. } => 1,
            _ => 0,
        };
        count as u64
    }

    /// Name of the ONNX operator that this one becomes.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Conv(_) => "Conv",
            Self::BatchNorm { .. } => "BatchNormalization",
            Self::InstanceNorm { .. } => "InstanceNormalization",
            Self::LeakyRelu { .. } => "LeakyRelu",
            Self::Relu => "Relu",
            Self::AveragePool2 => "AveragePool",
            Self::GlobalAveragePool => "GlobalAveragePool",
            Self::NearestUp2 => "Resize",
            Self::DepthToSpace2 => "DepthToSpace",
            Self::Linear { .. } => "Gemm",
            Self::MatMul { .. } => "MatMul",
            Self::AddConstant { .. } | Self::Add => "Add",
            Self::Subtract => "Sub",
            Self::Scale { .. } | Self::Multiply => "Mul",
            Self::Slice { .. } => "Slice",
            Self::Concat => "Concat",
            Self::Reshape { .. } => "Reshape",
        }
    }
}
