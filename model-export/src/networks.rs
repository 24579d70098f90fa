//! The four graphs of a bundle, built plainly from a checkpoint's weights.

use crate::{
    classifier, error::Result, generator, graph::Graph, style_encoder, style_transformer,
    weights::Weights,
};
use model_spec::{
    CheckpointSpec,
    checkpoint::{MODEL_FILE, SPEC_FILE},
    error::Mismatch,
};
use std::path::Path;

/// Reads `folder`'s weights and builds the graphs in the order of
/// [`model_spec::manifest::Graphs::named`].
///
/// # Errors
/// A field this version cannot export, or [`crate::ExportError::Weights`] naming every wrong tensor.
pub fn build(folder: &Path, spec: &CheckpointSpec) -> Result<[Graph; 4]> {
    let architecture = &spec.architecture;
    if architecture.w_hpf != 0.0 {
        let mismatch = Mismatch::new(
            "architecture.w_hpf",
            architecture.w_hpf,
            "0: high-pass skips cannot be exported",
        );
        return Err(mismatch.in_file(folder.join(SPEC_FILE)).into());
    }
    let (domains, attributes) = (spec.attributes.domain_count(), spec.attributes.len());
    let mut weights = Weights::load(&folder.join(MODEL_FILE))?;
    let graphs = [
        style_encoder::build(architecture, domains, &mut weights),
        style_transformer::build(architecture, domains, &mut weights),
        generator::build(architecture, &mut weights),
        classifier::build(architecture, attributes, &mut weights),
    ];
    weights.finish()?;
    Ok(graphs)
}
