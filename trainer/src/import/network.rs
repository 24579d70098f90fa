//! Networks of torchvision, and the face-mask network, become safetensors files.

use super::ImportRequest;
use crate::{
    error::TrainError,
    networks::{FaceMask, InceptionV3, ResNet18},
    weights::{self, Label, Source},
};
use tch::Device;

/// Writes the weights of the network, recognised by a tensor that only it has.
pub(super) fn import_network(request: &ImportRequest, source: &Source) -> Result<(), TrainError> {
    let path = &request.input;
    let tensors = source.network(&["state_dict"])?;
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
                "found tensors {}, …; expected an editor (`generator` and `style_encoder`), torchvision's \
                 ResNet18 or Inception v3, or a face-mask network (wing.ckpt); --map FILE translates other names",
                names.join(", ")
            ),
        });
    };
    log::info!("{}: {what}, {} tensors", path.display(), tensors.len());
    weights::write_labelled(&request.out, &tensors, &Label::new(what))
}
