//! `trainer ablate`: one model with parts of its losses left out, trained and judged row by row.
//!
//! ```text
//! settings ─► Row (which losses) ─► training: OUT/ROW-seed-N ─► evaluation (one judge for all) ─► Table
//! ```

mod row;
mod table;

pub(crate) use row::Row;
use table::Table;

use crate::{
    checkpoint,
    config::{ClassifierConfig, Config, EvaluationConfig},
    device::DeviceChoice,
    error::TrainError,
    evaluation::{self, Estimates, EvaluateRequest},
    run::RunFolder,
    training::{self, FitRequest},
};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// What the command writes into its folder beside the runs.
const TABLE: &str = "ablation.json";
/// The judge of all rows.
const JUDGE: &str = "judge.safetensors";

/// The arguments of `trainer ablate`.
#[derive(Debug, Clone)]
pub(crate) struct AblationRequest {
    /// Settings of the runs; a row changes losses alone.
    pub config: Config,
    /// Data with training and test faces.
    pub data: PathBuf,
    /// Folder of the runs, the judge and the table.
    pub out: PathBuf,
    /// What is trained.
    pub rows: Vec<Row>,
    /// Every row is trained once from each seed.
    pub seeds: Vec<u64>,
    /// How the judge is trained.
    pub judge_training: ClassifierConfig,
    /// Seed of the judge.
    pub judge_seed: u64,
    /// Test faces of every domain to judge.
    pub faces_per_domain: usize,
    /// torchvision `inception_v3` weights; the Fréchet distance is that of the judge's features without.
    pub inception: Option<PathBuf>,
    /// Where to compute.
    pub device: DeviceChoice,
}

/// Trains and judges all rows, and returns the lines of the table; each row is logged as soon as it is judged. Runs that
/// ended are not trained again, and one that was interrupted goes on.
///
/// # Errors
/// [`TrainError`]; [`TrainError::Stopped`] once `stop` is set.
pub(crate) fn ablate(
    request: &AblationRequest,
    stop: &Arc<AtomicBool>,
) -> Result<Vec<String>, TrainError> {
    refuse_foreign(&request.out)?;
    let mut table = Table::new(&request.rows, request.config.length());
    for &seed in &request.seeds {
        for &row in &request.rows {
            let config = row.applied(&request.config, seed);
            let steps = config.schedule.steps;
            let run = request.out.join(format!("{}-seed-{seed}", row.name()));
            let fit = FitRequest {
                config,
                data: request.data.clone(),
                out: run.clone(),
                resume: true,
                from: None,
                device: request.device,
            };
            if trained(&run, steps)?.is_none() {
                log::info!("{}, seed {seed}: training", row.title());
                training::fit(&fit, stop)?;
            }
            let checkpoint = trained(&run, steps)?.ok_or(TrainError::Stopped)?;
            if stop.load(Ordering::Relaxed) {
                return Err(TrainError::Stopped);
            }
            let metrics = judge(request, checkpoint)?;
            table.add(row, seed, &request.config.attributes, &metrics);
            table.write(&request.out.join(TABLE))?;
            if let Some(line) = table.line(row) {
                log::info!("{line}");
            }
        }
    }
    Ok(table.lines())
}

/// The checkpoint with which the run in `run` ended, after `steps`.
///
/// # Errors
/// [`TrainError::Run`] where it has taken more.
fn trained(run: &Path, steps: u64) -> Result<Option<PathBuf>, TrainError> {
    let Some(newest) = RunFolder::newest_checkpoint_of(run)? else {
        return Ok(None);
    };
    match checkpoint::step_of(&newest) {
        Some(step) if step > steps => Err(TrainError::Run {
            path: run.into(),
            reason: format!(
                "found step {step}, expected at most schedule.steps, {steps}: give it {step} or more, or another --out"
            ),
        }),
        step => Ok((step == Some(steps)).then_some(newest)),
    }
}

fn judge(request: &AblationRequest, checkpoint: PathBuf) -> Result<Estimates, TrainError> {
    evaluation::evaluate(&EvaluateRequest {
        checkpoint,
        data: request.data.clone(),
        judge: request.out.join(JUDGE),
        judge_training: request.judge_training,
        judge_seed: request.judge_seed,
        settings: EvaluationConfig {
            faces_per_domain: request.faces_per_domain,
            ..request.config.evaluation.clone()
        },
        inception: request.inception.clone(),
        identity: None,
        film_people: 0,
        record: false,
        device: request.device,
    })
}

/// Refuses a folder with other things than an ablation's.
fn refuse_foreign(out: &Path) -> Result<(), TrainError> {
    let entries = match fs::read_dir(out) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(TrainError::io(out, error)),
    };
    for entry in entries {
        let name = entry.map_err(|e| TrainError::io(out, e))?.file_name();
        let name = name.to_string_lossy();
        let is_run = Row::ALL
            .iter()
            .any(|row| name.starts_with(&format!("{}-seed-", row.name())));
        if !is_run && name != TABLE && name != JUDGE {
            return Err(TrainError::Run {
                path: out.into(),
                reason: format!(
                    "found {name}, expected a missing or empty folder, or one of an earlier `trainer ablate`"
                ),
            });
        }
    }
    Ok(())
}
