//! What ranks compute in common: sums and means over all, and values of rank 0. The sums are libtorch's.

use super::{Group, group::Member};
use crate::error::TrainError;
use tch::{Kind, Tensor};

impl Group {
    /// The mean of a scalar over all ranks. Its gradient is that of this rank's own part, which is right once
    /// gradients are averaged: a loss that is not linear in means over a batch must take them over the whole of it.
    pub(crate) fn mean(&self, own: Tensor) -> Tensor {
        if self.0.is_none() {
            return own;
        }
        let value = own.detach();
        let mut mean = value.copy();
        self.sum(&mut mean);
        &own + (mean / self.ranks() as f64 - value)
    }

    /// Gradients averaged over all ranks: one buffer, one all-reduce. Those that no loss depends on are undefined, the
    /// same ones at all ranks, and stay so.
    #[must_use]
    pub(crate) fn averaged(&self, gradients: Vec<Tensor>) -> Vec<Tensor> {
        if self.0.is_none() {
            return gradients;
        }
        let defined = gradients.iter().filter(|gradient| gradient.defined());
        let flat: Vec<Tensor> = defined.map(|gradient| gradient.reshape([-1])).collect();
        if flat.is_empty() {
            return gradients;
        }
        let mut buffer = Tensor::cat(&flat, 0);
        self.sum(&mut buffer);
        let buffer = buffer / self.ranks() as f64;
        let mut start = 0;
        let averaged = gradients.into_iter().map(|gradient| {
            if !gradient.defined() {
                return gradient;
            }
            let count = gradient.numel() as i64;
            let part = buffer.narrow(0, start, count).view_as(&gradient);
            start += count;
            part
        });
        averaged.collect()
    }

    /// Sums in place. A failure is kept for [`Group::any`], so that the arithmetic of a step need not ask after each
    /// sum; what is computed from then on is never used.
    fn sum(&self, tensor: &mut Tensor) {
        let Some(member) = &self.0 else { return };
        let mut fault = member.fault.borrow_mut();
        if fault.is_none() {
            *fault = tch::no_grad(|| member.sum(tensor)).err();
        }
    }

    /// Whether any rank says yes. Asked at the end of every step: all ranks get the same answer there.
    ///
    /// # Errors
    /// [`TrainError::Rank`] naming the rank that was lost since the last call.
    pub(crate) fn any(&self, yes: bool) -> Result<bool, TrainError> {
        if self.0.is_none() {
            return Ok(yes);
        }
        let sums = self.sums(&[if yes { 1.0 } else { 0.0 }])?;
        Ok(sums.iter().any(|&count| count > 0.0))
    }

    /// Figures averaged over all ranks, in double precision.
    ///
    /// # Errors
    /// As of [`Group::any`].
    pub(crate) fn mean_figures(&self, figures: Vec<f64>) -> Result<Vec<f64>, TrainError> {
        if self.0.is_none() || figures.is_empty() {
            return Ok(figures);
        }
        let sums = self.sums(&figures)?.into_iter();
        Ok(sums.map(|sum| sum / self.ranks() as f64).collect())
    }

    fn sums(&self, figures: &[f64]) -> Result<Vec<f64>, TrainError> {
        let mut sums = Tensor::from_slice(figures);
        self.sum(&mut sums);
        self.check()?;
        Vec::try_from(sums).map_err(TrainError::torch("sums over ranks"))
    }

    /// Gives all ranks the values that these tensors have at rank 0.
    ///
    /// # Errors
    /// As of [`Group::any`].
    pub(crate) fn broadcast(
        &self,
        tensors: impl IntoIterator<Item = Tensor>,
    ) -> Result<(), TrainError> {
        let Some(member) = &self.0 else {
            return Ok(());
        };
        for mut tensor in tensors {
            let mut values = tensor.detach().contiguous();
            if let Err(reason) = member.broadcast(&mut values) {
                *member.fault.borrow_mut() = Some(reason);
                break;
            }
            tch::no_grad(|| tensor.copy_(&values));
        }
        self.check()
    }

    /// The number that rank 0 has.
    ///
    /// # Errors
    /// As of [`Group::any`].
    pub(crate) fn number_of_first(&self, number: u64) -> Result<u64, TrainError> {
        if self.0.is_none() {
            return Ok(number);
        }
        let shared = Tensor::from_slice(&[number as i64]).to_kind(Kind::Int64);
        self.broadcast([shared.shallow_clone()])?;
        Ok(shared.int64_value(&[0]) as u64)
    }
}

impl Member {
    /// By NCCL where it reaches the tensor, else by Gloo; nothing once this rank has parted from the others.
    fn sum(&self, tensor: &mut Tensor) -> Result<(), String> {
        match (&*self.nccl.borrow(), &*self.gloo.borrow()) {
            (Some(nccl), _) if nccl.reaches(tensor.device()) => nccl.sum(tensor),
            (_, Some(gloo)) => gloo.sum(tensor),
            (_, None) => Ok(()),
        }
    }

    /// Likewise.
    fn broadcast(&self, tensor: &mut Tensor) -> Result<(), String> {
        match (&*self.nccl.borrow(), &*self.gloo.borrow()) {
            (Some(nccl), _) if nccl.reaches(tensor.device()) => nccl.broadcast(tensor),
            (_, Some(gloo)) => gloo.broadcast(tensor),
            (_, None) => Ok(()),
        }
    }
}
