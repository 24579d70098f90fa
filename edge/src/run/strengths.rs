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
    /// [`SpecError::Request`] for a name that the bundle does not have, or a number outside the attribute's range: the
    /// sliders end there, and what the model draws beyond is nothing it was asked for in training.
    pub(crate) fn of(&self, attributes: &AttributeSet) -> Result<Vec<f32>, SpecError> {
        let mut strengths = vec![0.0; attributes.len()];
        for Strength { attribute, value } in &self.0 {
            let position = attributes.position(attribute)?;
            let [low, high] = attributes.as_slice()[position].strength_range;
            if !(low..=high).contains(value) {
                return Err(SpecError::Request {
                    field: "strength",
                    found: format!("{attribute}={value}"),
                    expected: format!("{low} to {high}"),
                });
            }
            strengths[position] = *value;
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
    use model_spec::Attribute;

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

    #[test]
    fn numbers_outside_the_bundles_range_are_refused() {
        let smile = Attribute {
            name: "smile".into(),
            label: "Smile".into(),
            off: "neutral".into(),
            on: "smiling".into(),
            strength_range: [-1.0, 1.5],
        };
        let attributes = AttributeSet::new(vec![smile]).unwrap();
        let of = |text: &str| text.parse::<Strengths>().unwrap().of(&attributes);
        assert_eq!(of("smile=1.5").unwrap(), [1.5]);
        assert_eq!(of("smile=-1").unwrap(), [-1.0]);
        for text in ["smile=1.6", "smile=20", "smile=-1.01"] {
            let error = of(text).unwrap_err().to_string();
            assert!(
                error.contains(text) && error.contains("-1 to 1.5"),
                "{error}"
            );
        }
    }
}
