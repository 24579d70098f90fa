//! What a run shows of itself: progress bar, `stats.jsonl`, TensorBoard events, sample grids,
//! evaluations.

use crate::{
    data::DataSet,
    editing::batch_editor::Applied,
    editing::grid,
    error::TrainError,
    evaluation::metrics::{Court, Metrics, SCORE},
    run::folder::RunFolder,
    run::progress::Progress,
    run::statistics::{self, Figures},
    run::tensorboard::EventWriter,
};
use model_spec::{AttributeSet, CheckpointSpec};
use std::path::PathBuf;
use tch::Tensor;

/// Shows the progress of one run.
#[derive(Debug)]
pub struct Watch<'a> {
    run: &'a RunFolder,
    attributes: &'a AttributeSet,
    progress: Progress,
    events: EventWriter,
    stats: PathBuf,
    /// Fixed faces of every domain for the sample grids.
    samples: Vec<Tensor>,
    /// Score of the best checkpoint so far.
    best: f64,
}

impl<'a> Watch<'a> {
    /// Goes on behind `step`; the sample grids show test faces if there are any, else training faces.
    ///
    /// # Errors
    /// [`TrainError::Io`], or the best checkpoint's specification that cannot be read.
    pub fn new(
        run: &'a RunFolder,
        attributes: &'a AttributeSet,
        data: &DataSet,
        progress: Progress,
        step: u64,
    ) -> Result<Self, TrainError> {
        let stats = run.path("stats.jsonl");
        statistics::rewind(&stats, step)?;
        let faces = data.test.as_ref().unwrap_or(&data.train);
        let samples = (0..faces.domains())
            .map(|domain| faces.of_domain(domain, grid::FACES_PER_DOMAIN))
            .collect();
        let best = match run.best_checkpoint()? {
            Some(path) => {
                let metrics = CheckpointSpec::load(&path, &[])?.provenance.metrics;
                metrics.get(SCORE).copied().unwrap_or(f64::NEG_INFINITY)
            }
            None => f64::NEG_INFINITY,
        };
        Ok(Self {
            run,
            attributes,
            progress,
            events: EventWriter::create(&run.path("tensorboard"), step)?,
            stats,
            samples,
            best,
        })
    }

    /// Shows the losses read at `step`.
    ///
    /// # Errors
    /// [`TrainError::Io`].
    pub fn losses(&mut self, step: u64, losses: &Figures) -> Result<(), TrainError> {
        self.progress.tick(step, losses);
        self.events.scalars(step, "loss", losses.iter().copied())?;
        let losses = losses.iter();
        statistics::append(
            &self.stats,
            step,
            losses.map(|&(name, value)| (name.to_owned(), value)),
        )
    }

    /// Writes a grid of the fixed faces and their edits.
    ///
    /// # Errors
    /// [`TrainError`] naming the file.
    pub fn samples(&mut self, step: u64, model: &Applied<'_>) -> Result<(), TrainError> {
        let columns = grid::edits(model, self.attributes, &self.samples);
        let picture = grid::picture(&columns)?;
        grid::write(&self.run.sample(step), &picture)?;
        self.events.picture(step, "samples", &picture)
    }

    /// Judges the model; says whether it is the best so far.
    ///
    /// # Errors
    /// [`TrainError`].
    pub fn evaluate(
        &mut self,
        step: u64,
        court: &Court<'_>,
        model: &Applied<'_>,
    ) -> Result<(Metrics, bool), TrainError> {
        let metrics = court.measure(model)?;
        let named = metrics.iter().map(|(name, &value)| (name.as_str(), value));
        self.events.scalars(step, "metric", named)?;
        statistics::append(&self.stats, step, metrics.clone())?;
        let score = metrics.get(SCORE).copied().unwrap_or(f64::NEG_INFINITY);
        let is_best = score > self.best;
        self.best = self.best.max(score);
        let mark = if is_best { ", the best so far" } else { "" };
        log::info!("step {step}: score {score:.3}{mark}");
        Ok((metrics, is_best))
    }

    /// Removes the progress bar.
    pub fn finish(&self) {
        self.progress.finish();
    }
}
