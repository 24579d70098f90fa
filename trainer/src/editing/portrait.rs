//! One picture and its edits, at the picture's own resolution.

use crate::{checkpoint::Checkpoint, data::picture, error::TrainError, networks::Face};
use image::RgbImage;
use model_spec::{AttributeSet, pixel};
use std::path::Path;
use tch::{Device, Tensor};

/// An edit of a face.
#[derive(Debug, Clone)]
pub enum Change {
    /// Moved by signed strengths, one per attribute.
    Strengths(Vec<f32>),
    /// Given the attributes of another face: `s_un(x) + s_re(x) + a (s_re(x_ref) - s_re(x))`.
    Reference {
        /// The other face.
        face: Box<Portrait>,
        /// `a`; 1 copies.
        strength: f32,
    },
}

/// A picture, framed like the training faces.
#[derive(Debug)]
pub struct Portrait {
    square: RgbImage,
    /// `[1,C,S,S]` at the model's size.
    face: Tensor,
    /// The domain it is in.
    source: usize,
}

impl Clone for Portrait {
    fn clone(&self) -> Self {
        Self {
            square: self.square.clone(),
            face: self.face.copy(),
            source: self.source,
        }
    }
}

impl Portrait {
    /// Reads a picture, cut to its central square, of a face that is in domain `source` or, if that is not given,
    /// in the one that the model's classifier finds.
    ///
    /// # Errors
    /// [`TrainError::Data`] when it is unreadable; [`TrainError::Usage`] when nothing tells its domain.
    pub fn open(
        model: &Checkpoint,
        path: &Path,
        source: Option<usize>,
        device: Device,
    ) -> Result<Self, TrainError> {
        let square = picture::read_square(path).map_err(|error| error.of(path))?;
        let architecture = &model.spec.architecture;
        let face = picture::resized(&square, architecture.image_size);
        let face = picture::to_tensor(&face, architecture.colour).to_device(device);
        let source = match (source, &model.classifier) {
            (Some(source), _) => source,
            (None, Some(classifier)) => {
                let logits = classifier.network.logits_of_all(&face, device);
                let values = Vec::<f32>::try_from(logits.reshape([-1]))
                    .map_err(TrainError::torch("reading the classifier's logits"))?;
                AttributeSet::domain_from_logits(&values)
            }
            (None, None) => {
                return Err(TrainError::Usage(format!(
                    "{}: the model has no attribute classifier, so nothing tells the face's domain, from which an \
                     edit starts: name it with --source-domain ({}; --reference-domain for a reference), or import \
                     the weights with a classifier (`trainer classifier`, then `trainer import --classifier`)",
                    path.display(),
                    model.spec.attributes.domain_names().join(", ")
                )));
            }
        };
        Ok(Self {
            square,
            face,
            source,
        })
    }

    fn as_face(&self) -> Face<'_> {
        Face {
            x: &self.face,
            domain: self.source,
        }
    }

    /// The picture before any edit.
    pub(crate) fn unedited(&self) -> &RgbImage {
        &self.square
    }

    /// The picture after `change`, at its own resolution: the model's difference is enlarged and added.
    #[must_use]
    pub fn edited(&self, model: &Checkpoint, change: &Change) -> RgbImage {
        let difference = tch::no_grad(|| {
            let masks = model
                .face_mask
                .as_ref()
                .map(|network| network.masks(&self.face));
            let editor = &model.editor.networks;
            let edited = match change {
                Change::Strengths(strengths) => {
                    editor.edit(&self.face, self.source, strengths, masks.as_ref())
                }
                Change::Reference { face, strength } => {
                    editor.transfer(self.as_face(), face.as_face(), *strength, masks.as_ref())
                }
            };
            (edited - &self.face).get(0).to_device(Device::Cpu)
        });
        let mut picture = self.square.clone();
        add(&mut picture, &difference);
        picture
    }
}

/// Adds `difference [C,S,S]`, enlarged to the picture; one channel changes red, green and blue alike.
fn add(square: &mut RgbImage, difference: &Tensor) {
    let (width, height) = (i64::from(square.width()), i64::from(square.height()));
    // Not with the `image` crate, which clamps float pictures at 0: nothing could become darker.
    let large = difference
        .unsqueeze(0)
        .upsample_bicubic2d([height, width], false, None, None)
        .expand([1, 3, height, width], false);
    let interleaved = large.permute([0, 2, 3, 1]).contiguous().reshape([-1]);
    let changes = Vec::<f32>::try_from(interleaved)
        .unwrap_or_else(|_| unreachable!("a float tensor of one dimension"));
    for (byte, change) in square.iter_mut().zip(changes) {
        *byte = pixel::byte_from_unit(pixel::unit_from_byte(*byte) + change);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_darkens_and_brightens_at_the_pictures_own_size() {
        for (change, expected) in [(-0.4, [49, 69, 89]), (0.4, [151, 171, 191])] {
            let mut picture = RgbImage::from_pixel(8, 8, image::Rgb([100, 120, 140]));
            add(
                &mut picture,
                &Tensor::full([1, 2, 2], change, tch::kind::FLOAT_CPU),
            );
            assert_eq!(picture, RgbImage::from_pixel(8, 8, image::Rgb(expected)));
        }
    }
}
