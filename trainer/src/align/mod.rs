//! `trainer fit-aligner`: adds the aligner, which finds a checkpoint's framing on a live face.
//!
//! ```text
//!  training images ─► windows where the images have the face
//!                        │      ▲
//!            regression: cascade │ portrait: windows moved to where the cascade sees the face
//!                        └──────┘  (4 rounds, as detector crops are not framed alike)
//!  procedural faces ─► windows of known pose, in every round
//! ```

mod measure;
mod portrait;
mod regression;

use crate::{
    data::{DataSet, Rendering},
    error::TrainError,
};
use aligner::Aligner;
use model_spec::{
    CheckpointSpec,
    checkpoint::{ALIGNER_FILE, MODEL_FILE},
    digest,
};
use portrait::Portraits;
use rand::SeedableRng;
use rand_pcg::Pcg64Mcg;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// Rounds of fitting and moving the windows.
const ROUNDS: usize = 4;
/// Procedural faces of the figures; those of the training have other seeds.
const JUDGED_PROCEDURAL: u64 = 400;
const JUDGED_SEED: u64 = 1 << 40;

/// The arguments of `trainer fit-aligner`.
#[derive(Debug, Clone)]
pub struct AlignRequest {
    /// Checkpoint folder; gets `aligner.bin`.
    pub checkpoint: PathBuf,
    /// Training images, in any layout; without them, procedural faces alone.
    pub data: Option<PathBuf>,
    /// Procedural faces to learn from.
    pub procedural: usize,
    /// Random samples of every face.
    pub repetitions: usize,
    /// Seed of everything random.
    pub seed: u64,
}

/// Figures by name: root mean square errors after random moves of the window.
pub(crate) type Figures = BTreeMap<String, f64>;

/// Fits an aligner to the framing of a checkpoint and writes it there.
///
/// # Errors
/// [`TrainError`] naming the file.
pub fn fit_aligner(request: &AlignRequest) -> Result<Figures, TrainError> {
    let mut spec = CheckpointSpec::load(&request.checkpoint, &[MODEL_FILE])?;
    let framing = spec.framing;
    let window = Aligner::window_of(&framing);
    let procedural = Portraits::procedural(&framing, request.procedural as u64, 0);
    let mut sets = vec![procedural];
    let mut judged = vec![(
        "procedural",
        Portraits::procedural(&framing, JUDGED_PROCEDURAL, JUDGED_SEED),
    )];
    if let Some(data) = &request.data {
        let rendering = Rendering {
            faces_per_domain: request.procedural / 2,
            seed: request.seed,
        };
        let architecture = portrait::architecture(&spec);
        let data = DataSet::open(data, &architecture, &spec.attributes, rendering)?;
        sets.push(Portraits::of_images(&data.train, &architecture, &window));
        if let Some(test) = &data.test {
            judged.push(("test", Portraits::of_images(test, &architecture, &window)));
        }
    }

    let mut rng = Pcg64Mcg::seed_from_u64(request.seed);
    let mut repetitions = 1;
    let mut stages = Vec::new();
    for round in 1..=ROUNDS {
        // The early rounds only have to move windows.
        if round == ROUNDS {
            repetitions = request.repetitions;
        }
        stages = regression::stages(&sets, repetitions, &mut rng)?;
        if round < ROUNDS {
            let moved = sets.iter_mut().map(|set| set.realign(&stages));
            let moved: Vec<String> = moved.map(|motion| format!("{motion:.4}")).collect();
            log::info!(
                "aligner round {round} of {ROUNDS}: windows moved by {} of their sides",
                moved.join(" and "),
            );
        }
    }
    let score = regression::score(&sets, &stages, &mut rng)?;
    let aligner = Aligner {
        window,
        stages,
        score,
    };
    let mut figures = Figures::new();
    for (name, set) in &judged {
        measure::measure(name, &aligner, set, &mut rng, &mut figures);
    }
    write(&request.checkpoint, &mut spec, &aligner, &figures)?;
    Ok(figures)
}

/// Adds the file to the checkpoint: whole or not at all.
fn write(
    folder: &Path,
    spec: &mut CheckpointSpec,
    aligner: &Aligner,
    figures: &Figures,
) -> Result<(), TrainError> {
    let path = folder.join(ALIGNER_FILE);
    let bytes = aligner.to_bytes();
    output::write_own(&path, &bytes)?;
    spec.files
        .insert(ALIGNER_FILE.into(), digest::of_bytes(&bytes));
    spec.provenance.metrics.extend(figures.clone());
    Ok(spec.save(folder)?)
}
