//! The losses of L2M-GAN (Yang et al., CVPR 2021, section 3.3), one to a file and each a mean over its
//! batch, and the two objectives that they make up.
//!
//! ```text
//! Batch ─► EditedBatch ─┬─► discriminator_objective: real, fake, R1
//!                       └─► editor_objective: adversarial, cycle, style, perceptual, orthogonality;
//!                                             not in the paper: classification, residual,
//!                                             fringes, unseen, displacement, roughness, bending,
//!                                             stretch, covered, related share, counterfactual,
//!                                             true displacement
//! ```

mod absolute;
mod adversarial;
mod angular_margin;
mod classification;
mod code_unit;
mod counterfactual;
mod cycle;
mod discriminator_objective;
mod displacement;
mod edited_batch;
mod editor_objective;
mod fringes;
mod objective;
mod orthogonality;
mod perceptual;
mod r1;
mod related_share;
mod residual;
mod style;
mod weighted_change;

pub(crate) use adversarial::{adversarial_examples, adversarial_fake, adversarial_real};
pub(crate) use angular_margin::angular_margin;
pub(crate) use classification::{classification, hinged_classification};
pub(crate) use code_unit::code_unit;
pub(crate) use counterfactual::{counterfactual, true_displacement};
pub(crate) use cycle::cycle;
pub use discriminator_objective::{RealVerdict, discriminator_objective};
pub(crate) use displacement::{bending, displacement, roughness, stretch};
pub use edited_batch::EditedBatch;
pub use editor_objective::editor_objective;
pub(crate) use fringes::fringes;
pub use objective::{NamedLoss, Objective};
pub use orthogonality::orthogonality;
pub(crate) use perceptual::perceptual;
pub(crate) use r1::r1_penalty;
pub(crate) use related_share::related_share;
pub(crate) use residual::residual;
pub(crate) use style::style_reconstruction;
pub(crate) use weighted_change::weighted_change;
