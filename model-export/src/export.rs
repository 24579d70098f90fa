//! The whole way from a checkpoint folder to a bundle folder.

use crate::{
    bundle_writer::BundleWriter,
    error::{ExportError, Result},
    graph::{Cost, Graph},
    model_card, networks, onnx,
    rewrite::{self, Pass},
};
use model_spec::{
    CheckpointSpec, Manifest,
    checkpoint::{self, MODEL_FILE},
    digest,
    manifest::{self, Graphs, MODEL_CARD_FILE, Precision},
};
use std::{collections::BTreeMap, fs, path::Path};

/// What became of one graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraphReport {
    /// File inside the bundle.
    pub file: String,
    /// Cost of the plain graph.
    pub plain: Cost,
    /// Cost of the graph in the bundle.
    pub rewritten: Cost,
    /// Size of the file.
    pub bytes: usize,
}

impl std::fmt::Display for GraphReport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let millions = |count: u64| count as f64 / 1e6;
        write!(
            f,
            "{}: {:.2} M multiply-adds ({:.2} M before rewriting), {:.3} M parameters, {:.2} MB",
            self.file,
            millions(self.rewritten.multiply_adds),
            millions(self.plain.multiply_adds),
            millions(self.rewritten.parameters),
            millions(self.bytes as u64),
        )
    }
}

/// Reads the checkpoint folder `from`, applies `passes` to its graphs, and writes the bundle `to`.
///
/// # Errors
/// Any [`ExportError`]; `to` is then what it was before.
pub fn export(from: &Path, to: &Path, passes: &[Pass]) -> Result<Vec<GraphReport>> {
    let spec = CheckpointSpec::load(from, &[MODEL_FILE, checkpoint::PARITY_FILE])?;
    let writer = BundleWriter::create(to)?;
    let metadata = metadata(&spec);
    let expected = Graphs::expected(&spec.architecture, &spec.attributes);
    let mut reports = Vec::new();
    let mut files = BTreeMap::new();
    for (mut graph, (_, described)) in networks::build(from, &spec)?
        .into_iter()
        .zip(expected.named())
    {
        let plain = graph.cost()?;
        rewrite::apply(&mut graph, passes);
        let bytes = encode(&graph, described, &metadata)?;
        reports.push(GraphReport {
            file: described.file.clone(),
            plain,
            rewritten: graph.cost()?,
            bytes: bytes.len(),
        });
        files.insert(described.file.clone(), digest::of_bytes(&bytes));
        writer.write(&described.file, &bytes)?;
    }
    let parity = from.join(checkpoint::PARITY_FILE);
    let bytes = fs::read(&parity).map_err(ExportError::io(&parity))?;
    files.insert(manifest::PARITY_FILE.into(), digest::of_bytes(&bytes));
    writer.write(manifest::PARITY_FILE, &bytes)?;

    let mut manifest = Manifest {
        format_version: manifest::FORMAT_VERSION,
        name: spec.name,
        licence: spec.licence,
        domains: spec.attributes.domain_names(),
        architecture: spec.architecture,
        attributes: spec.attributes,
        framing: spec.framing,
        provenance: spec.provenance,
        opset: onnx::OPSET,
        precision: Precision::Fp32,
        graphs: expected,
        files,
    };
    let card = model_card::render(&manifest, &reports);
    writer.write(MODEL_CARD_FILE, card.as_bytes())?;
    let card_digest = digest::of_bytes(card.as_bytes());
    manifest.files.insert(MODEL_CARD_FILE.into(), card_digest);
    writer.finish(&manifest)?;
    Ok(reports)
}

/// What every graph says about itself to whoever opens it without the manifest.
fn metadata(spec: &CheckpointSpec) -> Vec<(&'static str, String)> {
    vec![
        ("model", spec.name.clone()),
        ("licence", spec.licence.clone()),
        ("image_size", spec.architecture.image_size.to_string()),
        ("pixel_range", "[-1, 1]".into()),
        (
            "channels",
            match spec.architecture.colour {
                model_spec::ColourMode::Luma => "luma".into(),
                model_spec::ColourMode::Rgb => "red, green, blue".into(),
            },
        ),
        ("domains", spec.attributes.domain_names().join(", ")),
        ("attributes", spec.attributes.names().join(", ")),
    ]
}

/// The graph's bytes, once its inputs and outputs are those that the manifest promises.
fn encode(
    graph: &Graph,
    described: &manifest::Graph,
    metadata: &[(&str, String)],
) -> Result<Vec<u8>> {
    let shapes = graph.shapes()?;
    let spec = |name: &str, shape: &[usize]| manifest::TensorSpec::batched(name, shape);
    let inputs: Vec<_> = graph
        .inputs
        .iter()
        .map(|(name, shape)| spec(name, shape))
        .collect();
    let outputs: Vec<_> = graph
        .outputs
        .iter()
        .map(|port| spec(&port.name, &shapes[&port.value]))
        .collect();
    if inputs != described.inputs || outputs != described.outputs {
        return Err(ExportError::Graph {
            graph: graph.name.clone(),
            node: "inputs and outputs".into(),
            reason: format!("found {inputs:?} -> {outputs:?}, expected {described:?}"),
        });
    }
    onnx::encode(graph, metadata)
}
