//! The domain of the face before the edit: which value each attribute has now, without flicker.
//!
//! The style encoder has one head per domain, so it must be told what the face is like, and a live
//! face changes. Two ways, measured against each other by `edge bench` (temporal stability):
//! one head at a time with hysteresis, or all heads blended by their probabilities.

use crate::edit::smooth::{Average, Hysteresis, sigmoid};
use model_spec::AttributeSet;

/// Seconds over which logits are averaged.
const LOGIT_SECONDS: f64 = 0.15;
/// Seconds over which an edit comes back after the face has lost the value by itself.
const FADE_SECONDS: f64 = 0.15;

/// How the style encoder's heads are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Heads {
    /// One head; it changes when the face has clearly changed.
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

    /// `code` becomes `[d]`, from `styles` `[Y, d]`.
    pub(crate) fn style_code(&self, styles: &[f32], dim: usize, code: &mut Vec<f32>) {
        code.clear();
        match self.heads {
            Heads::Switched => code.extend_from_slice(&styles[self.domain * dim..][..dim]),
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
        for (bit, (&strength, &on)) in strengths.iter().zip(&self.probabilities).enumerate() {
            let towards_on = strength > 0.0;
            let is_there = AttributeSet::is_on(self.domain, bit) == towards_on;
            let probability = if towards_on { on } else { 1.0 - on };
            self.due.push(match self.heads {
                Heads::Switched if is_there => 0.0,
                Heads::Switched => Hysteresis::fade(probability),
                Heads::Blended => 1.0 - probability,
            });
        }
        let fades = self.fades.follow(&self.due, seconds);
        faded.clear();
        faded.extend(strengths.iter().zip(fades).map(|(s, fade)| s * fade));
    }

    /// The domain an edit of these strengths starts from. Blended heads know no "is there already":
    /// the fade has taken care of it.
    #[must_use]
    pub(crate) fn start_of_edit(&self, strengths: &[f32]) -> usize {
        if self.heads == Heads::Switched {
            return self.domain;
        }
        let bits = strengths.iter().enumerate().map(|(bit, &strength)| {
            let on = match strength {
                0.0 => AttributeSet::is_on(self.domain, bit),
                strength => strength < 0.0,
            };
            usize::from(on) << bit
        });
        bits.sum()
    }
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
        observed(Heads::Switched, 0.8).style_code(&styles, 2, &mut code);
        assert_eq!(code, [11.0, 12.0]);
        observed(Heads::Blended, 0.8).style_code(&styles, 2, &mut code);
        assert!((code[0] - 9.0).abs() < 1e-4 && (code[1] - 10.0).abs() < 1e-4);
    }

    #[test]
    fn an_edit_fades_as_the_face_takes_the_value_and_blending_starts_from_the_other_value() {
        let mut faded = Vec::new();
        for heads in [Heads::Switched, Heads::Blended] {
            let mut source = observed(heads, 0.9);
            source.fade(&[1.0], 0.0, &mut faded);
            assert!(faded[0] <= 0.1 + 1e-5, "{heads:?}: {faded:?}");
            let mut source = observed(heads, 0.9);
            source.fade(&[-1.0], 0.0, &mut faded);
            assert!(faded[0] <= -0.9 + 1e-5, "{heads:?}: {faded:?}");
        }
        let source = observed(Heads::Blended, 0.9);
        assert_eq!(source.start_of_edit(&[1.0]), 0);
        assert_eq!(source.start_of_edit(&[0.0]), 1);
        assert_eq!(observed(Heads::Switched, 0.9).start_of_edit(&[1.0]), 1);
    }
}
