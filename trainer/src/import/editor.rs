//! An editor of the official code becomes a checkpoint.

use super::{ImportRequest, Official, infer};
use crate::{
    checkpoint::{self, Contents, ParityNetworks, parity},
    config::attributes::parse,
    error::TrainError,
    evaluation::purpose::{self, OtherData},
    networks::{ClassifierNetwork, FaceMask, StoredClassifier, StoredEditor},
    weights::{self, Source, Weights},
};
use model_spec::{AttributeSet, CheckpointSpec, Provenance, checkpoint::FORMAT_VERSION, digest};
use std::{collections::BTreeMap, path::Path};
use tch::Device;

/// Writes the checkpoint.
pub(super) fn import_editor(request: &ImportRequest, source: &Source) -> Result<(), TrainError> {
    let path = &request.input;
    checkpoint::check_target(&request.out)?;
    let device = Device::Cpu;
    let official = Official::read(source)?;
    check_kind(source, &official)?;
    let w_hpf = divisor(request, &official)?;
    let (mut architecture, domains) = infer(&official.editor, w_hpf, path)?;
    if architecture.reads_masks() && official.w_hpf.or(request.w_hpf).is_none() {
        log::warn!(
            "the file does not tell the divisor of the high-pass skips: 1, as in the official code \
             (--w-hpf for another)"
        );
    }
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
            let expected =
                purpose::label(ClassifierNetwork::Plain, &architecture, &attributes, None);
            purpose::check(file, &expected, OtherData::Refused)?;
            let tensors = weights::read(file)?;
            weights::check_finite(&tensors, file)?;
            classifier.load(&tensors, file)?;
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

/// Refuses an editor that is not L2M-GAN's, saying what it is and what can be done with it.
fn check_kind(source: &Source, official: &Official) -> Result<(), TrainError> {
    let wrong = |reason: String| {
        Err(TrainError::Weights {
            path: source.path().into(),
            reason,
        })
    };
    if source.has("classifier.") && source.has("style_transformer.") {
        return wrong(
            "found the model of one of this program's own checkpoints, expected foreign weights: the folder it \
             is in needs no import"
                .into(),
        );
    }
    if official.has_style_transformer() {
        let known = ["generator", "style_encoder", "style_transformer", "fan"];
        let others = source.parts().into_iter();
        for (part, count) in others.filter(|(part, _)| !known.contains(part)) {
            log::info!("left out: {part} ({count} tensors), which no editing needs");
        }
        return Ok(());
    }
    let what = if source.has("mapping_network.") {
        "StarGAN v2's own networks (generator, style encoder, mapping network)"
    } else {
        "a generator and a style encoder"
    };
    let masks = if source.has("fan.") {
        ", and its face-mask network (`fan`) serves as `face_mask`"
    } else {
        ""
    };
    wrong(format!(
        "found {what}, expected L2M-GAN's: the style transformer (`transform1`, `transform2`), which moves a code \
         from domain to domain, is missing, and without it no attribute can be edited. `trainer fit --from {}` \
         starts a training from its generator and style encoder{masks}",
        source.path().display()
    ))
}

/// Divisor of the high-pass skips: the file's, which the request may not contradict, or the request's, or 1.
fn divisor(request: &ImportRequest, official: &Official) -> Result<f32, TrainError> {
    match (official.w_hpf, request.w_hpf) {
        (Some(found), Some(wanted)) if (found - wanted).abs() > 1e-3 * found => {
            Err(TrainError::Usage(format!(
                "--w-hpf: found {wanted}, expected {found}: the file's own filter (generator.hpf.filter) says so"
            )))
        }
        (Some(of_file), _) => Ok(of_file),
        (None, Some(wanted)) if !(wanted.is_finite() && wanted > 0.0) => {
            let expected = "a number above 0";
            Err(TrainError::Usage(format!(
                "--w-hpf: found {wanted}, expected {expected}"
            )))
        }
        (None, wanted) => Ok(wanted.unwrap_or(1.0)),
    }
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
