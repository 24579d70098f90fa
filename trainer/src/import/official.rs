//! The official code's checkpoint, read under our tensor names.

use crate::{
    error::TrainError,
    weights::{self, Weights, pickle},
};
use std::path::Path;

/// The official code's editor, under our tensor names.
#[derive(Debug)]
pub struct Official {
    /// `generator.…`, `style_encoder.…` and `style_transformer.…`.
    pub editor: Weights,
    /// The face-mask network (`fan.…` there).
    pub face_mask: Option<Weights>,
}

/// Reads an official `nets_ema.ckpt`; its unused `attention` layers are left out.
///
/// # Errors
/// [`TrainError::Weights`].
pub fn official(path: &Path) -> Result<Official, TrainError> {
    let mut editor = Weights::new();
    for network in ["generator", "style_encoder"] {
        let tensors = pickle::read(path, Some(network))?;
        for (name, tensor) in weights::without_prefix(tensors, "module.") {
            if !name.starts_with("attention.") {
                editor.insert(our_name(network, &name), tensor);
            }
        }
    }
    let face_mask = pickle::read(path, Some("fan")).ok();
    Ok(Official {
        editor,
        face_mask: face_mask.map(|tensors| weights::without_prefix(tensors, "module.")),
    })
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
