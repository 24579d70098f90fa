//! What can be chosen about an export.

use crate::rewrite::{PASSES, Pass};
use model_spec::{Norms, Precision};
use std::path::PathBuf;

/// How to export.
#[derive(Debug, Clone)]
pub struct Options {
    /// Rewrites, in order.
    pub passes: Vec<Pass>,
    /// Form of instance norms.
    pub norms: Norms,
    /// Arithmetic.
    pub precision: Precision,
    /// Folder of faces, framed as the training images, to calibrate and measure on; without one the
    /// parity sample's are used.
    pub calibration: Option<PathBuf>,
    /// Whether to write a bundle that loses more than its precision's tolerance.
    pub accept_loss: bool,
    /// Ed25519 private key in PEM.
    pub sign: Option<PathBuf>,
    /// Number of the release; it means nothing without a signature.
    pub release: Option<u64>,
    /// ONNX Runtime library; only needed for precisions below fp32.
    pub onnxruntime: Option<PathBuf>,
    /// Whether to note what each rewrite did to each graph, and the sizes behind it.
    pub explain: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            passes: PASSES.into(),
            norms: Norms::Native,
            precision: Precision::Fp32,
            calibration: None,
            accept_loss: false,
            sign: None,
            release: None,
            onnxruntime: None,
            explain: false,
        }
    }
}
