//! `manifest.json`: what a bundle holds and how to run it.

use crate::{
    architecture::{Architecture, OutputForm},
    attribute::AttributeSet,
    error::{Mismatch, SpecError},
    framing::Framing,
    json,
    provenance::Provenance,
    tensor,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, path::Path};

/// Newest bundle format this library reads and the one it writes.
pub const FORMAT_VERSION: u32 = 1;
/// Name of the manifest inside a bundle.
pub const MANIFEST_FILE: &str = "manifest.json";
/// Name of the parity sample inside a bundle.
pub const PARITY_FILE: &str = "parity.safetensors";
/// Name of the model card inside a bundle.
pub const MODEL_CARD_FILE: &str = "MODEL_CARD.md";

/// Arithmetic of the graphs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// 32-bit floats throughout.
    Fp32,
}

/// One side of a tensor's shape: a number, or a name for a size that may vary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Dimension {
    /// A fixed size.
    Fixed(usize),
    /// A free size, e.g. `batch`.
    Free(String),
}

/// Name and shape of a graph's input or output; elements are 32-bit floats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TensorSpec {
    /// Name in the graph, see [`tensor`].
    pub name: String,
    /// Shape; the first side is the batch.
    pub shape: Vec<Dimension>,
}

impl TensorSpec {
    /// A tensor whose first side is the free `batch`.
    #[must_use]
    pub fn batched(name: &str, rest: &[usize]) -> Self {
        let free = std::iter::once(Dimension::Free("batch".into()));
        Self {
            name: name.into(),
            shape: free
                .chain(rest.iter().map(|&side| Dimension::Fixed(side)))
                .collect(),
        }
    }
}

/// One ONNX graph of the bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Graph {
    /// File inside the bundle.
    pub file: String,
    /// Inputs, in order.
    pub inputs: Vec<TensorSpec>,
    /// Outputs, in order.
    pub outputs: Vec<TensorSpec>,
}

/// The graphs every bundle has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Graphs {
    /// `image -> styles`.
    pub style_encoder: Graph,
    /// `style -> style_unrelated, style_related, style_related_targets`.
    pub style_transformer: Graph,
    /// `image, style -> edited [, difference]`.
    pub generator: Graph,
    /// `image -> logits`.
    pub classifier: Graph,
}

impl Graphs {
    /// The inputs and outputs that `architecture` with `attributes` has; readers and writers share it.
    #[must_use]
    pub fn expected(architecture: &Architecture, attributes: &AttributeSet) -> Self {
        let (channels, size) = (architecture.colour.channels(), architecture.image_size);
        let (domains, dim) = (attributes.domain_count(), architecture.style_dim);
        let image = || TensorSpec::batched(tensor::IMAGE, &[channels, size, size]);
        let code = |name| TensorSpec::batched(name, &[dim]);
        let graph = |name: &str, inputs, outputs| Graph {
            file: format!("{name}.onnx"),
            inputs,
            outputs,
        };
        let mut generated = vec![TensorSpec::batched(tensor::EDITED, &[channels, size, size])];
        if architecture.output == OutputForm::Difference {
            generated.push(TensorSpec::batched(
                tensor::DIFFERENCE,
                &[channels, size, size],
            ));
        }
        Self {
            style_encoder: graph(
                "style_encoder",
                vec![image()],
                vec![TensorSpec::batched(tensor::STYLES, &[domains, dim])],
            ),
            style_transformer: graph(
                "style_transformer",
                vec![code(tensor::STYLE)],
                vec![
                    code(tensor::STYLE_UNRELATED),
                    code(tensor::STYLE_RELATED),
                    TensorSpec::batched(tensor::STYLE_RELATED_TARGETS, &[domains, dim]),
                ],
            ),
            generator: graph("generator", vec![image(), code(tensor::STYLE)], generated),
            classifier: graph(
                "classifier",
                vec![image()],
                vec![TensorSpec::batched(tensor::LOGITS, &[attributes.len()])],
            ),
        }
    }

    /// The graphs with their field names.
    #[must_use]
    pub fn named(&self) -> [(&'static str, &Graph); 4] {
        [
            ("style_encoder", &self.style_encoder),
            ("style_transformer", &self.style_transformer),
            ("generator", &self.generator),
            ("classifier", &self.classifier),
        ]
    }
}

/// Contents of `manifest.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// See [`FORMAT_VERSION`].
    pub format_version: u32,
    /// Name of the model, e.g. `smile-64`.
    pub name: String,
    /// Terms of the weights.
    pub licence: String,
    /// Network shapes.
    pub architecture: Architecture,
    /// Attributes with labels and strength ranges, in the order of the domain bits.
    pub attributes: AttributeSet,
    /// Names of the domains, in order.
    pub domains: Vec<String>,
    /// Framing of the training images.
    pub framing: Framing,
    /// Where the weights come from.
    pub provenance: Provenance,
    /// ONNX operator set of the graphs.
    pub opset: u32,
    /// Arithmetic of the graphs.
    pub precision: Precision,
    /// The graphs.
    pub graphs: Graphs,
    /// SHA-256 of every other file of the bundle, by file name.
    pub files: BTreeMap<String, String>,
}

impl Manifest {
    /// Reads `folder/manifest.json` and validates it; digests are [`crate::Bundle::open`]'s work.
    ///
    /// # Errors
    /// [`SpecError`] naming file, field, found and expected.
    pub fn load(folder: &Path) -> Result<Self, SpecError> {
        let path = folder.join(MANIFEST_FILE);
        let manifest: Self = json::read_versioned(&path, "bundle manifest", FORMAT_VERSION)?;
        manifest
            .validate()
            .map_err(|mismatch| mismatch.in_file(path))?;
        Ok(manifest)
    }

    /// Checks that all fields agree with each other.
    ///
    /// # Errors
    /// The first [`Mismatch`].
    pub fn validate(&self) -> Result<(), Mismatch> {
        self.architecture.validate()?;
        self.attributes.validate()?;
        self.framing.validate()?;
        let domains = self.attributes.domain_names();
        if self.domains != domains {
            return Err(Mismatch::new(
                "domains",
                format!("{:?}", self.domains),
                format!("{domains:?}"),
            ));
        }
        if self.opset < 17 {
            return Err(Mismatch::new("opset", self.opset, "17 or newer"));
        }
        let expected = Graphs::expected(&self.architecture, &self.attributes);
        let pairs = self.graphs.named().into_iter().zip(expected.named());
        for ((name, found), (_, expected)) in pairs {
            if found != expected {
                return Err(Mismatch::new(
                    format!("graphs.{name}"),
                    format!("{found:?}"),
                    format!("{expected:?}"),
                ));
            }
        }
        let graph_files = expected.named().map(|(_, graph)| graph.file.clone());
        let required = graph_files
            .iter()
            .map(String::as_str)
            .chain([PARITY_FILE, MODEL_CARD_FILE]);
        for file in required {
            if !self.files.contains_key(file) {
                return Err(Mismatch::new(
                    format!("files.{file}"),
                    "nothing",
                    "a SHA-256 digest",
                ));
            }
        }
        for file in self.files.keys() {
            // A manifest from elsewhere must not be able to point outside its own folder.
            if file.contains(['/', '\\']) || file.starts_with('.') {
                return Err(Mismatch::new(
                    "files",
                    format!("{file:?}"),
                    "plain file names",
                ));
            }
        }
        Ok(())
    }

    /// Writes `folder/manifest.json` atomically.
    ///
    /// # Errors
    /// [`SpecError::Io`].
    pub fn save(&self, folder: &Path) -> Result<(), SpecError> {
        json::write_atomically(&folder.join(MANIFEST_FILE), self)
    }
}
