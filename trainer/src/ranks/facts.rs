//! What all ranks must have in common.

use serde::{Deserialize, Serialize};

/// Named texts of one rank, compared with those of rank 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Facts(pub Vec<Fact>);

/// What one rank has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fact {
    /// What it is, for the message.
    pub name: String,
    /// Its text; of several lines, each is compared.
    pub text: String,
}

impl Facts {
    pub(crate) fn new<const N: usize>(facts: [(&str, String); N]) -> Self {
        let fact = |(name, text): (&str, String)| Fact {
            name: name.into(),
            text,
        };
        Self(facts.into_iter().map(fact).collect())
    }

    /// Where these facts of `rank` differ from those of rank 0 first.
    pub(super) fn difference(&self, rank: usize, first: &Self) -> Option<String> {
        let pair = self
            .0
            .iter()
            .zip(&first.0)
            .find(|(own, first)| own != first);
        let (own, first) = pair?;
        let (mut section, mut ours, mut theirs) = ("", own.text.lines(), first.text.lines());
        let (found, expected) = loop {
            match (ours.next(), theirs.next()) {
                (Some(found), Some(expected)) if found == expected => {
                    if found.starts_with('[') {
                        section = found;
                    }
                }
                (found, expected) => break (found, expected),
            }
        };
        let [found, expected] = [found, expected].map(|line| line.unwrap_or("nothing"));
        let section = if section.is_empty() {
            String::new()
        } else {
            format!(" {section}")
        };
        Some(format!(
            "{}{section}: rank {rank} has {found}, rank 0 has {expected}; all ranks need the same",
            own.name
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_is_named_with_its_section() {
        let facts = |version: &str, steps: u32| {
            let settings = format!("seed = 1\n[schedule]\nsteps = {steps}");
            Facts::new([("version", version.into()), ("settings", settings)])
        };
        assert_eq!(facts("1", 2).difference(1, &facts("1", 2)), None);
        let message = facts("1", 2).difference(3, &facts("1", 4)).unwrap();
        assert_eq!(
            message,
            "settings [schedule]: rank 3 has steps = 2, rank 0 has steps = 4; all ranks need the same"
        );
        let message = facts("2", 2).difference(3, &facts("1", 4)).unwrap();
        assert!(message.starts_with("version: rank 3 has 2"), "{message}");
    }
}
