//! Attributes ("smile") and domains (one combination of attribute values).

use crate::error::{Mismatch, SpecError};
use serde::{Deserialize, Serialize};

/// A face property with two values, e.g. smile: neutral or smiling.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attribute {
    /// Name on command lines: lower-case letters, digits, `-` and `_`.
    pub name: String,
    /// Name on screen.
    pub label: String,
    /// Name of the value 0, e.g. `neutral`; names the data folder.
    pub off: String,
    /// Name of the value 1, e.g. `smiling`; names the data folder.
    pub on: String,
    /// Lowest and highest strength offered to a user, see [`crate::strength`].
    pub strength_range: [f32; 2],
}

/// The ordered attributes of a model.
///
/// Domain `d` has value `(d >> i) & 1` for attribute `i`, so {smile} gives 2 domains and
/// {smile, gender} gives 4.
///
/// ```
/// use model_spec::{Attribute, AttributeSet};
///
/// let smile = Attribute {
///     name: "smile".into(),
///     label: "Smile".into(),
///     off: "neutral".into(),
///     on: "smiling".into(),
///     strength_range: [-1.0, 1.5],
/// };
/// let attributes = AttributeSet::new(vec![smile])?;
/// assert_eq!(attributes.domain_names(), ["neutral", "smiling"]);
/// assert_eq!(attributes.parse_strengths("smile=0.7").unwrap(), [0.7]);
/// assert_eq!(AttributeSet::domain_from_logits(&[2.5]), 1);
/// # Ok::<(), model_spec::error::Mismatch>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AttributeSet(Vec<Attribute>);

/// More attributes would mean more domains than any face data set can fill.
pub const MAX_ATTRIBUTES: usize = 6;

impl AttributeSet {
    /// Makes a set that passes [`AttributeSet::validate`].
    ///
    /// # Errors
    /// The first [`Mismatch`].
    pub fn new(attributes: Vec<Attribute>) -> Result<Self, Mismatch> {
        let set = Self(attributes);
        set.validate()?;
        Ok(set)
    }

    /// Checks count, names and strength ranges.
    ///
    /// # Errors
    /// The first [`Mismatch`].
    pub fn validate(&self) -> Result<(), Mismatch> {
        if self.0.is_empty() || self.0.len() > MAX_ATTRIBUTES {
            return Err(Mismatch::new(
                "attributes",
                format!("{} attributes", self.0.len()),
                format!("1 to {MAX_ATTRIBUTES}"),
            ));
        }
        for (index, attribute) in self.0.iter().enumerate() {
            let field = |name| format!("attributes[{index}].{name}");
            let names = [
                ("name", &attribute.name),
                ("off", &attribute.off),
                ("on", &attribute.on),
            ];
            for (field_name, value) in names {
                if !is_plain_name(value) {
                    return Err(Mismatch::new(
                        field(field_name),
                        format!("{value:?}"),
                        "lower-case letters, digits, '-' and '_'",
                    ));
                }
            }
            if attribute.on == attribute.off {
                return Err(Mismatch::new(
                    field("on"),
                    &attribute.on,
                    "a name different from `off`",
                ));
            }
            if self.0[..index]
                .iter()
                .any(|other| other.name == attribute.name)
            {
                return Err(Mismatch::new(
                    field("name"),
                    &attribute.name,
                    "a name used only once",
                ));
            }
            let [low, high] = attribute.strength_range;
            if !(low.is_finite() && high.is_finite() && low < high) {
                return Err(Mismatch::new(
                    field("strength_range"),
                    format!("[{low}, {high}]"),
                    "two finite numbers, the lower first",
                ));
            }
        }
        Ok(())
    }

    /// The attributes in order.
    #[must_use]
    pub fn as_slice(&self) -> &[Attribute] {
        &self.0
    }

    /// Number of attributes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no attribute; never true for a validated set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Number of domains, `2^len`.
    #[must_use]
    pub fn domain_count(&self) -> usize {
        1 << self.0.len()
    }

    /// Whether attribute `attribute` has its `on` value in `domain`.
    #[must_use]
    pub fn is_on(domain: usize, attribute: usize) -> bool {
        (domain >> attribute) & 1 == 1
    }

    /// The domain in which attribute `i` has its `on` value where the `i`-th of `values` is true.
    #[must_use]
    pub fn domain_from_values(values: impl IntoIterator<Item = bool>) -> usize {
        let bits = values.into_iter().enumerate();
        bits.map(|(bit, on)| usize::from(on) << bit).sum()
    }

    /// The domain that a classifier's `logits`, one per attribute, say: above 0 is the `on` value.
    #[must_use]
    pub fn domain_from_logits(logits: &[f32]) -> usize {
        Self::domain_from_values(logits.iter().map(|&logit| logit > 0.0))
    }

    /// Strengths, one per attribute, that move a face of domain `source` to the other value of
    /// `attribute`, 1 or -1, and leave the others.
    #[must_use]
    pub fn towards_other_value(&self, attribute: usize, source: usize) -> Vec<f32> {
        let mut strengths = vec![0.0; self.len()];
        let on = Self::is_on(source, attribute);
        strengths[attribute] = if on { -1.0 } else { 1.0 };
        strengths
    }

    /// Name of a domain: the attribute values joined by `+`, e.g. `smiling+female`.
    #[must_use]
    pub fn domain_name(&self, domain: usize) -> String {
        let values = self.0.iter().enumerate().map(|(index, attribute)| {
            if Self::is_on(domain, index) {
                attribute.on.as_str()
            } else {
                attribute.off.as_str()
            }
        });
        values.collect::<Vec<_>>().join("+")
    }

    /// Names of all domains, in order.
    #[must_use]
    pub fn domain_names(&self) -> Vec<String> {
        (0..self.domain_count())
            .map(|domain| self.domain_name(domain))
            .collect()
    }

    /// Position of the attribute called `name`.
    ///
    /// # Errors
    /// [`SpecError::Request`] listing the known names.
    pub fn position(&self, name: &str) -> Result<usize, SpecError> {
        let found = self.0.iter().position(|attribute| attribute.name == name);
        found.ok_or_else(|| SpecError::Request {
            field: "attribute",
            found: format!("{name:?}"),
            expected: format!("one of: {}", self.names().join(", ")),
        })
    }

    /// Names of the attributes, in order.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        self.0
            .iter()
            .map(|attribute| attribute.name.as_str())
            .collect()
    }

    /// Reads `smile=1.0,gender=-0.3` into one strength per attribute; those not named are 0.
    ///
    /// # Errors
    /// [`SpecError::Request`] for an unknown name, a missing `=`, or a number that is not finite.
    pub fn parse_strengths(&self, text: &str) -> Result<Vec<f32>, SpecError> {
        let mut strengths = vec![0.0; self.len()];
        for part in text.split(',').filter(|part| !part.trim().is_empty()) {
            let bad = || SpecError::Request {
                field: "strength",
                found: format!("{:?}", part.trim()),
                expected: "NAME=NUMBER, e.g. smile=1.0".into(),
            };
            let (name, number) = part.split_once('=').ok_or_else(bad)?;
            let value: f32 = number.trim().parse().map_err(|_| bad())?;
            if !value.is_finite() {
                return Err(bad());
            }
            strengths[self.position(name.trim())?] = value;
        }
        Ok(strengths)
    }
}

fn is_plain_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(name: &str, off: &str, on: &str) -> Attribute {
        Attribute {
            name: name.into(),
            label: name.into(),
            off: off.into(),
            on: on.into(),
            strength_range: [-1.0, 1.5],
        }
    }

    fn smile_and_gender() -> AttributeSet {
        AttributeSet::new(vec![
            attribute("smile", "neutral", "smiling"),
            attribute("gender", "female", "male"),
        ])
        .unwrap()
    }

    #[test]
    fn two_attributes_give_four_named_domains() {
        assert_eq!(
            smile_and_gender().domain_names(),
            [
                "neutral+female",
                "smiling+female",
                "neutral+male",
                "smiling+male"
            ]
        );
    }

    #[test]
    fn strengths_are_read_by_name_and_unknown_names_list_the_known() {
        let set = smile_and_gender();
        assert_eq!(
            set.parse_strengths("gender=-0.3, smile=0.7").unwrap(),
            [0.7, -0.3]
        );
        let message = set.parse_strengths("smirk=1").unwrap_err().to_string();
        assert!(message.contains("smirk") && message.contains("smile, gender"));
        assert!(set.parse_strengths("smile").is_err());
        assert!(set.parse_strengths("smile=NaN").is_err());
    }

    #[test]
    fn logits_above_zero_set_the_bits_of_the_domain() {
        assert_eq!(AttributeSet::domain_from_logits(&[0.1, -0.1, 3.0]), 0b101);
        assert_eq!(AttributeSet::domain_from_logits(&[0.0]), 0);
        assert_eq!(smile_and_gender().towards_other_value(1, 2), [0.0, -1.0]);
    }

    #[test]
    fn a_repeated_name_is_refused() {
        let error = AttributeSet::new(vec![attribute("a", "x", "y"), attribute("a", "z", "w")]);
        assert_eq!(error.unwrap_err().field, "attributes[1].name");
    }
}
