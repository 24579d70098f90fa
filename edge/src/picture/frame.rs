//! A camera picture.

use std::time::Instant;

/// A picture of the source.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Position in the source's sequence, from 0; pictures that could not be read count too.
    pub index: u64,
    /// Seconds on the source's own clock; differences drive all smoothing.
    pub seconds: f64,
    /// When decoding began.
    pub captured: Instant,
    /// Time spent on decoding or rendering.
    pub decode_micros: u32,
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// `3 * width * height` bytes, RGB order, rows from the top.
    pub rgb: Vec<u8>,
    /// Whether it is one of a video, or stands alone.
    pub origin: Origin,
}

/// What a picture belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A camera or video: pictures follow each other in time.
    Video,
    /// A picture file of this name, without its ending.
    Still(String),
}

impl Default for Frame {
    fn default() -> Self {
        Self {
            index: 0,
            seconds: 0.0,
            captured: Instant::now(),
            decode_micros: 0,
            width: 0,
            height: 0,
            rgb: Vec::new(),
            origin: Origin::Video,
        }
    }
}

impl Frame {
    /// Sets the size, keeping the memory where that fits. Pixels are undefined afterwards.
    pub fn resize(&mut self, width: usize, height: usize) {
        self.width = width;
        self.height = height;
        let bytes = 3 * width * height;
        if self.rgb.capacity() < bytes {
            // Zeroed memory from the system costs nothing until it is written.
            self.rgb = vec![0; bytes];
        }
        self.rgb.resize(bytes, 0);
    }
}
