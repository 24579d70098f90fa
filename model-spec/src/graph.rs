//! The graphs of a bundle: which there are, and their inputs and outputs.

use crate::{
    architecture::{Architecture, OutputForm},
    attribute::AttributeSet,
    displacement::FIELD_SIZE,
    tensor,
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// One of the networks that a bundle holds as a graph, in the order in which a bundle lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GraphKind {
    /// `image -> styles`.
    StyleEncoder,
    /// `style -> style_unrelated, style_related, style_related_targets`.
    StyleTransformer,
    /// `image, style [, mask_first, mask_second] -> edited [, difference]`, or `-> difference, displacement`.
    Generator,
    /// `image -> logits`.
    Classifier,
    /// `image -> mask_first, mask_second`.
    FaceMask,
}

impl GraphKind {
    /// All, in order.
    pub const ALL: [Self; 5] = [
        Self::StyleEncoder,
        Self::StyleTransformer,
        Self::Generator,
        Self::Classifier,
        Self::FaceMask,
    ];

    /// Name in manifests and file names, and what the network's tensors start with in a checkpoint.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::StyleEncoder => "style_encoder",
            Self::StyleTransformer => "style_transformer",
            Self::Generator => "generator",
            Self::Classifier => "classifier",
            Self::FaceMask => "face_mask",
        }
    }

    /// Name in sentences, e.g. `style encoder`.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::StyleEncoder => "style encoder",
            Self::StyleTransformer => "style transformer",
            Self::Generator => "generator",
            Self::Classifier => "classifier",
            Self::FaceMask => "face-mask network",
        }
    }

    /// File inside a bundle, e.g. `style_encoder.onnx`.
    #[must_use]
    pub fn file(self) -> String {
        format!("{}.onnx", self.name())
    }
}

impl fmt::Display for GraphKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
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

impl fmt::Display for Dimension {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(side) => side.fmt(formatter),
            // A manifest from elsewhere must not steer the terminal.
            Self::Free(name) => name.escape_debug().fmt(formatter),
        }
    }
}

/// E.g. `image [batch, 3, 64, 64]`.
impl fmt::Display for TensorSpec {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shape = listed(&self.shape);
        write!(formatter, "{} [{shape}]", self.name.escape_debug())
    }
}

fn listed(items: &[impl ToString]) -> String {
    let items: Vec<String> = items.iter().map(ToString::to_string).collect();
    items.join(", ")
}

/// File, inputs and outputs of one ONNX graph.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GraphSpec {
    /// File inside the bundle.
    pub file: String,
    /// Inputs, in order.
    pub inputs: Vec<TensorSpec>,
    /// Outputs, in order.
    pub outputs: Vec<TensorSpec>,
}

/// E.g. `classifier.onnx: image [batch, 3, 64, 64] -> logits [batch, 1]`.
impl fmt::Display for GraphSpec {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (file, inputs) = (self.file.escape_debug(), listed(&self.inputs));
        write!(formatter, "{file}: {inputs} -> {}", listed(&self.outputs))
    }
}

/// The graphs of a bundle, by kind.
///
/// ```
/// use model_spec::{Architecture, Attribute, AttributeSet, ColourMode, GraphKind, Graphs, OutputForm};
///
/// let architecture = Architecture {
///     image_size: 64,
///     colour: ColourMode::Luma,
///     style_dim: 16,
///     stem_channels: 16,
///     max_conv_dim: 64,
///     w_hpf: 0.0,
///     output: OutputForm::Difference,
///     largest_displacement: 0.0,
///     classifier_channels: 8,
/// };
/// let smile = Attribute {
///     name: "smile".into(),
///     label: "Smile".into(),
///     off: "neutral".into(),
///     on: "smiling".into(),
///     strength_range: [-1.0, 1.5],
/// };
/// let graphs = Graphs::expected(&architecture, &AttributeSet::new(vec![smile])?);
/// assert_eq!(graphs.generator.file, "generator.onnx");
/// // Without high-pass skips there are no masks to make.
/// assert!(graphs.get(GraphKind::FaceMask).is_none());
/// assert_eq!(graphs.iter().count(), 4);
/// # Ok::<(), model_spec::error::Mismatch>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Graphs {
    /// `image -> styles`.
    pub style_encoder: GraphSpec,
    /// `style -> style_unrelated, style_related, style_related_targets`.
    pub style_transformer: GraphSpec,
    /// `image, style [, mask_first, mask_second] -> edited [, difference]`, or `-> difference, displacement`.
    pub generator: GraphSpec,
    /// `image -> logits`; without it, the user has to name the source domain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classifier: Option<GraphSpec>,
    /// `image -> mask_first, mask_second`, where `w_hpf > 0`; without it the masks have to come from elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub face_mask: Option<GraphSpec>,
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
        let graph = |kind: GraphKind, inputs, outputs| GraphSpec {
            file: kind.file(),
            inputs,
            outputs,
        };
        let picture = |name| TensorSpec::batched(name, &[channels, size, size]);
        let generated = match architecture.output {
            OutputForm::Image => vec![picture(tensor::EDITED)],
            OutputForm::Difference => vec![picture(tensor::EDITED), picture(tensor::DIFFERENCE)],
            OutputForm::Displacement => vec![
                picture(tensor::DIFFERENCE),
                TensorSpec::batched(tensor::DISPLACEMENT, &[2, FIELD_SIZE, FIELD_SIZE]),
            ],
        };
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
                GraphKind::StyleEncoder,
                vec![image()],
                vec![TensorSpec::batched(tensor::STYLES, &[domains, dim])],
            ),
            style_transformer: graph(
                GraphKind::StyleTransformer,
                vec![code(tensor::STYLE)],
                vec![
                    code(tensor::STYLE_UNRELATED),
                    code(tensor::STYLE_RELATED),
                    TensorSpec::batched(tensor::STYLE_RELATED_TARGETS, &[domains, dim]),
                ],
            ),
            generator: graph(GraphKind::Generator, generator_inputs, generated),
            classifier: architecture
                .has_classifier()
                .then(|| graph(GraphKind::Classifier, vec![image()], vec![logits])),
            face_mask: architecture
                .reads_masks()
                .then(|| graph(GraphKind::FaceMask, vec![image()], masks().into())),
        }
    }

    /// The graph of `kind`; `None` where the bundle has no such graph.
    #[must_use]
    pub fn get(&self, kind: GraphKind) -> Option<&GraphSpec> {
        match kind {
            GraphKind::StyleEncoder => Some(&self.style_encoder),
            GraphKind::StyleTransformer => Some(&self.style_transformer),
            GraphKind::Generator => Some(&self.generator),
            GraphKind::Classifier => self.classifier.as_ref(),
            GraphKind::FaceMask => self.face_mask.as_ref(),
        }
    }

    /// The graphs that are there, in order.
    pub fn iter(&self) -> impl Iterator<Item = (GraphKind, &GraphSpec)> {
        GraphKind::ALL
            .into_iter()
            .filter_map(|kind| Some((kind, self.get(kind)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_written_by_its_name() {
        for kind in GraphKind::ALL {
            let json = serde_json::to_string(&kind).unwrap();
            assert_eq!(json, format!("\"{}\"", kind.name()));
        }
    }

    #[test]
    fn a_graph_reads_as_a_sentence_without_steering_the_terminal() {
        let graph = GraphSpec {
            file: "a\u{1b}.onnx".into(),
            inputs: vec![
                TensorSpec::batched("image", &[3, 8, 8]),
                TensorSpec::batched("style", &[4]),
            ],
            outputs: vec![TensorSpec::batched("edited", &[3, 8, 8])],
        };
        let found = graph.to_string();
        let expected =
            "a\\u{1b}.onnx: image [batch, 3, 8, 8], style [batch, 4] -> edited [batch, 3, 8, 8]";
        assert_eq!(found, expected);
    }
}
