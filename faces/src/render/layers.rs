//! What every pixel of a picture shows, noted while it is drawn.

/// Shares of one pixel, each 0..=1, and the place on the face that it shows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pixel {
    /// Head and ears, with all that is on them but hair.
    pub face: f32,
    pub hair: f32,
    /// What shows between the lids.
    pub eyes: f32,
    /// Lips and what shows between them.
    pub mouth: f32,
    /// Frame, lenses and their shadow.
    pub glasses: f32,
    /// Neck and clothes.
    pub body: f32,
    /// Skin of the head, lips among it: what an expression carries.
    pub skin: f32,
    /// Whether it was drawn over the background at all, be it by nothing: its dither is then another.
    pub drawn: bool,
    /// Frontal coordinates; far away where there is no head.
    pub frontal: [f32; 2],
}

impl Default for Pixel {
    fn default() -> Self {
        Self {
            face: 0.0,
            hair: 0.0,
            eyes: 0.0,
            mouth: 0.0,
            glasses: 0.0,
            body: 0.0,
            skin: 0.0,
            drawn: false,
            frontal: [99.0; 2],
        }
    }
}

/// The pixels of a picture, row by row.
pub(crate) struct Layers {
    pub pixels: Vec<Pixel>,
}

impl Layers {
    /// Nothing drawn yet.
    pub(crate) fn new(width: usize, height: usize) -> Self {
        Self {
            pixels: vec![Pixel::default(); width * height],
        }
    }
}
