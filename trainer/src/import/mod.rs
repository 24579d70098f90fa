//! `trainer import`: weights of the official code, of StarGAN v2 and of torchvision, in our formats.

mod editor;
mod network;
mod official;
mod shapes;

pub use official::official;
pub use shapes::infer;

use crate::{error::TrainError, weights::pickle};
use model_spec::{AttributeSet, Framing};
use std::path::PathBuf;

/// The arguments of `trainer import`.
#[derive(Debug, Clone)]
pub struct ImportRequest {
    /// PyTorch file.
    pub input: PathBuf,
    /// Checkpoint folder for an editor, safetensors file for any other network.
    pub out: PathBuf,
    /// Attributes in the order of the domains' bits; numbered ones when not given.
    pub attributes: Option<AttributeSet>,
    /// Divisor of the high-pass skips, which no shape tells; used if the generator has them.
    pub w_hpf: f32,
    /// Framing of the images the weights were trained on.
    pub framing: Framing,
    /// An attribute classifier's weights, as `trainer fit` writes them.
    pub classifier: Option<PathBuf>,
    /// Licence of the weights.
    pub licence: String,
}

/// First width of the classifier that is trained for imported weights.
pub(crate) const CLASSIFIER_CHANNELS: usize = 16;

/// Imports what the file holds; says in the log what that is.
///
/// # Errors
/// [`TrainError::Weights`] naming every missing, extra and misshapen tensor.
pub fn import(request: &ImportRequest) -> Result<(), TrainError> {
    match pickle::read(&request.input, Some("generator")) {
        Ok(_) => editor::import_editor(request),
        Err(_) => network::import_network(request),
    }
}
