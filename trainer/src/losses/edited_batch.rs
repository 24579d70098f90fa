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
    /// The fake images `G(x, s~)`, `[N,C,S,S]`; where the batch says so, moved pixels alone, `warp(x, u)`.
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
        let fake = match &batch.whole {
            Some(whole) => {
                let shown = Drawing {
                    net: &drawing.net * whole.reshape([-1, 1, 1, 1]),
                    displacement: drawing.displacement.as_ref().map(Tensor::shallow_clone),
                };
                editor.generator.apply(&batch.x, &shown)
            }
            None => editor.generator.apply(&batch.x, &drawing),
        };
        Self {
            style,
            split,
            drawing,
            fake,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::networks::{ConvolutionForm, warp};
    use model_spec::{Architecture, ColourMode, OutputForm};
    use tch::{Device, Kind, nn::VarStore};

    #[test]
    fn an_edit_without_its_difference_is_moved_pixels_alone() {
        let architecture = Architecture {
            image_size: 64,
            colour: ColourMode::Luma,
            style_dim: 8,
            stem_channels: 2,
            max_conv_dim: 4,
            w_hpf: 0.0,
            output: OutputForm::Displacement,
            largest_displacement: 0.1,
            classifier_channels: 0,
        };
        let store = VarStore::new(Device::Cpu);
        let editor = Editor::new(&store.root(), &architecture, 2, ConvolutionForm::Plain);
        // Heads that start at zero draw nothing.
        tch::no_grad(|| {
            for mut variable in store.trainable_variables() {
                let noise = variable.randn_like() * 0.1;
                let _ = variable.g_add_(&noise);
            }
        });
        let faces = Batch::of_faces(
            Tensor::rand([2, 1, 64, 64], (Kind::Float, Device::Cpu)),
            Tensor::from_slice(&[0_i64, 1]),
            Tensor::from_slice(&[1_i64, 0]),
        );
        let batch = Batch {
            whole: Some(Tensor::from_slice(&[1.0_f32, 0.0])),
            ..faces
        };
        let edited = EditedBatch::new(&editor, &batch);
        let drawing = &edited.drawing;
        let moved = warp(&batch.x, drawing.displacement.as_ref().unwrap());
        let drawn = (&edited.fake - moved)
            .abs()
            .amax([1, 2, 3].as_slice(), false);
        assert!(drawn.double_value(&[0]) > 1e-3);
        assert_eq!(drawn.double_value(&[1]), 0.0);
        let gradient = Tensor::run_backward(
            &[&edited.fake.sum(Kind::Float)],
            &[&drawing.net],
            false,
            false,
        );
        let of_face = gradient[0].abs().amax([1, 2, 3].as_slice(), false);
        assert_eq!(Vec::<f32>::try_from(of_face).unwrap(), [1.0, 0.0]);
    }
}
