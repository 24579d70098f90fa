//! Convolutions, alone and folded into the resampling beside them.

use super::{
    ConvolutionForm, HE, Rewrite, multiply_adds,
    resampling::{average_pool2, nearest_up2},
};
use tch::{Device, Tensor, nn, nn::Init};

/// A convolution that keeps the image size: 3x3 with padding 1, or 1x1.
#[derive(Debug)]
pub struct Convolution {
    weight: Tensor,
    bias: Option<Tensor>,
    padding: i64,
    /// See [`spreading`]; 3x3 kernels only.
    spreading: Option<Tensor>,
}

impl Convolution {
    /// `[N,from,H,W] -> [N,to,H,W]`, `kernel` 1 or 3, with bias.
    #[must_use]
    pub fn new(path: &nn::Path<'_>, from: usize, to: usize, kernel: i64) -> Self {
        let mut convolution = Self::without_bias(path, from, to, kernel);
        convolution.bias = Some(path.var("bias", &[to as i64], Init::Const(0.0)));
        convolution
    }

    /// The same without bias.
    #[must_use]
    pub(crate) fn without_bias(path: &nn::Path<'_>, from: usize, to: usize, kernel: i64) -> Self {
        let shape = [to as i64, from as i64, kernel, kernel];
        Self {
            weight: path.var("weight", &shape, HE),
            bias: None,
            padding: kernel / 2,
            spreading: (kernel == 3).then(|| spreading(path.device())),
        }
    }

    /// A convolution without padding, for the 4x4 one that ends an encoder.
    #[must_use]
    pub(crate) fn valid(path: &nn::Path<'_>, from: usize, to: usize, kernel: i64) -> Self {
        let mut convolution = Self::new(path, from, to, kernel);
        convolution.padding = 0;
        convolution
    }

    /// Sets all parameters to zero.
    pub(crate) fn set_zero(&mut self) {
        tch::no_grad(|| {
            let _ = self.weight.zero_();
            if let Some(bias) = &mut self.bias {
                let _ = bias.zero_();
            }
        });
    }

    /// `[N,C,H,W] -> [N,C',H,W]`.
    pub fn forward(&self, x: &Tensor) -> Tensor {
        self.strided(x, &self.weight, 1, self.padding)
    }

    /// Strided 3x3 convolution, `[N,C,H,W] -> [N,C',H/2,W/2]`.
    pub(crate) fn forward_stride2(&self, x: &Tensor) -> Tensor {
        self.strided(x, &self.weight, 2, self.padding)
    }

    /// `average_pool2(self(x))`, `[N,C,H,W] -> [N,C',H/2,W/2]`.
    pub fn forward_pooled(&self, x: &Tensor, form: ConvolutionForm) -> Tensor {
        match self.rewrite(form, x.numel() as i64 / 4) {
            None => average_pool2(&self.forward(x)),
            Some((Rewrite::SpreadKernel, spreading)) => {
                self.strided(x, &self.spread_kernel(&(spreading * 0.25)), 2, 1)
            }
            // The mean of the results is the result of the means.
            Some((Rewrite::BoxFilter, _)) => {
                let means = x.avg_pool2d([2, 2], [1, 1], [1, 1], false, true, None::<i64>);
                self.strided(&means, &self.weight, 2, 0)
            }
        }
    }

    /// `self(nearest_up2(x))`, `[N,C,H,W] -> [N,C',2H,2W]`.
    pub fn forward_upsampled(&self, x: &Tensor, form: ConvolutionForm) -> Tensor {
        // Spreading every pixel over 2x2 and then convolving is the transpose of convolving with the
        // flipped kernel and then summing 2x2.
        match self.rewrite(form, x.numel() as i64) {
            None => self.forward(&nearest_up2(x)),
            Some((Rewrite::SpreadKernel, spreading)) => {
                let kernel = self.spread_kernel(&spreading.flip([1]));
                self.transposed(x, &kernel, 1, self.bias.as_ref())
            }
            Some((Rewrite::BoxFilter, _)) => {
                let spread = self.transposed(x, &self.weight.flip([2, 3]), 0, None);
                let sums = spread.avg_pool2d([2, 2], [1, 1], [0, 0], false, true, 1);
                match &self.bias {
                    Some(bias) => sums + bias.reshape([1, -1, 1, 1]),
                    None => sums,
                }
            }
        }
    }

    /// The rewrite that `form` chooses for images of `values` elements at the smaller size, with [`spreading`].
    fn rewrite(&self, form: ConvolutionForm, values: i64) -> Option<(Rewrite, &Tensor)> {
        let channels = self.weight.size()[1];
        let rewrite = form.rewrite(channels, values / channels);
        rewrite.zip(self.spreading.as_ref())
    }

    /// The 3x3 kernel summed over its four placements in 4x4, `[C',C,4,4]`, by a matrix `[9,16]`.
    fn spread_kernel(&self, spreading: &Tensor) -> Tensor {
        let size = self.weight.size();
        // One product: four padded copies and their sum would take longer than the convolution.
        let kernels = self.weight.reshape([-1, size[2] * size[3]]).mm(spreading);
        kernels.reshape([size[0], size[1], 4, 4])
    }

    /// The transpose of a convolution of stride 2 with `kernel [C',C,k,k]`.
    fn transposed(
        &self,
        x: &Tensor,
        kernel: &Tensor,
        padding: i64,
        bias: Option<&Tensor>,
    ) -> Tensor {
        let size = kernel.size();
        multiply_adds::add(x.numel() as i64 * size[0] * size[2] * size[3]);
        let kernel = kernel.transpose(0, 1);
        x.conv_transpose2d(&kernel, bias, [2, 2], [padding; 2], [0, 0], 1, [1, 1])
    }

    fn strided(&self, x: &Tensor, weight: &Tensor, stride: i64, padding: i64) -> Tensor {
        let y = x.conv2d(
            weight,
            self.bias.as_ref(),
            [stride, stride],
            [padding, padding],
            [1, 1],
            1,
        );
        let size = weight.size();
        multiply_adds::add(y.numel() as i64 * size[1] * size[2] * size[3]);
        y
    }
}

/// Which values of a 4x4 kernel `[16]` each of a 3x3 one `[9]` is added to: `[9,16]`, 0 or 1.
fn spreading(device: Device) -> Tensor {
    let mut matrix = [[0.0_f32; 16]; 9];
    for (from, row) in matrix.iter_mut().enumerate() {
        for placement in [0, 1, 4, 5] {
            row[from / 3 * 4 + from % 3 + placement] = 1.0;
        }
    }
    Tensor::from_slice(matrix.as_flattened())
        .reshape([9, 16])
        .to_device(device)
}
