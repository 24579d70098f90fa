//! `[[attributes]]` of a settings file: the model's attributes, and the pictures that are no good example
//! of one of their values.

use model_spec::{Attribute, AttributeSet};
use serde::{Deserialize, Serialize};
use std::ops::Deref;

/// The attributes of a run, in the order of the domain bits, with what is left out of its training.
///
/// Used like the [`AttributeSet`] it holds; a checkpoint keeps that alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<AttributeTable>", into = "Vec<AttributeTable>")]
pub struct AttributeSettings {
    attributes: AttributeSet,
    exclusions: Vec<Exclusion>,
}

/// Training pictures with one value of an attribute are left out where one of some columns of the data
/// set's annotation is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exclusion {
    /// Position of the attribute.
    pub attribute: usize,
    /// The value: whether the attribute is on.
    pub on: bool,
    /// Names of the columns, letter case aside.
    pub columns: Vec<String>,
}

impl Exclusion {
    /// Name of the setting.
    #[must_use]
    pub(crate) fn key(&self) -> String {
        let name = if self.on { "on_without" } else { "off_without" };
        format!("attributes[{}].{name}", self.attribute)
    }

    /// Which pictures of a model with `attributes` are meant: `neutral with mouth_slightly_open`.
    #[must_use]
    pub(crate) fn describe(&self, attributes: &AttributeSet) -> String {
        let attribute = &attributes.as_slice()[self.attribute];
        let value = if self.on {
            &attribute.on
        } else {
            &attribute.off
        };
        format!("{value} with {}", self.columns.join(" or "))
    }

    /// Whether pictures of `domain` have the value.
    #[must_use]
    pub(crate) fn concerns(&self, domain: usize) -> bool {
        AttributeSet::is_on(domain, self.attribute) == self.on
    }
}

impl AttributeSettings {
    /// What is left out of training.
    #[must_use]
    pub fn exclusions(&self) -> &[Exclusion] {
        &self.exclusions
    }

    /// Other attributes; what is left out stays so for those that have the same name and values. The others are
    /// named in the log.
    #[must_use]
    pub(super) fn replaced(self, attributes: AttributeSet) -> Self {
        let is_same = |one: &Attribute, other: &Attribute| {
            (&one.name, &one.off, &one.on) == (&other.name, &other.off, &other.on)
        };
        let mut exclusions = Vec::new();
        for exclusion in self.exclusions {
            let former = &self.attributes.as_slice()[exclusion.attribute];
            let mut given = attributes.as_slice().iter();
            match given.position(|attribute| is_same(attribute, former)) {
                Some(attribute) => exclusions.push(Exclusion {
                    attribute,
                    ..exclusion
                }),
                None => log::warn!(
                    "--attributes is without {}:{}/{}, so {} of the settings is not used: {}",
                    former.name,
                    former.off,
                    former.on,
                    exclusion.key(),
                    exclusion.describe(&self.attributes)
                ),
            }
        }
        Self {
            attributes,
            exclusions,
        }
    }
}

impl Deref for AttributeSettings {
    type Target = AttributeSet;

    fn deref(&self) -> &AttributeSet {
        &self.attributes
    }
}

impl From<AttributeSet> for AttributeSettings {
    fn from(attributes: AttributeSet) -> Self {
        Self {
            attributes,
            exclusions: Vec::new(),
        }
    }
}

/// One `[[attributes]]` table: the fields of [`Attribute`] (serde cannot flatten a struct and refuse
/// unknown fields), and the two settings that concern training alone.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AttributeTable {
    name: String,
    label: String,
    off: String,
    on: String,
    strength_range: [f32; 2],
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    off_without: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    on_without: Vec<String>,
}

impl TryFrom<Vec<AttributeTable>> for AttributeSettings {
    type Error = String;

    fn try_from(tables: Vec<AttributeTable>) -> Result<Self, String> {
        let (mut attributes, mut exclusions) = (Vec::new(), Vec::new());
        for (attribute, table) in tables.into_iter().enumerate() {
            attributes.push(Attribute {
                name: table.name,
                label: table.label,
                off: table.off,
                on: table.on,
                strength_range: table.strength_range,
            });
            for (on, columns) in [(false, table.off_without), (true, table.on_without)] {
                if !columns.is_empty() {
                    exclusions.push(Exclusion {
                        attribute,
                        on,
                        columns,
                    });
                }
            }
        }
        let attributes = AttributeSet::new(attributes).map_err(|wrong| {
            format!(
                "{}: found {}, expected {}",
                wrong.field, wrong.found, wrong.expected
            )
        })?;
        Ok(Self {
            attributes,
            exclusions,
        })
    }
}

impl From<AttributeSettings> for Vec<AttributeTable> {
    fn from(settings: AttributeSettings) -> Self {
        let columns = |attribute, on| {
            let mut exclusions = settings.exclusions.iter();
            let found = exclusions.find(|e| e.attribute == attribute && e.on == on);
            found.map_or_else(Vec::new, |e| e.columns.clone())
        };
        let attributes = settings.attributes.as_slice().iter().enumerate();
        attributes
            .map(|(position, attribute)| AttributeTable {
                name: attribute.name.clone(),
                label: attribute.label.clone(),
                off: attribute.off.clone(),
                on: attribute.on.clone(),
                strength_range: attribute.strength_range,
                off_without: columns(position, false),
                on_without: columns(position, true),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_attributes_keep_what_is_left_out_of_those_that_stay() {
        let table = |name: &str, off: &str| AttributeTable {
            name: name.into(),
            label: name.into(),
            off: off.into(),
            on: format!("with-{name}"),
            strength_range: [-1.0, 1.5],
            off_without: vec!["mouth_slightly_open".into()],
            on_without: Vec::new(),
        };
        let of = |tables: Vec<AttributeTable>| AttributeSettings::try_from(tables).unwrap();
        let settings = of(vec![table("smile", "neutral"), table("beard", "shaven")]);
        // The first has another value, and the second another place.
        let given = of(vec![
            table("glasses", "none"),
            table("beard", "shaven"),
            table("smile", "serious"),
        ]);
        let replaced = settings.replaced(given.attributes);
        assert_eq!(replaced.names(), ["glasses", "beard", "smile"]);
        let [left] = replaced.exclusions() else {
            panic!("{:?}", replaced.exclusions());
        };
        assert_eq!(
            (left.key().as_str(), left.on),
            ("attributes[1].off_without", false)
        );
    }
}
