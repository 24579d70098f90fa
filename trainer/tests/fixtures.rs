//! The golden data, where it is present.

use std::path::PathBuf;
use tch::{Kind, Tensor};
use trainer::weights::Weights;

/// The folder `shared/fixtures/<name>` beside the checkout; `None`, said aloud, where it is absent.
pub fn folder(name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/fixtures")
        .join(name);
    if path.is_dir() {
        return Some(path);
    }
    println!("skipped: no golden data at {}", path.display());
    None
}

/// `max|a-b| <= tolerance * max(1, max|b|)`.
pub fn assert_close(name: &str, found: &Tensor, expected: &Tensor, tolerance: f64) {
    assert_eq!(found.size(), expected.size(), "{name}: shape");
    let value = |t: Tensor| t.to_kind(Kind::Double).double_value(&[]);
    let difference = value((found - expected).abs().max());
    let scale = value(expected.abs().max()).max(1.0);
    assert!(
        difference <= tolerance * scale,
        "{name}: max|diff| {difference:e}, largest {scale}"
    );
}

/// Tensor number `k` of the formula weights: `n` numbers in [0, 1).
pub fn splitmix(k: u64, n: usize) -> Vec<f64> {
    (0..n as u64)
        .map(|i| {
            const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
            let mut z = i
                .wrapping_add(k << 32)
                .wrapping_mul(GOLDEN)
                .wrapping_add(GOLDEN);
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            z ^= z >> 31;
            (z >> 11) as f64 / (1_u64 << 53) as f64
        })
        .collect()
}

/// Formula weights for tensors of these names and shapes.
pub fn formula_weights(mut shapes: Vec<(String, Vec<i64>)>) -> Weights {
    shapes.sort();
    let tensors = shapes.into_iter().enumerate().map(|(k, (name, shape))| {
        let count: i64 = shape.iter().product();
        let per_first = count / shape.first().copied().unwrap_or(1);
        let value = |u: f64| {
            if name.ends_with("running_var") {
                0.5 + u
            } else if shape.len() > 1 {
                (2.0 * u - 1.0) * (6.0 / per_first as f64).sqrt()
            } else if name.ends_with("weight") {
                0.75 + 0.5 * u
            } else {
                (u - 0.5) * 0.2
            }
        };
        let values: Vec<f32> = splitmix(k as u64, count as usize)
            .into_iter()
            .map(|u| value(u) as f32)
            .collect();
        let tensor = Tensor::from_slice(&values).reshape(&shape);
        (name, tensor)
    });
    tensors.collect()
}
