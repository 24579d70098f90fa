//! `MODEL_CARD.md`: the manifest for people.

use crate::bundle::report::{self, GraphReport};
use model_spec::{
    ColourMode, Manifest, OutputForm, Precision,
    manifest::{ALIGNER_FILE, MOUTH_FILE},
};
use std::fmt::Write;

/// What has to come from elsewhere before live faces can be edited.
fn missing(manifest: &Manifest) -> Vec<String> {
    let mut lines = Vec::new();
    if manifest.graphs.classifier.is_none() {
        lines.push(
            "- No classifier: who runs it has to name the domain that the faces are of.".into(),
        );
    }
    if manifest.architecture.reads_masks() && manifest.graphs.face_mask.is_none() {
        lines.push("- No face-mask network: the generator needs masks from elsewhere.".into());
    }
    if !manifest.has_aligner() {
        lines.push(format!(
            "- No {ALIGNER_FILE}: the edit wobbles on live faces."
        ));
    }
    if !manifest.has_mouth() {
        lines.push(format!(
            "- No {MOUTH_FILE}: masks and hands in front of a mouth are edited like it."
        ));
    }
    lines
}

/// Files beside the graphs that the mirror reads, and what for.
fn helpers(manifest: &Manifest) -> Vec<String> {
    let aligner = "finds the framing on live faces";
    let mouth = "tells whether a mouth is covered, so that the edit can fade";
    let helpers = [(ALIGNER_FILE, aligner), (MOUTH_FILE, mouth)].into_iter();
    let carried = helpers.filter(|(file, _)| manifest.files.contains_key(*file));
    carried
        .map(|(file, purpose)| format!("- {file}: {purpose}"))
        .collect()
}

/// The model card as Markdown; everything in it is in the manifest or in the graphs.
#[must_use]
pub(crate) fn render(manifest: &Manifest, graphs: &[GraphReport]) -> String {
    let architecture = &manifest.architecture;
    let provenance = &manifest.provenance;
    let size = architecture.image_size;
    let colour = match architecture.colour {
        ColourMode::Luma => "luma (the mirror changes brightness and keeps the camera's colour)",
        ColourMode::Rgb => "RGB",
    };
    let output = match architecture.output {
        OutputForm::Image => "the whole edited face",
        OutputForm::Difference => "the difference to add to the face",
        OutputForm::Displacement => {
            "where the face's own pixels move, and the difference to add to them"
        }
    };
    let mut card = format!("# {}\n\n", manifest.name);
    let mut section = |title: &str, lines: Vec<String>| {
        // Writing to a String cannot fail.
        let _ = write!(card, "## {title}\n\n{}\n\n", lines.join("\n"));
    };
    section(
        "What it does",
        vec![
            "Edits a face crop towards a chosen value of each attribute (L2M-GAN, Yang et al., CVPR 2021)."
                .into(),
            String::new(),
            format!("- Images: {size} x {size} pixels, {colour}, in [-1, 1]."),
            format!("- The generator draws {output}."),
            format!("- Domains: {}.", manifest.domains.join(", ")),
        ],
    );
    let header = "| attribute | off | on | strength |\n|---|---|---|---|";
    let rows = manifest.attributes.as_slice().iter().map(|attribute| {
        let [low, high] = attribute.strength_range;
        let (off, on) = (&attribute.off, &attribute.on);
        format!("| {} | {off} | {on} | {low} to {high} |", attribute.label)
    });
    section(
        "Attributes",
        std::iter::once(header.into()).chain(rows).collect(),
    );
    section(
        "Training",
        provenance
            .data
            .iter()
            .map(|data| format!("- Data: {data}"))
            .chain(
                provenance
                    .notes
                    .iter()
                    .map(|note| format!("- Note: {note}")),
            )
            .chain([
                format!("- Data digest: `{}`", provenance.data_digest),
                format!("- Steps: {}", provenance.steps),
                format!("- Images per step: {}", provenance.batch_size),
                format!("- Hardware: {}", provenance.hardware),
                format!(
                    "- Program: trainer {}, revision {}",
                    provenance.trainer_version, provenance.revision
                ),
            ])
            .collect(),
    );
    let measured = provenance
        .metrics
        .iter()
        .map(|(name, value)| format!("| {name} | {value:.4} |"));
    let metrics = if provenance.metrics.is_empty() {
        vec!["None recorded.".into()]
    } else {
        std::iter::once("| metric | value |\n|---|---|".into())
            .chain(measured)
            .collect()
    };
    section("Metrics", metrics);
    let arithmetic = match manifest.precision {
        Precision::Fp32 => "32-bit floats",
        Precision::Fp16 => "16-bit floats",
        Precision::Mixed => {
            "16-bit floats, with norms, style arithmetic and last layers in 32-bit ones"
        }
        Precision::Int8 => "8-bit integers in convolutions, 32-bit floats elsewhere",
    };
    let opset = manifest.opset;
    section(
        "Graphs",
        std::iter::once(format!("ONNX operator set {opset}, {arithmetic}.\n"))
            .chain(graphs.iter().map(|graph| format!("- {graph}")))
            .chain(helpers(manifest))
            .collect(),
    );
    if let Some(fidelity) = &manifest.fidelity {
        let lines = report::of_fidelity(fidelity).into_iter();
        section("Loss", lines.map(|line| format!("- {line}")).collect());
    }
    section("Licence", vec![manifest.licence.clone()]);
    section(
        "Limits",
        vec![
            "- Made for one upright face in the training framing; other crops give poor edits."
                .into(),
            "- An edited picture is not a record of what a person did or felt: mark it as edited."
                .into(),
            "- Learned from the data above, and only as fair to a group of people as that data is."
                .into(),
        ]
        .into_iter()
        .chain(missing(manifest))
        .collect(),
    );
    card.truncate(card.trim_end().len());
    card.push('\n');
    card
}
