//! `trainer import`: weights of the official code, of torchvision and of re-implementations, in our formats.

mod editor;
mod network;
mod official;
mod shapes;

pub use official::{Official, official};
pub use shapes::infer;

use crate::{
    error::TrainError,
    weights::{RenameTable, Source},
};
use model_spec::{AttributeSet, Framing};
use std::path::PathBuf;

/// The arguments of `trainer import`.
#[derive(Debug, Clone)]
pub struct ImportRequest {
    /// File of PyTorch or safetensors.
    pub input: PathBuf,
    /// Checkpoint folder for an editor, safetensors file for any other network.
    pub out: PathBuf,
    /// Table of the names that the file uses instead of the official ones.
    pub map: Option<PathBuf>,
    /// Attributes in the order of the domains' bits; numbered ones when not given.
    pub attributes: Option<AttributeSet>,
    /// Divisor of the high-pass skips, where the generator has them; that of their filter in the file, or else 1,
    /// when not given.
    pub w_hpf: Option<f32>,
    /// Framing of the images the weights were trained on.
    pub framing: Framing,
    /// An attribute classifier's weights, as `trainer fit` writes them.
    pub classifier: Option<PathBuf>,
    /// Licence of the weights.
    pub licence: String,
}

/// Imports what the file holds; says in the log what that is.
///
/// # Errors
/// [`TrainError::Weights`] naming every missing, extra and misshapen tensor, or what the file is instead.
pub fn import(request: &ImportRequest) -> Result<(), TrainError> {
    let mut source = Source::open(&request.input)?;
    if let Some(map) = &request.map {
        source.rename(&RenameTable::read(map)?)?;
    }
    source.unwrap("generator")?;
    if source.has("generator.") && source.has("style_encoder.") {
        editor::import_editor(request, &source)
    } else {
        network::import_network(request, &source)
    }
}
