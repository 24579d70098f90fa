//! One row of the picture: first what is to be done to each pixel, then that, a few pixels at a time.

use super::{
    moved::{self, SPAN},
    node::Node,
};
use crate::picture::frame::Frame;
use bytemuck::cast;
use std::ops::Range;
use wide::{f32x4, i16x8, u8x16};

/// What is to be done to a pixel.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Work {
    #[default]
    Nothing,
    /// Something is added.
    Added,
    /// It shows another place, to which something is added.
    Moved,
}

/// What a drawing does to the pixels of a row; keeps its buffers.
///
/// Drawings are looked up at the nodes of a lattice, a few pixels wide and high; in between they run straight.
#[derive(Debug, Default)]
pub(super) struct Row {
    /// Of the first node.
    left: usize,
    /// Pixels from a node to the next, 1 to [`SPAN`].
    stride: usize,
    /// The nodes above the row.
    upper: Vec<Node>,
    /// The nodes below it, as many.
    lower: Vec<Node>,
    /// From the first node's pixel on, and some more that make the last span whole.
    work: Vec<Work>,
    /// In bytes: red, green, blue, and nothing.
    add: Vec<f32x4>,
    /// In pixels of the frame.
    right: Vec<f32>,
    /// In pixels of the frame.
    down: Vec<f32>,
}

impl Row {
    /// Makes room for rows of so many pixels, however many of them a crop has, and forgets all nodes.
    pub(super) fn reserve(&mut self, width: usize) {
        let most = width + 3 * SPAN;
        for nodes in [&mut self.upper, &mut self.lower] {
            nodes.clear();
            nodes.reserve_exact(most);
        }
        self.work.resize(most, Work::Nothing);
        self.add.resize(most, f32x4::ZERO);
        self.right.resize(most, 0.0);
        self.down.resize(most, 0.0);
    }

    /// Goes on to the next row of nodes, one at every `stride`th of the columns `pixels` and one behind them.
    pub(super) fn look_up(
        &mut self,
        pixels: Range<usize>,
        stride: usize,
        node: impl Fn(usize) -> Node,
    ) {
        (self.left, self.stride) = (pixels.start, stride);
        std::mem::swap(&mut self.upper, &mut self.lower);
        self.lower.clear();
        let columns = (pixels.start..pixels.end + stride).step_by(stride);
        self.lower.extend(columns.map(node));
    }

    /// Notes what is to be done to each pixel of the row that is `part` of the way from the upper nodes to the lower.
    pub(super) fn plan(&mut self, part: f32) {
        let of_a_pixel = 1.0 / self.stride as f32;
        let mut nodes = self.upper.iter().zip(&self.lower);
        let mut next = nodes.next().map(|(a, b)| a.along(&a.slope(b, 1.0), part));
        let mut at = 0;
        for (a, b) in nodes {
            let node = a.along(&a.slope(b, 1.0), part);
            let Some(here) = next.replace(node) else {
                return;
            };
            let work = if here.is_nothing() && node.is_nothing() {
                Work::Nothing
            } else if moved::is_unnoticed(here.shift) && moved::is_unnoticed(node.shift) {
                Work::Added
            } else {
                Work::Moved
            };
            // A span is written, whatever the stride: the next node overwrites what is too much.
            self.work[at..][..SPAN].fill(work);
            let slope = here.slope(&node, of_a_pixel);
            for i in 0..SPAN {
                let pixel = here.along(&slope, i as f32);
                self.add[at + i] = pixel.add;
                [self.right[at + i], self.down[at + i]] = pixel.shift;
            }
            at += self.stride;
        }
    }

    /// Does it to the pixels `begin..end` of row `y` of `canvas`, a picture of the size of `frame`, whose pixels are
    /// moved, none farther than `farthest`.
    pub(super) fn draw(
        &self,
        frame: &Frame,
        Range { start, end }: Range<usize>,
        y: usize,
        farthest: f32,
        canvas: &mut [u8],
    ) {
        let line = &mut canvas[3 * y * frame.width..][3 * start..3 * end];
        for (index, pixels) in line.chunks_mut(3 * SPAN).enumerate() {
            let at = SPAN * index + start.saturating_sub(self.left);
            let x = start + SPAN * index;
            let (Some(work), Some(add), Some(right), Some(down)) = (
                self.work[at..].first_chunk::<SPAN>(),
                self.add[at..].first_chunk::<SPAN>(),
                self.right[at..].first_chunk::<SPAN>(),
                self.down[at..].first_chunk::<SPAN>(),
            ) else {
                return;
            };
            if work.contains(&Work::Moved) {
                let shown = moved::shown(frame, [x, y], [*right, *down], farthest);
                put(pixels, std::array::from_fn(|i| shown[i] + add[i]));
            } else if work.contains(&Work::Added) {
                let here: [f32x4; SPAN] = std::array::from_fn(|i| {
                    let pixel = pixels.get(3 * i..3 * i + 3).unwrap_or(&[0; 3]);
                    f32x4::new([0, 1, 2, 0].map(|channel| f32::from(pixel[channel])))
                });
                put(pixels, std::array::from_fn(|i| here[i] + add[i]));
            }
        }
    }
}

/// Writes as many values, in bytes, as there are pixels: rounded, saturated.
#[inline]
fn put(pixels: &mut [u8], values: [f32x4; SPAN]) {
    let [a, b, c, d] = values.map(f32x4::fast_round_int);
    let halves = [[a, b], [c, d]].map(|pair| i16x8::from_i32x8_saturate(cast(pair)));
    let bytes = u8x16::narrow_i16x8(halves[0], halves[1]).to_array();
    for (pixel, bytes) in pixels.chunks_exact_mut(3).zip(bytes.chunks_exact(4)) {
        pixel.copy_from_slice(&bytes[..3]);
    }
}
