//! What one rater said.

use super::{Criterion, StudyFacts, read};
use crate::error::TrainError;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, path::Path};

/// A file that the page hands out when a rater is done.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Answers {
    /// The study they belong to.
    pub study: String,
    /// Who answered: drawn at random by the page, or a name.
    pub rater: String,
    /// At most one per face and criterion.
    #[serde(rename = "answers")]
    pub given: Vec<Answer>,
}

/// The best method for one face in one respect.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Answer {
    /// Index of the face in the study.
    pub face: usize,
    pub criterion: Criterion,
    /// Name of the method; none if none of them is good.
    pub best: Option<String>,
    /// Time it took, in seconds.
    pub seconds: f64,
}

impl Answers {
    /// Reads a rater's file and checks it against the study.
    ///
    /// # Errors
    /// [`TrainError`] naming file, field, found and expected.
    pub(super) fn read(path: &Path, study: &StudyFacts) -> Result<Self, TrainError> {
        let answers: Self = read(path)?;
        let wrong = |field: String, found: &str, expected: String| TrainError::Data {
            path: path.into(),
            reason: format!("{field}: found {found}, expected {expected}"),
        };
        if answers.study != study.study {
            let expected = format!("{}, the study's", study.study);
            return Err(wrong("study".into(), &answers.study, expected));
        }
        let mut asked = BTreeSet::new();
        for (index, answer) in answers.given.iter().enumerate() {
            let field = |name: &str| format!("answers[{index}].{name}");
            if answer.face >= study.faces.len() {
                let expected = format!("less than {}", study.faces.len());
                return Err(wrong(field("face"), &answer.face.to_string(), expected));
            }
            if let Some(best) = &answer.best
                && !study.methods.contains(best)
            {
                let expected = format!("null or one of {}", study.methods.join(", "));
                return Err(wrong(field("best"), best, expected));
            }
            if !asked.insert((answer.face, answer.criterion)) {
                let found = format!("face {} twice", answer.face);
                return Err(wrong(
                    field(answer.criterion.name()),
                    &found,
                    "it once".into(),
                ));
            }
        }
        Ok(answers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn damaged_answers_and_studies_are_refused_or_read() {
        let folder = fuzz::folder().unwrap();
        let [facts, given] = ["study.json", "answers.json"].map(|name| folder.path().join(name));
        // The study, and behind a zero what a rater said.
        let seed = concat!(
            r#"{"study":"ab","methods":["a","b"],"faces":[{"name":"0","from":"neutral","to":"smiling"}]}"#,
            "\0",
            r#"{"study":"ab","rater":"r","answers":[{"face":0,"criterion":"realism","best":"a","seconds":1.5}]}"#
        );
        let read_both = |input: &[u8]| {
            let mut parts = input.splitn(2, |byte| *byte == 0);
            for path in [&facts, &given] {
                fs::write(path, parts.next().unwrap_or_default()).unwrap();
            }
            Answers::read(&given, &StudyFacts::read(&facts)?)
        };
        read_both(seed.as_bytes()).expect("the seed is valid");
        fuzz::check("answers", &[seed], |input| {
            let _ = read_both(input);
        });
    }
}
