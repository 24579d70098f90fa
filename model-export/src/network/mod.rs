//! The graphs of a bundle, built plainly from a checkpoint's weights.

pub mod blocks;
pub mod classifier;
pub mod face_mask;
pub mod generator;
pub mod layers;
pub mod style_encoder;
pub mod style_transformer;
pub mod weights;

use crate::{error::Result, graph::Graph, network::weights::Weights};
use model_spec::{
    CheckpointSpec,
    checkpoint::{FACE_MASK_FILE, MODEL_FILE},
};
use std::path::Path;

/// Reads `folder`'s weights and builds the graphs, named as in
/// [`model_spec::Graphs::iter`] and in that order.
///
/// # Errors
/// [`crate::ExportError::Weights`] naming every wrong tensor.
pub fn build(folder: &Path, spec: &CheckpointSpec) -> Result<Vec<Graph>> {
    let architecture = &spec.architecture;
    let (domains, attributes) = (spec.attributes.domain_count(), spec.attributes.len());
    let mut weights = Weights::load(&folder.join(MODEL_FILE))?;
    let mut graphs = vec![
        style_encoder::build(architecture, domains, &mut weights),
        style_transformer::build(architecture, domains, &mut weights),
        generator::build(architecture, &mut weights),
    ];
    for graph in &mut graphs {
        graph.unused = weights.take_unused(&graph.name);
    }
    if architecture.has_classifier() {
        graphs.push(classifier::build(architecture, attributes, &mut weights));
    }
    weights.finish()?;
    if architecture.reads_masks() && spec.files.contains_key(FACE_MASK_FILE) {
        let mut weights = Weights::load(&folder.join(FACE_MASK_FILE))?;
        graphs.push(face_mask::build(architecture, &mut weights));
        weights.finish()?;
    }
    Ok(graphs)
}
