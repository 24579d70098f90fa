//! The colours of the screen.

/// Red, green, blue and opacity, each 0..=255; not premultiplied.
pub(crate) type Colour = [u8; 4];

/// Background of panels.
pub(crate) const PANEL: Colour = [14, 17, 24, 206];
/// Background of cards, which are read for longer and therefore more opaque.
pub(crate) const CARD: Colour = [14, 17, 24, 236];
/// Background of the "before" mark.
pub(crate) const BEFORE: Colour = [14, 17, 24, 214];
/// Shade behind the invitation's face.
pub(crate) const SHADE: Colour = [14, 17, 24, 120];
/// Thin line around panels.
pub(crate) const OUTLINE: Colour = [255, 255, 255, 36];
/// Thin line around marks.
pub(crate) const MARK_OUTLINE: Colour = [255, 255, 255, 90];
/// Thin line between the values of the status line.
pub(crate) const SEPARATOR: Colour = [255, 255, 255, 60];
/// Primary text.
pub(crate) const WHITE: Colour = [255, 255, 255, 255];
/// Running text.
pub(crate) const TEXT: Colour = [255, 255, 255, 226];
/// Secondary text.
pub(crate) const FAINT: Colour = [255, 255, 255, 168];
/// The accent colour.
pub(crate) const ACCENT: Colour = [112, 120, 255, 255];
/// Text in the accent's hue, light enough to be read on panels.
pub(crate) const ACCENT_TEXT: Colour = [172, 184, 255, 255];
/// Grooves of sliders.
pub(crate) const GROOVE: Colour = [255, 255, 255, 46];
/// Buttons that are off.
pub(crate) const QUIET: Colour = [255, 255, 255, 28];
/// Something needs attention: a fallback provider runs, or the camera is away.
pub(crate) const AMBER: Colour = [255, 190, 60, 255];
/// All is well.
pub(crate) const GREEN: Colour = [94, 214, 140, 255];
/// A recording is running.
pub(crate) const RED: Colour = [232, 52, 60, 255];
/// Both ends of the accent's gradient.
pub(crate) const GRADIENT: [Colour; 2] = [[70, 130, 255, 255], [190, 90, 255, 255]];
