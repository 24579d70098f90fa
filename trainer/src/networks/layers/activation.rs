//! The activation.

use model_spec::network::LEAKY_SLOPE;
use tch::Tensor;

/// LeakyReLU with slope 0.2; any shape.
pub fn leaky_relu(x: &Tensor) -> Tensor {
    // tch's `leaky_relu` has no slope argument. Its derivative, which has one, multiplies by 1 or by the
    // slope; so it is its own derivative too, in one pass, where `prelu` would also compute the slope's.
    x.detach().leaky_relu_backward(x, LEAKY_SLOPE, false)
}
