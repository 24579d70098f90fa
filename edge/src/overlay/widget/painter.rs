//! What drawing needs: pixels, fonts and a scale.

use super::text::Text;
use tiny_skia::Pixmap;

/// Draws widgets onto the pixels of one layer.
pub(crate) struct Painter<'a> {
    pub(crate) pixmap: &'a mut Pixmap,
    pub(crate) text: &'a mut Text,
    /// Window pixels per design pixel.
    pub(crate) unit: f32,
}
