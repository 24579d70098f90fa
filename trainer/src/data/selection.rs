//! Which pictures a run wants, and as examples of what.

use crate::config::{AttributeSettings, Exclusion};
use model_spec::AttributeSet;

/// The attributes whose values make the domains, and the training pictures that are no examples of theirs.
#[derive(Debug, Clone, Copy)]
pub struct Selection<'a> {
    /// Attributes, in the order of the domain bits.
    pub attributes: &'a AttributeSet,
    /// They concern the training split alone, so that results stay comparable.
    pub exclusions: &'a [Exclusion],
}

impl<'a> From<&'a AttributeSet> for Selection<'a> {
    fn from(attributes: &'a AttributeSet) -> Self {
        Self {
            attributes,
            exclusions: &[],
        }
    }
}

impl<'a> From<&'a AttributeSettings> for Selection<'a> {
    fn from(settings: &'a AttributeSettings) -> Self {
        Self {
            attributes: settings,
            exclusions: settings.exclusions(),
        }
    }
}

impl Selection<'_> {
    /// What is no example, in words; `nothing` where all pictures are.
    #[must_use]
    pub(super) fn no_examples(&self) -> String {
        let described = self.exclusions.iter().map(|e| e.describe(self.attributes));
        let described: Vec<String> = described.collect();
        match described.is_empty() {
            true => "nothing".into(),
            false => described.join(", "),
        }
    }
}
