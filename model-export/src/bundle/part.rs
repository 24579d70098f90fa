//! One graph of a bundle on its way from a network to a file.

use crate::{
    bundle::report::{Explanation, GraphReport},
    error::{ExportError, Result},
    graph::Graph,
    onnx,
    options::Options,
    precision::norms,
    rewrite::{self, Pass},
};
use model_spec::{
    CheckpointSpec, ColourMode, GraphKind, GraphSpec, Graphs, Norms, graph::TensorSpec,
};

/// A graph, what the manifest promises of it, and what became of it.
#[derive(Debug)]
pub(crate) struct Part {
    /// Which of the networks it is.
    pub kind: GraphKind,
    /// Its entry in the manifest.
    pub spec: GraphSpec,
    /// The operators.
    pub graph: Graph,
    /// What became of it so far.
    pub report: GraphReport,
}

impl Part {
    /// Rewrites the plain `graph` with `passes` and writes its norms in the wanted form.
    ///
    /// # Errors
    /// [`ExportError::Graph`]: `promised` has no such graph, or the graph contradicts itself.
    pub(crate) fn rewritten(
        kind: GraphKind,
        mut graph: Graph,
        promised: &Graphs,
        passes: &[Pass],
        options: &Options,
    ) -> Result<Self> {
        let spec = promised.get(kind).ok_or_else(|| ExportError::Graph {
            graph: graph.name.clone(),
            node: "manifest".into(),
            reason: "found no entry, expected one".into(),
        })?;
        let plain = graph.cost()?;
        let explanation = if options.explain {
            let plain_bytes = onnx::encoded_len(&graph)?;
            let steps = rewrite::explain(&mut graph, passes)?;
            Some(Explanation { plain_bytes, steps })
        } else {
            rewrite::apply(&mut graph, passes);
            None
        };
        if options.norms == Norms::Arithmetic {
            norms::as_arithmetic(&mut graph);
        }
        let report = GraphReport {
            file: spec.file.clone(),
            plain,
            rewritten: graph.cost()?,
            bytes: 0,
            quantised: 0,
            explanation,
        };
        Ok(Self {
            kind,
            spec: spec.clone(),
            graph,
            report,
        })
    }

    /// The graph as ONNX, once its inputs and outputs are those that the manifest promises.
    ///
    /// # Errors
    /// [`ExportError::Graph`] for others, or [`ExportError::TooLarge`].
    pub(crate) fn encode(&self, metadata: &[(&str, String)]) -> Result<Vec<u8>> {
        let graph = &self.graph;
        let shapes = graph.shapes()?;
        let inputs: Vec<_> = graph
            .inputs
            .iter()
            .map(|(name, shape)| TensorSpec::batched(name, shape))
            .collect();
        let outputs: Vec<_> = graph
            .outputs
            .iter()
            .map(|port| TensorSpec::batched(&port.name, &shapes[&port.value]))
            .collect();
        if inputs != self.spec.inputs || outputs != self.spec.outputs {
            return Err(ExportError::Graph {
                graph: graph.name.clone(),
                node: "inputs and outputs".into(),
                reason: format!("found {inputs:?} -> {outputs:?}, expected {:?}", self.spec),
            });
        }
        onnx::encode(graph, metadata)
    }
}

/// What every graph says about itself, for readers that have no manifest.
pub(crate) fn metadata(spec: &CheckpointSpec) -> Vec<(&'static str, String)> {
    vec![
        ("model", spec.name.clone()),
        ("licence", spec.licence.clone()),
        ("image_size", spec.architecture.image_size.to_string()),
        ("pixel_range", "[-1, 1]".into()),
        (
            "channels",
            match spec.architecture.colour {
                ColourMode::Luma => "luma".into(),
                ColourMode::Rgb => "red, green, blue".into(),
            },
        ),
        ("domains", spec.attributes.domain_names().join(", ")),
        ("attributes", spec.attributes.names().join(", ")),
    ]
}
