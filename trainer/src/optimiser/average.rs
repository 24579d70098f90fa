//! The moving average of the editor's weights: what is exported, and steadier than the last step.

use crate::libtorch;
use tch::{Tensor, nn::VarStore};

/// `average = decay * average + (1 - decay) * current`, for every variable.
///
/// Not an equation of Yang et al. 2021; their code has it, from StarGAN v2.
pub(crate) fn update_average(average: &VarStore, current: &VarStore, decay: f64) {
    let (average, current) = (average.variables(), current.variables());
    let pairs = average
        .iter()
        .filter_map(|(name, mean)| Some((mean, current.get(name)?)));
    let pairs: Vec<(&Tensor, &Tensor)> = pairs.collect();
    // Variables of two networks of one shape: nothing is left to go wrong but memory.
    libtorch::lerp(&pairs, 1.0 - decay).unwrap_or_else(|reason| panic!("average: {reason}"));
}
