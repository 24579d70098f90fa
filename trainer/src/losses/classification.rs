//! The attribute classification loss.

use tch::{Kind, Reduction, Tensor};

/// The classification loss of StarGAN (Choi et al. 2018) and AttGAN (He et al. 2019): binary
/// cross-entropy in logits.
///
/// # Shapes
/// `logits [N,A]`, one per attribute; `domains [N]` int64, whose bits are the labels -> scalar.
///
/// # Deviations
/// Not in Yang et al. 2021.
pub(crate) fn classification(logits: &Tensor, domains: &Tensor) -> Tensor {
    let labels = labels(logits, domains);
    logits.binary_cross_entropy_with_logits::<Tensor>(&labels, None, None, Reduction::Mean)
}

/// The same as a hinge, which ends its push once the classifier is sure enough: `max(0, margin - t l)` for
/// logit `l` and target `t` = 1 or -1.
///
/// # Shapes
/// `logits [N,A]`; `domains [N]` int64; `weights [N]`, 0 for faces that cannot show the attributes -> scalar.
///
/// # Deviations
/// Not in Yang et al. 2021. Cross-entropy rewards an ever stronger edit, up to caricature.
pub(crate) fn hinged_classification(
    logits: &Tensor,
    domains: &Tensor,
    margin: f64,
    weights: Option<&Tensor>,
) -> Tensor {
    let signs = labels(logits, domains) * 2.0 - 1.0;
    let losses = (margin - signs * logits).relu();
    match weights {
        Some(weights) => (losses * weights.unsqueeze(1)).mean(Kind::Float),
        None => losses.mean(Kind::Float),
    }
}

/// `domains [N]` int64 -> their bits, one per column of `logits [N,A]`.
fn labels(logits: &Tensor, domains: &Tensor) -> Tensor {
    let values: Vec<Tensor> = (0..logits.size()[1])
        .map(|bit| {
            let shifted = domains.divide_scalar_mode((1_i64 << bit) as f64, "floor");
            shifted.remainder(2.0)
        })
        .collect();
    Tensor::stack(&values, 1).to_kind(Kind::Float)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bits_of_a_domain_are_the_labels_of_its_attributes() {
        // Domain 2: the first attribute is off, the second is on.
        let domains = Tensor::from_slice(&[2_i64]);
        let cost = |logits: [f32; 2]| {
            classification(&Tensor::from_slice2(&[logits]), &domains).double_value(&[])
        };
        assert!(cost([-9.0, 9.0]) < 1e-3);
        assert!((cost([9.0, -9.0]) - 9.0).abs() < 1e-3);
        assert!((cost([0.0, 0.0]) - 2.0_f64.ln()).abs() < 1e-6);
    }

    #[test]
    fn a_hinge_ends_at_its_margin_and_leaves_out_what_has_no_weight() {
        let domains = Tensor::from_slice(&[1_i64, 0]);
        let cost = |logits: [f32; 2], weights: Option<[f32; 2]>| {
            let logits = Tensor::from_slice(&logits).reshape([2, 1]);
            let weights = weights.map(|weights| Tensor::from_slice(&weights));
            hinged_classification(&logits, &domains, 2.0, weights.as_ref()).double_value(&[])
        };
        assert_eq!(cost([2.0, -5.0], None), 0.0);
        assert_eq!(cost([1.0, -1.0], None), 1.0);
        assert_eq!(cost([0.0, 4.0], Some([1.0, 0.0])), 1.0);
    }
}
