//! The parity sample of a bundle: faces, and what the trainer's networks made of them.

use crate::{
    error::EdgeError,
    inference::model::{Masks, Model, StyleParts},
};
use model_spec::{
    Architecture, Bundle, OutputForm, SpecError,
    displacement::FIELD_SIZE,
    manifest::{Manifest, PARITY_FILE},
    tensor,
};
use safetensors::{Dtype, SafeTensors};
use std::{fmt, path::Path};

/// How far one output is from the trainer's.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Parity {
    /// Name of the tensor.
    pub(crate) name: &'static str,
    /// `max |found - expected|`.
    pub(crate) max_difference: f32,
    /// Largest allowed: the precision's tolerance times `max(1, max |expected|)`.
    pub(crate) allowed: f32,
}

impl Parity {
    /// Whether the output is near enough; not-a-number never is.
    #[must_use]
    pub(crate) fn holds(&self) -> bool {
        self.max_difference <= self.allowed
    }
}

/// The parity sample, checked against the manifest's shapes.
pub(crate) struct Sample {
    pub(crate) faces: usize,
    image: Vec<f32>,
    source_domain: Vec<usize>,
    styles: Vec<f32>,
    parts: StyleParts,
    style_edited: Vec<f32>,
    /// What the generator gives, by name: the outputs that its form has.
    generated: Vec<(&'static str, Vec<f32>)>,
    logits: Vec<f32>,
    masks: Masks,
    has_masks: bool,
    /// What the bundle's own precision allows.
    tolerance: f32,
}

impl Sample {
    /// Reads the bundle's sample.
    ///
    /// # Errors
    /// [`EdgeError::File`], or [`EdgeError::Spec`] for a tensor that is missing or misshapen.
    pub(crate) fn load(bundle: &Bundle) -> Result<Self, EdgeError> {
        let bytes = bundle.read(PARITY_FILE)?;
        Self::parse(&bytes, &bundle.path(PARITY_FILE), bundle.manifest())
    }

    /// As [`Sample::load`], of the `bytes` of the file `path`.
    fn parse(bytes: &[u8], path: &Path, manifest: &Manifest) -> Result<Self, EdgeError> {
        let tensors = SafeTensors::deserialize(bytes)
            .map_err(|error| EdgeError::file(path, format!("not safetensors: {error}")))?;
        let reader = Reader {
            path,
            tensors: &tensors,
        };
        let architecture = &manifest.architecture;
        let (size, dim) = (architecture.image_size, architecture.style_dim);
        let image = [architecture.colour.channels(), size, size];
        let domains = manifest.attributes.domain_count();
        let faces = reader.faces(tensor::IMAGE)?;
        let codes = [domains, dim];
        let sample = Self {
            faces,
            image: reader.floats(tensor::IMAGE, faces, &image)?,
            source_domain: reader.domains(tensor::SOURCE_DOMAIN, faces, manifest)?,
            styles: reader.floats(tensor::STYLES, faces, &codes)?,
            parts: StyleParts {
                unrelated: reader.floats(tensor::STYLE_UNRELATED, faces, &[dim])?,
                related: reader.floats(tensor::STYLE_RELATED, faces, &[dim])?,
                related_targets: reader.floats(tensor::STYLE_RELATED_TARGETS, faces, &codes)?,
            },
            style_edited: reader.floats(tensor::STYLE_EDITED, faces, &[dim])?,
            generated: reader.generated(faces, architecture)?,
            logits: match architecture.has_classifier() {
                true => reader.floats(tensor::LOGITS, faces, &[manifest.attributes.len()])?,
                false => Vec::new(),
            },
            masks: reader.masks(faces, architecture)?,
            has_masks: tensors.tensor(tensor::MASK_FIRST).is_ok(),
            tolerance: manifest.parity_tolerance(),
        };
        Ok(sample)
    }

    /// Runs every graph on the trainer's inputs, one face at a time as the mirror does, for the first
    /// `faces` of the sample.
    ///
    /// # Errors
    /// [`EdgeError::Runtime`].
    pub(crate) fn compare(
        &self,
        model: &mut Model,
        faces: usize,
    ) -> Result<Vec<Parity>, EdgeError> {
        let faces = faces.min(self.faces);
        let dim = self.style_edited.len() / self.faces;
        let domains = self.styles.len() / self.style_edited.len();
        let mut found = Outputs::default();
        let (mut one, mut parts) = (Vec::new(), StyleParts::default());
        for face in 0..faces {
            let image = self.of(face, &self.image);
            model.encode(image, &mut one)?;
            found.styles.extend_from_slice(&one);
            // Each graph gets the trainer's input, so that a difference points at one graph.
            let style = (face * domains + self.source_domain[face]) * dim;
            model.transform(&self.styles[style..][..dim], &mut parts)?;
            found.unrelated.extend_from_slice(&parts.unrelated);
            found.related.extend_from_slice(&parts.related);
            found
                .related_targets
                .extend_from_slice(&parts.related_targets);
            let masks = Masks {
                mask_first: self.of(face, &self.masks.mask_first).to_vec(),
                mask_second: self.of(face, &self.masks.mask_second).to_vec(),
            };
            let names: Vec<&str> = self.generated.iter().map(|(name, _)| *name).collect();
            let generated =
                model.generate(image, self.of(face, &self.style_edited), &masks, &names)?;
            found.generated.resize_with(names.len(), Vec::new);
            for (all, one) in found.generated.iter_mut().zip(generated) {
                all.extend(one);
            }
            if model.has_classifier() {
                model.classify(image, &mut one)?;
                found.logits.extend_from_slice(&one);
            }
            if self.has_masks && model.has_face_mask() {
                let mut masks = Masks::default();
                model.mask(image, &mut masks)?;
                found.masks.mask_first.extend_from_slice(&masks.mask_first);
                found
                    .masks
                    .mask_second
                    .extend_from_slice(&masks.mask_second);
            }
        }
        let tolerance = model.precision().tolerance(model.provider());
        let tolerance = tolerance.max(self.tolerance);
        let parts = &self.parts;
        let mut outputs = vec![
            (tensor::STYLES, &found.styles, &self.styles),
            (tensor::STYLE_UNRELATED, &found.unrelated, &parts.unrelated),
            (tensor::STYLE_RELATED, &found.related, &parts.related),
            (
                tensor::STYLE_RELATED_TARGETS,
                &found.related_targets,
                &parts.related_targets,
            ),
        ];
        let generated = found.generated.iter().zip(&self.generated);
        outputs.extend(generated.map(|(found, (name, expected))| (*name, found, expected)));
        if model.has_classifier() {
            outputs.push((tensor::LOGITS, &found.logits, &self.logits));
        }
        if self.has_masks && model.has_face_mask() {
            outputs.push((
                tensor::MASK_FIRST,
                &found.masks.mask_first,
                &self.masks.mask_first,
            ));
            outputs.push((
                tensor::MASK_SECOND,
                &found.masks.mask_second,
                &self.masks.mask_second,
            ));
        }
        let compared = outputs.into_iter().map(|(name, found, expected)| {
            let expected = &expected[..expected.len() / self.faces * faces];
            parity(name, found, expected, tolerance)
        });
        Ok(compared.collect())
    }

    /// The part of a tensor that belongs to a face.
    fn of<'a>(&self, face: usize, values: &'a [f32]) -> &'a [f32] {
        let each = values.len() / self.faces;
        &values[face * each..][..each]
    }
}

/// What the model made of all faces.
#[derive(Default)]
struct Outputs {
    styles: Vec<f32>,
    unrelated: Vec<f32>,
    related: Vec<f32>,
    related_targets: Vec<f32>,
    generated: Vec<Vec<f32>>,
    logits: Vec<f32>,
    masks: Masks,
}

fn parity(name: &'static str, found: &[f32], expected: &[f32], tolerance: f32) -> Parity {
    let pairs = found.iter().zip(expected);
    // `f32::max` would ignore not-a-number.
    let largest = |a: f32, b: f32| if b > a || b.is_nan() { b } else { a };
    let mut max_difference = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, largest);
    if found.len() != expected.len() {
        max_difference = f32::INFINITY;
    }
    let scale = expected.iter().map(|value| value.abs()).fold(1.0, f32::max);
    Parity {
        name,
        max_difference,
        allowed: tolerance * scale,
    }
}

struct Reader<'a> {
    path: &'a Path,
    tensors: &'a SafeTensors<'a>,
}

impl Reader<'_> {
    fn wrong(
        &self,
        name: &str,
        found: impl fmt::Display,
        expected: impl fmt::Display,
    ) -> EdgeError {
        EdgeError::Spec(SpecError::Field {
            path: self.path.into(),
            field: name.into(),
            found: found.to_string(),
            expected: expected.to_string(),
        })
    }

    fn faces(&self, name: &str) -> Result<usize, EdgeError> {
        let shape = self.tensors.tensor(name).map(|view| view.shape().to_vec());
        let faces = shape.ok().and_then(|shape| shape.first().copied());
        faces
            .filter(|&faces| faces > 0)
            .ok_or_else(|| self.wrong(name, "nothing", "at least one face"))
    }

    fn bytes(
        &self,
        name: &str,
        dtype: Dtype,
        faces: usize,
        sides: &[usize],
    ) -> Result<Vec<u8>, EdgeError> {
        let shape: Vec<usize> = std::iter::once(faces)
            .chain(sides.iter().copied())
            .collect();
        let expected = format!("{dtype:?} {shape:?}");
        let view = self
            .tensors
            .tensor(name)
            .map_err(|_| self.wrong(name, "nothing", &expected))?;
        if view.dtype() != dtype || view.shape() != shape {
            let found = format!("{:?} {:?}", view.dtype(), view.shape());
            return Err(self.wrong(name, found, expected));
        }
        Ok(view.data().to_vec())
    }

    fn floats(&self, name: &str, faces: usize, sides: &[usize]) -> Result<Vec<f32>, EdgeError> {
        let bytes = self.bytes(name, Dtype::F32, faces, sides)?;
        let (words, _) = bytes.as_chunks();
        Ok(words.iter().map(|word| f32::from_le_bytes(*word)).collect())
    }

    /// The generator's outputs in the form that `architecture` has.
    fn generated(
        &self,
        faces: usize,
        architecture: &Architecture,
    ) -> Result<Vec<(&'static str, Vec<f32>)>, EdgeError> {
        let size = architecture.image_size;
        let picture = [architecture.colour.channels(), size, size];
        let field = [2, FIELD_SIZE, FIELD_SIZE];
        let outputs: &[(&'static str, [usize; 3])] = match architecture.output {
            OutputForm::Image | OutputForm::Difference => &[(tensor::EDITED, picture)],
            OutputForm::Displacement => {
                &[(tensor::DIFFERENCE, picture), (tensor::DISPLACEMENT, field)]
            }
        };
        let values = outputs
            .iter()
            .map(|(name, sides)| Ok((*name, self.floats(name, faces, sides)?)));
        values.collect()
    }

    /// The masks of the sample's edits; see [`tensor::MASK_FIRST`] for a sample without.
    fn masks(&self, faces: usize, architecture: &Architecture) -> Result<Masks, EdgeError> {
        let sides = [1, tensor::MASK_SIZE, tensor::MASK_SIZE];
        if !architecture.reads_masks() {
            return Ok(Masks::default());
        }
        if self.tensors.tensor(tensor::MASK_FIRST).is_err() {
            let zeros = vec![0.0; faces * sides.iter().product::<usize>()];
            return Ok(Masks {
                mask_first: zeros.clone(),
                mask_second: zeros,
            });
        }
        Ok(Masks {
            mask_first: self.floats(tensor::MASK_FIRST, faces, &sides)?,
            mask_second: self.floats(tensor::MASK_SECOND, faces, &sides)?,
        })
    }

    fn domains(
        &self,
        name: &str,
        faces: usize,
        manifest: &Manifest,
    ) -> Result<Vec<usize>, EdgeError> {
        let bytes = self.bytes(name, Dtype::I64, faces, &[])?;
        let count = manifest.attributes.domain_count();
        let (words, _) = bytes.as_chunks();
        let domains = words.iter().map(|word| {
            let domain = i64::from_le_bytes(*word);
            usize::try_from(domain)
                .ok()
                .filter(|&domain| domain < count)
                .ok_or_else(|| self.wrong(name, domain, format!("0 to {}", count - 1)))
        });
        domains.collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;
    use safetensors::tensor::{TensorView, serialize};

    /// The first face of a bundle's sample.
    fn one_face(sample: &[u8]) -> Vec<u8> {
        let sample = SafeTensors::deserialize(sample).unwrap();
        let first = sample.iter().map(|(name, all)| {
            let bytes = &all.data()[..all.data().len() / all.shape()[0]];
            let shape = [&[1], &all.shape()[1..]].concat();
            let view = TensorView::new(all.dtype(), shape, bytes).unwrap();
            (name.to_owned(), view)
        });
        serialize(first.collect::<Vec<_>>(), None).unwrap()
    }

    #[test]
    fn damaged_samples_are_refused_or_read() {
        let manifest = include_bytes!("../../../models/smile-64/manifest.json");
        let path = Path::new(PARITY_FILE);
        let manifest = Manifest::parse(manifest, path).unwrap();
        let seed = one_face(include_bytes!(
            "../../../models/smile-64/parity.safetensors"
        ));
        assert_eq!(Sample::parse(&seed, path, &manifest).unwrap().faces, 1);
        fuzz::check("parity-sample", &[seed], |input| {
            let _ = Sample::parse(input, path, &manifest);
        });
    }

    #[test]
    fn not_a_number_and_a_missing_value_never_hold() {
        let holds = |found: &[f32], expected: &[f32]| parity("x", found, expected, 1e-4).holds();
        assert!(holds(&[1.0, 1000.0], &[1.0, 1000.05]));
        assert!(!holds(&[1.0], &[1.001]));
        assert!(!holds(&[f32::NAN, 1.0], &[1.0, 1.0]));
        assert!(!holds(&[], &[1.0]));
    }
}
