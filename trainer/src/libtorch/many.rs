//! Updates of many tensors in one call: a GPU then computes them with a few kernels, however many there are.

use super::bridge::{checked, libtorch_adam, libtorch_lerp};
use tch::Tensor;
use torch_sys::C_tensor;

fn pointers(tensors: &[&Tensor]) -> Vec<*mut C_tensor> {
    tensors
        .iter()
        .map(|tensor| tensor.as_ptr().cast_mut())
        .collect()
}

/// What one update of Adam needs; the same number of tensors each.
#[derive(Debug)]
pub(crate) struct AdamStep<'a> {
    pub(crate) parameters: Vec<&'a Tensor>,
    /// Defined, in any memory order.
    pub(crate) gradients: Vec<&'a Tensor>,
    /// In the memory order of the parameters.
    pub(crate) first_moments: Vec<&'a Tensor>,
    /// Likewise.
    pub(crate) second_moments: Vec<&'a Tensor>,
    /// How many updates there were, this one included: one float32 on the same device.
    pub(crate) count: &'a Tensor,
    pub(crate) rate: f64,
    pub(crate) beta1: f64,
    pub(crate) beta2: f64,
    /// Multiple of the parameters added to their gradients.
    pub(crate) weight_decay: f64,
    /// Added to the root of the second moment.
    pub(crate) epsilon: f64,
}

/// Adam, in place.
///
/// # Errors
/// libtorch's reason.
pub(crate) fn adam(step: &AdamStep<'_>) -> Result<(), String> {
    let count = step.parameters.len();
    let lists = [
        &step.parameters,
        &step.gradients,
        &step.first_moments,
        &step.second_moments,
    ];
    assert!(
        lists.iter().all(|list| list.len() == count),
        "one of each for every parameter"
    );
    if count == 0 {
        return Ok(());
    }
    let [parameters, gradients, first, second] = lists.map(|list| pointers(list));
    // SAFETY: four lists of `count` pointers each to tensors that live as long as `step`; C++ checks what else it needs.
    // The tensors' values change, which tch allows through a shared reference, too.
    #[allow(unsafe_code, reason = "calls C++")]
    checked(unsafe {
        libtorch_adam(
            parameters.as_ptr(),
            gradients.as_ptr(),
            first.as_ptr(),
            second.as_ptr(),
            count,
            step.count.as_ptr().cast_mut(),
            step.rate,
            step.beta1,
            step.beta2,
            step.weight_decay,
            step.epsilon,
        )
    })
}

/// `tensor += weight * (towards - tensor)` for every pair, in place.
///
/// # Errors
/// libtorch's reason.
pub(crate) fn lerp(pairs: &[(&Tensor, &Tensor)], weight: f64) -> Result<(), String> {
    if pairs.is_empty() {
        return Ok(());
    }
    let (tensors, towards): (Vec<_>, Vec<_>) = pairs.iter().copied().unzip();
    let (tensors, towards) = (pointers(&tensors), pointers(&towards));
    // SAFETY: two lists of as many pointers each to tensors that live as long as `pairs`.
    #[allow(unsafe_code, reason = "calls C++")]
    checked(unsafe { libtorch_lerp(tensors.as_ptr(), towards.as_ptr(), pairs.len(), weight) })
}
