//! Checkpoints of the official evaluation code and of StarGAN v2, under our tensor names.

use crate::{error::TrainError, pickle, weights::Weights};
use std::path::Path;

/// Editor weights of an official `nets_ema.ckpt`: `generator.…`, `style_encoder.…` and
/// `style_transformer.…`. Its unused `attention` layers are left out.
///
/// # Errors
/// [`TrainError::Weights`].
pub fn official_editor(path: &Path) -> Result<Weights, TrainError> {
    let mut editor = Weights::new();
    for network in ["generator", "style_encoder"] {
        for (name, tensor) in pickle::read(path, Some(network))? {
            if !name.starts_with("attention.") {
                editor.insert(our_name(network, &name), tensor);
            }
        }
    }
    Ok(editor)
}

/// The official code keeps the style transformer inside its style encoder.
fn our_name(network: &str, name: &str) -> String {
    if let Some(rest) = name.strip_prefix("transform1.") {
        format!("style_transformer.unrelated.{rest}")
    } else if let Some(rest) = name.strip_prefix("transform2.") {
        format!("style_transformer.related.{rest}")
    } else {
        format!("{network}.{name}")
    }
}

#[cfg(test)]
mod tests {
    use super::our_name;

    #[test]
    fn the_style_transformer_moves_out_of_the_style_encoder() {
        let moved = our_name("style_encoder", "transform2.3.0.weight");
        assert_eq!(moved, "style_transformer.related.3.0.weight");
        let kept = our_name("style_encoder", "shared.0.bias");
        assert_eq!(kept, "style_encoder.shared.0.bias");
    }
}
