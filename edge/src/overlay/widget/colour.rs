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
pub(crate) const ACCENT: Colour = [88, 96, 255, 255];
/// Text in the accent's hue, light enough to be read on panels.
pub(crate) const ACCENT_TEXT: Colour = [172, 184, 255, 255];
/// Grooves of sliders.
pub(crate) const GROOVE: Colour = [255, 255, 255, 46];
/// Buttons that are off.
pub(crate) const QUIET: Colour = [255, 255, 255, 28];
/// The ring around what the keyboard's focus is on, ...
pub(crate) const FOCUS: Colour = [255, 214, 92, 255];
/// ... and its inner edge.
pub(crate) const FOCUS_EDGE: Colour = [14, 17, 24, 255];
/// Something needs attention: a fallback provider runs, or the camera is away.
pub(crate) const AMBER: Colour = [255, 190, 60, 255];
/// All is well.
pub(crate) const GREEN: Colour = [94, 214, 140, 255];
/// A recording is running.
pub(crate) const RED: Colour = [220, 44, 52, 255];
/// Both ends of the accent's gradient.
pub(crate) const GRADIENT: [Colour; 2] = [[70, 130, 255, 255], [190, 90, 255, 255]];

#[cfg(test)]
mod tests {
    use super::*;

    /// `above` seen over an opaque colour.
    fn over(above: Colour, below: Colour) -> Colour {
        let part = f32::from(above[3]) / 255.0;
        let mix = |i: usize| f32::from(above[i]) * part + f32::from(below[i]) * (1.0 - part);
        [mix(0) as u8, mix(1) as u8, mix(2) as u8, 255]
    }

    /// Relative luminance and contrast ratio of WCAG 2.2.
    fn luminance(colour: Colour) -> f32 {
        let linear = |byte: u8| {
            let value = f32::from(byte) / 255.0;
            match value <= 0.040_45 {
                true => value / 12.92,
                false => ((value + 0.055) / 1.055).powf(2.4),
            }
        };
        let [red, green, blue, _] = colour;
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    fn contrast(a: Colour, b: Colour) -> f32 {
        let [a, b] = [luminance(a), luminance(b)];
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// Pictures at their brightest and darkest.
    const PICTURES: [Colour; 2] = [[255; 4], [0, 0, 0, 255]];

    #[test]
    fn every_text_reaches_the_contrast_of_aa_on_every_ground_that_it_is_drawn_on() {
        // Each ground lies on those after it, and they on a picture.
        let pairs: [(&str, &[Colour], &[Colour]); 10] = [
            ("panel", &[WHITE, TEXT, FAINT, ACCENT_TEXT, AMBER], &[PANEL]),
            ("card", &[WHITE, TEXT, FAINT, ACCENT_TEXT, AMBER], &[CARD]),
            ("button", &[WHITE], &[QUIET, PANEL]),
            ("button of a card", &[WHITE, TEXT], &[QUIET, CARD]),
            ("lit button", &[WHITE], &[ACCENT]),
            ("edited", &[WHITE], &[ACCENT]),
            ("before", &[WHITE], &[BEFORE]),
            ("recording", &[WHITE], &[RED]),
            ("split handle", &[ACCENT], &[WHITE]),
            ("focus ring", &[FOCUS], &[FOCUS_EDGE]),
        ];
        for (name, texts, grounds) in pairs {
            for picture in PICTURES {
                let ground = grounds
                    .iter()
                    .rev()
                    .fold(picture, |below, above| over(*above, below));
                for &text in texts {
                    let ratio = contrast(over(text, ground), ground);
                    assert!(
                        ratio >= 4.5,
                        "{name}: {text:?} on {ground:?} is {ratio:.2} to 1"
                    );
                }
            }
        }
        // Behind the invitation the picture is dimmed first, see `Overlay::view`.
        let dimmed = over(SHADE, [88, 88, 88, 255]);
        for text in [WHITE, TEXT, FAINT] {
            assert!(contrast(over(text, dimmed), dimmed) >= 4.5, "{text:?}");
        }
    }

    #[test]
    fn dots_and_rings_are_told_from_their_ground_at_three_to_one() {
        for picture in PICTURES {
            let panel = over(PANEL, picture);
            for mark in [AMBER, GREEN, FOCUS, WHITE] {
                assert!(contrast(mark, panel) >= 3.0, "{mark:?}");
            }
        }
    }
}
