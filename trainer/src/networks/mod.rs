//! The networks of L2M-GAN. Symbols are the paper's; images are `[N,C,S,S]` in [-1, 1].

pub mod blocks;
pub mod classifier;
pub mod convolution_form;
pub mod discriminator;
pub mod editor;
pub mod face_mask;
pub mod generator;
pub mod inception_v3;
pub mod layers;
pub mod multiply_adds;
pub mod resnet18;
mod stored;
pub mod style_encoder;
pub mod style_transformer;
pub mod trunk;

pub use classifier::Classifier;
pub use convolution_form::{ConvolutionForm, Rewrite};
pub use discriminator::Discriminator;
pub use editor::{Editor, Face};
pub use face_mask::FaceMask;
pub use generator::{Generator, Masks};
pub use inception_v3::InceptionV3;
pub use resnet18::ResNet18;
pub use stored::{StoredClassifier, StoredEditor};
pub use style_encoder::StyleEncoder;
pub use style_transformer::{SplitStyle, StyleTransformer};
