//! The style code of an edit, mixed of the face's own, the transformer's and the reference's.

use crate::inference::model::StyleParts;
use model_spec::EditWeights;

/// The style given by another face.
#[derive(Debug, Clone, Copy)]
pub(super) struct ReferenceStyle<'a> {
    /// `[d]`: `s_re(x_ref)`.
    pub(super) related: &'a [f32],
    /// `r`: 0 leaves the face's own style, 1 replaces it.
    pub(super) weight: f32,
}

/// `style_edited` becomes `[d]`:
/// `s_un + keep * s_re + sum over d of towards[d] * T_d(s_re) + r * (s_re(x_ref) - s_re)`,
/// so that `r = 1` alone is the paper's reference edit `s_un(x) + s_re(x_ref)`.
pub(super) fn mix_style(
    weights: &EditWeights,
    parts: &StyleParts,
    reference: Option<ReferenceStyle<'_>>,
    style_edited: &mut Vec<f32>,
) {
    let codes = parts.unrelated.iter().zip(&parts.related);
    style_edited.clear();
    style_edited.extend(codes.map(|(unrelated, related)| unrelated + weights.keep * related));
    let dim = parts.unrelated.len();
    let targets = parts.related_targets.chunks_exact(dim);
    for (target, &weight) in targets.zip(&weights.towards) {
        for (value, target) in style_edited.iter_mut().zip(target) {
            *value += weight * target;
        }
    }
    if let Some(ReferenceStyle { related, weight }) = reference {
        let codes = related.iter().zip(&parts.related);
        for (value, (reference, related)) in style_edited.iter_mut().zip(codes) {
            *value += weight * (reference - related);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts() -> StyleParts {
        StyleParts {
            unrelated: vec![1.0, 2.0],
            related: vec![10.0, 20.0],
            related_targets: vec![0.0, 0.0, 50.0, 60.0],
        }
    }

    #[test]
    fn strength_interpolates_between_the_face_and_its_transformation() {
        let mut style = Vec::new();
        let mut mixed = |strength| {
            let weights = EditWeights::new(&[strength], 0);
            mix_style(&weights, &parts(), None, &mut style);
            style.clone()
        };
        assert_eq!(mixed(0.0), [11.0, 22.0]);
        assert_eq!(mixed(0.25), [21.0, 32.0]);
        assert_eq!(mixed(1.0), [51.0, 62.0]);
    }

    #[test]
    fn a_reference_replaces_the_related_code_in_the_part_asked_for() {
        let (mut style, still) = (Vec::new(), EditWeights::new(&[0.0], 0));
        let mut mixed = |weight| {
            let reference = Some(ReferenceStyle {
                related: &[30.0, 0.0],
                weight,
            });
            mix_style(&still, &parts(), reference, &mut style);
            style.clone()
        };
        assert_eq!(mixed(0.0), [11.0, 22.0]);
        assert_eq!(mixed(0.5), [21.0, 12.0]);
        assert_eq!(mixed(1.0), [31.0, 2.0]);
    }
}
