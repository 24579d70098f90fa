//! The parity sample: faces and what libtorch makes of them, so that every other program that runs
//! the model can prove it computes the same.

use crate::{
    data::synthetic,
    networks::{Classifier, Editor, FaceMask},
    weights::Weights,
};
use model_spec::{Architecture, AttributeSet, EditWeights, OutputForm, tensor};
use tch::{Device, Kind, Tensor};

/// Seed of the procedural faces; real ones must not travel inside a bundle.
const SEED: u64 = 0x5041_5249_5459;
/// Strength of every attribute in the sample's edits, face by face.
const STRENGTHS: [f32; tensor::PARITY_FACES] = [1.0, -1.0, 0.5, -0.5, 1.5, -0.25, 0.75, 1.0];

/// The networks that a sample is made with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ParityNetworks<'a> {
    /// Edits the faces.
    pub editor: &'a Editor,
    /// Adds its logits, where the checkpoint has one.
    pub classifier: Option<&'a Classifier>,
    /// Adds the masks that the generator reads, where the checkpoint has one.
    pub face_mask: Option<&'a FaceMask>,
}

/// Runs the networks on the sample's faces; names and shapes as in [`model_spec::tensor`].
#[must_use]
pub(crate) fn sample(
    architecture: &Architecture,
    attributes: &AttributeSet,
    networks: ParityNetworks<'_>,
    device: Device,
) -> Weights {
    let ParityNetworks {
        editor,
        classifier,
        face_mask,
    } = networks;
    let domains = attributes.domain_count();
    let per_domain = tensor::PARITY_FACES.div_ceil(domains);
    let set = synthetic::render(architecture, attributes, per_domain, SEED);
    let faces: Vec<(usize, i64)> = (0..tensor::PARITY_FACES)
        .map(|i| (i % domains, set.position(i % domains, i / domains)))
        .collect();
    let positions: Vec<i64> = faces.iter().map(|&(_, position)| position).collect();
    let image = set.images(&positions).to_device(device);
    let source: Vec<i64> = faces.iter().map(|&(domain, _)| domain as i64).collect();
    let source = Tensor::from_slice(&source).to_device(device);
    tch::no_grad(|| {
        let style = editor.style_encoder.forward(&image, &source);
        let (unrelated, related) = editor.style_transformer.split(&style);
        let codes: Vec<Tensor> = (0..tensor::PARITY_FACES)
            .map(|i| {
                let strengths = vec![STRENGTHS[i]; attributes.len()];
                let weights = EditWeights::new(&strengths, faces[i].0);
                editor.edited_style(&style.narrow(0, i as i64, 1), &weights)
            })
            .collect();
        let style_edited = Tensor::cat(&codes, 0);
        let masks = face_mask.map(|network| network.masks(&image));
        let generator = &editor.generator;
        let drawing = generator.draw(&image, &style_edited, masks.as_ref());
        let edited = generator.apply(&image, &drawing);
        let mut sample = Weights::from([
            (
                tensor::STYLES.into(),
                editor.style_encoder.all_domains(&image),
            ),
            (
                tensor::STYLE_RELATED_TARGETS.into(),
                editor.style_transformer.all_targets(&related),
            ),
            (tensor::STYLE.into(), style),
            (tensor::STYLE_UNRELATED.into(), unrelated),
            (tensor::STYLE_RELATED.into(), related),
            (tensor::SOURCE_DOMAIN.into(), source.to_kind(Kind::Int64)),
            (tensor::STYLE_EDITED.into(), style_edited),
        ]);
        if let Some(classifier) = classifier {
            sample.insert(tensor::LOGITS.into(), classifier.forward(&image, false));
        }
        if let Some(masks) = masks {
            sample.insert(tensor::MASK_FIRST.into(), masks.first);
            sample.insert(tensor::MASK_SECOND.into(), masks.second);
        }
        match (architecture.output, drawing.displacement) {
            (OutputForm::Displacement, Some(displacement)) => {
                sample.insert(tensor::DIFFERENCE.into(), drawing.net);
                sample.insert(tensor::DISPLACEMENT.into(), displacement);
            }
            (OutputForm::Difference, _) => {
                sample.insert(tensor::DIFFERENCE.into(), &edited - &image);
            }
            _ => {}
        }
        sample.insert(tensor::EDITED.into(), edited);
        sample.insert(tensor::IMAGE.into(), image);
        sample
    })
}
