//! The networks of L2M-GAN (Yang et al., CVPR 2021) and those that judge and guide them. Symbols are the
//! paper's; images are `[N,C,S,S]`, RGB or luma, in [-1, 1].
//!
//! ```text
//! x, y ─► StyleEncoder ─► s ─► StyleTransformer ─► s~ ─► Generator ─► G(x, s~) ─► Discriminator
//!                                                 x ──────┘  ▲
//!                                                 FaceMask ──┘ (generators with high-pass skips)
//! ```

pub(crate) mod blocks;
pub(crate) mod classifier;
pub(crate) mod discriminator;
mod displacement;
pub(crate) mod editor;
pub mod face_mask;
pub(crate) mod generator;
mod identity;
pub(crate) mod inception_v3;
pub mod layers;
pub(crate) mod resnet18;
mod stored;
pub mod style_encoder;
pub(crate) mod style_transformer;
pub(crate) mod trunk;

pub use classifier::Classifier;
pub(crate) use classifier::ClassifierNetwork;
pub use discriminator::Discriminator;
pub use displacement::warp;
pub use editor::{Editor, Face};
pub use face_mask::FaceMask;
pub use generator::{Drawing, Generator, Masks};
pub(crate) use identity::{IdentityEncoder, unit};
pub use inception_v3::InceptionV3;
pub use layers::{ConvolutionForm, Rewrite, multiply_adds};
pub use resnet18::ResNet18;
pub(crate) use stored::StoredIdentity;
pub use stored::{StoredClassifier, StoredEditor};
pub use style_encoder::StyleEncoder;
pub use style_transformer::{SplitStyle, StyleTransformer};
