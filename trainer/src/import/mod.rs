//! `trainer import`: weights of the official code, of StarGAN v2 and of torchvision, in our formats.

use crate::{
    checkpoint::{self, Contents, ParityNetworks, parity},
    error::TrainError,
    networks::{FaceMask, InceptionV3, ResNet18, StoredClassifier, StoredEditor},
    weights::{self, Weights, pickle},
};
use model_spec::{
    Architecture, AttributeSet, CheckpointSpec, ColourMode, Framing, OutputForm, Provenance,
    checkpoint::FORMAT_VERSION, digest, network::BOTTLENECK_BLOCKS,
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};
use tch::Device;

/// What `trainer import` was asked to do.
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
        (from..)
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

/// First width of the classifier that is trained for imported weights.
pub(crate) const CLASSIFIER_CHANNELS: usize = 16;

/// Imports what the file holds; says in the log what that is.
///
/// # Errors
/// [`TrainError::Weights`] naming every missing, extra and misshapen tensor.
pub fn import(request: &ImportRequest) -> Result<(), TrainError> {
    match pickle::read(&request.input, Some("generator")) {
        Ok(_) => editor(request),
        Err(_) => network(request),
    }
}

fn editor(request: &ImportRequest) -> Result<(), TrainError> {
    let path = &request.input;
    let device = Device::Cpu;
    let official = official(path)?;
    let (mut architecture, domains) = infer(&official.editor, request.w_hpf, path)?;
    if request.classifier.is_none() {
        architecture.classifier_channels = 0;
    }
    let attributes = attributes(request, domains)?;
    let stored = StoredEditor::new(&architecture, &attributes, device);
    let mut model = weights::of_store(&stored.store, "");
    weights::copy_exactly(&model, &official.editor, path)?;
    let face_mask = official
        .face_mask
        .map(|tensors| FaceMask::from_weights(&tensors, path, device))
        .transpose()?;
    let mut notes = vec![format!("imported from {}", file_name(path))];
    let classifier = match &request.classifier {
        Some(file) => {
            let classifier = StoredClassifier::new(&architecture, &attributes, device);
            classifier.load(&weights::read(file)?, file)?;
            model.extend(weights::of_store(&classifier.store, "classifier."));
            Some(classifier)
        }
        None => {
            let note = "no attribute classifier was given: whoever edits faces has to name their \
                        domain";
            log::warn!("{note} (--classifier FILE, from `trainer classifier`)");
            notes.push(note.into());
            None
        }
    };
    if architecture.reads_masks() && face_mask.is_none() {
        let note =
            "no face-mask network came with the weights: edits leave the high-pass skips out";
        log::warn!("{note}");
        notes.push(note.into());
    }
    let contents = Contents {
        parity: parity::sample(
            &architecture,
            &attributes,
            ParityNetworks {
                editor: &stored.networks,
                classifier: classifier.as_ref().map(|stored| &stored.network),
                face_mask: face_mask.as_ref(),
            },
            device,
        ),
        model,
        training: Weights::new(),
        face_mask: face_mask.as_ref().map(FaceMask::weights),
    };
    let spec = CheckpointSpec {
        format_version: FORMAT_VERSION,
        name: file_name(&request.out),
        licence: request.licence.clone(),
        framing: request.framing,
        provenance: Provenance {
            trainer_version: env!("CARGO_PKG_VERSION").into(),
            revision: env!("TRAINER_REVISION").into(),
            data: vec!["unknown: the weights were trained elsewhere".into()],
            notes,
            data_digest: digest::of_file(path)?,
            steps: 0,
            batch_size: 0,
            hardware: "unknown".into(),
            metrics: BTreeMap::new(),
        },
        files: BTreeMap::new(),
        architecture,
        attributes,
    };
    log::info!(
        "{}: generator, style encoder and style transformer of {} px, {domains} domains{}",
        path.display(),
        spec.architecture.image_size,
        if contents.face_mask.is_some() {
            ", face-mask network"
        } else {
            ""
        }
    );
    checkpoint::write(&request.out, spec, &contents)
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// The named attributes, or numbered ones, for this many domains.
fn attributes(request: &ImportRequest, domains: usize) -> Result<AttributeSet, TrainError> {
    let count = domains.trailing_zeros() as usize;
    match &request.attributes {
        Some(attributes) if attributes.len() == count => Ok(attributes.clone()),
        Some(attributes) => Err(TrainError::Usage(format!(
            "--attributes: found {} ({}), expected {count}: {} has {domains} domains",
            attributes.len(),
            attributes.names().join(", "),
            request.input.display()
        ))),
        None => {
            let names: Vec<String> = (1..=count).map(|i| format!("attribute{i}")).collect();
            log::warn!(
                "attributes are called {}; name them with --attributes",
                names.join(", ")
            );
            crate::config::attributes::parse(&names.join(","))
        }
    }
}

/// A network by the name of one tensor that only it has.
fn network(request: &ImportRequest) -> Result<(), TrainError> {
    let path = &request.input;
    let tensors = weights::without_prefix(pickle::read_any(path, &["state_dict"])?, "module.");
    let has = |name: &str| tensors.contains_key(name);
    let (what, tensors) = if has("layer1.0.conv1.weight") {
        let network = ResNet18::from_weights(tensors, path, Device::Cpu)?;
        ("ResNet18", network.weights())
    } else if has("Mixed_5b.branch1x1.conv.weight") {
        let network = InceptionV3::from_weights(tensors, path, Device::Cpu)?;
        ("Inception v3", network.weights())
    } else if has("m0.coordconv.conv.weight") {
        let network = FaceMask::from_weights(&tensors, path, Device::Cpu)?;
        ("face-mask network", network.weights())
    } else {
        let names: Vec<&str> = tensors.keys().take(5).map(String::as_str).collect();
        return Err(TrainError::Weights {
            path: path.clone(),
            reason: format!(
                "found tensors {}, …; expected an editor (`generator` and `style_encoder`), \
                 torchvision's ResNet18 or Inception v3, or a face-mask network (wing.ckpt)",
                names.join(", ")
            ),
        });
    };
    log::info!("{}: {what}, {} tensors", path.display(), tensors.len());
    weights::write(&request.out, &tensors)
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
