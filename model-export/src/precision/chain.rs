//! The graphs of a bundle one behind the other, from picture to edited picture.

use crate::{
    error::Result,
    graph::Graph,
    onnx,
    precision::runtime::{Arrays, Runtime, Session},
};
use model_spec::{EditWeights, GraphKind, displacement, tensor};
use ndarray::{ArrayD, Axis, IxDyn};
use std::collections::BTreeMap;

/// Opened graphs.
pub(crate) struct Chain {
    sessions: BTreeMap<GraphKind, Session>,
    reads_masks: bool,
}

impl Chain {
    /// Opens all `graphs`.
    ///
    /// # Errors
    /// [`crate::ExportError::Runtime`].
    pub(crate) fn open<'a>(
        graphs: impl IntoIterator<Item = (GraphKind, &'a Graph)>,
        runtime: &Runtime,
    ) -> Result<Self> {
        let mut sessions = BTreeMap::new();
        let mut reads_masks = false;
        for (kind, graph) in graphs {
            let session = runtime.open(&graph.name, &onnx::encode(graph, &[])?)?;
            sessions.insert(kind, session);
            let is_mask = |(name, _): &(String, _)| name == tensor::MASK_FIRST;
            reads_masks |= graph.inputs.iter().any(is_mask);
        }
        Ok(Self {
            sessions,
            reads_masks,
        })
    }

    /// Whether there is a graph of `kind`.
    #[must_use]
    pub(crate) fn has(&self, kind: GraphKind) -> bool {
        self.sessions.contains_key(&kind)
    }

    /// Outputs of one graph; none without such a graph.
    ///
    /// # Errors
    /// [`crate::ExportError::Runtime`].
    pub(crate) fn run(
        &mut self,
        kind: GraphKind,
        inputs: &[(&str, &ArrayD<f32>)],
    ) -> Result<Arrays> {
        match self.sessions.get_mut(&kind) {
            Some(session) => session.run(inputs),
            None => Ok(Arrays::new()),
        }
    }

    /// Logits of a face `[1,C,S,S]`, one per attribute; none without a classifier.
    ///
    /// # Errors
    /// [`crate::ExportError::Runtime`].
    pub(crate) fn logits(&mut self, image: &ArrayD<f32>) -> Result<Vec<f32>> {
        let mut outputs = self.run(GraphKind::Classifier, &[(tensor::IMAGE, image)])?;
        let logits = outputs.remove(tensor::LOGITS).unwrap_or_default();
        Ok(match self.has(GraphKind::Classifier) {
            true => logits.iter().copied().collect(),
            false => Vec::new(),
        })
    }

    /// What the generator reads to edit a face `[1,C,S,S]` of domain `source` with one strength per
    /// attribute.
    ///
    /// # Errors
    /// [`crate::ExportError::Runtime`].
    pub(crate) fn generator_inputs(
        &mut self,
        image: &ArrayD<f32>,
        source: usize,
        strengths: &[f32],
    ) -> Result<Arrays> {
        let styles = self.run(GraphKind::StyleEncoder, &[(tensor::IMAGE, image)])?;
        let style = styles[tensor::STYLES]
            .index_axis(Axis(1), source)
            .to_owned();
        let parts = self.run(GraphKind::StyleTransformer, &[(tensor::STYLE, &style)])?;
        let weights = EditWeights::new(strengths, source);
        let mut edited =
            &parts[tensor::STYLE_UNRELATED] + &(&parts[tensor::STYLE_RELATED] * weights.keep);
        let targets = parts[tensor::STYLE_RELATED_TARGETS].axis_iter(Axis(1));
        for (target, &weight) in targets.zip(&weights.towards) {
            edited.scaled_add(weight, &target);
        }
        let mut inputs = self.masks(image)?;
        inputs.insert(tensor::IMAGE.into(), image.clone());
        inputs.insert(tensor::STYLE.into(), edited);
        Ok(inputs)
    }

    /// The masks that the generator reads, of a face `[N,C,S,S]`; 0 without a face-mask network.
    ///
    /// # Errors
    /// [`crate::ExportError::Runtime`].
    pub(crate) fn masks(&mut self, image: &ArrayD<f32>) -> Result<Arrays> {
        if self.has(GraphKind::FaceMask) || !self.reads_masks {
            return self.run(GraphKind::FaceMask, &[(tensor::IMAGE, image)]);
        }
        let sides = [
            image.len_of(Axis(0)),
            1,
            tensor::MASK_SIZE,
            tensor::MASK_SIZE,
        ];
        let zeros = ArrayD::zeros(IxDyn(&sides));
        let names = [tensor::MASK_FIRST, tensor::MASK_SECOND];
        Ok(names.map(|name| (name.to_owned(), zeros.clone())).into())
    }

    /// The edited face.
    ///
    /// # Errors
    /// [`crate::ExportError::Runtime`].
    pub(crate) fn edit(
        &mut self,
        image: &ArrayD<f32>,
        source: usize,
        strengths: &[f32],
    ) -> Result<ArrayD<f32>> {
        let inputs = self.generator_inputs(image, source, strengths)?;
        let inputs: Vec<_> = inputs
            .iter()
            .map(|(name, it)| (name.as_str(), it))
            .collect();
        let mut outputs = self.run(GraphKind::Generator, &inputs)?;
        if let Some(edited) = outputs.remove(tensor::EDITED) {
            return Ok(edited);
        }
        let (Some(difference), Some(field)) = (
            outputs.remove(tensor::DIFFERENCE),
            outputs.remove(tensor::DISPLACEMENT),
        ) else {
            return Ok(ArrayD::default(image.raw_dim()));
        };
        let size = image.len_of(Axis(3));
        let flat = |array: &ArrayD<f32>| array.iter().copied().collect::<Vec<f32>>();
        let edited =
            displacement::apply(&flat(image), &flat(&difference), &flat(&field), size, 1.0);
        Ok(ArrayD::from_shape_vec(image.raw_dim(), edited).unwrap_or_default())
    }
}
