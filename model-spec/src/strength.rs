//! What a strength means: how far, and towards which value, an attribute is moved.

use crate::{architecture::OutputForm, attribute::AttributeSet};

/// Weights that mix the related part of a style code with its transformed versions:
/// `s~_re = keep * s_re + sum over domains d of towards[d] * T_d(s_re)`, and `s~ = s_un + s~_re`.
///
/// A strength is signed: above 0 it moves the attribute towards its `on` value, below 0 towards its
/// `off` value, 0 leaves it exactly as it is, 1 is the full transformation of the paper, and more
/// than 1 extrapolates: for one attribute, `s~(a) = s_un + s_re + |a| (T_d(s_re) - s_re)`.
/// An attribute that already has the value it would be moved towards stays as it is.
///
/// Several attributes combine multilinearly: the domain in which a subset of them is moved is
/// weighted by the product of the strengths in it and of one minus the others.
///
/// ```
/// use model_spec::EditWeights;
///
/// // Half a smile on a neutral face, which is of domain 0.
/// let weights = EditWeights::new(&[0.5], 0);
/// assert_eq!(weights.keep, 0.5);
/// assert_eq!(weights.towards, [0.0, 0.5]);
/// // It smiles already.
/// assert!(EditWeights::new(&[0.5], 1).is_identity());
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct EditWeights {
    /// Weight of the face's own related code.
    pub keep: f32,
    /// Weight of each domain's transformed code, one per domain.
    pub towards: Vec<f32>,
}

impl EditWeights {
    /// Weights for `strengths` (one per attribute) on a face of domain `source`.
    #[must_use]
    pub fn new(strengths: &[f32], source: usize) -> Self {
        let is_there = |i: usize| AttributeSet::is_on(source, i) == (strengths[i] > 0.0);
        let moved: Vec<usize> = (0..strengths.len())
            .filter(|&i| strengths[i] != 0.0 && !is_there(i))
            .collect();
        let mut weights = Self {
            keep: 0.0,
            towards: vec![0.0; 1 << strengths.len()],
        };
        for subset in 0..1_usize << moved.len() {
            let mut weight = 1.0;
            let mut domain = source;
            for (bit, &attribute) in moved.iter().enumerate() {
                let strength = strengths[attribute];
                if AttributeSet::is_on(subset, bit) {
                    weight *= strength.abs();
                    domain &= !(1 << attribute);
                    domain |= usize::from(strength > 0.0) << attribute;
                } else {
                    weight *= 1.0 - strength.abs();
                }
            }
            // The empty subset is the face itself, not its passage through the transformer.
            if subset == 0 {
                weights.keep = weight;
            } else {
                weights.towards[domain] += weight;
            }
        }
        weights
    }

    /// Whether these weights leave every face as it is.
    #[must_use]
    pub fn is_identity(&self) -> bool {
        self.keep == 1.0 && self.towards.iter().all(|&weight| weight == 0.0)
    }
}

/// Splits strengths into those of a whole edit, written to `whole`, and the part of it to show, the largest strength.
///
/// Generators are trained at strength 1. Between 0 and 1 they leave traces of both ends, and codes beyond 1 are
/// strange to them: faces may smile less at 1.5 than at 1. So the whole edit is drawn, and what it adds and how far it
/// moves are multiplied: `warp(x, part * u) + part * d`, or `x + part * (G(x, s~(strengths /
/// part)) - x)`. That is exact at 0, never jumps, and more strength is always more of the same edit.
///
/// A generator that draws the face anew, [`OutputForm::Image`], follows the paper beyond 1, where its part stays 1
/// and the code extrapolates: multiplying would also multiply what it draws wrong.
pub fn whole_edit(strengths: &[f32], output: OutputForm, whole: &mut Vec<f32>) -> f32 {
    let largest = strengths.iter().fold(0.0, |most: f32, s| most.max(s.abs()));
    let part = if output == OutputForm::Image {
        largest.min(1.0)
    } else {
        largest
    };
    let factor = if part > 0.0 { part.recip() } else { 0.0 };
    whole.clear();
    whole.extend(strengths.iter().map(|strength| strength * factor));
    part
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strength_zero_is_the_identity() {
        assert!(EditWeights::new(&[0.0, 0.0], 3).is_identity());
        assert!(!EditWeights::new(&[0.5], 0).is_identity());
    }

    #[test]
    fn one_attribute_follows_the_paper_and_the_sign_picks_the_target() {
        let up = EditWeights::new(&[0.75], 0);
        assert_eq!((up.keep, up.towards), (0.25, vec![0.0, 0.75]));
        let down = EditWeights::new(&[-1.5], 1);
        assert_eq!((down.keep, down.towards), (-0.5, vec![1.5, 0.0]));
    }

    #[test]
    fn a_smiling_face_asked_to_smile_stays_as_it_is() {
        assert!(EditWeights::new(&[1.0], 1).is_identity());
        assert!(EditWeights::new(&[-0.5], 0).is_identity());
    }

    #[test]
    fn what_is_added_is_shown_in_part_and_more_than_once() {
        for output in [OutputForm::Difference, OutputForm::Displacement] {
            let mut whole = Vec::new();
            assert_eq!(whole_edit(&[0.5, -0.25], output, &mut whole), 0.5);
            assert_eq!(whole, [1.0, -0.5]);
            assert_eq!(whole_edit(&[1.5], output, &mut whole), 1.5);
            assert_eq!(whole, [1.0]);
            assert_eq!(whole_edit(&[-1.5, 0.75], output, &mut whole), 1.5);
            assert_eq!(whole, [-1.0, 0.5]);
            assert_eq!(whole_edit(&[0.0], output, &mut whole), 0.0);
            assert_eq!(whole, [0.0]);
        }
    }

    #[test]
    fn a_face_drawn_anew_is_shown_in_part_and_beyond_one_its_code_extrapolates() {
        let mut whole = Vec::new();
        assert_eq!(
            whole_edit(&[0.5, -0.25], OutputForm::Image, &mut whole),
            0.5
        );
        assert_eq!(whole, [1.0, -0.5]);
        assert_eq!(whole_edit(&[1.5], OutputForm::Image, &mut whole), 1.0);
        assert_eq!(whole, [1.5]);
    }

    #[test]
    fn two_attributes_are_multilinear_and_weights_sum_to_one() {
        let weights = EditWeights::new(&[0.5, -0.25], 2);
        assert_eq!(weights.keep, 0.375);
        // smile on alone: domain 3; second attribute off alone: domain 0; both: domain 1.
        assert_eq!(weights.towards, [0.125, 0.125, 0.0, 0.375]);
        let sum: f32 = weights.keep + weights.towards.iter().sum::<f32>();
        assert!((sum - 1.0).abs() < 1e-6);
    }
}
