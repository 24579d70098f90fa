//! An editor of the official code or of StarGAN v2 becomes a checkpoint.

use super::{ImportRequest, infer, official};
use crate::{
    checkpoint::{self, Contents, ParityNetworks, parity},
    config::attributes::parse,
    error::TrainError,
    evaluation::purpose::{self, OtherData},
    networks::{FaceMask, StoredClassifier, StoredEditor},
    weights::{self, Weights},
};
use model_spec::{AttributeSet, CheckpointSpec, Provenance, checkpoint::FORMAT_VERSION, digest};
use std::{collections::BTreeMap, path::Path};
use tch::Device;

/// Writes the checkpoint.
pub(super) fn import_editor(request: &ImportRequest) -> Result<(), TrainError> {
    let path = &request.input;
    checkpoint::check_target(&request.out)?;
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
            let expected = purpose::label(&architecture, &attributes, None);
            purpose::check(file, &expected, OtherData::Refused)?;
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
        settings: None,
        face_mask: face_mask.as_ref().map(FaceMask::weights),
    };
    let spec = CheckpointSpec {
        light: None,
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
            parse(&names.join(","))
        }
    }
}
