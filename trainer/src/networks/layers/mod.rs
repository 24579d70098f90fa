//! What the networks are built of: layers over the parameters of a [`tch::nn::Path`].

mod activation;
mod convolution;
pub mod convolution_form;
mod linear;
pub mod multiply_adds;
mod norm;
mod resampling;

pub use activation::leaky_relu;
pub use convolution::Convolution;
pub use convolution_form::{ConvolutionForm, Rewrite};
pub(crate) use linear::Linear;
pub(crate) use norm::{AdaptiveInstanceNorm, BatchNorm, InstanceNorm};
pub(crate) use resampling::{average_pool2, enlarged, nearest_up2, reduced};

use tch::nn::{self, Init};

/// He (Kaiming) normal initialisation over the fan-in, as StarGAN v2 uses for all its weights.
const HE: Init = Init::Kaiming {
    dist: nn::init::NormalOrUniform::Normal,
    fan: nn::init::FanInOut::FanIn,
    non_linearity: nn::init::NonLinearity::ReLU,
};
