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
