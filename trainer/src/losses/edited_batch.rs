//! A batch moved to its target domains: what both objectives look at.

use crate::{
    data::Batch,
    networks::{Drawing, Editor, SplitStyle},
};
use tch::Tensor;

/// Faces after the editor, with the codes that led there.
#[derive(Debug)]
pub struct EditedBatch {
    /// `s = SE_y(x)`, `[N,d]`.
    pub style: Tensor,
    /// The parts of `s`, and the target domain's related part.
    pub split: SplitStyle,
    /// What `G` drew.
    pub drawing: Drawing,
    /// The fake images `G(x, s~)`, `[N,C,S,S]`.
    pub fake: Tensor,
}

impl EditedBatch {
    /// Section 3.2, Yang et al. 2021: encodes every face, moves its code to the target domain and
    /// draws the result.
    #[must_use]
    pub fn new(editor: &Editor, batch: &Batch) -> Self {
        let style = editor.style_encoder.forward(&batch.x, &batch.source);
        let split = editor.style_transformer.forward(&style, &batch.target);
        let drawing = editor
            .generator
            .draw(&batch.x, &split.target(), batch.masks.as_ref());
        let fake = editor.generator.apply(&batch.x, &drawing);
        Self {
            style,
            split,
            drawing,
            fake,
        }
    }
}
