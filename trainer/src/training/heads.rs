//! The layers that a model has once per domain, when a run with other domains starts from it.

use crate::weights::Weights;
use model_spec::AttributeSet;
use tch::Tensor;

/// Names of layers of the editor before the domain's index.
const EDITOR_HEADS: [&str; 2] = ["style_encoder.unshared.", "style_transformer.related."];

/// Where each domain's layers come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Heads {
    /// As many domains under other names: as they are.
    Kept,
    /// For every domain of the run, the model's domain with the same values of the attributes that both know; those
    /// that only the model knows are off.
    Copied(Vec<usize>),
    /// No attribute in common and another number of domains: they start fresh.
    Fresh,
}

impl Heads {
    /// What becomes of the heads of a model with the attributes `found` in a run with those of `wanted`.
    pub(super) fn between(found: &AttributeSet, wanted: &AttributeSet) -> Self {
        let names = found.names();
        let places: Vec<Option<usize>> = names
            .iter()
            .map(|name| wanted.position(name).ok())
            .collect();
        if places.iter().all(Option::is_none) {
            return if found.len() == wanted.len() {
                Self::Kept
            } else {
                Self::Fresh
            };
        }
        let source = |domain| {
            let value =
                |place: &Option<usize>| place.is_some_and(|at| AttributeSet::is_on(domain, at));
            AttributeSet::domain_from_values(places.iter().map(value))
        };
        Self::Copied((0..wanted.domain_count()).map(source).collect())
    }

    /// The choice in words, for the log.
    pub(super) fn told(&self, found: &AttributeSet, wanted: &AttributeSet) -> String {
        let choice = match self {
            Self::Kept => "the layers of a domain go on as they are",
            Self::Copied(_) => {
                "every domain starts with the layers of the one with the same values"
            }
            Self::Fresh => "the layers of a domain start fresh",
        };
        let [found, wanted] = [found, wanted].map(|set| set.domain_names().join(", "));
        format!("its domains are {found}, this run's are {wanted}: {choice}")
    }

    /// Whether the tensor `name` of an editor belongs to one domain.
    pub(super) fn is_of_editor(name: &str) -> bool {
        EDITOR_HEADS.iter().any(|head| name.starts_with(head))
    }

    /// The editor's weights for the run's domains.
    pub(super) fn of_editor(&self, weights: &mut Weights) {
        let sources = match self {
            Self::Kept => return,
            Self::Fresh => {
                weights.retain(|name, _| !Self::is_of_editor(name));
                return;
            }
            Self::Copied(sources) => sources,
        };
        let found = std::mem::take(weights);
        for (name, tensor) in found {
            let head = EDITOR_HEADS.iter().find_map(|head| {
                let (index, layer) = name.strip_prefix(head)?.split_once('.')?;
                Some((head, index.parse::<usize>().ok()?, layer))
            });
            let Some((head, index, layer)) = head else {
                weights.insert(name, tensor);
                continue;
            };
            for (domain, _) in sources
                .iter()
                .enumerate()
                .filter(|(_, from)| **from == index)
            {
                weights.insert(format!("{head}{domain}.{layer}"), tensor.shallow_clone());
            }
        }
    }

    /// The discriminator's weights for the run's domains; `logits` begins the names of its last layer, which has one
    /// row per domain.
    pub(super) fn of_discriminator(&self, weights: &mut Weights, logits: &str) {
        let Self::Copied(sources) = self else {
            if *self == Self::Fresh {
                weights.retain(|name, _| !name.starts_with(logits));
            }
            return;
        };
        let rows: Vec<i64> = sources.iter().map(|source| *source as i64).collect();
        for (_, tensor) in weights
            .iter_mut()
            .filter(|(name, _)| name.starts_with(logits))
        {
            // A file of another shape is refused by name when the weights are copied.
            if rows.iter().all(|row| *row < tensor.size()[0]) {
                *tensor = tensor.index_select(0, &Tensor::from_slice(&rows));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model_spec::Attribute;

    fn attributes(names: &[&str]) -> AttributeSet {
        let attribute = |name: &&str| Attribute {
            name: (*name).into(),
            label: (*name).into(),
            off: format!("no-{name}"),
            on: (*name).into(),
            strength_range: [-1.0, 1.5],
        };
        AttributeSet::new(names.iter().map(attribute).collect()).unwrap()
    }

    #[test]
    fn a_domain_takes_the_layers_of_the_one_with_the_same_known_values() {
        let (smile, both) = (attributes(&["smile"]), attributes(&["age", "smile"]));
        let domain = |age, smile| AttributeSet::domain_from_values([age, smile]);
        let Heads::Copied(sources) = Heads::between(&smile, &both) else {
            panic!("expected copied heads");
        };
        assert_eq!(sources.len(), 4);
        for (age, smiling) in [(false, false), (true, false), (false, true), (true, true)] {
            assert_eq!(sources[domain(age, smiling)], usize::from(smiling));
        }
        // The other way round: what the run does not know is off.
        let expected = vec![domain(false, false), domain(false, true)];
        assert_eq!(Heads::between(&both, &smile), Heads::Copied(expected));
    }

    #[test]
    fn without_a_common_attribute_only_equal_numbers_of_domains_are_kept() {
        let smile = attributes(&["smile"]);
        assert_eq!(
            Heads::between(&smile, &attributes(&["smiling"])),
            Heads::Kept
        );
        let strangers = attributes(&["age", "beard"]);
        assert_eq!(Heads::between(&smile, &strangers), Heads::Fresh);
    }
}
