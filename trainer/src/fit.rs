//! `trainer fit`: the training loop.

use crate::{
    average,
    checkpoint::{self, Contents},
    classify,
    config::Config,
    cuda,
    data::{FaceSet, Sampler, folder::Folder, synthetic},
    error::TrainError,
    grid,
    model::{StoredClassifier, Trainee},
    networks::{Classifier, ResNet18},
    objective::{self, NamedLoss},
    parity,
    progress::Progress,
    run_folder::RunFolder,
    weights,
};
use model_spec::{CheckpointSpec, Provenance, checkpoint::FORMAT_VERSION};
use std::{
    collections::BTreeMap,
    fs::OpenOptions,
    io::Write,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use tch::{Device, Kind, Tensor};

/// What `trainer fit` was asked to do.
#[derive(Debug, Clone)]
pub struct Request {
    /// Resolved settings.
    pub config: Config,
    /// Data folder.
    pub data: PathBuf,
    /// Run folder.
    pub out: PathBuf,
    /// Whether to go on from the newest checkpoint of the run folder.
    pub resume: bool,
}

/// Trains until `schedule.steps`, or until `stop` is set, then saves.
///
/// # Errors
/// [`TrainError`]; every checkpoint written before stays whole.
pub fn fit(request: &Request, stop: &Arc<AtomicBool>) -> Result<(), TrainError> {
    let config = &request.config;
    let schedule = &config.schedule;
    let device = cuda::device();
    let folder = Folder::open(&request.data, "train", &config.attributes)?;
    let real = folder.read(&config.architecture)?;
    let synthetic = (config.data.synthetic_share > 0.0).then(|| {
        let count = config.data.synthetic_faces_per_domain;
        let (architecture, attributes) = (&config.architecture, &config.attributes);
        synthetic::render(architecture, attributes, count, config.seed)
    });
    let run = RunFolder::open(&request.out, request.resume)?;
    config.save(&run.path("config.toml"))?;
    let sampler = Sampler {
        real: &real,
        synthetic: synthetic
            .as_ref()
            .map(|set| (set, config.data.synthetic_share)),
        targets: config.data.targets,
        seed: config.seed,
        device,
    };
    let classifier = classify::load_or_train(
        &config.architecture,
        &config.attributes,
        &config.classifier,
        &sampler,
        &run.path("classifier/classifier.safetensors"),
    )?;
    let features = Features::new(config, &classifier.network, device)?;
    let mut trainee = Trainee::new(
        &config.architecture,
        &config.attributes,
        (config.editor_adam, config.discriminator_adam),
        config.seed,
        device,
    );
    let mut step = match run.newest_checkpoint()? {
        Some(path) => resume(&mut trainee, config, &path)?,
        None => 0,
    };
    let saver = Saver {
        run: &run,
        config,
        data_digest: folder.digest()?,
        classifier: &classifier,
        device,
    };
    let samples = sample_faces(&request.data, config, &real);
    let progress = Progress::new("fit", step, schedule.steps, schedule.batch_size);
    let mut ticker = Ticker::default();

    while step < schedule.steps && !stop.load(Ordering::Relaxed) {
        step += 1;
        let batch = sampler.batch(step, schedule.batch_size);

        // The editor does not change between the two steps, so one edit serves both.
        let head_start = step <= schedule.discriminator_head_start;
        let edit = {
            let _no_grad = head_start.then(tch::no_grad_guard);
            objective::edit(&trainee.editor.networks, &batch)
        };

        let r1_interval = (step % schedule.r1_interval == 0).then_some(schedule.r1_interval);
        let discriminator_objective = objective::discriminator_objective(
            &trainee.discriminator,
            &batch,
            &edit.image,
            &config.loss,
            r1_interval,
        );
        trainee.discriminator_adam.zero_grad();
        discriminator_objective.total.backward();
        trainee.discriminator_adam.step();

        let editor_losses = if head_start {
            Vec::new()
        } else {
            // The discriminator only judges now; its own gradients would be wasted work.
            trainee.discriminator_store.freeze();
            let editor_objective = objective::editor_objective(
                &trainee.editor.networks,
                &trainee.discriminator,
                &batch,
                &edit,
                &config.loss,
                |x| features.of(x),
                |x| classifier.network.forward(x, false),
            );
            trainee.editor_adam.zero_grad();
            editor_objective.total.backward();
            trainee.editor_adam.step();
            trainee.discriminator_store.unfreeze();
            editor_objective.parts
        };

        average::update(
            &trainee.average.store,
            &trainee.editor.store,
            schedule.average_decay,
        );

        ticker.record(step, discriminator_objective.parts, editor_losses);
        let last = step == schedule.steps || stop.load(Ordering::Relaxed);
        let save = last || step % schedule.checkpoint_interval == 0;
        if save || step % schedule.tick_interval == 0 {
            let losses = ticker.read(&run)?;
            progress.tick(step, &losses);
            write_stats(&run.path("stats.jsonl"), step, &losses)?;
        }
        if save {
            saver.save(&trainee, step)?;
        }
        if last || step % schedule.sample_interval == 0 {
            let editor = &trainee.average.networks;
            let columns = grid::edits(editor, &config.attributes, &samples, device);
            grid::write(&run.sample(step), &columns)?;
        }
    }
    progress.finish();
    log::info!("stopped after step {step} of {}", schedule.steps);
    Ok(())
}

/// Goes on from `path`; returns its step.
fn resume(trainee: &mut Trainee, config: &Config, path: &Path) -> Result<u64, TrainError> {
    use model_spec::checkpoint::{MODEL_FILE, TRAINING_FILE};
    let spec = CheckpointSpec::load(path, &[MODEL_FILE, TRAINING_FILE])?;
    if spec.architecture != config.architecture || spec.attributes != config.attributes {
        return Err(TrainError::Run {
            path: path.into(),
            reason: format!(
                "the checkpoint is of another model: found {:?} with attributes {}, \
                 expected {:?} with attributes {}",
                spec.architecture,
                spec.attributes.names().join(", "),
                config.architecture,
                config.attributes.names().join(", "),
            ),
        });
    }
    let step = spec.provenance.steps;
    let editor_steps = step.saturating_sub(config.schedule.discriminator_head_start);
    trainee.restore(path, step, editor_steps)?;
    log::info!("resuming from {} at step {step}", path.display());
    Ok(step)
}

/// The feature network `F` of the perceptual loss.
#[derive(Debug)]
enum Features<'a> {
    ResNet18(ResNet18),
    Classifier(&'a Classifier),
}

impl<'a> Features<'a> {
    fn new(
        config: &Config,
        classifier: &'a Classifier,
        device: Device,
    ) -> Result<Self, TrainError> {
        if let Some(path) = &config.resnet18 {
            log::info!("perceptual loss: ResNet18 of {}", path.display());
            return Ok(Self::ResNet18(ResNet18::load(path, device)?));
        }
        if config.loss.perceptual > 0.0 {
            log::info!("perceptual loss: features of the attribute classifier (no `resnet18` set)");
        }
        Ok(Self::Classifier(classifier))
    }

    fn of(&self, x: &Tensor) -> Tensor {
        match self {
            Self::ResNet18(network) => network.features(x),
            Self::Classifier(network) => network.features(x),
        }
    }
}

/// Fixed faces for the sample grids: test faces if there are any, else training faces.
fn sample_faces(data: &Path, config: &Config, real: &FaceSet) -> Vec<Tensor> {
    let test = Folder::open(data, "test", &config.attributes)
        .and_then(|folder| folder.read(&config.architecture));
    let faces = test.as_ref().unwrap_or(real);
    (0..faces.domains())
        .map(|domain| faces.of_domain(domain, grid::FACES_PER_DOMAIN))
        .collect()
}

/// Losses on the device, read together at a tick so that steps need not wait for them.
#[derive(Debug, Default)]
struct Ticker {
    steps: Vec<(u64, Vec<NamedLoss>)>,
}

impl Ticker {
    fn record(&mut self, step: u64, discriminator: Vec<NamedLoss>, editor: Vec<NamedLoss>) {
        let losses = discriminator.into_iter().chain(editor);
        let detached = losses.map(|(name, loss)| (name, loss.detach()));
        self.steps.push((step, detached.collect()));
    }

    /// Means over the steps since the last call, in the order in which names first appear.
    fn read(&mut self, run: &RunFolder) -> Result<Vec<(&'static str, f64)>, TrainError> {
        let mut sums: Vec<(&'static str, f64, f64)> = Vec::new();
        for (step, losses) in self.steps.drain(..) {
            for (loss, tensor) in losses {
                let value = tensor.to_kind(Kind::Double).double_value(&[]);
                if !value.is_finite() {
                    return Err(TrainError::NonFiniteLoss {
                        step,
                        loss,
                        value,
                        checkpoint: run.newest_checkpoint()?,
                    });
                }
                match sums.iter_mut().find(|(name, ..)| *name == loss) {
                    Some((_, sum, count)) => {
                        *sum += value;
                        *count += 1.0;
                    }
                    None => sums.push((loss, value, 1.0)),
                }
            }
        }
        let means = sums
            .into_iter()
            .map(|(name, sum, count)| (name, sum / count));
        Ok(means.collect())
    }
}

fn write_stats(path: &Path, step: u64, losses: &[(&'static str, f64)]) -> Result<(), TrainError> {
    let mut line: serde_json::Map<_, _> = losses
        .iter()
        .map(|&(name, value)| (name.to_owned(), value.into()))
        .collect();
    line.insert("step".into(), step.into());
    let mut text = serde_json::Value::Object(line).to_string();
    text.push('\n');
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|e| TrainError::io(path, e))
}

/// Writes checkpoints of one run.
struct Saver<'a> {
    run: &'a RunFolder,
    config: &'a Config,
    data_digest: String,
    classifier: &'a StoredClassifier,
    device: Device,
}

impl Saver<'_> {
    fn save(&self, trainee: &Trainee, step: u64) -> Result<(), TrainError> {
        let config = self.config;
        let mut model = weights::of_store(&trainee.average.store, "");
        model.extend(weights::of_store(&self.classifier.store, "classifier."));
        let contents = Contents {
            model,
            parity: parity::sample(
                &config.architecture,
                &config.attributes,
                &trainee.average.networks,
                &self.classifier.network,
                self.device,
            ),
            training: trainee.training_state(),
        };
        let spec = CheckpointSpec {
            format_version: FORMAT_VERSION,
            name: config.name.clone(),
            licence: config.licence.clone(),
            architecture: config.architecture.clone(),
            attributes: config.attributes.clone(),
            framing: config.framing,
            provenance: Provenance {
                trainer_version: env!("CARGO_PKG_VERSION").into(),
                revision: env!("TRAINER_REVISION").into(),
                data: config.data_notes.clone(),
                notes: config.notes.clone(),
                data_digest: self.data_digest.clone(),
                steps: step,
                batch_size: config.schedule.batch_size as u64,
                hardware: cuda::hardware(self.device),
                metrics: BTreeMap::new(),
            },
            files: BTreeMap::new(),
        };
        checkpoint::write(&self.run.checkpoint(step), spec, &contents)?;
        self.run.prune(config.schedule.checkpoints_kept)
    }
}
