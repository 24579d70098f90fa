//! The moving average of the editor's weights: what is exported, and steadier than the last step.

use tch::nn::VarStore;

/// `average = decay * average + (1 - decay) * current`, for every variable.
///
/// Not an equation of Yang et al. 2021; their code has it, from StarGAN v2.
pub(crate) fn update_average(average: &VarStore, current: &VarStore, decay: f64) {
    let current = current.variables();
    tch::no_grad(|| {
        for (name, mut tensor) in average.variables() {
            if let Some(now) = current.get(&name) {
                let _ = tensor.lerp_(now, 1.0 - decay);
            }
        }
    });
}
