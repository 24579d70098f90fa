//! The architecture of an editor, inferred from its tensors' shapes.

use crate::{
    error::TrainError, evaluation::classifier::WIDTH as CLASSIFIER_CHANNELS, weights::Weights,
};
use model_spec::{Architecture, ColourMode, OutputForm, network::BOTTLENECK_BLOCKS};
use std::path::Path;

/// Sizes and number of domains of an editor, from its tensors' shapes.
///
/// # Errors
/// [`TrainError::Weights`] naming the tensor that is missing or cannot be right.
pub fn infer(
    editor: &Weights,
    w_hpf: f32,
    path: &Path,
) -> Result<(Architecture, usize), TrainError> {
    let wrong = |reason: String| TrainError::Weights {
        path: path.into(),
        reason,
    };
    let shape = |name: &str| {
        let tensor = editor.get(name);
        let size = tensor.map(tch::Tensor::size);
        size.ok_or_else(|| wrong(format!("{name}: missing")))
    };
    let count = |name: &dyn Fn(usize) -> String, from: usize| {
        (from..usize::MAX)
            .take_while(|&i| editor.contains_key(&name(i)))
            .count()
    };
    let stem = shape("generator.from_rgb.weight")?;
    let colour = match stem.get(1) {
        Some(1) => ColourMode::Luma,
        Some(3) => ColourMode::Rgb,
        _ => {
            let name = "generator.from_rgb.weight";
            return Err(wrong(format!(
                "{name}: found {stem:?}, expected [_, 1 or 3, 3, 3]"
            )));
        }
    };
    let halvings = count(&|i| format!("style_encoder.shared.{i}.conv1.weight"), 1);
    let image_size = 4_usize << halvings;
    let deepest = shape(&format!("style_encoder.shared.{}.weight", halvings + 2))?;
    let domains = count(&|y| format!("style_encoder.unshared.{y}.weight"), 0);
    let head = shape("style_encoder.unshared.0.weight")?;
    let blocks = count(&|i| format!("generator.encode.{i}.conv1.weight"), 0);
    let architecture = |w_hpf| Architecture {
        image_size,
        colour,
        style_dim: head[0] as usize,
        stem_channels: stem[0] as usize,
        max_conv_dim: deepest[0] as usize,
        w_hpf,
        output: OutputForm::Image,
        largest_displacement: 0.0,
        classifier_channels: CLASSIFIER_CHANNELS,
    };
    let plain = architecture(0.0);
    plain
        .validate()
        .map_err(|mismatch| mismatch.in_file(path))?;
    if !domains.is_power_of_two() || domains < 2 {
        return Err(wrong(format!(
            "style_encoder.unshared: found {domains} heads, expected 2, 4, 8, …"
        )));
    }
    let expected = plain.generator_downsamplings() + BOTTLENECK_BLOCKS;
    match blocks.checked_sub(expected) {
        Some(0) => Ok((plain, domains)),
        Some(1) => Ok((architecture(w_hpf), domains)),
        _ => Err(wrong(format!(
            "generator.encode: found {blocks} blocks, expected {expected} \
             (or {} with high-pass skips) for {image_size} px",
            expected + 1
        ))),
    }
}
