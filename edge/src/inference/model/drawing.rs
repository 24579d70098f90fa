//! What the generator draws for one face.

use model_spec::{Manifest, displacement::FIELD_SIZE, tensor};

/// Displacements may exceed their bound by this factor: a sum of 32-bit or 16-bit roundings.
const ROUNDING: f32 = 1.01;

/// A difference, and a displacement where the model moves the face's own pixels; keeps its memory when it is
/// filled again.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Drawing {
    /// `[C, S, S]`, to be added, in units of the model's [-1, 1].
    pub(crate) difference: Vec<f32>,
    /// `[2, 32, 32]`: right and down, in shares of the crop's side, see [`model_spec::displacement`]; empty
    /// without one.
    pub(crate) displacement: Vec<f32>,
}

impl Drawing {
    /// Makes room for `samples` values of difference, and for a displacement.
    pub(crate) fn reserve(&mut self, samples: usize) {
        self.difference.reserve_exact(samples);
        self.displacement.reserve_exact(2 * FIELD_SIZE * FIELD_SIZE);
    }

    /// Turns a whole edit of a face seen with contrast times `gain` into `part` of an edit, from 0 on, of the
    /// face as the camera sees it.
    pub(crate) fn show_in_part(&mut self, part: f32, gain: f32) {
        let values = part / gain;
        if values != 1.0 {
            self.difference
                .iter_mut()
                .for_each(|value| *value *= values);
        }
        if part != 1.0 {
            self.displacement
                .iter_mut()
                .for_each(|value| *value *= part);
        }
    }

    /// Whether the values are finite and the displacement keeps to the manifest's bound; else the tensor, found
    /// and expected.
    pub(super) fn check(&self, manifest: &Manifest) -> Result<(), (&'static str, String, String)> {
        // Not-a-number compares false with everything.
        let largest = |values: &[f32]| {
            values.iter().fold(0.0_f32, |most, value| {
                if value.abs() <= most {
                    most
                } else {
                    value.abs()
                }
            })
        };
        let found = largest(&self.difference);
        if !found.is_finite() {
            let expected = "finite numbers".to_owned();
            return Err((tensor::DIFFERENCE, found.to_string(), expected));
        }
        let (found, bound) = (
            largest(&self.displacement),
            manifest.architecture.largest_displacement,
        );
        if found.is_nan() || found > bound * ROUNDING {
            let expected = format!("at most {bound} of the crop's side");
            return Err((tensor::DISPLACEMENT, found.to_string(), expected));
        }
        Ok(())
    }
}
