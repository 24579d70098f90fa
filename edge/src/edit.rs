//! One frame's edit: track, crop, classify, encode, transform, generate.

use crate::{
    error::EdgeError,
    frame::Frame,
    model::{Model, StyleParts},
    resample::Resampler,
    smooth::{Average, Hysteresis, sigmoid},
    square::Square,
    stage::{Stage, Stages},
    track::Tracker,
};
use model_spec::{AttributeSet, EditWeights, pixel, strength::whole_edit};
use std::{sync::Arc, time::Instant};

/// What the edit thread made of a frame.
#[derive(Debug, Clone, Default)]
pub struct Edit {
    /// The frame.
    pub frame: Arc<Frame>,
    /// Crop of the face; none when no face was found.
    pub crop: Option<Square>,
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

/// Seconds over which logits are averaged before the source domain is decided.
const LOGIT_SECONDS: f64 = 0.15;
/// Seconds over which style codes are averaged.
const STYLE_SECONDS: f64 = 0.10;
/// Seconds over which an edit comes back after the face has lost the value by itself.
const FADE_SECONDS: f64 = 0.15;
/// Frames between two runs of classifier, style encoder and style transformer on video: what they
/// tell changes slowly. The generator runs every frame.
const STYLE_EVERY: u32 = 2;

/// Owns the model and all that is remembered from frame to frame.
pub struct Editor {
    model: Model,
    tracker: Tracker,
    resampler: Resampler,
    continuous: bool,
    seconds: Option<f64>,
    frames_since_style: u32,
    logits: Average,
    switches: Vec<Hysteresis>,
    style: Average,
    fades: Average,
    parts: StyleParts,
    source_domain: usize,
    /// Buffers: crop `[C, S, S]`, raw logits `[A]`, styles `[Y, d]`, edited style `[d]`, and for every
    /// attribute how much of its edit is due, how strong it is then, and its strength in a whole edit.
    image: Vec<f32>,
    raw_logits: Vec<f32>,
    styles: Vec<f32>,
    style_edited: Vec<f32>,
    due: Vec<f32>,
    faded: Vec<f32>,
    whole: Vec<f32>,
}

impl Editor {
    /// An editor for video (`continuous`), or for pictures that have nothing to do with each other.
    ///
    /// # Errors
    /// Those of [`Tracker::new`].
    pub fn new(model: Model, continuous: bool) -> Result<Self, EdgeError> {
        let attributes = model.manifest().attributes.len();
        Ok(Self {
            tracker: Tracker::new(continuous)?,
            model,
            resampler: Resampler::default(),
            continuous,
            seconds: None,
            frames_since_style: u32::MAX,
            logits: Average::new(LOGIT_SECONDS),
            switches: vec![Hysteresis::default(); attributes],
            style: Average::new(STYLE_SECONDS),
            fades: Average::new(FADE_SECONDS),
            parts: StyleParts::default(),
            source_domain: 0,
            image: Vec::new(),
            raw_logits: Vec::new(),
            styles: Vec::new(),
            style_edited: Vec::new(),
            due: Vec::new(),
            faded: Vec::new(),
            whole: Vec::new(),
        })
    }

    /// The model in use.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Edits `frame` with one strength per attribute. Without a face, or with all strengths 0, the
    /// edit is not applied and the picture stays as it is, bit for bit.
    ///
    /// # Errors
    /// [`EdgeError::Runtime`].
    pub fn edit(
        &mut self,
        frame: &Arc<Frame>,
        strengths: &[f32],
        edit: &mut Edit,
        stages: &mut Stages,
    ) -> Result<(), EdgeError> {
        edit.frame = Arc::clone(frame);
        edit.applied = false;
        edit.strengths.clear();
        edit.strengths.extend_from_slice(strengths);
        let elapsed = match self.seconds.replace(frame.seconds) {
            Some(before) => frame.seconds - before,
            None => 0.0,
        };
        let face = stages.time(Stage::Track, || self.tracker.track(frame));
        let framing = self.model.manifest().framing;
        edit.crop = face.map(|face| face.framed(&framing));
        let Some(crop) = edit.crop else {
            self.forget();
            return Ok(());
        };
        if !self.continuous {
            self.forget();
        }
        stages.time(Stage::Crop, || self.sample(frame, crop));

        let start = Instant::now();
        self.frames_since_style = self.frames_since_style.saturating_add(1);
        // The style also ages while the edit is off, so that the sliders start from a fresh one.
        if self.frames_since_style >= STYLE_EVERY {
            let elapsed = elapsed * f64::from(self.frames_since_style.min(STYLE_EVERY));
            self.frames_since_style = 0;
            self.classify(elapsed, stages)?;
            self.encode(elapsed, stages)?;
        }
        edit.source_domain = self.source_domain;
        edit.probabilities.clear();
        let probabilities = self.logits.values().iter().map(|&logit| sigmoid(logit));
        edit.probabilities.extend(probabilities);

        self.fade(strengths, &edit.probabilities, elapsed);
        let part = whole_edit(&self.faded, &mut self.whole);
        let weights = EditWeights::new(&self.whole, self.source_domain);
        if !weights.is_identity() {
            self.mix(&weights);
            stages.time(Stage::Generator, || {
                self.model
                    .difference(&self.image, &self.style_edited, &mut edit.difference)
            })?;
            if part < 1.0 {
                edit.difference.iter_mut().for_each(|value| *value *= part);
            }
            edit.applied = true;
        }
        stages.add(Stage::Model, start.elapsed());
        Ok(())
    }

    fn sample(&mut self, frame: &Frame, crop: Square) {
        let architecture = &self.model.manifest().architecture;
        let unit = pixel::unit_from_byte(1) - pixel::unit_from_byte(0);
        let range = [unit, pixel::unit_from_byte(0)];
        let (size, grid) = ([crop.side; 2], [architecture.image_size; 2]);
        let (colour, image) = (architecture.colour, &mut self.image);
        self.resampler
            .sample(frame, crop.origin(), size, colour, grid, range, image);
    }

    /// Decides the source domain from the averaged logits.
    fn classify(&mut self, elapsed: f64, stages: &mut Stages) -> Result<(), EdgeError> {
        stages.time(Stage::Classifier, || {
            self.model.classify(&self.image, &mut self.raw_logits)
        })?;
        let logits = self.logits.follow(&self.raw_logits, elapsed);
        self.source_domain = logits
            .iter()
            .zip(&mut self.switches)
            .enumerate()
            .map(|(bit, (&logit, switch))| usize::from(switch.decide(sigmoid(logit))) << bit)
            .sum();
        Ok(())
    }

    /// Fades the edit towards a value out while the face takes that value by itself, and back in.
    fn fade(&mut self, strengths: &[f32], probabilities: &[f32], elapsed: f64) {
        self.faded.clear();
        self.faded.extend_from_slice(strengths);
        if !self.continuous {
            return;
        }
        self.due.clear();
        for (bit, (&strength, &on)) in strengths.iter().zip(probabilities).enumerate() {
            let towards_on = strength > 0.0;
            let is_there = AttributeSet::is_on(self.source_domain, bit) == towards_on;
            let probability = if towards_on { on } else { 1.0 - on };
            self.due.push(if is_there {
                0.0
            } else {
                Hysteresis::fade(probability)
            });
        }
        let fades = self.fades.follow(&self.due, elapsed);
        for (faded, fade) in self.faded.iter_mut().zip(fades) {
            *faded *= fade;
        }
    }

    /// Averages the source domain's style code and takes it apart.
    fn encode(&mut self, elapsed: f64, stages: &mut Stages) -> Result<(), EdgeError> {
        stages.time(Stage::StyleEncoder, || {
            self.model.encode(&self.image, &mut self.styles)
        })?;
        let dim = self.model.manifest().architecture.style_dim;
        let code = &self.styles[self.source_domain * dim..][..dim];
        let style = self.style.follow(code, elapsed);
        stages.time(Stage::StyleTransformer, || {
            self.model.transform(style, &mut self.parts)
        })
    }

    /// `s~ = s_un + keep * s_re + sum over d of towards[d] * T_d(s_re)`
    fn mix(&mut self, weights: &EditWeights) {
        let StyleParts {
            unrelated,
            related,
            related_targets,
        } = &self.parts;
        mix_style(
            weights,
            unrelated,
            related,
            related_targets,
            &mut self.style_edited,
        );
    }

    fn forget(&mut self) {
        self.logits.reset();
        self.style.reset();
        self.fades.reset();
        self.switches.fill(Hysteresis::default());
        self.frames_since_style = u32::MAX;
    }
}

/// `style_edited` becomes `[d]`: `unrelated + keep * related + sum over d of towards[d] * targets[d]`.
fn mix_style(
    weights: &EditWeights,
    unrelated: &[f32],
    related: &[f32],
    related_targets: &[f32],
    style_edited: &mut Vec<f32>,
) {
    let dim = unrelated.len();
    style_edited.clear();
    style_edited.extend(
        unrelated
            .iter()
            .zip(related)
            .map(|(unrelated, related)| unrelated + weights.keep * related),
    );
    for (target, &weight) in related_targets.chunks_exact(dim).zip(&weights.towards) {
        for (value, target) in style_edited.iter_mut().zip(target) {
            *value += weight * target;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strength_interpolates_between_the_face_and_its_transformation() {
        let (unrelated, related, targets) = ([1.0, 2.0], [10.0, 20.0], [0.0, 0.0, 50.0, 60.0]);
        let mut style = Vec::new();
        let mut mixed = |strength| {
            let weights = EditWeights::new(&[strength], 0);
            mix_style(&weights, &unrelated, &related, &targets, &mut style);
            style.clone()
        };
        assert_eq!(mixed(0.0), [11.0, 22.0]);
        assert_eq!(mixed(0.25), [21.0, 32.0]);
        assert_eq!(mixed(1.0), [51.0, 62.0]);
    }
}
