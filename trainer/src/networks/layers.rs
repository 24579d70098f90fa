//! Convolution, linear layer and norms over the parameters of a [`tch::nn::Path`].

use super::{
    convolution_form::{ConvolutionForm, Rewrite},
    multiply_adds,
};
use tch::{Device, Tensor, nn, nn::Init};

/// Slope of LeakyReLU for negative inputs.
const LEAKY_SLOPE: f64 = 0.2;
/// Added to the variance in every norm.
const NORM_EPSILON: f64 = 1e-5;

/// He (Kaiming) normal initialisation over the fan-in, as StarGAN v2 uses for all its weights.
const HE: Init = Init::Kaiming {
    dist: nn::init::NormalOrUniform::Normal,
    fan: nn::init::FanInOut::FanIn,
    non_linearity: nn::init::NonLinearity::ReLU,
};

/// LeakyReLU with slope 0.2; any shape.
pub fn leaky_relu(x: &Tensor) -> Tensor {
    // tch's `leaky_relu` has no slope argument. Its derivative, which has one, multiplies by 1 or by the
    // slope; so it is its own derivative too, in one pass, where `prelu` would also compute the slope's.
    x.detach().leaky_relu_backward(x, LEAKY_SLOPE, false)
}

/// Mean over 2x2 pixels, `[N,C,H,W] -> [N,C,H/2,W/2]`.
pub fn average_pool2(x: &Tensor) -> Tensor {
    x.avg_pool2d([2, 2], [2, 2], [0, 0], false, true, None::<i64>)
}

/// Every pixel four times, `[N,C,H,W] -> [N,C,2H,2W]`.
pub fn nearest_up2(x: &Tensor) -> Tensor {
    let (_, _, height, width) = x
        .size4()
        .unwrap_or_else(|_| unreachable!("images have 4 sides"));
    x.upsample_nearest2d([2 * height, 2 * width], None, None)
}

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
    pub fn without_bias(path: &nn::Path<'_>, from: usize, to: usize, kernel: i64) -> Self {
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
    pub fn valid(path: &nn::Path<'_>, from: usize, to: usize, kernel: i64) -> Self {
        let mut convolution = Self::new(path, from, to, kernel);
        convolution.padding = 0;
        convolution
    }

    /// Sets all parameters to zero.
    pub fn set_zero(&mut self) {
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
    pub fn forward_stride2(&self, x: &Tensor) -> Tensor {
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

    /// What `form` comes to for images of so many `values` at the smaller size, with [`spreading`].
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

/// `y = W x + b`.
#[derive(Debug)]
pub struct Linear {
    weight: Tensor,
    bias: Tensor,
}

impl Linear {
    /// `[N,from] -> [N,to]`.
    #[must_use]
    pub fn new(path: &nn::Path<'_>, from: usize, to: usize) -> Self {
        Self {
            weight: path.var("weight", &[to as i64, from as i64], HE),
            bias: path.var("bias", &[to as i64], Init::Const(0.0)),
        }
    }

    /// Sets all parameters to zero.
    pub fn set_zero(&mut self) {
        tch::no_grad(|| {
            let _ = self.weight.zero_();
            let _ = self.bias.zero_();
        });
    }

    /// `[N,from] -> [N,to]`.
    pub fn forward(&self, x: &Tensor) -> Tensor {
        multiply_adds::add(x.size()[0] * self.weight.numel() as i64);
        x.linear(&self.weight, Some(&self.bias))
    }
}

/// Normalises every channel of every image, then scales and shifts it.
///
/// # Shapes
/// `x [N,C,H,W]`; `scale` and `shift` `[C]` or `[N,C]`.
pub fn instance_norm(x: &Tensor, scale: &Tensor, shift: &Tensor) -> Tensor {
    let size = x.size();
    let (batch, channels) = (size[0], size[1]);
    // In float32 also under autocast; otherwise this is no copy.
    let x = &x.to_kind(tch::Kind::Float);
    let per_image = |t: &Tensor| {
        t.to_kind(tch::Kind::Float)
            .expand([batch, channels], false)
            .reshape([-1])
    };
    // Group norm over one "image" of N*C channels, each a group, is instance norm with a scale per image.
    x.reshape([1, batch * channels, size[2], size[3]])
        .group_norm(
            batch * channels,
            Some(&per_image(scale)),
            Some(&per_image(shift)),
            NORM_EPSILON,
            true,
        )
        .reshape(size.as_slice())
}

/// Instance norm with learned scale and shift.
#[derive(Debug)]
pub struct InstanceNorm {
    weight: Tensor,
    bias: Tensor,
}

impl InstanceNorm {
    /// `[N,channels,H,W]`, shape kept.
    #[must_use]
    pub fn new(path: &nn::Path<'_>, channels: usize) -> Self {
        Self {
            weight: path.var("weight", &[channels as i64], Init::Const(1.0)),
            bias: path.var("bias", &[channels as i64], Init::Const(0.0)),
        }
    }

    /// `[N,C,H,W]`, shape kept.
    pub fn forward(&self, x: &Tensor) -> Tensor {
        instance_norm(x, &self.weight, &self.bias)
    }
}

/// Adaptive instance norm: `(1 + gamma) instance_norm(h) + beta`, `[gamma, beta] = fc(s)`
/// (Huang and Belongie 2017, as used by StarGAN v2).
#[derive(Debug)]
pub struct AdaptiveInstanceNorm {
    fc: Linear,
    channels: i64,
}

impl AdaptiveInstanceNorm {
    /// `h [N,channels,H,W]`, `s [N,style_dim]`.
    #[must_use]
    pub fn new(path: &nn::Path<'_>, style_dim: usize, channels: usize) -> Self {
        Self {
            fc: Linear::new(&(path / "fc"), style_dim, 2 * channels),
            channels: channels as i64,
        }
    }

    /// `h [N,C,H,W]`, `s [N,d]`; the shape of `h` is kept.
    pub fn forward(&self, h: &Tensor, s: &Tensor) -> Tensor {
        let parameters = self.fc.forward(s);
        let gamma = parameters.narrow(1, 0, self.channels);
        let beta = parameters.narrow(1, self.channels, self.channels);
        instance_norm(h, &(gamma + 1.0), &beta)
    }
}

/// Batch norm with running statistics.
#[derive(Debug)]
pub struct BatchNorm {
    weight: Tensor,
    bias: Tensor,
    running_mean: Tensor,
    running_var: Tensor,
}

impl BatchNorm {
    /// `[N,channels,H,W]`, shape kept.
    #[must_use]
    pub fn new(path: &nn::Path<'_>, channels: usize) -> Self {
        let shape = [channels as i64];
        Self {
            weight: path.var("weight", &shape, Init::Const(1.0)),
            bias: path.var("bias", &shape, Init::Const(0.0)),
            running_mean: path.zeros_no_train("running_mean", &shape),
            running_var: path.ones_no_train("running_var", &shape),
        }
    }

    /// `[N,C,H,W]`, shape kept; `training` uses and accumulates the batch's own statistics.
    pub fn forward(&self, x: &Tensor, training: bool) -> Tensor {
        x.batch_norm(
            Some(&self.weight),
            Some(&self.bias),
            Some(&self.running_mean),
            Some(&self.running_var),
            training,
            0.1,
            NORM_EPSILON,
            true,
        )
    }
}
