//! The graphs of a bundle, built plainly from a checkpoint's weights.

pub(crate) mod blocks;
pub(crate) mod classifier;
pub mod face_mask;
pub mod generator;
pub(crate) mod layers;
pub(crate) mod style_encoder;
pub(crate) mod style_transformer;
pub mod weights;

use crate::{error::Result, graph::Graph, network::weights::Weights};
use model_spec::{
    CheckpointSpec, GraphKind,
    checkpoint::{FACE_MASK_FILE, MODEL_FILE},
};
use std::{collections::BTreeMap, path::Path};

/// Graphs of a bundle, in its order.
pub type Graphs = BTreeMap<GraphKind, Graph>;

/// Reads `folder`'s weights and builds the graphs.
///
/// # Errors
/// [`crate::ExportError::Weights`] naming every wrong tensor.
pub fn build(folder: &Path, spec: &CheckpointSpec) -> Result<Graphs> {
    let architecture = &spec.architecture;
    let (domains, attributes) = (spec.attributes.domain_count(), spec.attributes.len());
    let mut weights = Weights::load(&folder.join(MODEL_FILE))?;
    let mut graphs = Graphs::from([
        (
            GraphKind::StyleEncoder,
            style_encoder::build(architecture, domains, &mut weights),
        ),
        (
            GraphKind::StyleTransformer,
            style_transformer::build(architecture, domains, &mut weights),
        ),
        (
            GraphKind::Generator,
            generator::build(architecture, &mut weights),
        ),
    ]);
    for graph in graphs.values_mut() {
        graph.unused.extend(weights.take_unused(&graph.name));
    }
    if architecture.has_classifier() {
        let classifier = classifier::build(architecture, attributes, &mut weights);
        graphs.insert(GraphKind::Classifier, classifier);
    }
    weights.finish()?;
    if architecture.reads_masks() && spec.files.contains_key(FACE_MASK_FILE) {
        let mut weights = Weights::load(&folder.join(FACE_MASK_FILE))?;
        let face_mask = face_mask::build(architecture, &mut weights);
        graphs.insert(GraphKind::FaceMask, face_mask);
        weights.finish()?;
    }
    Ok(graphs)
}
