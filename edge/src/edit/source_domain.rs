//! The domain of the face before the edit: which value each attribute has now, without flicker.
//!
//! The style encoder has one head per domain, so it must be told what the face is like, and a live
//! face changes. Two ways, measured against each other by `edge bench` (temporal stability):
//! one head at a time, or all heads blended by their probabilities.
//!
//! Classifiers are wrong about every tenth face, mostly about parted lips. So an edit starts from the value that
//! it leads away from, whatever the classifier thinks, unless that is sure that nothing is left to do.

use crate::edit::smooth::{Average, Hysteresis, sigmoid};
use model_spec::AttributeSet;

/// Seconds over which logits are averaged.
const LOGIT_SECONDS: f64 = 0.15;
/// Seconds over which an edit comes back after the face has lost the value by itself.
const FADE_SECONDS: f64 = 0.15;

/// How the style encoder's heads are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Heads {
    /// One head: that of the value that the edit leads away from.
    #[default]
    Switched,
    /// All heads, weighted by the probability of their domain.
    Blended,
}

/// Follows the classifier's answers over time.
#[derive(Debug, Clone)]
pub(crate) struct SourceDomain {
    heads: Heads,
    logits: Average,
    switches: Vec<Hysteresis>,
    fades: Average,
    domain: usize,
    probabilities: Vec<f32>,
    due: Vec<f32>,
}

impl SourceDomain {
    /// Of a face with so many attributes.
    #[must_use]
    pub(crate) fn new(attributes: usize, heads: Heads) -> Self {
        Self {
            heads,
            logits: Average::new(LOGIT_SECONDS),
            switches: vec![Hysteresis::default(); attributes],
            fades: Average::new(FADE_SECONDS),
            domain: 0,
            probabilities: Vec::with_capacity(attributes),
            due: Vec::with_capacity(attributes),
        }
    }

    /// Takes note of the classifier's logits, one per attribute, `seconds` after the ones before.
    pub(crate) fn observe(&mut self, logits: &[f32], seconds: f64) {
        let logits = self.logits.follow(logits, seconds);
        self.probabilities.clear();
        self.probabilities
            .extend(logits.iter().copied().map(sigmoid));
        let bits = self.probabilities.iter().zip(&mut self.switches);
        self.domain = bits
            .enumerate()
            .map(|(bit, (&on, switch))| usize::from(switch.decide(on)) << bit)
            .sum();
    }

    /// The most likely domain, with hysteresis.
    #[must_use]
    pub(crate) fn domain(&self) -> usize {
        self.domain
    }

    /// Probability of each attribute's `on` value.
    #[must_use]
    pub(crate) fn probabilities(&self) -> &[f32] {
        &self.probabilities
    }

    /// `code` becomes `[d]`, from `styles` `[Y, d]`, for an edit that starts from the domain `start`.
    pub(crate) fn style_code(&self, styles: &[f32], dim: usize, start: usize, code: &mut Vec<f32>) {
        code.clear();
        match self.heads {
            Heads::Switched => code.extend_from_slice(&styles[start * dim..][..dim]),
            Heads::Blended => {
                code.resize(dim, 0.0);
                for (domain, style) in styles.chunks_exact(dim).enumerate() {
                    let bits = self.probabilities.iter().enumerate();
                    let weight: f32 = bits
                        .map(|(bit, &on)| if_on(domain, bit, on, 1.0 - on))
                        .product();
                    for (code, style) in code.iter_mut().zip(style) {
                        *code += weight * style;
                    }
                }
            }
        }
    }

    /// `faded` becomes `strengths`, less where the face takes the wanted value by itself.
    pub(crate) fn fade(&mut self, strengths: &[f32], seconds: f64, faded: &mut Vec<f32>) {
        self.due.clear();
        for (bit, &strength) in strengths.iter().enumerate() {
            let probability = self.probability(bit, strength > 0.0);
            self.due.push(match self.heads {
                Heads::Switched => part_left_to_do(probability),
                Heads::Blended => 1.0 - probability,
            });
        }
        let fades = self.fades.follow(&self.due, seconds);
        faded.clear();
        faded.extend(strengths.iter().zip(fades).map(|(s, fade)| s * fade));
    }

    /// The domain that an edit of these strengths starts from: the values that it leads away from, and the face's own
    /// where it leads nowhere or has nothing left to do. Blended heads know no "nothing left": the fade has taken care
    /// of it.
    #[must_use]
    pub(crate) fn start_of_edit(&self, strengths: &[f32]) -> usize {
        let bits = strengths.iter().enumerate().map(|(bit, &strength)| {
            let towards_on = strength > 0.0;
            let is_done = self.heads == Heads::Switched
                && part_left_to_do(self.probability(bit, towards_on)) <= 0.0;
            let on = match strength {
                0.0 => AttributeSet::is_on(self.domain, bit),
                _ => towards_on == is_done,
            };
            usize::from(on) << bit
        });
        bits.sum()
    }

    /// How likely it is that the attribute has the value.
    fn probability(&self, attribute: usize, on: bool) -> f32 {
        let probability = self.probabilities.get(attribute).copied().unwrap_or(0.5);
        if on { probability } else { 1.0 - probability }
    }
}

/// How much of an edit there is left to do, 1 to 0, on a face that is `probability` likely to have the value already.
fn part_left_to_do(probability: f32) -> f32 {
    /// Above this the edit begins to fade.
    const LIKELY: f32 = 0.9;
    /// Above this it is gone.
    const SURE: f32 = 0.99;
    ((SURE - probability) / (SURE - LIKELY)).clamp(0.0, 1.0)
}

fn if_on<T>(domain: usize, bit: usize, yes: T, no: T) -> T {
    if AttributeSet::is_on(domain, bit) {
        yes
    } else {
        no
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Logit of a probability.
    fn logit(probability: f32) -> f32 {
        (probability / (1.0 - probability)).ln()
    }

    fn observed(heads: Heads, probability: f32) -> SourceDomain {
        let mut source = SourceDomain::new(1, heads);
        source.observe(&[logit(probability)], 0.0);
        source
    }

    #[test]
    fn one_head_is_taken_whole_and_blended_heads_by_their_probability() {
        let (styles, mut code) = ([1.0, 2.0, 11.0, 12.0], Vec::new());
        observed(Heads::Switched, 0.8).style_code(&styles, 2, 1, &mut code);
        assert_eq!(code, [11.0, 12.0]);
        observed(Heads::Blended, 0.8).style_code(&styles, 2, 1, &mut code);
        assert!((code[0] - 9.0).abs() < 1e-4 && (code[1] - 10.0).abs() < 1e-4);
    }

    #[test]
    fn an_edit_fades_as_the_face_takes_the_value_and_blending_starts_from_the_other_value() {
        let mut faded = Vec::new();
        for heads in [Heads::Switched, Heads::Blended] {
            let mut source = observed(heads, 0.992);
            source.fade(&[1.0], 0.0, &mut faded);
            assert!(faded[0] <= 0.01, "{heads:?}: {faded:?}");
            let mut source = observed(heads, 0.992);
            source.fade(&[-1.0], 0.0, &mut faded);
            assert!(faded[0] <= -0.99, "{heads:?}: {faded:?}");
        }
        let source = observed(Heads::Blended, 0.992);
        assert_eq!(source.start_of_edit(&[1.0]), 0);
        assert_eq!(source.start_of_edit(&[0.0]), 1);
        assert_eq!(observed(Heads::Switched, 0.992).start_of_edit(&[1.0]), 1);
    }

    #[test]
    fn an_unsure_classifier_does_not_keep_an_edit_from_its_work() {
        let mut faded = Vec::new();
        for (probability, strength, start) in [(0.85, 1.0, 0), (0.15, -1.0, 1)] {
            let mut source = observed(Heads::Switched, probability);
            source.fade(&[strength], 0.0, &mut faded);
            assert_eq!(faded, [strength]);
            assert_eq!(source.start_of_edit(&[strength]), start);
            // Without an edit the face is what it most likely is.
            assert_eq!(source.start_of_edit(&[0.0]), 1 - start);
        }
        let mut source = observed(Heads::Switched, 0.95);
        source.fade(&[1.0], 0.0, &mut faded);
        assert!((0.3..0.6).contains(&faded[0]), "{faded:?}");
    }
}
