//! Whether the person stays the same: an identity network, how good it is, and what it says of an edit.
//!
//! ```text
//! training people ─► training ─► IdentityEncoder ─┬─► verification: pairs of the test people
//!                                                 └─► likeness: before and after an edit
//! ```

mod likeness;
mod training;
mod verification;

pub(crate) use likeness::Likeness;
pub(crate) use training::{IdentityFile, IdentityTraining, load_or_train, train};
pub(crate) use verification::{Verification, cosine};

use crate::{data::pictures_of, networks::IdentityEncoder};
use model_spec::{Architecture, ColourMode};

/// How faces are read for an identity network, whatever the editor's own form: in colour, at its size.
#[must_use]
pub(crate) fn pictures() -> Architecture {
    pictures_of(IdentityEncoder::SIZE, ColourMode::Rgb)
}
