//! What one process of a run does for all: it shows, writes and evaluates.

use super::{Checkpointer, FrozenNetworks, RunLog, Trainee, due::Leavings};
use crate::{
    data::DataSet, editing::BatchEditor, error::TrainError, evaluation::Evaluation,
    networks::StoredClassifier,
};
use std::sync::atomic::AtomicBool;

/// The output of a run.
#[derive(Debug)]
pub(super) struct Lead<'a> {
    pub checkpointer: Checkpointer<'a>,
    pub log: RunLog<'a>,
    pub judge: Option<StoredClassifier>,
    pub data: &'a DataSet,
    pub frozen: &'a FrozenNetworks<'a>,
    /// Ends an evaluation once it is set.
    pub stop: &'a AtomicBool,
}

impl Lead<'_> {
    /// Writes what `step` leaves behind.
    ///
    /// # Errors
    /// [`TrainError`] naming the file.
    pub(super) fn leave(
        &mut self,
        step: u64,
        due: Leavings,
        trainee: &Trainee,
    ) -> Result<(), TrainError> {
        let config = self.checkpointer.config;
        if due.checkpoint {
            self.checkpointer.save(trainee, step)?;
        }
        let model = BatchEditor {
            editor: &trainee.average.networks,
            face_mask: self.frozen.face_mask.as_ref(),
            device: self.checkpointer.device,
        };
        if due.samples {
            self.log.samples(step, &model)?;
        }
        if let (true, Some(judge), Some(faces)) = (due.evaluation, &self.judge, &self.data.test) {
            let evaluation = Evaluation {
                judge: &judge.network,
                faces,
                twins: self.data.test_twins,
                attributes: &config.attributes,
                settings: &config.evaluation,
                features: None,
                identity: None,
                stop: self.stop,
            };
            match self.log.evaluate(step, &evaluation, &model) {
                Ok(evaluated) if evaluated.is_best => {
                    self.checkpointer
                        .save_best(trainee, step, evaluated.metrics)?;
                }
                Ok(_) => {}
                Err(TrainError::Stopped) => log::info!("step {step}: not evaluated: asked to stop"),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
