//! Attributes named on the command line.

use crate::error::TrainError;
use model_spec::{Attribute, AttributeSet};

/// Strengths offered to a user of an attribute that no settings file describes.
const STRENGTH_RANGE: [f32; 2] = [-1.0, 1.5];

/// Reads `Smiling,Male`, or `smile:neutral/smiling,gender:female/male` with the names of both values;
/// without them the values are called `not-smiling` and `smiling`.
///
/// # Errors
/// [`TrainError::Usage`] saying what was found and expected.
pub fn parse(text: &str) -> Result<AttributeSet, TrainError> {
    let attributes = text.split(',').map(str::trim).map(one);
    let attributes = attributes.collect::<Result<Vec<_>, _>>()?;
    AttributeSet::new(attributes).map_err(|wrong| {
        TrainError::Usage(format!(
            "--attributes {text}: {}: found {}, expected {}",
            wrong.field, wrong.found, wrong.expected
        ))
    })
}

fn one(text: &str) -> Result<Attribute, TrainError> {
    let (given, values) = text.split_once(':').unwrap_or((text, ""));
    let name = given.to_lowercase();
    let (off, on) = match values.split_once('/') {
        Some((_, on)) if on.contains('/') => {
            return Err(TrainError::Usage(format!(
                "--attributes: found {text:?}, expected two values, NAME:OFF/ON; give every value an \
                 attribute of its own, e.g. black_hair,blond_hair"
            )));
        }
        Some((off, on)) => (off.to_owned(), on.to_owned()),
        None if values.is_empty() => (format!("not-{name}"), name.clone()),
        None => {
            return Err(TrainError::Usage(format!(
                "--attributes: found {text:?}, expected NAME or NAME:OFF/ON, \
                 e.g. smile:neutral/smiling"
            )));
        }
    };
    Ok(Attribute {
        label: label(given),
        name,
        off,
        on,
        strength_range: STRENGTH_RANGE,
    })
}

/// `bushy_eyebrows` on screen: `Bushy eyebrows`.
fn label(name: &str) -> String {
    let spaced = name.replace(['_', '-'], " ");
    let mut letters = spaced.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

/// The known name most similar to `given`, if any is similar enough for a typing error.
#[must_use]
pub(crate) fn nearest<'a>(
    given: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    /// Least Jaro-Winkler similarity, 0 to 1, of names worth suggesting.
    const ALIKE: f64 = 0.7;
    known
        .into_iter()
        .map(|name| {
            (
                strsim::jaro_winkler(&given.to_lowercase(), &name.to_lowercase()),
                name,
            )
        })
        .filter(|(similarity, _)| *similarity > ALIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_name_gets_two_values_and_given_values_are_kept() {
        let set = parse("Smiling, gender:female/male").unwrap();
        let domains = set.domain_names();
        assert_eq!(domains[0], "not-smiling+female");
        assert_eq!(domains[3], "smiling+male");
        assert_eq!(set.as_slice()[0].label, "Smiling");
        assert!(parse("smile:neutral").is_err());
        assert!(parse("").is_err());
    }

    #[test]
    fn a_typing_error_finds_its_name() {
        assert_eq!(nearest("Smilng", ["Male", "Smiling"]), Some("Smiling"));
        assert_eq!(nearest("xyz", ["Male", "Smiling"]), None);
    }
}
