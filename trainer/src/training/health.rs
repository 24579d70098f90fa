//! Watches a run for what ruins it without an error: losses stay finite while the edits rot.

use crate::{config::HealthConfig, run::Figures};
use std::fmt;

/// Name of the figure that tells how much the edits change, see [`super::Trainee::step`].
pub(crate) const CHANGE: &str = "change";

/// What can be wrong with a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ailment {
    /// The discriminator's losses are far above any that a working one has.
    Exploding,
    /// The discriminator tells real from fake no better than a coin, so that nothing holds the editor back.
    AtChance,
    /// The edits change or move the faces so much that little of them can be left.
    Caricature,
    /// The edits change nothing.
    Nothing,
}

impl Ailment {
    /// All of them, in the order in which they are looked for.
    pub(crate) const ALL: [Self; 4] = [
        Self::Exploding,
        Self::AtChance,
        Self::Caricature,
        Self::Nothing,
    ];

    /// Name of its event, 1 while it lasts and else 0.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Exploding => "discriminator_exploding",
            Self::AtChance => "discriminator_at_chance",
            Self::Caricature => "edits_are_caricatures",
            Self::Nothing => "edits_are_nothing",
        }
    }

    /// What usually helps.
    const fn remedy(self) -> &'static str {
        match self {
            Self::Exploding => {
                "lower discriminator_adam.learning_rate, or raise loss.r1 or schedule.warm_up"
            }
            Self::AtChance => {
                "raise discriminator_adam.learning_rate or schedule.discriminator_head_start, or lower \
                 editor_adam.learning_rate or loss.r1"
            }
            Self::Caricature => {
                "raise loss.residual, loss.displacement or loss.roughness, lower loss.classification, or set \
                 loss.classification_margin"
            }
            Self::Nothing => {
                "lower loss.residual and loss.displacement, or raise loss.classification"
            }
        }
    }
}

impl fmt::Display for Ailment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Exploding => "the discriminator's losses explode",
            Self::AtChance => "the discriminator is at chance",
            Self::Caricature => "the edits are caricatures",
            Self::Nothing => "the edits change nothing",
        })
    }
}

/// An ailment with the figure that gave it away.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// What is wrong.
    pub ailment: Ailment,
    /// The figure, its value and what a healthy run has.
    pub evidence: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { ailment, evidence } = self;
        write!(formatter, "{ailment} ({evidence}): {}", ailment.remedy())
    }
}

/// Running means of the figures of a run, and what they say.
#[derive(Debug)]
pub(crate) struct Health {
    readings: f64,
    /// Bound of the field in shares of the side; 0 without a field.
    largest_displacement: f64,
    real: RunningMean,
    fake: RunningMean,
    change: RunningMean,
    displacement: RunningMean,
    /// What was wrong at the last reading.
    known: Vec<Ailment>,
}

/// An exponential mean that begins as a plain one.
#[derive(Debug, Default)]
struct RunningMean {
    value: f64,
    count: f64,
}

impl RunningMean {
    fn follow(&mut self, value: f64, readings: f64) {
        self.count += 1.0;
        self.value += (value - self.value) / self.count.min(readings);
    }
}

/// Mean losses of one reading, of real or fake images, above which a discriminator explodes. A working one's stay
/// below 1; 40 to 190 were seen.
const EXPLODED: f64 = 10.0;
/// Share of `2 ln 2`, what guessing costs on real and fake images together, at which it is guessing.
const GUESSING: f64 = 0.97;
/// Mean absolute change in units of the image's range [-1, 1]; two different faces come to about 0.45.
const CARICATURE: f64 = 0.4;
/// Share of the field's bound that the mean displacement of a caricature takes.
const STRETCHED: f64 = 0.6;
/// Mean absolute change, likewise, below which nobody sees an edit.
const UNSEEN: f64 = 0.0015;

impl Health {
    /// Nothing is known yet: nothing is judged before `settings.readings` readings.
    pub(crate) fn new(settings: &HealthConfig, largest_displacement: f32) -> Self {
        Self {
            readings: settings.readings as f64,
            largest_displacement: largest_displacement.into(),
            real: RunningMean::default(),
            fake: RunningMean::default(),
            change: RunningMean::default(),
            displacement: RunningMean::default(),
            known: Vec::new(),
        }
    }

    /// Takes the mean losses of the steps since the last reading; returns what is wrong now.
    pub(crate) fn read(&mut self, figures: &Figures) -> Vec<Finding> {
        let of_discriminator = |name: &str| matches!(name, "real" | "fake");
        let losses = figures.iter().filter(|(name, _)| of_discriminator(name));
        let worst = losses.map(|&(_, value)| value).fold(0.0, f64::max);
        for &(name, value) in figures {
            // One explosion would fill the means for long after it.
            if of_discriminator(name) && worst > EXPLODED {
                continue;
            }
            let mean = match name {
                "real" => &mut self.real,
                "fake" => &mut self.fake,
                "displacement" => &mut self.displacement,
                CHANGE => &mut self.change,
                _ => continue,
            };
            mean.follow(value, self.readings);
        }
        let mut findings = Vec::new();
        let mut found = |ailment, evidence| findings.push(Finding { ailment, evidence });
        if worst > EXPLODED {
            let evidence = format!("a loss of {worst:.1}, expected at most {EXPLODED}");
            found(Ailment::Exploding, evidence);
        }
        let enough = |mean: &RunningMean| mean.count >= self.readings;
        let both = self.real.value + self.fake.value;
        let guess = 2.0 * std::f64::consts::LN_2;
        // An exploding one is no better than a coin either.
        if worst <= EXPLODED && enough(&self.real) && both > GUESSING * guess {
            let evidence = format!("real and fake {both:.3}, guessing costs {guess:.3}");
            found(Ailment::AtChance, evidence);
        }
        if enough(&self.change) {
            let change = self.change.value;
            let moved = if self.largest_displacement > 0.0 {
                self.displacement.value / self.largest_displacement
            } else {
                0.0
            };
            if change > CARICATURE {
                let evidence = format!("change {change:.3}, expected at most {CARICATURE}");
                found(Ailment::Caricature, evidence);
            } else if moved > STRETCHED {
                let evidence = format!(
                    "mean displacement {:.0} % of its bound, expected at most {:.0} %",
                    100.0 * moved,
                    100.0 * STRETCHED
                );
                found(Ailment::Caricature, evidence);
            }
            // An edit has to be found first: as long again.
            if change < UNSEEN && self.change.count >= 2.0 * self.readings {
                let evidence = format!("change {change:.4}, expected at least {UNSEEN}");
                found(Ailment::Nothing, evidence);
            }
        }
        findings
    }

    /// Those of `findings` that were not there at the last call, and those that have gone since.
    pub(crate) fn changes(&mut self, findings: &[Finding]) -> Changes {
        let now: Vec<Ailment> = findings.iter().map(|finding| finding.ailment).collect();
        let before = std::mem::replace(&mut self.known, now);
        let appeared = findings
            .iter()
            .filter(|finding| !before.contains(&finding.ailment));
        Changes {
            appeared: appeared.cloned().collect(),
            gone: before
                .into_iter()
                .filter(|ailment| !self.known.contains(ailment))
                .collect(),
        }
    }
}

/// How the findings of two readings differ.
#[derive(Debug, PartialEq)]
pub(crate) struct Changes {
    /// Newly wrong.
    pub appeared: Vec<Finding>,
    /// No longer wrong.
    pub gone: Vec<Ailment>,
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: HealthConfig = HealthConfig {
        readings: 4,
        stop: false,
    };

    /// What is wrong after so many equal readings.
    fn after(readings: usize, figures: &[(&'static str, f64)]) -> Vec<Ailment> {
        let mut health = Health::new(&SETTINGS, 0.05);
        let mut findings = Vec::new();
        for _ in 0..readings {
            findings = health.read(&figures.to_vec());
        }
        findings
            .into_iter()
            .map(|finding| finding.ailment)
            .collect()
    }

    const HEALTHY: [(&str, f64); 4] = [
        ("real", 0.55),
        ("fake", 0.5),
        (CHANGE, 0.06),
        ("displacement", 0.005),
    ];

    fn with(name: &'static str, value: f64) -> Vec<(&'static str, f64)> {
        let mut figures = HEALTHY.to_vec();
        for figure in &mut figures {
            if figure.0 == name {
                figure.1 = value;
            }
        }
        figures
    }

    #[test]
    fn a_run_that_learns_is_left_in_peace() {
        assert_eq!(after(100, &HEALTHY), []);
    }

    #[test]
    fn an_exploding_discriminator_is_named_at_once() {
        assert_eq!(after(1, &with("fake", 40.0)), [Ailment::Exploding]);
    }

    #[test]
    fn a_guessing_discriminator_is_named_after_enough_readings() {
        let ln_2 = std::f64::consts::LN_2;
        let guessing = [("real", ln_2), ("fake", ln_2), (CHANGE, 0.06)];
        assert_eq!(after(3, &guessing), []);
        assert_eq!(after(4, &guessing), [Ailment::AtChance]);
        // A coin with a bias guesses no better.
        assert_eq!(
            after(4, &[("real", 0.4), ("fake", 1.1)]),
            [Ailment::AtChance]
        );
    }

    #[test]
    fn caricatures_are_known_by_their_change_and_by_their_field() {
        assert_eq!(after(4, &with(CHANGE, 0.5)), [Ailment::Caricature]);
        assert_eq!(after(4, &with("displacement", 0.04)), [Ailment::Caricature]);
    }

    #[test]
    fn edits_that_change_nothing_have_as_long_again() {
        assert_eq!(after(7, &with(CHANGE, 0.0005)), []);
        assert_eq!(after(8, &with(CHANGE, 0.0005)), [Ailment::Nothing]);
        // During the discriminator's head start there are no edits to judge.
        assert_eq!(after(100, &[("real", 0.5), ("fake", 0.5)]), []);
    }

    #[test]
    fn an_ailment_is_told_when_it_comes_and_when_it_goes() {
        let mut health = Health::new(&SETTINGS, 0.0);
        let mut told = Vec::new();
        for fake in [0.5, 40.0, 40.0, 0.5] {
            let findings = health.read(&with("fake", fake));
            let changes = health.changes(&findings);
            told.push((changes.appeared.len(), changes.gone.len()));
        }
        assert_eq!(told, [(0, 0), (1, 0), (0, 0), (0, 1)]);
    }
}
