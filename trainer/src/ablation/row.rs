//! The rows of the table.

use crate::config::{Config, OrthogonalityForm};
use clap::ValueEnum;

/// Which losses a model learns by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Row {
    /// The baseline: neither perceptual nor orthogonality loss.
    Bl,
    /// With the perceptual loss.
    BlPl,
    /// And the orthogonality of the unrelated code to the source's related code only.
    BlPlOlSingle,
    /// And orthogonality as inner products instead of elementwise ones.
    BlPlOlInner,
    /// The baseline and the paper's orthogonality loss.
    BlOlL1,
    /// The paper's model.
    Full,
    /// The paper's model with an orthogonality that does not depend on the codes' lengths, and a price on the related
    /// share of the code: not in the paper.
    FullKept,
}

impl Row {
    /// In the order of the paper's table.
    pub(crate) const ALL: [Self; 7] = [
        Self::Bl,
        Self::BlPl,
        Self::BlPlOlSingle,
        Self::BlPlOlInner,
        Self::BlOlL1,
        Self::Full,
        Self::FullKept,
    ];

    /// As on the command line and in names of runs.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Bl => "bl",
            Self::BlPl => "bl-pl",
            Self::BlPlOlSingle => "bl-pl-ol-single",
            Self::BlPlOlInner => "bl-pl-ol-inner",
            Self::BlOlL1 => "bl-ol-l1",
            Self::Full => "full",
            Self::FullKept => "full-kept",
        }
    }

    /// As in the paper's table.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Bl => "BL",
            Self::BlPl => "BL + PL",
            Self::BlPlOlSingle => "BL + PL + OL (single)",
            Self::BlPlOlInner => "BL + PL + OL (inner)",
            Self::BlOlL1 => "BL + OL (L1)",
            Self::Full => "full",
            Self::FullKept => "full, unrelated part kept",
        }
    }

    /// `config` with the row's losses. A loss of the row has the weight of `config`, or 1, the paper's, where it is
    /// switched off there.
    pub(crate) fn applied(self, config: &Config, seed: u64) -> Config {
        /// What kept the unrelated part alive in the shipped models.
        const RELATED_SHARE: f64 = 0.3;
        use OrthogonalityForm::{Cosine, Full, Inner, None, Single};
        let (has_perceptual, form) = match self {
            Self::Bl => (false, None),
            Self::BlPl => (true, None),
            Self::BlPlOlSingle => (true, Single),
            Self::BlPlOlInner => (true, Inner),
            Self::BlOlL1 => (false, Full),
            Self::Full => (true, Full),
            Self::FullKept => (true, Cosine),
        };
        let weight = |given: f64| if given > 0.0 { given } else { 1.0 };
        let mut row = config.clone();
        row.name = format!("{}-{}", config.name, self.name());
        row.seed = seed;
        row.loss.perceptual = if has_perceptual {
            weight(config.loss.perceptual)
        } else {
            0.0
        };
        row.loss.orthogonality = weight(config.loss.orthogonality);
        row.loss.orthogonality_form = form;
        row.loss.related_share = match self {
            Self::FullKept if config.loss.related_share > 0.0 => config.loss.related_share,
            Self::FullKept => RELATED_SHARE,
            _ => 0.0,
        };
        // Every row is judged after its last step, by one judge.
        row.evaluation.interval = 0;
        row
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_the_losses_of_the_papers_table() {
        use OrthogonalityForm::{Cosine, Full, Inner, None, Single};
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/configs/celeba-hq-256.toml");
        let config = Config::load(path.as_ref(), &[]).unwrap();
        let losses = Row::ALL.map(|row| {
            let loss = row.applied(&config, 5).loss;
            (loss.perceptual, loss.orthogonality_form, loss.related_share)
        });
        let expected = [
            (0.0, None, 0.0),
            (1.0, None, 0.0),
            (1.0, Single, 0.0),
            (1.0, Inner, 0.0),
            (0.0, Full, 0.0),
            (1.0, Full, 0.0),
            (1.0, Cosine, 0.3),
        ];
        assert_eq!(losses, expected);
        // Nothing else is another row's, or the result would be of two changes.
        let [mut baseline, mut full] = [Row::Bl, Row::Full].map(|row| row.applied(&config, 5));
        for row in [&mut baseline, &mut full] {
            row.loss = config.loss;
            row.name.clone_from(&config.name);
        }
        assert_eq!(baseline, full);
    }

    #[test]
    fn names_are_those_of_the_command_line() {
        for row in Row::ALL {
            let value = row.to_possible_value().unwrap();
            assert_eq!(value.get_name(), row.name());
        }
    }
}
