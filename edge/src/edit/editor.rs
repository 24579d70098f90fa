//! Edits frames: every face is cropped, classified, encoded, transformed and generated.

use super::{
    Edit, FaceEdit,
    memory::Memory,
    style::{ReferenceStyle, mix_style},
};
use crate::{
    edit::source_domain::{Heads, SourceDomain},
    error::EdgeError,
    inference::model::{Model, StyleParts},
    picture::{frame::Frame, resample::Resampler},
    timing::stage::{Begin, Stage, Stages},
    track::{
        Pace,
        mouth::Mouth,
        tracked::{MOST_FACES, Tracked},
    },
};
use aligner::Square;
use model_spec::{EditWeights, Light, light::Correction, pixel, strength::whole_edit};

/// How faces are edited on video.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EditOptions {
    /// How the style encoder's heads are chosen.
    pub(crate) heads: Heads,
    /// Frames from one run of classifier, style encoder and style transformer to the next, at least
    /// 1: what they tell changes slowly. The generator runs every frame.
    pub(crate) style_every: u32,
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
pub(crate) struct Editor {
    model: Model,
    options: EditOptions,
    resampler: Resampler,
    /// Judges whether mouths are covered, where the bundle can tell.
    mouth: Option<Mouth>,
    pace: Pace,
    seconds: Option<f64>,
    /// Of the faces on the frame before.
    memories: Vec<Memory>,
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

/// What a frame's faces are to become.
struct Wanted<'a> {
    strengths: &'a [f32],
    /// Seconds since the frame before.
    elapsed: f64,
}

impl Editor {
    /// An editor for frames that come like this; between stills nothing is remembered.
    #[must_use]
    pub(crate) fn new(model: Model, pace: Pace, options: EditOptions) -> Self {
        Self {
            mouth: model.mouth().cloned(),
            model,
            options,
            resampler: Resampler::default(),
            pace,
            seconds: None,
            memories: Vec::with_capacity(MOST_FACES),
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
    pub(crate) fn into_model(self) -> Model {
        self.model
    }

    /// The model in use.
    #[must_use]
    pub(crate) fn model(&self) -> &Model {
        &self.model
    }

    /// Edits the faces of a frame with one strength per attribute, and the related style of the
    /// reference if there is one. Without a face, or with all strengths 0 and no reference, no edit is
    /// applied and the picture stays as it is, bit for bit.
    ///
    /// # Errors
    /// [`EdgeError::Runtime`].
    pub(crate) fn edit(
        &mut self,
        tracked: &Tracked,
        strengths: &[f32],
        edit: &mut Edit,
        stages: &mut Stages,
    ) -> Result<(), EdgeError> {
        edit.pass_through(tracked, strengths);
        let frame = &tracked.frame;
        let elapsed = match self.seconds.replace(frame.seconds) {
            Some(before) => frame.seconds - before,
            None => 0.0,
        };
        if self.pace == Pace::Stills {
            self.memories.clear();
        }
        self.memories
            .retain(|memory| tracked.faces.iter().any(|face| face.id == memory.id));
        let wanted = Wanted { strengths, elapsed };
        for edit in edit.faces_mut() {
            let id = edit.face.id;
            let known = self.memories.iter().position(|memory| memory.id == id);
            // Taken out while it is worked with; the order means nothing.
            let mut memory = match known {
                Some(index) => self.memories.swap_remove(index),
                None => Memory::new(id, strengths.len(), self.options.heads),
            };
            let edited = self.edit_face(frame, &wanted, &mut memory, edit, stages);
            self.memories.push(memory);
            edited?;
        }
        Ok(())
    }

    fn edit_face(
        &mut self,
        frame: &Frame,
        wanted: &Wanted<'_>,
        memory: &mut Memory,
        edit: &mut FaceEdit,
        stages: &mut Stages,
    ) -> Result<(), EdgeError> {
        let light = stages.time(Stage::Crop, || self.sample(frame, edit.face.crop));

        // The style also ages while the edit is off, so that the sliders start from a fresh one.
        let every = self.options.style_every.max(1);
        let (due, elapsed) = (memory.style_due(every), wanted.elapsed * f64::from(every));
        if due && let Some(mouth) = &mut self.mouth {
            let seen = stages.time(Stage::Mouth, || mouth.seen(frame, edit.face.crop));
            memory.cover.judge(seen, elapsed);
        }
        let begin = Begin::now();
        if due {
            self.classify(memory, elapsed, stages)?;
            self.encode(memory, wanted.strengths, elapsed, stages)?;
        }
        edit.source_domain = memory.source.domain();
        edit.probabilities
            .extend_from_slice(memory.source.probabilities());

        let part = self.weigh(wanted, memory) * memory.cover.share(wanted.elapsed);
        let (whole, reference_weight) = self.whole.split_at(wanted.strengths.len());
        let weights = EditWeights::new(whole, memory.source.start_of_edit(wanted.strengths));
        if part > 0.0 && (!weights.is_identity() || reference_weight != [0.0]) {
            let reference = self.reference.as_deref();
            let reference = reference.map(|related| ReferenceStyle {
                related,
                weight: reference_weight[0],
            });
            mix_style(&weights, &memory.parts, reference, &mut self.style_edited);
            stages.time(Stage::Generator, || {
                self.model
                    .draw(&self.image, &self.style_edited, &mut edit.drawing)
            })?;
            edit.drawing.show_in_part(part, light.gain);
            edit.applied = true;
        }
        stages.since(Stage::Model, begin);
        Ok(())
    }

    /// Takes the largest face of `tracked` for the reference: from now on the faces edited get its
    /// related code. Returns whether there was a face.
    ///
    /// # Errors
    /// [`EdgeError::Runtime`].
    pub(crate) fn capture_reference(&mut self, tracked: &Tracked) -> Result<bool, EdgeError> {
        let Some(face) = tracked.faces.first() else {
            return Ok(false);
        };
        self.sample(&tracked.frame, face.crop);
        self.model.classify(&self.image, &mut self.raw_logits)?;
        self.model.encode(&self.image, &mut self.styles)?;
        // One picture, no past: its most likely domain.
        let mut source = SourceDomain::new(self.raw_logits.len(), Heads::Switched);
        source.observe(&self.raw_logits, 0.0);
        let dim = self.model.manifest().architecture.style_dim;
        source.style_code(&self.styles, dim, source.domain(), &mut self.code);
        let mut parts = StyleParts::default();
        self.model.transform(&self.code, &mut parts)?;
        self.reference = Some(parts.related);
        Ok(true)
    }

    /// Changes [`EditOptions::style_every`].
    pub(crate) fn set_style_every(&mut self, frames: u32) {
        self.options.style_every = frames;
    }

    pub(crate) fn clear_reference(&mut self) {
        self.reference = None;
    }

    /// Fills `image` with the crop, in the light of the training images; returns how it was corrected.
    fn sample(&mut self, frame: &Frame, crop: Square) -> Correction {
        let architecture = &self.model.manifest().architecture;
        let unit = pixel::unit_from_byte(1) - pixel::unit_from_byte(0);
        let range = [unit, pixel::unit_from_byte(0)];
        let (colour, size) = (architecture.colour, architecture.image_size);
        self.resampler
            .sample_crop(frame, crop, colour, size, range, &mut self.image);
        let light = self.model.manifest().light;
        let correction = light.map_or(Correction::NONE, |light| {
            light.correction(&Light::of_image(&self.image, size))
        });
        correction.apply(&mut self.image);
        correction
    }

    /// Decides the source domain from the averaged logits.
    fn classify(
        &mut self,
        memory: &mut Memory,
        elapsed: f64,
        stages: &mut Stages,
    ) -> Result<(), EdgeError> {
        stages.time(Stage::Classifier, || {
            self.model.classify(&self.image, &mut self.raw_logits)
        })?;
        memory.source.observe(&self.raw_logits, elapsed);
        Ok(())
    }

    /// Averages the style code that an edit of these strengths starts from, and takes it apart.
    fn encode(
        &mut self,
        memory: &mut Memory,
        strengths: &[f32],
        elapsed: f64,
        stages: &mut Stages,
    ) -> Result<(), EdgeError> {
        stages.time(Stage::StyleEncoder, || {
            self.model.encode(&self.image, &mut self.styles)
        })?;
        let dim = self.model.manifest().architecture.style_dim;
        let start = memory.source.start_of_edit(strengths);
        memory
            .source
            .style_code(&self.styles, dim, start, &mut self.code);
        let style = memory.style.follow(&self.code, elapsed);
        stages.time(Stage::StyleTransformer, || {
            self.model.transform(style, &mut memory.parts)
        })
    }

    /// Fills `whole` with the strengths of a whole edit, the reference's last, and returns the part
    /// of that edit to show.
    fn weigh(&mut self, wanted: &Wanted<'_>, memory: &mut Memory) -> f32 {
        if self.pace == Pace::Stills {
            self.faded.clear();
            self.faded.extend_from_slice(wanted.strengths);
        } else {
            memory
                .source
                .fade(wanted.strengths, wanted.elapsed, &mut self.faded);
        }
        let has_reference = self.reference.is_some();
        self.faded.push(if has_reference { 1.0 } else { 0.0 });
        let output = self.model.manifest().architecture.output;
        whole_edit(&self.faded, output, &mut self.whole)
    }
}
