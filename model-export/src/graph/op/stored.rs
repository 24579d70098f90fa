//! The numbers that operators bring with them.

use super::Op;
use ndarray::{ArrayViewD, ArrayViewMutD};

impl Op {
    /// The stored numbers.
    pub fn stored(&self) -> impl Iterator<Item = f32> + '_ {
        let (mut arrays, mut one): (Vec<ArrayViewD<'_, f32>>, _) = (Vec::new(), None);
        match self {
            Self::Conv(conv) | Self::QuantisedConv { conv, .. } => {
                arrays.push(conv.weight.view().into_dyn());
                arrays.extend(conv.bias.as_ref().map(|bias| bias.view().into_dyn()));
            }
            Self::BatchNorm {
                scale,
                shift,
                mean,
                variance,
                ..
            } => arrays.extend([scale, shift, mean, variance].map(|it| it.view().into_dyn())),
            Self::InstanceNorm { scale, shift, .. } => {
                arrays.extend([scale, shift].map(|it| it.view().into_dyn()));
            }
            Self::Linear { weight, bias } => {
                arrays.extend([weight.view().into_dyn(), bias.view().into_dyn()]);
            }
            Self::MatMul { weight } => arrays.push(weight.view().into_dyn()),
            Self::AddConstant { value } | Self::MultiplyConstant { value } => {
                arrays.push(value.view());
            }
            Self::Scale { factor } => one = Some(*factor),
            _ => {}
        }
        arrays.into_iter().flatten().copied().chain(one)
    }

    /// The same numbers, to be changed in place.
    pub fn stored_mut(&mut self) -> impl Iterator<Item = &mut f32> + '_ {
        let (mut arrays, mut one): (Vec<ArrayViewMutD<'_, f32>>, _) = (Vec::new(), None);
        match self {
            Self::Conv(conv) | Self::QuantisedConv { conv, .. } => {
                arrays.push(conv.weight.view_mut().into_dyn());
                arrays.extend(conv.bias.as_mut().map(|bias| bias.view_mut().into_dyn()));
            }
            Self::BatchNorm {
                scale,
                shift,
                mean,
                variance,
                ..
            } => arrays.extend([scale, shift, mean, variance].map(|it| it.view_mut().into_dyn())),
            Self::InstanceNorm { scale, shift, .. } => {
                arrays.extend([scale, shift].map(|it| it.view_mut().into_dyn()));
            }
            Self::Linear { weight, bias } => {
                arrays.extend([weight.view_mut().into_dyn(), bias.view_mut().into_dyn()]);
            }
            Self::MatMul { weight } => arrays.push(weight.view_mut().into_dyn()),
            Self::AddConstant { value } | Self::MultiplyConstant { value } => {
                arrays.push(value.view_mut());
            }
            Self::Scale { factor } => one = Some(factor),
            _ => {}
        }
        arrays.into_iter().flatten().chain(one)
    }

    /// How many numbers are stored.
    #[must_use]
    pub fn parameters(&self) -> u64 {
        self.stored().count() as u64
    }
}
