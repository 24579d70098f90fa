//! The softmax loss with an angular margin, which identity networks learn by.

use tch::{Kind, Tensor};

/// Large-margin cosine loss (CosFace; Wang et al., CVPR 2018, equation 4): cross-entropy of
/// `scale (cos - margin)` for the own class and `scale cos` for all others.
///
/// # Shapes
/// `cosines [N,K]` in [-1, 1], between embeddings and classes; `classes [N]` int64 in 0..K -> scalar.
pub(crate) fn angular_margin(
    cosines: &Tensor,
    classes: &Tensor,
    scale: f64,
    margin: f64,
) -> Tensor {
    let own = classes.one_hot(cosines.size()[1]).to_kind(Kind::Float);
    let logits = (cosines - own * margin) * scale;
    logits.cross_entropy_for_logits(classes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_margin_counts_against_the_own_class_alone() {
        let cosines = Tensor::from_slice(&[0.5_f32, 0.5, -0.25]).reshape([1, 3]);
        let classes = Tensor::from_slice(&[1_i64]);
        let loss = |scale: f64, margin: f64| {
            angular_margin(&cosines, &classes, scale, margin).double_value(&[])
        };
        let exact = |scale: f64, margin: f64| {
            let logits = [0.5, 0.5 - margin, -0.25].map(|cosine| scale * cosine);
            let sum: f64 = logits.iter().map(|logit: &f64| logit.exp()).sum();
            sum.ln() - logits[1]
        };
        for (scale, margin) in [(1.0, 0.0), (8.0, 0.0), (8.0, 0.2)] {
            assert!((loss(scale, margin) - exact(scale, margin)).abs() < 1e-5);
        }
        assert!(loss(8.0, 0.2) > loss(8.0, 0.0));
    }
}
