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
    let values: Vec<Tensor> = (0..logits.size()[1])
        .map(|bit| {
            let shifted = domains.divide_scalar_mode((1_i64 << bit) as f64, "floor");
            shifted.remainder(2.0)
        })
        .collect();
    let labels = Tensor::stack(&values, 1).to_kind(Kind::Float);
    logits.binary_cross_entropy_with_logits::<Tensor>(&labels, None, None, Reduction::Mean)
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
}
