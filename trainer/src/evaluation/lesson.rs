//! How the networks that judge learn: Adam along a cosine, with a bar.

use crate::{
    error::TrainError,
    optimiser::{Adam, AdamSettings},
    run::Progress,
    stop,
};
use std::sync::atomic::AtomicBool;
use tch::{Tensor, nn::VarStore};

/// A training of a network that judges.
#[derive(Debug)]
pub(super) struct Lesson<'a> {
    /// What it is for, on the bar and in errors.
    pub name: &'static str,
    pub steps: u64,
    pub batch_size: usize,
    /// Highest step size of Adam; it falls to zero along a cosine.
    pub learning_rate: f64,
    /// Ends it once it is set.
    pub stop: &'a AtomicBool,
}

impl Lesson<'_> {
    /// Descends along what `loss` returns for every step, counted from 1, and the part of the steps that is done,
    /// 0 to 1. The weights in `store` are frozen afterwards.
    ///
    /// # Errors
    /// [`TrainError::NonFiniteLoss`], [`TrainError::Stopped`].
    pub fn learn(
        &self,
        store: &mut VarStore,
        mut loss: impl FnMut(u64, f64) -> Tensor,
    ) -> Result<(), TrainError> {
        let settings = AdamSettings {
            learning_rate: self.learning_rate,
            beta1: 0.9,
            beta2: 0.99,
            weight_decay: 1e-4,
        };
        let mut adam = Adam::new(store, settings);
        let progress = Progress::new(self.name, 0, self.steps, self.batch_size);
        for step in 1..=self.steps {
            stop::check(self.stop)?;
            let part = (step as f64 - 1.0) / self.steps as f64;
            let loss = loss(step, part);
            let cosine = 0.5 * (1.0 + (std::f64::consts::PI * part).cos());
            adam.set_learning_rate(self.learning_rate * cosine);
            adam.descend(&loss);
            if step % 50 == 0 || step == self.steps {
                let value = loss.double_value(&[]);
                if !value.is_finite() {
                    return Err(TrainError::NonFiniteLoss {
                        step,
                        loss: self.name,
                        value,
                        checkpoint: None,
                    });
                }
                progress.tick(step, &[("loss", value)]);
            }
        }
        progress.finish();
        store.freeze();
        Ok(())
    }
}
