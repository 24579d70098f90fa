//! `trainer study-report`: counts, intervals and agreement.

use super::{Criterion, FACTS, StudyFacts, agreement::alpha, answers::Answers};
use crate::{error::TrainError, evaluation::Estimate};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

/// What raters called best who called none of the methods so.
const NONE: &str = "none of them";

/// What raters said about edits in one direction, or in both, in one respect.
#[derive(Debug)]
pub(crate) struct Verdict {
    /// `neutral to smiling`, or `both directions`.
    pub direction: String,
    pub criterion: Criterion,
    /// How often each method was called best, and which share of all answers that is; `none of them` comes last.
    pub choices: Vec<(String, usize, Estimate)>,
    /// Krippendorff's alpha.
    pub agreement: Option<f64>,
}

/// Reads the study in `folder` and the raters' files.
///
/// # Errors
/// [`TrainError`] naming the file that cannot be read, that does not belong to the study, or of a rater who is
/// there already.
pub(crate) fn report(folder: &Path, files: &[PathBuf]) -> Result<Vec<Verdict>, TrainError> {
    let study = StudyFacts::read(&folder.join(FACTS))?;
    let mut raters = BTreeSet::new();
    let mut all = Vec::new();
    for file in files {
        let answers = Answers::read(file, &study)?;
        if !raters.insert(answers.rater.clone()) {
            return Err(TrainError::Data {
                path: file.clone(),
                reason: format!(
                    "rater: found {}, who is in an earlier file, too; expected every rater once",
                    answers.rater
                ),
            });
        }
        all.extend(answers.given);
    }
    let mut verdicts = Vec::new();
    let directions: BTreeSet<String> = study
        .faces
        .iter()
        .map(|face| format!("{} to {}", face.from, face.to))
        .collect();
    let both = "both directions".to_owned();
    for direction in directions.iter().chain([&both]) {
        for criterion in Criterion::ALL {
            let mut by_face: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
            for answer in all.iter().filter(|answer| answer.criterion == criterion) {
                let face = &study.faces[answer.face];
                if *direction == both || *direction == format!("{} to {}", face.from, face.to) {
                    let best = answer.best.as_deref().unwrap_or(NONE);
                    by_face.entry(answer.face).or_default().push(best);
                }
            }
            let by_face: Vec<Vec<&str>> = by_face.into_values().collect();
            if by_face.is_empty() {
                continue;
            }
            let names = study.methods.iter().map(String::as_str).chain([NONE]);
            let choices = names.map(|name| {
                let counts: Vec<[usize; 2]> = by_face
                    .iter()
                    .map(|face| {
                        [
                            face.iter().filter(|best| **best == name).count(),
                            face.len(),
                        ]
                    })
                    .collect();
                // Faces are drawn, not answers: those about one face are alike.
                let share = Estimate::bootstrap(counts.len(), |faces| {
                    let sum = |of: usize| faces.iter().map(|&face| counts[face][of]).sum::<usize>();
                    sum(0) as f64 / sum(1) as f64
                });
                let count = counts.iter().map(|face| face[0]).sum();
                (name.to_owned(), count, share)
            });
            verdicts.push(Verdict {
                direction: direction.clone(),
                criterion,
                choices: choices.collect(),
                agreement: alpha(&by_face),
            });
        }
    }
    if verdicts.is_empty() {
        return Err(TrainError::Usage(
            "found no answers, expected the files of at least one rater".into(),
        ));
    }
    Ok(verdicts)
}
