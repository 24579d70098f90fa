//! The log of a run: progress bar, `stats.jsonl`, TensorBoard events, sample grids, evaluations.

use super::health::{Ailment, Changes, Finding};
use crate::{
    data::{DataSet, picture},
    editing::{BatchEditor, grid},
    error::TrainError,
    evaluation::{Evaluation, Metrics, SCORE},
    run::{EventWriter, Figures, Progress, RunFolder, statistics},
};
use model_spec::{AttributeSet, CheckpointSpec};
use std::path::PathBuf;
use tch::Tensor;

/// Shows and writes down how one run goes.
#[derive(Debug)]
pub(crate) struct RunLog<'a> {
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

/// What an evaluation found.
#[derive(Debug)]
pub(crate) struct Evaluated {
    /// The figures by name.
    pub metrics: Metrics,
    /// Whether the score is higher than every one before.
    pub is_best: bool,
}

impl<'a> RunLog<'a> {
    /// Continues after `step`; the sample grids show test faces if there are any, else training faces.
    ///
    /// # Errors
    /// [`TrainError::Io`], or the best checkpoint's specification that cannot be read.
    pub(crate) fn open(
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
    pub(crate) fn losses(&mut self, step: u64, losses: &Figures) -> Result<(), TrainError> {
        self.progress.tick(step, losses);
        self.events.scalars(step, "loss", losses.iter().copied())?;
        let losses = losses.iter();
        statistics::append(
            &self.stats,
            step,
            losses.map(|&(name, value)| (name.to_owned(), value)),
        )
    }

    /// Tells what has become wrong with the run, and what no longer is; the bar shows what still is.
    ///
    /// # Errors
    /// [`TrainError::Io`].
    pub(crate) fn health(
        &mut self,
        step: u64,
        findings: &[Finding],
        changes: &Changes,
    ) -> Result<(), TrainError> {
        for finding in &changes.appeared {
            log::warn!("step {step}: {finding}");
        }
        for ailment in &changes.gone {
            log::info!("step {step}: no longer so: {ailment}");
        }
        let warnings: Vec<String> = findings.iter().map(|f| f.ailment.to_string()).collect();
        self.progress.warn(&warnings.join(", "));
        let events = Ailment::ALL.map(|ailment| {
            let lasts = findings.iter().any(|finding| finding.ailment == ailment);
            (ailment.name(), if lasts { 1.0 } else { 0.0 })
        });
        self.events.scalars(step, "health", events)
    }

    /// Writes a grid of the fixed faces and their edits.
    ///
    /// # Errors
    /// [`TrainError`] naming the file.
    pub(crate) fn samples(&mut self, step: u64, model: &BatchEditor<'_>) -> Result<(), TrainError> {
        let columns = grid::edits(model, self.attributes, &self.samples);
        let rows = grid::rows(self.attributes, &self.samples);
        let picture = grid::picture(&columns, &rows)?;
        picture::write_own(&self.run.sample(step), &picture)?;
        self.events.picture(step, "samples", &picture)
    }

    /// Measures the model's edits and compares them with the best so far.
    ///
    /// # Errors
    /// [`TrainError`].
    pub(crate) fn evaluate(
        &mut self,
        step: u64,
        evaluation: &Evaluation<'_>,
        model: &BatchEditor<'_>,
    ) -> Result<Evaluated, TrainError> {
        let figures = evaluation.measure(model)?;
        let values = figures.into_iter();
        let metrics: Metrics = values.map(|(name, figure)| (name, figure.value)).collect();
        let named = metrics.iter().map(|(name, &value)| (name.as_str(), value));
        self.events.scalars(step, "metric", named)?;
        statistics::append(&self.stats, step, metrics.clone())?;
        let score = metrics.get(SCORE).copied().unwrap_or(f64::NEG_INFINITY);
        let is_best = score > self.best;
        self.best = self.best.max(score);
        let mark = if is_best { ", the best so far" } else { "" };
        log::info!("step {step}: score {score:.3}{mark}");
        Ok(Evaluated { metrics, is_best })
    }

    /// Says how good the best checkpoint is and where it lies, or else where the newest one does.
    ///
    /// # Errors
    /// [`TrainError::Io`].
    pub(crate) fn conclude(&self, run: &RunFolder) -> Result<(), TrainError> {
        if let Some(path) = run.best_checkpoint()? {
            log::info!("best score {:.3}: {}", self.best, path.display());
        } else if let Some(path) = run.newest_checkpoint()? {
            log::info!(
                "newest checkpoint, as nothing was evaluated: {}",
                path.display()
            );
        }
        Ok(())
    }

    /// Removes the progress bar.
    pub(crate) fn finish(&self) {
        self.progress.finish();
    }
}
