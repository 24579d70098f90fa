//! `manifest.json`: what a bundle holds and how to run it.

use crate::{
    architecture::{Architecture, OutputForm},
    attribute::AttributeSet,
    checkpoint,
    error::{Mismatch, SpecError},
    fidelity::Fidelity,
    framing::Framing,
    json,
    precision::{Norms, Precision},
    provenance::Provenance,
    tensor,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fs, path::Path};

/// Newest bundle format this library reads and the one it writes.
pub const FORMAT_VERSION: u32 = 2;
/// Name of the manifest inside a bundle.
pub const MANIFEST_FILE: &str = "manifest.json";
/// Name of the parity sample inside a bundle.
pub const PARITY_FILE: &str = "parity.safetensors";
/// Name of the model card inside a bundle.
pub const MODEL_CARD_FILE: &str = "MODEL_CARD.md";
/// Name of the aligner inside a bundle that has one: it finds the framing on live faces.
pub const ALIGNER_FILE: &str = checkpoint::ALIGNER_FILE;

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

/// The graphs of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Graphs {
    /// `image -> styles`.
    pub style_encoder: Graph,
    /// `style -> style_unrelated, style_related, style_related_targets`.
    pub style_transformer: Graph,
    /// `image, style [, mask_first, mask_second] -> edited [, difference]`.
    pub generator: Graph,
    /// `image -> logits`; without it the source domain has to be named by who runs the bundle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classifier: Option<Graph>,
    /// `image -> mask_first, mask_second`, where `w_hpf > 0`; without it the masks have to come from elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub face_mask: Option<Graph>,
}

impl Graphs {
    /// The inputs and outputs that `architecture` with `attributes` has; readers and writers share it.
    /// Of these only `face_mask` may be missing.
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
        let masks = || {
            let sides = [1, tensor::MASK_SIZE, tensor::MASK_SIZE];
            [tensor::MASK_FIRST, tensor::MASK_SECOND].map(|name| TensorSpec::batched(name, &sides))
        };
        let mut generator_inputs = vec![image(), code(tensor::STYLE)];
        if architecture.reads_masks() {
            generator_inputs.extend(masks());
        }
        let logits = TensorSpec::batched(tensor::LOGITS, &[attributes.len()]);
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
            generator: graph("generator", generator_inputs, generated),
            classifier: architecture
                .has_classifier()
                .then(|| graph("classifier", vec![image()], vec![logits])),
            face_mask: architecture
                .reads_masks()
                .then(|| graph("face_mask", vec![image()], masks().into())),
        }
    }

    /// The graphs with their field names.
    #[must_use]
    pub fn named(&self) -> Vec<(&'static str, &Graph)> {
        let always = [
            ("style_encoder", &self.style_encoder),
            ("style_transformer", &self.style_transformer),
            ("generator", &self.generator),
        ];
        let classifier = self.classifier.iter().map(|graph| ("classifier", graph));
        let face_mask = self.face_mask.iter().map(|graph| ("face_mask", graph));
        always
            .into_iter()
            .chain(classifier)
            .chain(face_mask)
            .collect()
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
    /// How instance norms are written.
    #[serde(default)]
    pub norms: Norms,
    /// Exact rewrites that were applied to the graphs, in order.
    #[serde(default)]
    pub rewrites: Vec<String>,
    /// What the precision costs; present where it is below 32-bit floats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fidelity: Option<Fidelity>,
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
        let bytes = fs::read(&path).map_err(|source| SpecError::Io {
            path: path.clone(),
            source,
        })?;
        Self::parse(&bytes, &path)
    }

    /// As [`Manifest::load`], of `bytes` that come from `path`.
    ///
    /// # Errors
    /// As [`Manifest::load`].
    pub fn parse(bytes: &[u8], path: &Path) -> Result<Self, SpecError> {
        let manifest: Self = json::parse_versioned(bytes, path, "bundle manifest", FORMAT_VERSION)?;
        manifest
            .validate()
            .map_err(|mismatch| mismatch.in_file(path))?;
        Ok(manifest)
    }

    /// Largest difference between an output of one graph and the trainer's, in units of the largest
    /// expected value, or of 1 where that is less.
    #[must_use]
    pub fn parity_tolerance(&self) -> f32 {
        let measured = self.fidelity.as_ref().map(|it| it.parity_tolerance);
        measured.unwrap_or(tensor::PARITY_TOLERANCE)
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
        match (self.precision, &self.fidelity) {
            (Precision::Fp32, Some(_)) => {
                return Err(Mismatch::new("fidelity", "one", "none for fp32"));
            }
            (Precision::Fp32, None) => {}
            (precision, None) => {
                let expected = format!("what {precision} costs");
                return Err(Mismatch::new("fidelity", "nothing", expected));
            }
            (_, Some(fidelity)) => fidelity.validate()?,
        }
        self.check_graphs()?;
        let graphs = self.graphs.named();
        let required = graphs
            .iter()
            .map(|(_, graph)| graph.file.as_str())
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

    fn check_graphs(&self) -> Result<(), Mismatch> {
        let mut expected = Graphs::expected(&self.architecture, &self.attributes);
        if self.graphs.face_mask.is_none() {
            expected.face_mask = None;
        }
        let found: BTreeMap<_, _> = self.graphs.named().into_iter().collect();
        let expected: BTreeMap<_, _> = expected.named().into_iter().collect();
        for name in found.keys().chain(expected.keys()) {
            let (found, expected) = (found.get(name), expected.get(name));
            if found != expected {
                let text = |graph: Option<&&Graph>| match graph {
                    Some(graph) => format!("{graph:?}"),
                    None => "nothing".into(),
                };
                return Err(Mismatch::new(
                    format!("graphs.{name}"),
                    text(found),
                    text(expected),
                ));
            }
        }
        Ok(())
    }

    /// Whether the bundle has an aligner.
    #[must_use]
    pub fn has_aligner(&self) -> bool {
        self.files.contains_key(ALIGNER_FILE)
    }

    /// Writes `folder/manifest.json` atomically.
    ///
    /// # Errors
    /// [`SpecError::Io`].
    pub fn save(&self, folder: &Path) -> Result<(), SpecError> {
        json::write_atomically(&folder.join(MANIFEST_FILE), self)
    }
}
