//! Weights and forms of the losses.

use serde::{Deserialize, Serialize};

/// Weights of the losses, `lambda` in the paper, and the form of the orthogonality loss.
///
/// ```
/// use trainer::config::{LossWeights, OrthogonalityForm};
///
/// // The defaults are the paper's; a settings file names only what differs.
/// let weights: LossWeights = toml::from_str("perceptual = 0.0").unwrap();
/// assert_eq!(weights.cycle, 1.0);
/// assert_eq!(weights.orthogonality_form, OrthogonalityForm::Full);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LossWeights {
    /// Adversarial loss of the generator; 0 leaves the discriminator untrained.
    pub adversarial: f64,
    /// R1 penalty on real images.
    pub r1: f64,
    /// Cycle loss.
    pub cycle: f64,
    /// Style reconstruction loss.
    pub style: f64,
    /// Perceptual loss; 0 leaves the feature network out.
    pub perceptual: f64,
    /// Attribute classification loss: the run's classifier has to see the target value in the edit.
    ///
    /// # Deviations
    /// Not in the paper (it is StarGAN's and AttGAN's); 0 leaves it out. It shortens small runs.
    pub classification: f64,
    /// Logit at which the classification loss ends its push: a hinge, `max(0, margin - t l)` for the target
    /// `t` = 1 or -1; 0 for cross-entropy, which never ends it.
    pub classification_margin: f64,
    /// Residual loss: the mean absolute change of the edit, or with a displacement output the mean absolute
    /// difference alone, which keeps it to where it is needed.
    ///
    /// # Deviations
    /// Not in the paper (it is the pixel loss of Shen and Liu 2017, "Learning residual images for face
    /// attribute manipulation"); 0 leaves it out.
    pub residual: f64,
    /// Price of colour fringes: the mean absolute difference between the colours of neighbouring pixels in what an edit adds.
    /// For colour models. Not in the paper.
    pub fringes: f64,
    /// Price of moving: the mean absolute displacement, in shares of the image's side. Not in the paper.
    pub displacement: f64,
    /// Price of what an edit changes outside `data.judged_square`, where no loss that asks for an edit looks. Not in the
    /// paper.
    pub unseen: f64,
    /// Price of the field's roughness: the mean absolute difference of neighbouring displacements. Not in the
    /// paper.
    pub roughness: f64,
    /// Price of the field's bending: the mean square of its second differences, which lets a mouth close where
    /// roughness would tear it: all of a slope costs nothing, its ends do. Not in the paper.
    pub bending: f64,
    /// Price of the field's stretching and squeezing: its symmetric Dirichlet energy, under which pixels do not smear. Not in
    /// the paper.
    pub stretch: f64,
    /// Price of changing what is in front of a face, see `data.augmentation.cover_probability`. Not in the
    /// paper.
    pub covered: f64,
    /// Counterfactual loss: the edit is the face's twin in the target domain. Needs data of `faces render`; 0 leaves it
    /// out. Not in the paper.
    pub counterfactual: f64,
    /// True displacement: the skin moves as it did between the twins. Needs such data too, and a displacement output.
    /// Not in the paper.
    pub true_displacement: f64,
    /// Price of the share of the style codes that is related to the attributes,
    /// `|s_re| / (|s_re| + |s_un|)`.
    ///
    /// # Deviations
    /// Not in the paper, whose losses are all content with `s_un = 0`.
    pub related_share: f64,
    /// Orthogonality loss.
    pub orthogonality: f64,
    /// Form of the orthogonality loss.
    pub orthogonality_form: OrthogonalityForm,
    /// Scale of the style and orthogonality losses.
    pub code_scale: CodeScale,
}

impl LossWeights {
    /// Whether a loss compares edits with their truth.
    #[must_use]
    pub(crate) fn know_the_truth(&self) -> bool {
        self.counterfactual > 0.0 || self.true_displacement > 0.0
    }
}

impl Default for LossWeights {
    fn default() -> Self {
        Self {
            adversarial: 1.0,
            r1: 1.0,
            cycle: 1.0,
            style: 1.0,
            perceptual: 1.0,
            classification: 0.0,
            classification_margin: 0.0,
            residual: 0.0,
            fringes: 0.0,
            displacement: 0.0,
            unseen: 0.0,
            roughness: 0.0,
            bending: 0.0,
            stretch: 0.0,
            covered: 0.0,
            counterfactual: 0.0,
            true_displacement: 0.0,
            related_share: 0.0,
            orthogonality: 1.0,
            orthogonality_form: OrthogonalityForm::Full,
            code_scale: CodeScale::Absolute,
        }
    }
}

/// Which parts of the code are kept orthogonal, and how (the rows of the paper's ablation).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrthogonalityForm {
    /// No orthogonality loss.
    None,
    /// `|s_un * s_re|` only.
    Single,
    /// Inner products instead of elementwise ones.
    Inner,
    /// The paper's: `|s_un * s_re| + |s_un * s~_re|`, elementwise.
    Full,
    /// `Full` with every product divided by the two codes' norms, face by face.
    ///
    /// # Deviations
    /// Not in the paper: a code that shrinks makes the paper's loss smaller without becoming orthogonal.
    Cosine,
}

/// Whether losses on style codes depend on the codes' length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeScale {
    /// The paper's: plain means.
    Absolute,
    /// Divided by the mean magnitude of the codes (once per factor).
    ///
    /// # Deviations
    /// The paper's losses on codes fall to zero when the codes do. A generator that draws the whole
    /// image needs its codes and opposes that; one that draws a difference starts without needing
    /// them, and the codes vanish before it has learnt to read them.
    Relative,
}
