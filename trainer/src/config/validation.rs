//! Checks of a whole configuration, before any work starts.

use super::Config;
use crate::error::TrainError;
use model_spec::{ColourMode, OutputForm, error::Mismatch};
use std::path::Path;

impl Config {
    /// Refuses values that no run can work with; `path` is named in errors.
    pub(super) fn validate(&self, path: &Path) -> Result<(), TrainError> {
        let in_file = |mismatch: Mismatch| mismatch.in_file(path);
        self.architecture.validate().map_err(in_file)?;
        self.framing.validate().map_err(in_file)?;
        // A run whose name no bundle can have would end at its export.
        model_spec::manifest::check_name(&self.name).map_err(in_file)?;
        let schedule = &self.schedule;
        let positive = [
            ("schedule.steps", schedule.steps),
            ("schedule.batch_size", schedule.batch_size as u64),
            ("schedule.r1_interval", schedule.r1_interval),
            ("schedule.tick_interval", schedule.tick_interval),
            ("schedule.sample_interval", schedule.sample_interval),
            ("schedule.checkpoint_interval", schedule.checkpoint_interval),
            (
                "schedule.checkpoints_kept",
                schedule.checkpoints_kept as u64,
            ),
            ("health.readings", self.health.readings),
            ("classifier.batch_size", self.classifier.batch_size as u64),
            ("classifier.steps", self.classifier.steps),
            ("evaluation.judge_steps", self.evaluation.judge_steps),
            (
                "evaluation.faces_per_domain",
                self.evaluation.faces_per_domain as u64,
            ),
            (
                "architecture.classifier_channels",
                self.architecture.classifier_channels as u64,
            ),
        ];
        let wrong = |field: &str, found: String, expected: &str| {
            Err(in_file(Mismatch::new(field, found, expected)).into())
        };
        for (field, value) in positive {
            if value == 0 {
                return wrong(field, "0".into(), "1 or more");
            }
        }
        for (field, value, least) in self.rates_and_weights() {
            let (is_enough, expected) = match least {
                Least::Zero => (value >= 0.0, "a finite number, 0 or more"),
                Least::AboveZero => (value > 0.0, "a finite number above 0"),
            };
            if !(is_enough && value.is_finite()) {
                return wrong(field, value.to_string(), expected);
            }
        }
        for (field, decay) in [
            ("editor_adam.beta1", self.editor_adam.beta1),
            ("editor_adam.beta2", self.editor_adam.beta2),
            ("discriminator_adam.beta1", self.discriminator_adam.beta1),
            ("discriminator_adam.beta2", self.discriminator_adam.beta2),
            // 1 would export the weights that the run started from.
            ("schedule.average_decay", schedule.average_decay),
        ] {
            if !(0.0..1.0).contains(&decay) {
                return wrong(field, decay.to_string(), "0 to 1, 1 left out");
            }
        }
        if self.architecture.reads_masks() && self.face_mask.is_none() {
            return wrong(
                "face_mask",
                "nothing".into(),
                "wing.ckpt or an official nets_ema.ckpt: generators with architecture.w_hpf above 0 \
                 need face masks",
            );
        }
        let rows = self.evaluation.edited_rows.iter();
        for (name, &[top, bottom]) in rows.chain(&self.evaluation.kept_rows) {
            let names = self.attributes.names();
            if !names.contains(&name.as_str()) {
                return wrong(
                    "evaluation: rows",
                    format!("{name:?}"),
                    &format!("one of: {}", names.join(", ")),
                );
            }
            if !(0.0 <= top && top < bottom && bottom <= 1.0) {
                return wrong(
                    &format!("evaluation: rows of {name}"),
                    format!("[{top}, {bottom}]"),
                    "two shares of the image's height, 0 to 1, the upper first",
                );
            }
        }
        let scale = self.data.picture_scale;
        let scales = self.architecture.output == OutputForm::Displacement
            && !self.architecture.reads_masks();
        if !(scale == 1 || (scales && (2..=8).contains(&scale))) {
            return wrong(
                "data.picture_scale",
                scale.to_string(),
                "1, or with a displacement output and w_hpf = 0 up to 8",
            );
        }
        let [left, top, side] = self.data.judged_square;
        let inside = [left, top]
            .iter()
            .all(|&edge| edge >= 0.0 && edge + side <= 1.0);
        let pixels = side * self.picture_architecture().image_size as f64;
        let fits = (32.0..=1024.0).contains(&pixels) && pixels.log2().fract() == 0.0;
        if !(inside && fits) {
            return wrong(
                "data.judged_square",
                format!("{:?}", self.data.judged_square),
                "left, top and side in shares of a picture's side: a square inside it whose side in pixels is \
                 a power of two, 32 or more",
            );
        }
        let of_displacements = [
            ("loss.true_displacement", self.loss.true_displacement),
            ("loss.displacement", self.loss.displacement),
            ("loss.roughness", self.loss.roughness),
            ("loss.bending", self.loss.bending),
            ("loss.stretch", self.loss.stretch),
            (
                "data.augmentation.difference_dropout",
                self.data.augmentation.difference_dropout,
            ),
        ];
        for (field, value) in of_displacements {
            if value > 0.0 && self.architecture.output != OutputForm::Displacement {
                return wrong(
                    field,
                    value.to_string(),
                    "0 unless architecture.output is \"displacement\"",
                );
            }
        }
        if self.loss.fringes > 0.0 && self.architecture.colour == ColourMode::Luma {
            return wrong(
                "loss.fringes",
                self.loss.fringes.to_string(),
                "0 with architecture.colour = \"luma\", which has no colours",
            );
        }
        if self.loss.know_the_truth() && self.data.synthetic_share > 0.0 {
            return wrong(
                "data.synthetic_share",
                self.data.synthetic_share.to_string(),
                "0 with loss.counterfactual or loss.true_displacement: faces that are mixed in have no twins",
            );
        }
        if self.loss.adversarial == 0.0 && schedule.discriminator_head_start > 0 {
            return wrong(
                "schedule.discriminator_head_start",
                schedule.discriminator_head_start.to_string(),
                "0 with loss.adversarial = 0, which leaves the discriminator untrained",
            );
        }
        if schedule.steps <= schedule.discriminator_head_start {
            return wrong(
                "schedule.steps",
                schedule.steps.to_string(),
                &format!(
                    "more than schedule.discriminator_head_start, {}: until then the editor does not learn; \
                     for a shorter run lower both",
                    schedule.discriminator_head_start
                ),
            );
        }
        for (field, value, most) in self.data.augmentation.limits() {
            if !(0.0..=most).contains(&value) {
                let field = format!("data.augmentation.{field}");
                return wrong(&field, value.to_string(), &format!("0 to {most}"));
            }
        }
        if !(1.0..=1000.0).contains(&schedule.price_growth) {
            let found = schedule.price_growth.to_string();
            return wrong("schedule.price_growth", found, "1 to 1000");
        }
        let shares = [
            ("schedule.decay_share", schedule.decay_share),
            ("data.synthetic_share", self.data.synthetic_share),
        ];
        for (field, value) in shares {
            if !(0.0..=1.0).contains(&value) {
                return wrong(field, value.to_string(), "0 to 1");
            }
        }
        if self.data.synthetic_share > 0.0 && self.data.synthetic_faces_per_domain == 0 {
            return wrong(
                "data.synthetic_faces_per_domain",
                "0".into(),
                "1 or more when data.synthetic_share is above 0",
            );
        }
        Ok(())
    }

    /// Learning rates and the weights of losses, with the least that each may be.
    fn rates_and_weights(&self) -> [(&'static str, f64, Least); 24] {
        use Least::{AboveZero, Zero};
        let loss = &self.loss;
        let (editor, discriminator) = (&self.editor_adam, &self.discriminator_adam);
        [
            ("editor_adam.learning_rate", editor.learning_rate, AboveZero),
            ("editor_adam.weight_decay", editor.weight_decay, Zero),
            (
                "discriminator_adam.learning_rate",
                discriminator.learning_rate,
                AboveZero,
            ),
            (
                "discriminator_adam.weight_decay",
                discriminator.weight_decay,
                Zero,
            ),
            (
                "classifier.learning_rate",
                self.classifier.learning_rate,
                AboveZero,
            ),
            ("loss.adversarial", loss.adversarial, Zero),
            ("loss.r1", loss.r1, Zero),
            ("loss.cycle", loss.cycle, Zero),
            ("loss.style", loss.style, Zero),
            ("loss.perceptual", loss.perceptual, Zero),
            ("loss.classification", loss.classification, Zero),
            (
                "loss.classification_margin",
                loss.classification_margin,
                Zero,
            ),
            ("loss.residual", loss.residual, Zero),
            ("loss.fringes", loss.fringes, Zero),
            ("loss.displacement", loss.displacement, Zero),
            ("loss.unseen", loss.unseen, Zero),
            ("loss.roughness", loss.roughness, Zero),
            ("loss.bending", loss.bending, Zero),
            ("loss.stretch", loss.stretch, Zero),
            ("loss.covered", loss.covered, Zero),
            ("loss.counterfactual", loss.counterfactual, Zero),
            ("loss.true_displacement", loss.true_displacement, Zero),
            ("loss.related_share", loss.related_share, Zero),
            ("loss.orthogonality", loss.orthogonality, Zero),
        ]
    }
}

/// The least that a rate or weight may be.
#[derive(Debug, Clone, Copy)]
enum Least {
    Zero,
    AboveZero,
}
