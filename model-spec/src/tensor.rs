//! Names of the graphs' inputs and outputs and of the parity sample's tensors.
//!
//! `N` faces, `C` channels, `S` image size, `Y` domains, `A` attributes, `d` style dimension.

/// `[N, C, S, S]` in [-1, 1]: input of the style encoder, generator and classifier.
pub const IMAGE: &str = "image";
/// `[N, Y, d]`: the style encoder's output, one code per source domain.
pub const STYLES: &str = "styles";
/// `[N, d]`: input of the style transformer and the generator.
pub const STYLE: &str = "style";
/// `[N, d]`: `s_un = P(s)`.
pub const STYLE_UNRELATED: &str = "style_unrelated";
/// `[N, d]`: `s_re = s - s_un`.
pub const STYLE_RELATED: &str = "style_related";
/// `[N, Y, d]`: `T_y(s_re)` for every domain.
pub const STYLE_RELATED_TARGETS: &str = "style_related_targets";
/// `[N, C, S, S]`: the edited face; may leave [-1, 1] a little. No output of `displacement` generators:
/// the mirror moves the camera's own pixels.
pub const EDITED: &str = "edited";
/// `[N, C, S, S]`: edited face minus input; an output of `difference` generators. Of
/// `displacement` generators: what to add behind the displacement.
pub const DIFFERENCE: &str = "difference";
/// `[N, 2, 32, 32]`: the displacement field, right and down in shares of the image's side; an output of
/// `displacement` generators, see [`crate::displacement`].
pub const DISPLACEMENT: &str = "displacement";
/// `[N, 1, 256, 256]` in [0, 1]: the whole face, for the high-pass skips at 32 px. Output of the
/// face-mask network, input of a generator with `w_hpf > 0`. A parity sample without masks was made
/// without high-pass skips, which is the same as with masks of 0.
pub const MASK_FIRST: &str = "mask_first";
/// `[N, 1, 256, 256]` in [0, 1]: without chin, lips and brows, for the high-pass skips above 32 px.
pub const MASK_SECOND: &str = "mask_second";
/// `[N, A]`: the classifier's logits, above 0 = the attribute's `on` value.
pub const LOGITS: &str = "logits";
/// Side of the face masks in pixels, whatever the image size.
pub const MASK_SIZE: usize = 256;
/// `[N]` int64, parity sample only: the domain whose style encoder head was used.
pub const SOURCE_DOMAIN: &str = "source_domain";
/// `[N, d]`, parity sample only: the style code the generator was given.
pub const STYLE_EDITED: &str = "style_edited";

/// Faces in the parity sample.
pub const PARITY_FACES: usize = 8;
/// Largest difference between a graph's output and the trainer's, in units of the tensor.
pub const PARITY_TOLERANCE: f32 = 1e-4;
