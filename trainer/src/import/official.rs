//! The official code's checkpoint, read under our tensor names.

use crate::{
    error::TrainError,
    weights::{self, Source, Weights},
};
use std::path::Path;
use tch::Tensor;

/// The networks of an editor, in the order of the official file.
const NETWORKS: [&str; 3] = ["generator", "style_encoder", "style_transformer"];
/// The filter of the high-pass skips, where the file has it.
const FILTER: &str = "generator.hpf.filter";

/// The official code's editor, under our tensor names.
#[derive(Debug)]
pub struct Official {
    /// `generator.…`, `style_encoder.…` and `style_transformer.…`.
    pub editor: Weights,
    /// The face-mask network (`fan.…` there).
    pub face_mask: Option<Weights>,
    /// Divisor of the high-pass skips, where the file has their filter.
    pub w_hpf: Option<f32>,
}

/// Reads an official `nets_ema.ckpt`; its unused `attention` layers are left out.
///
/// # Errors
/// [`TrainError::Weights`].
pub fn official(path: &Path) -> Result<Official, TrainError> {
    let mut source = Source::open(path)?;
    source.unwrap(NETWORKS[0])?;
    Official::read(&source)
}

impl Official {
    /// Reads the editor of a file whose names start with its networks' (`generator.…`).
    ///
    /// # Errors
    /// [`TrainError::Weights`] naming a tensor.
    pub(crate) fn read(source: &Source) -> Result<Self, TrainError> {
        let mut editor = Weights::new();
        for network in NETWORKS {
            let tensors = source.read(&format!("{network}."))?;
            for (name, tensor) in weights::without_prefix(tensors, "module.") {
                if !name.starts_with("attention.") {
                    editor.insert(our_name(network, &name), tensor);
                }
            }
        }
        let filter = editor.remove(FILTER);
        let w_hpf = filter.map(|filter| divisor(&filter, source.path()));
        let face_mask = source.has("fan.").then(|| source.network(&["fan"]));
        Ok(Self {
            editor,
            face_mask: face_mask.transpose()?,
            w_hpf: w_hpf.transpose()?,
        })
    }

    /// Whether it can move codes from domain to domain; StarGAN v2's editor cannot.
    #[must_use]
    pub(crate) fn has_style_transformer(&self) -> bool {
        self.editor
            .keys()
            .any(|name| name.starts_with("style_transformer."))
    }
}

/// `w` of the filter `[[-1,-1,-1],[-1,8,-1],[-1,-1,-1]] / w`.
fn divisor(filter: &Tensor, path: &Path) -> Result<f32, TrainError> {
    let values = Vec::<f32>::try_from(filter.reshape([-1])).unwrap_or_default();
    let middle = values.get(4).copied().unwrap_or_default();
    let around = |(index, &value): (usize, &f32)| {
        index == 4 || (value + middle / 8.0).abs() <= 1e-4 * middle
    };
    if values.len() == 9 && middle > 0.0 && values.iter().enumerate().all(around) {
        return Ok(8.0 / middle);
    }
    Err(TrainError::Weights {
        path: path.into(),
        reason: format!(
            "{FILTER}: found {values:?}, expected 8 in the middle and -1 around it, all divided by w_hpf"
        ),
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
    use super::*;

    #[test]
    fn the_style_transformer_moves_out_of_the_style_encoder() {
        let moved = our_name("style_encoder", "transform2.3.0.weight");
        assert_eq!(moved, "style_transformer.related.3.0.weight");
        let kept = our_name("style_encoder", "shared.0.bias");
        assert_eq!(kept, "style_encoder.shared.0.bias");
    }

    #[test]
    fn the_filter_tells_the_divisor_and_another_filter_is_refused() {
        let filter = |w: f64| {
            let mut values = [-1.0 / w; 9];
            values[4] = 8.0 / w;
            Tensor::from_slice(&values.map(|v| v as f32)).reshape([3, 3])
        };
        let path = Path::new("nets_ema.ckpt");
        for w in [1.0, 0.25, 3.0] {
            let found = divisor(&filter(w), path).unwrap();
            assert!((f64::from(found) - w).abs() < 1e-6 * w, "{found}");
        }
        let other = divisor(&(filter(1.0) + 1.0), path).unwrap_err().to_string();
        assert!(other.contains("generator.hpf.filter"), "{other}");
        assert!(divisor(&filter(1.0).narrow(0, 0, 2), path).is_err());
    }
}
