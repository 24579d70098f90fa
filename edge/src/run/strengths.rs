//! Strengths of the attributes at the start, as `--attr` names them.

use model_spec::{AttributeSet, SpecError};
use std::str::FromStr;

/// Strengths by attribute name, e.g. `smile=1.0,gender=-0.3`.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Strengths(Vec<Strength>);

#[derive(Debug, Clone, PartialEq)]
struct Strength {
    attribute: String,
    value: f32,
}

impl FromStr for Strengths {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text.split(',').map(str::trim);
        let parts = parts.filter(|part| !part.is_empty()).map(|part| {
            let strength = part.split_once('=').and_then(|(name, number)| {
                let value: f32 = number.trim().parse().ok()?;
                value.is_finite().then(|| Strength {
                    attribute: name.trim().into(),
                    value,
                })
            });
            strength.ok_or_else(|| format!("found {part:?}, expected NAME=NUMBER, e.g. smile=1.0"))
        });
        Ok(Self(parts.collect::<Result<_, _>>()?))
    }
}

impl FromIterator<Self> for Strengths {
    fn from_iter<I: IntoIterator<Item = Self>>(all: I) -> Self {
        Self(all.into_iter().flat_map(|strengths| strengths.0).collect())
    }
}

impl Strengths {
    /// One strength per attribute of a bundle; those not named are 0, and of those named twice the last
    /// one counts.
    ///
    /// # Errors
    /// [`SpecError::Request`] for a name that the bundle does not have.
    pub(crate) fn of(&self, attributes: &AttributeSet) -> Result<Vec<f32>, SpecError> {
        let mut strengths = vec![0.0; attributes.len()];
        for Strength { attribute, value } in &self.0 {
            strengths[attributes.position(attribute)?] = *value;
        }
        Ok(strengths)
    }

    /// The strengths of a mirror that was just switched on and told nothing: the first attribute is fully
    /// on, so that it does something.
    pub(crate) fn at_start(attributes: &AttributeSet) -> Vec<f32> {
        let mut strengths = vec![0.0; attributes.len()];
        strengths[0] = f32::min(1.0, attributes.as_slice()[0].strength_range[1]);
        strengths
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_are_read_and_nonsense_is_refused() {
        let read: Strengths = "smile=1.0, gender=-0.3,".parse().unwrap();
        assert_eq!(read.0.len(), 2);
        assert_eq!((&*read.0[1].attribute, read.0[1].value), ("gender", -0.3));
        assert_eq!("".parse(), Ok(Strengths::default()));
        for text in ["smile", "smile=", "smile=NaN", "smile=inf", "a=1,b"] {
            let error = text.parse::<Strengths>().unwrap_err();
            assert!(error.contains("NAME=NUMBER"), "{error}");
        }
    }
}
