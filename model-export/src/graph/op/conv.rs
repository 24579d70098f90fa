//! Two-dimensional convolutions.

use ndarray::{Array1, Array4, Axis};

/// A two-dimensional convolution.
#[derive(Debug, Clone, PartialEq)]
pub struct Conv {
    /// `[C',C / groups,height,width]`.
    pub weight: Array4<f32>,
    /// `[C']`.
    pub bias: Option<Array1<f32>>,
    /// Step in both directions.
    pub stride: usize,
    /// Zero rows and columns around the input: top, left, bottom, right.
    pub pads: [usize; 4],
    /// Parts of the channels that do not see each other.
    pub groups: usize,
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
            groups: 1,
        }
    }

    /// Channels in and out.
    #[must_use]
    pub fn channels(&self) -> [usize; 2] {
        let inputs = self.weight.len_of(Axis(1)) * self.groups;
        [inputs, self.weight.len_of(Axis(0))]
    }

    /// Height and width of the kernel.
    #[must_use]
    pub fn kernel(&self) -> [usize; 2] {
        [self.weight.len_of(Axis(2)), self.weight.len_of(Axis(3))]
    }

    /// Whether this is a 3x3 convolution of all channels that keeps the image size.
    #[must_use]
    pub fn is_same_3x3(&self) -> bool {
        let plain = self.stride == 1 && self.groups == 1;
        plain && self.kernel() == [3, 3] && self.pads == [1; 4]
    }

    /// Whether this is a 1x1 convolution without padding.
    #[must_use]
    pub fn is_pointwise(&self) -> bool {
        self.kernel() == [1, 1] && self.stride == 1 && self.pads == [0; 4]
    }

    /// Shape of the output for an image of `shape`; `None` if it does not fit.
    #[must_use]
    pub fn output_shape(&self, [c, h, w]: [usize; 3]) -> Option<[usize; 3]> {
        let ([rows, columns], pads) = (self.kernel(), self.pads);
        let side = |length: usize, pads: usize, kernel: usize| {
            (length + pads)
                .checked_sub(kernel)
                .map(|room| room / self.stride + 1)
        };
        let height = side(h, pads[0] + pads[2], rows)?;
        let width = side(w, pads[1] + pads[3], columns)?;
        let [inputs, outputs] = self.channels();
        (c == inputs).then_some([outputs, height, width])
    }
}
