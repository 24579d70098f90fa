//! How a convolution next to a resampling is computed; all ways give the same numbers.

/// As in the paper, or with fewer multiply-adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConvolutionForm {
    /// The operations one after the other: 36 multiply-adds per channel pair and pixel of the smaller
    /// image.
    Plain,
    /// Whichever of the others is faster for the layer at hand.
    Rewritten,
    /// Always this one, for tests and for finding where it pays.
    Always(Rewrite),
}

/// A way with fewer multiply-adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rewrite {
    /// One convolution with a stride, whose kernel is the 3x3 one summed over its four placements in 4x4:
    /// 16 multiply-adds, and a kernel to be made.
    SpreadKernel,
    /// One convolution with a stride and the 3x3 kernel itself, before or behind a sum over 2x2 pixels
    /// at the larger size: 9 multiply-adds, and an image more.
    BoxFilter,
}

/// Input channels from which an image more costs less than the multiply-adds it saves, and ...
pub const BOX_CHANNELS: i64 = 256;
/// ... pixels, of all images of a batch at the smaller size, from which that is so.
pub const BOX_PIXELS: i64 = 32;
/// Pixels from which, with fewer channels, the larger kernel pays: making and differentiating it takes the
/// same time however few pixels it meets. All three from `cargo bench -p trainer --bench forms`.
pub const SPREAD_PIXELS: i64 = 256;

impl ConvolutionForm {
    /// How to compute a convolution of `channels` input channels; `pixels` are those of all images
    /// at the smaller size. None: plainly.
    #[must_use]
    pub fn rewrite(self, channels: i64, pixels: i64) -> Option<Rewrite> {
        match self {
            Self::Plain => None,
            Self::Always(rewrite) => Some(rewrite),
            Self::Rewritten if channels >= BOX_CHANNELS => {
                (pixels >= BOX_PIXELS).then_some(Rewrite::BoxFilter)
            }
            Self::Rewritten => (pixels >= SPREAD_PIXELS).then_some(Rewrite::SpreadKernel),
        }
    }
}
