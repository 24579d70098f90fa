//! One frame's edit: crop, classify, encode, transform, generate.

use crate::{
    error::EdgeError,
    frame::Frame,
    model::{Model, StyleParts},
    resample::Resampler,
    smooth::Average,
    source_domain::{Heads, SourceDomain},
    stage::{Begin, Stage, Stages},
    tracked::Tracked,
};
use aligner::Square;
use model_spec::{EditWeights, pixel, strength::whole_edit};
use std::sync::Arc;

/// What the edit thread made of a frame.
#[derive(Debug, Clone, Default)]
pub struct Edit {
    /// The frame.
    pub frame: Arc<Frame>,
    /// Crop of the face; none when no face was found.
    pub crop: Option<Square>,
    /// The face it belongs to, see [`Tracked::since`].
    pub since: u64,
    /// Whether `difference` is to be drawn.
    pub applied: bool,
    /// `[C, S, S]`, in units of the model's [-1, 1].
    pub difference: Vec<f32>,
    /// Probability of each attribute's `on` value.
    pub probabilities: Vec<f32>,
    /// Domain of the face before the edit.
    pub source_domain: usize,
    /// Strength of each attribute that was applied.
    pub strengths: Vec<f32>,
}

impl Edit {
    /// The frame with its face.
    #[must_use]
    pub fn tracked(&self) -> Tracked {
        Tracked {
            frame: Arc::clone(&self.frame),
            crop: self.crop,
            since: self.since,
        }
    }

    /// Makes this the edit of `tracked` that changes nothing.
    pub fn pass_through(&mut self, tracked: &Tracked, strengths: &[f32]) {
        self.frame = Arc::clone(&tracked.frame);
        self.crop = tracked.crop;
        self.since = tracked.since;
        self.applied = false;
        self.strengths.clear();
        self.strengths.extend_from_slice(strengths);
    }
}

/// Seconds over which style codes are averaged.
const STYLE_SECONDS: f64 = 0.10;

/// How faces are edited on video.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EditOptions {
    /// How the style encoder's heads are chosen.
    pub heads: Heads,
    /// Frames from one run of classifier, style encoder and style transformer to the next, at least
    /// 1: what they tell changes slowly. The generator runs every frame.
    pub style_every: u32,
}

impl Default for EditOptions {
    fn default() -> Self {
        Self {
            heads: Heads::default(),
            style_every: 2,
        }
    }
}

/// Owns the model and all that is remembered from frame to frame.
pub struct Editor {
    model: Model,
    options: EditOptions,
    resampler: Resampler,
    continuous: bool,
    seconds: Option<f64>,
    /// The face of the frame before, see [`Tracked::since`].
    since: Option<u64>,
    frames_since_style: u32,
    source: SourceDomain,
    style: Average,
    parts: StyleParts,
    /// `[d]`: the related code of another face, `s_re(x_ref)`.
    reference: Option<Vec<f32>>,
    /// Buffers: crop `[C, S, S]`, raw logits `[A]`, styles `[Y, d]`, style and edited style `[d]`, for
    /// every attribute how strong it is once faded, then the reference; and these in a whole edit.
    image: Vec<f32>,
    raw_logits: Vec<f32>,
    styles: Vec<f32>,
    code: Vec<f32>,
    style_edited: Vec<f32>,
    faded: Vec<f32>,
    whole: Vec<f32>,
}

impl Editor {
    /// An editor for video (`continuous`), or for pictures that have nothing to do with each other.
    #[must_use]
    pub fn new(model: Model, continuous: bool, options: EditOptions) -> Self {
        let attributes = model.manifest().attributes.len();
        Self {
            model,
            options,
            resampler: Resampler::default(),
            continuous,
            seconds: None,
            since: None,
            frames_since_style: u32::MAX,
            source: SourceDomain::new(attributes, options.heads),
            style: Average::new(STYLE_SECONDS),
            parts: StyleParts::default(),
            reference: None,
            image: Vec::new(),
            raw_logits: Vec::new(),
            styles: Vec::new(),
            code: Vec::new(),
            style_edited: Vec::new(),
            faded: Vec::new(),
            whole: Vec::new(),
        }
    }

    /// Gives the model back.
    #[must_use]
    pub fn into_model(self) -> Model {
        self.model
    }

    /// The model in use.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Edits the face of a frame with one strength per attribute, and `reference_strength` of the
    /// reference if there is one. Without a face, or with all strengths 0, the edit is not applied
    /// and the picture stays as it is, bit for bit.
    ///
    /// # Errors
    /// [`EdgeError::Runtime`].
    pub fn edit(
        &mut self,
        tracked: &Tracked,
        strengths: &[f32],
        reference_strength: f32,
        edit: &mut Edit,
        stages: &mut Stages,
    ) -> Result<(), EdgeError> {
        edit.pass_through(tracked, strengths);
        let frame = &tracked.frame;
        let elapsed = match self.seconds.replace(frame.seconds) {
            Some(before) => frame.seconds - before,
            None => 0.0,
        };
        let face = tracked.crop.map(|_| tracked.since);
        if self.since != face || !self.continuous {
            self.since = face;
            self.forget_face();
        }
        let Some(crop) = tracked.crop else {
            return Ok(());
        };
        stages.time(Stage::Crop, || self.sample(frame, crop));

        let begin = Begin::now();
        self.frames_since_style = self.frames_since_style.saturating_add(1);
        // The style also ages while the edit is off, so that the sliders start from a fresh one.
        let every = self.options.style_every.max(1);
        if self.frames_since_style >= every {
            let elapsed = elapsed * f64::from(self.frames_since_style.min(every));
            self.frames_since_style = 0;
            self.classify(elapsed, stages)?;
            self.encode(elapsed, stages)?;
        }
        edit.source_domain = self.source.domain();
        edit.probabilities.clear();
        edit.probabilities
            .extend_from_slice(self.source.probabilities());

        let part = self.weigh(strengths, reference_strength, elapsed);
        let (whole, reference_weight) = self.whole.split_at(strengths.len());
        let weights = EditWeights::new(whole, self.source.start_of_edit(whole));
        if !weights.is_identity() || reference_weight != [0.0] {
            let reference = self.reference.as_deref();
            let reference = reference.map(|code| (code, reference_weight[0]));
            mix_style(&weights, &self.parts, reference, &mut self.style_edited);
            stages.time(Stage::Generator, || {
                self.model
                    .difference(&self.image, &self.style_edited, &mut edit.difference)
            })?;
            if part < 1.0 {
                edit.difference.iter_mut().for_each(|value| *value *= part);
            }
            edit.applied = true;
        }
        stages.since(Stage::Model, begin);
        Ok(())
    }

    /// Takes the face of `tracked` for the reference: from now on the faces edited get its related
    /// code. Returns whether there was a face.
    ///
    /// # Errors
    /// [`EdgeError::Runtime`].
    pub fn capture_reference(&mut self, tracked: &Tracked) -> Result<bool, EdgeError> {
        let Some(crop) = tracked.crop else {
            return Ok(false);
        };
        self.sample(&tracked.frame, crop);
        self.model.classify(&self.image, &mut self.raw_logits)?;
        self.model.encode(&self.image, &mut self.styles)?;
        // One picture, no past: its most likely domain.
        let mut source = SourceDomain::new(self.raw_logits.len(), Heads::Switched);
        source.observe(&self.raw_logits, 0.0);
        let dim = self.model.manifest().architecture.style_dim;
        source.style_code(&self.styles, dim, &mut self.code);
        let mut parts = StyleParts::default();
        self.model.transform(&self.code, &mut parts)?;
        self.reference = Some(parts.related);
        Ok(true)
    }

    /// Changes [`EditOptions::style_every`].
    pub fn set_style_every(&mut self, frames: u32) {
        self.options.style_every = frames;
    }

    /// Forgets the reference.
    pub fn clear_reference(&mut self) {
        self.reference = None;
    }

    fn sample(&mut self, frame: &Frame, crop: Square) {
        let architecture = &self.model.manifest().architecture;
        let unit = pixel::unit_from_byte(1) - pixel::unit_from_byte(0);
        let range = [unit, pixel::unit_from_byte(0)];
        let (colour, size) = (architecture.colour, architecture.image_size);
        self.resampler
            .sample_crop(frame, crop, colour, size, range, &mut self.image);
    }

    /// Decides the source domain from the averaged logits.
    fn classify(&mut self, elapsed: f64, stages: &mut Stages) -> Result<(), EdgeError> {
        stages.time(Stage::Classifier, || {
            self.model.classify(&self.image, &mut self.raw_logits)
        })?;
        self.source.observe(&self.raw_logits, elapsed);
        Ok(())
    }

    /// Averages the source domain's style code and takes it apart.
    fn encode(&mut self, elapsed: f64, stages: &mut Stages) -> Result<(), EdgeError> {
        stages.time(Stage::StyleEncoder, || {
            self.model.encode(&self.image, &mut self.styles)
        })?;
        let dim = self.model.manifest().architecture.style_dim;
        self.source.style_code(&self.styles, dim, &mut self.code);
        let style = self.style.follow(&self.code, elapsed);
        stages.time(Stage::StyleTransformer, || {
            self.model.transform(style, &mut self.parts)
        })
    }

    /// Fills `whole` with the strengths of a whole edit, the reference's last, and returns the part
    /// of that edit to show.
    fn weigh(&mut self, strengths: &[f32], reference_strength: f32, elapsed: f64) -> f32 {
        if self.continuous {
            self.source.fade(strengths, elapsed, &mut self.faded);
        } else {
            self.faded.clear();
            self.faded.extend_from_slice(strengths);
        }
        let has_reference = self.reference.is_some();
        self.faded.push(if has_reference {
            reference_strength
        } else {
            0.0
        });
        whole_edit(&self.faded, &mut self.whole)
    }

    fn forget_face(&mut self) {
        self.source.reset();
        self.style.reset();
        self.frames_since_style = u32::MAX;
    }
}

/// `style_edited` becomes `[d]`:
/// `s_un + keep * s_re + sum over d of towards[d] * T_d(s_re) + r * (s_re(x_ref) - s_re)`,
/// so that `r = 1` alone is the paper's reference edit `s_un(x) + s_re(x_ref)`.
fn mix_style(
    weights: &EditWeights,
    parts: &StyleParts,
    reference: Option<(&[f32], f32)>,
    style_edited: &mut Vec<f32>,
) {
    let codes = parts.unrelated.iter().zip(&parts.related);
    style_edited.clear();
    style_edited.extend(codes.map(|(unrelated, related)| unrelated + weights.keep * related));
    let dim = parts.unrelated.len();
    let targets = parts.related_targets.chunks_exact(dim);
    for (target, &weight) in targets.zip(&weights.towards) {
        for (value, target) in style_edited.iter_mut().zip(target) {
            *value += weight * target;
        }
    }
    if let Some((reference, weight)) = reference {
        let codes = reference.iter().zip(&parts.related);
        for (value, (reference, related)) in style_edited.iter_mut().zip(codes) {
            *value += weight * (reference - related);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts() -> StyleParts {
        StyleParts {
            unrelated: vec![1.0, 2.0],
            related: vec![10.0, 20.0],
            related_targets: vec![0.0, 0.0, 50.0, 60.0],
        }
    }

    #[test]
    fn strength_interpolates_between_the_face_and_its_transformation() {
        let mut style = Vec::new();
        let mut mixed = |strength| {
            let weights = EditWeights::new(&[strength], 0);
            mix_style(&weights, &parts(), None, &mut style);
            style.clone()
        };
        assert_eq!(mixed(0.0), [11.0, 22.0]);
        assert_eq!(mixed(0.25), [21.0, 32.0]);
        assert_eq!(mixed(1.0), [51.0, 62.0]);
    }

    #[test]
    fn a_reference_replaces_the_related_code_in_the_part_asked_for() {
        let (mut style, still) = (Vec::new(), EditWeights::new(&[0.0], 0));
        let mut mixed = |weight| {
            let reference = Some((&[30.0, 0.0][..], weight));
            mix_style(&still, &parts(), reference, &mut style);
            style.clone()
        };
        assert_eq!(mixed(0.0), [11.0, 22.0]);
        assert_eq!(mixed(0.5), [21.0, 12.0]);
        assert_eq!(mixed(1.0), [31.0, 2.0]);
    }
}
