//! The Fréchet distance between two sets of features (Heusel et al. 2017): with Inception v3's it is
//! the Fréchet inception distance (FID).

use crate::{
    error::TrainError,
    networks::{
        inception_v3::{InceptionV3, SIDE},
        resnet18::imagenet_normalised,
    },
};
use tch::{Device, Kind, Tensor};

/// Below as many images as features, the covariances are singular and the distance is biased upwards.
pub(super) const LEAST_IMAGES: i64 = 2048;
/// Images that distances are usually measured on (Heusel et al. 2017 recommend 10,000 at least).
pub(super) const USUAL_IMAGES: i64 = 10_000;
/// Images per forward pass.
const AT_ONCE: i64 = 32;

/// `|m_a - m_b|^2 + tr(A + B - 2 (A B)^(1/2))`, `m` being means and `A`, `B` sample covariances
/// (divided by n - 1).
///
/// # Shapes
/// `a [n,d]`, `b [m,d]`, any d.
///
/// # Errors
/// [`TrainError::Torch`] when the eigenvalues cannot be computed, as with values that are not finite.
pub fn distance(a: &Tensor, b: &Tensor) -> Result<f64, TrainError> {
    let failed = || TrainError::torch("eigenvalues of a covariance");
    let moments = |t: &Tensor| {
        let t = t.to_kind(Kind::Double);
        let mean = t.mean_dim([0].as_slice(), true, Kind::Double);
        let centred = &t - &mean;
        let covariance = centred.tr().matmul(&centred) / (t.size()[0] - 1) as f64;
        (mean, covariance)
    };
    let ((mean_a, a), (mean_b, b)) = (moments(a), moments(b));
    // A B has the eigenvalues of A^(1/2) B A^(1/2), which is symmetric.
    let (values, vectors) = a.f_linalg_eigh("L").map_err(failed())?;
    let root = vectors.matmul(&values.clamp_min(0.0).sqrt().diag(0));
    let root = root.matmul(&vectors.tr());
    let product = root.matmul(&b).matmul(&root);
    let eigenvalues = product.f_linalg_eigvalsh("L").map_err(failed())?;
    let trace_of_root = eigenvalues.clamp_min(0.0).sqrt().sum(Kind::Double);
    let means = (mean_a - mean_b).square().sum(Kind::Double);
    let distance = means + a.trace() + b.trace() - trace_of_root * 2.0;
    Ok(distance.double_value(&[]))
}

/// Inception features of images: `x [N,C,S,S]` in [-1, 1], one or three channels, resized to 299 px
/// and normalised by ImageNet's statistics -> `[N,2048]` on the CPU.
pub(crate) fn features(network: &InceptionV3, x: &Tensor, device: Device) -> Tensor {
    let parts: Vec<Tensor> = tch::no_grad(|| {
        x.split(AT_ONCE, 0)
            .iter()
            .map(|part| {
                let part = part.to_device(device);
                let resized = part.upsample_bilinear2d([SIDE, SIDE], false, None, None);
                let normalised = imagenet_normalised(&resized);
                network.features(&normalised).to_device(Device::Cpu)
            })
            .collect()
    });
    Tensor::cat(&parts, 0)
}
