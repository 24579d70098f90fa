//! Shapes of operators' outputs.

use super::{Op, Sides};

impl Op {
    /// Shape of the output for inputs of the given shapes.
    ///
    /// # Errors
    /// Says what does not fit.
    pub fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, String> {
        self.fitting_shape(inputs)
            .ok_or_else(|| format!("inputs {inputs:?} do not fit {}", self.name()))
    }

    fn fitting_shape(&self, inputs: &[&[usize]]) -> Option<Vec<usize>> {
        match (self, inputs) {
            (Self::Add | Self::Subtract | Self::Multiply | Self::Divide, [a, b]) => {
                broadcasts(a, b).then(|| a.to_vec())
            }
            (Self::Concat { axis }, [first, ..]) => {
                let joins = |x: &&[usize]| {
                    let mut other = x.to_vec();
                    other.len() == first.len() && {
                        other[*axis] = first[*axis];
                        other == *first
                    }
                };
                if *axis >= first.len() || !inputs.iter().all(joins) {
                    return None;
                }
                let mut shape = first.to_vec();
                shape[*axis] = inputs.iter().map(|x| x[*axis]).sum();
                Some(shape)
            }
            (_, [x]) => self.shape_of_one(x),
            _ => None,
        }
    }

    fn shape_of_one(&self, x: &[usize]) -> Option<Vec<usize>> {
        let image = || <[usize; 3]>::try_from(x).ok();
        match self {
            Self::Conv(conv) | Self::QuantisedConv { conv, .. } => {
                conv.output_shape(image()?).map(Vec::from)
            }
            Self::BatchNorm { scale, .. } | Self::InstanceNorm { scale, .. } => {
                (x.first() == Some(&scale.len())).then(|| x.to_vec())
            }
            Self::LeakyRelu { .. }
            | Self::Relu
            | Self::Threshold { .. }
            | Self::Clip { .. }
            | Self::Power { .. }
            | Self::SquareRoot
            | Self::Tanh
            | Self::Quantised { .. }
            | Self::Cast
            | Self::Scale { .. } => Some(x.to_vec()),
            Self::AveragePool2 => {
                let [c, h, w] = image()?;
                (h % 2 == 0 && w % 2 == 0).then(|| vec![c, h / 2, w / 2])
            }
            Self::GlobalAveragePool => image().map(|[c, _, _]| vec![c, 1, 1]),
            Self::Reduce { over, .. } => image().map(|[c, h, w]| match over {
                Sides::Channels => vec![1, h, w],
                Sides::Image => vec![c, 1, 1],
            }),
            Self::NearestUp2 => image().map(|[c, h, w]| vec![c, 2 * h, 2 * w]),
            Self::Bilinear { from, side, .. } => {
                let [c, h, w] = image()?;
                ([h, w] == [*from; 2]).then(|| vec![c, *side, *side])
            }
            Self::Pad {
                pads: [top, left, bottom, right],
            } => image().map(|[c, h, w]| vec![c, top + h + bottom, left + w + right]),
            Self::DepthToSpace2 => {
                let [c, h, w] = image()?;
                (c % 4 == 0).then(|| vec![c / 4, 2 * h, 2 * w])
            }
            Self::SpaceToDepth2 => {
                let [c, h, w] = image()?;
                (h % 2 == 0 && w % 2 == 0).then(|| vec![4 * c, h / 2, w / 2])
            }
            Self::Linear { weight, .. } => (x == [weight.ncols()]).then(|| vec![weight.nrows()]),
            Self::MatMul { weight } => {
                let (rows, from, to) = weight.dim();
                (x == [rows, 1, from]).then(|| vec![rows, 1, to])
            }
            Self::AddConstant { value } | Self::MultiplyConstant { value } => {
                broadcasts(x, value.shape()).then(|| x.to_vec())
            }
            Self::Slice { axis, start, end } => {
                let mut shape = x.to_vec();
                let side = shape.get_mut(*axis)?;
                if start >= end || *end > *side {
                    return None;
                }
                *side = end - start;
                Some(shape)
            }
            Self::Reshape { shape } => (x.iter().product::<usize>()
                == shape.iter().product::<usize>())
            .then(|| shape.clone()),
            _ => None,
        }
    }
}

/// Whether `b` has `a`'s sides, or 1 instead.
fn broadcasts(a: &[usize], b: &[usize]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, &b)| b == *a || b == 1)
}
