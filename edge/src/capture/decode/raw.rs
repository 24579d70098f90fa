//! Uncompressed camera and video pictures: YCbCr in several layouts, RGB, and grey.

use super::pixel_format::FourCc;
use crate::picture::frame::Frame;
use std::borrow::Cow;
use yuv::{
    YuvBiPlanarImage, YuvConversionMode, YuvError, YuvGrayImage, YuvPackedImage, YuvPlanarImage,
    YuvRange, YuvStandardMatrix,
};

/// What the numbers of a YCbCr picture mean.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Colour {
    pub(crate) range: YuvRange,
    pub(crate) matrix: YuvStandardMatrix,
}

impl Default for Colour {
    /// What USB cameras and video files without further notice mean: BT.601, limited range.
    fn default() -> Self {
        Self {
            range: YuvRange::Limited,
            matrix: YuvStandardMatrix::Bt601,
        }
    }
}

/// How the rows of a picture lie in memory.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rows {
    /// Width and height in pixels.
    pub(crate) size: [usize; 2],
    /// Bytes from one row of the first plane to the next, padding included; too small a value means
    /// that there is none.
    pub(crate) stride: usize,
}

/// Chroma samples of planar pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Chroma {
    /// None: luma only.
    None,
    /// One for every four pixels.
    Quarter,
    /// One for every two pixels of a row.
    Half,
    /// One for every pixel.
    Full,
}

impl Chroma {
    /// Width and height of a chroma plane.
    #[must_use]
    pub(crate) const fn plane(self, [width, height]: [usize; 2]) -> [usize; 2] {
        match self {
            Self::None => [0, 0],
            Self::Quarter => [width.div_ceil(2), height.div_ceil(2)],
            Self::Half => [width.div_ceil(2), height],
            Self::Full => [width, height],
        }
    }

    /// Bytes of a picture, luma plane first.
    #[must_use]
    pub(crate) const fn bytes(self, size: [usize; 2]) -> usize {
        let [width, height] = self.plane(size);
        size[0] * size[1] + 2 * width * height
    }
}

/// Decodes one of [`super::pixel_format::FORMATS`] that is no JPEG.
///
/// # Errors
/// A picture that is cut off, or has no pixels.
pub(crate) fn decode(
    bytes: &[u8],
    format: FourCc,
    rows: Rows,
    colour: Colour,
    frame: &mut Frame,
) -> Result<(), String> {
    let [width, height] = rows.size;
    if width == 0 || height == 0 {
        return Err(format!("found {width} x {height} pixels, expected some"));
    }
    match &format {
        b"GREY" => grey(bytes, rows, frame),
        b"RGB3" => rgb(bytes, Order::Rgb, rows, frame),
        b"BGR3" => rgb(bytes, Order::Bgr, rows, frame),
        b"NV12" | b"NV21" => two_planes(bytes, format, Chroma::Quarter, rows, colour, frame),
        b"NV16" | b"NV61" => two_planes(bytes, format, Chroma::Half, rows, colour, frame),
        b"YU12" => planes(bytes, Chroma::Quarter, Blue::First, rows, colour, frame),
        b"YV12" => planes(bytes, Chroma::Quarter, Blue::Last, rows, colour, frame),
        b"422P" => planes(bytes, Chroma::Half, Blue::First, rows, colour, frame),
        _ => packed(bytes, format, rows, colour, frame),
    }
}

/// Packed YCbCr 4:2:2: `YUYV`, `UYVY`, `YVYU` or `VYUY`.
fn packed(
    bytes: &[u8],
    format: FourCc,
    rows: Rows,
    colour: Colour,
    frame: &mut Frame,
) -> Result<(), String> {
    let [width, height] = rows.size;
    let row = 4 * width.div_ceil(2);
    let stride = rows.stride.max(row);
    let packed = YuvPackedImage {
        yuy: &lines(bytes, stride * (height - 1) + row, stride * height)?,
        yuy_stride: stride as u32,
        width: width as u32,
        height: height as u32,
    };
    frame.resize(width, height);
    let (out, to) = (&mut frame.rgb, 3 * packed.width);
    let Colour { range, matrix } = colour;
    done(match &format {
        b"UYVY" => yuv::uyvy422_to_rgb(&packed, out, to, range, matrix),
        b"YVYU" => yuv::yvyu422_to_rgb(&packed, out, to, range, matrix),
        b"VYUY" => yuv::vyuy422_to_rgb(&packed, out, to, range, matrix),
        _ => yuv::yuyv422_to_rgb(&packed, out, to, range, matrix),
    })
}

/// Luma plane, then interleaved chroma in rows of the same stride.
fn two_planes(
    bytes: &[u8],
    format: FourCc,
    chroma: Chroma,
    rows: Rows,
    colour: Colour,
    frame: &mut Frame,
) -> Result<(), String> {
    let [width, height] = rows.size;
    let [pairs, chroma_height] = chroma.plane(rows.size);
    let stride = rows.stride.max(2 * pairs);
    let luma = stride * height;
    let end = luma + stride * chroma_height;
    let bytes = lines(bytes, end - stride + 2 * pairs, end)?;
    let image = YuvBiPlanarImage {
        y_plane: &bytes[..luma],
        y_stride: stride as u32,
        uv_plane: &bytes[luma..],
        uv_stride: stride as u32,
        width: width as u32,
        height: height as u32,
    };
    frame.resize(width, height);
    let (out, to) = (&mut frame.rgb, 3 * image.width);
    let (Colour { range, matrix }, mode) = (colour, YuvConversionMode::default());
    done(match &format {
        b"NV21" => yuv::yuv_nv21_to_rgb(&image, out, to, range, matrix, mode),
        b"NV16" => yuv::yuv_nv16_to_rgb(&image, out, to, range, matrix, mode),
        b"NV61" => yuv::yuv_nv61_to_rgb(&image, out, to, range, matrix, mode),
        _ => yuv::yuv_nv12_to_rgb(&image, out, to, range, matrix, mode),
    })
}

/// One byte per pixel, 0 black and 255 white.
fn grey(bytes: &[u8], rows: Rows, frame: &mut Frame) -> Result<(), String> {
    let [width, height] = rows.size;
    let stride = rows.stride.max(width);
    let bytes = whole(bytes, stride * (height - 1) + width)?;
    frame.resize(width, height);
    let lines = bytes.chunks(stride);
    for (line, out) in lines.zip(frame.rgb.chunks_exact_mut(3 * width)) {
        for (byte, pixel) in line.iter().zip(out.chunks_exact_mut(3)) {
            pixel.fill(*byte);
        }
    }
    Ok(())
}

/// Order of the bytes of a pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Rgb,
    Bgr,
}

/// Three bytes per pixel.
fn rgb(bytes: &[u8], order: Order, rows: Rows, frame: &mut Frame) -> Result<(), String> {
    let [width, height] = rows.size;
    let stride = rows.stride.max(3 * width);
    let bytes = whole(bytes, stride * (height - 1) + 3 * width)?;
    frame.resize(width, height);
    let lines = bytes.chunks(stride);
    for (line, out) in lines.zip(frame.rgb.chunks_exact_mut(3 * width)) {
        out.copy_from_slice(&line[..3 * width]);
        if order == Order::Bgr {
            out.chunks_exact_mut(3).for_each(|pixel| pixel.swap(0, 2));
        }
    }
    Ok(())
}

/// Where the plane of blue differences lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blue {
    /// Before that of the red ones.
    First,
    /// Behind it.
    Last,
}

/// Luma plane, then the two planes of differences. Their stride is that of the luma in the same
/// proportion as their width.
///
/// # Errors
/// A picture that is cut off.
pub(crate) fn planes(
    bytes: &[u8],
    chroma: Chroma,
    blue: Blue,
    rows: Rows,
    colour: Colour,
    frame: &mut Frame,
) -> Result<(), String> {
    let [width, height] = rows.size;
    let stride = rows.stride.max(width);
    let [chroma_width, chroma_height] = chroma.plane(rows.size);
    let [chroma_stride, _] = chroma.plane([stride, height]);
    let (luma, plane) = (stride * height, chroma_stride * chroma_height);
    let padding = match chroma {
        Chroma::None => stride - width,
        _ => chroma_stride - chroma_width,
    };
    let end = luma + 2 * plane;
    let bytes = lines(bytes, end - padding, end)?;
    frame.resize(width, height);
    let (y_plane, rest) = bytes.split_at(luma);
    let (first, last) = rest.split_at(plane);
    let (u_plane, v_plane) = match blue {
        Blue::First => (first, last),
        Blue::Last => (last, first),
    };
    let (out, to) = (&mut frame.rgb, 3 * width as u32);
    let Colour { range, matrix } = colour;
    let planar = YuvPlanarImage {
        y_plane,
        y_stride: stride as u32,
        u_plane,
        u_stride: chroma_stride as u32,
        v_plane,
        v_stride: chroma_stride as u32,
        width: width as u32,
        height: height as u32,
    };
    done(match chroma {
        Chroma::Quarter => yuv::yuv420_to_rgb(&planar, out, to, range, matrix),
        Chroma::Half => yuv::yuv422_to_rgb(&planar, out, to, range, matrix),
        Chroma::Full => yuv::yuv444_to_rgb(&planar, out, to, range, matrix),
        Chroma::None => {
            let grey = YuvGrayImage {
                y_plane,
                y_stride: stride as u32,
                width: width as u32,
                height: height as u32,
            };
            yuv::yuv400_to_rgb(&grey, out, to, range, matrix)
        }
    })
}

/// The first `all` of `bytes`. The padding of the last line may be missing, so that there are only `least`: the
/// converters count whole lines, and get zeros there.
fn lines(bytes: &[u8], least: usize, all: usize) -> Result<Cow<'_, [u8]>, String> {
    if let Some(bytes) = bytes.get(..all) {
        return Ok(bytes.into());
    }
    whole(bytes, least)?;
    let mut padded = bytes.to_vec();
    padded.resize(all, 0);
    Ok(padded.into())
}

fn whole(bytes: &[u8], expected: usize) -> Result<&[u8], String> {
    bytes.get(..expected).ok_or_else(|| {
        let found = bytes.len();
        format!("cut off: found {found} bytes, expected {expected}")
    })
}

fn done(result: Result<(), YuvError>) -> Result<(), String> {
    result.map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::decode::pixel_format::{FORMATS, is_jpeg, name};

    /// One colour in every layout: luma 150, blue difference 100, red difference 160.
    const COLOUR: [u8; 3] = [150, 100, 160];

    /// Every row of a plane with `padding` bytes of rubbish behind it.
    fn padded(plane: &[u8], width: usize, padding: usize) -> Vec<u8> {
        let rows = plane.chunks_exact(width);
        rows.flat_map(|row| [row, &vec![77; padding][..]].concat())
            .collect()
    }

    /// A picture of 4x4 pixels of one colour, its rows padded by 4 bytes (2 in smaller planes).
    fn picture(format: FourCc, padding: usize) -> Vec<u8> {
        let [y, u, v] = COLOUR;
        let half = padding / 2;
        match &format {
            b"YUYV" => padded(&[y, u, y, v].repeat(8), 8, padding),
            b"UYVY" => padded(&[u, y, v, y].repeat(8), 8, padding),
            b"YVYU" => padded(&[y, v, y, u].repeat(8), 8, padding),
            b"VYUY" => padded(&[v, y, u, y].repeat(8), 8, padding),
            b"NV12" => padded(&[vec![y; 16], [u, v].repeat(4)].concat(), 4, padding),
            b"NV21" => padded(&[vec![y; 16], [v, u].repeat(4)].concat(), 4, padding),
            b"NV16" => padded(&[vec![y; 16], [u, v].repeat(8)].concat(), 4, padding),
            b"NV61" => padded(&[vec![y; 16], [v, u].repeat(8)].concat(), 4, padding),
            b"YU12" | b"YV12" | b"422P" => {
                let samples = if format == *b"422P" { 8 } else { 4 };
                let (first, last) = if format == *b"YV12" { (v, u) } else { (u, v) };
                let luma = padded(&[y; 16], 4, padding);
                let planes = [vec![first; samples], vec![last; samples]].concat();
                [luma, padded(&planes, 2, half)].concat()
            }
            b"RGB3" => padded(&[207, 141, 100].repeat(16), 12, padding),
            b"BGR3" => padded(&[100, 141, 207].repeat(16), 12, padding),
            _ => padded(&[141; 16], 4, padding),
        }
    }

    fn bytes_per_row(format: FourCc) -> usize {
        match &format {
            b"RGB3" | b"BGR3" => 12,
            [_, _, _, b'V' | b'Y' | b'U'] if format != *b"GREY" => 8,
            _ => 4,
        }
    }

    #[test]
    fn every_layout_gives_the_same_colour_with_and_without_padding() {
        // BT.601, limited: 1.164 (Y - 16) + 1.596 Cr, and so on.
        let expected = [207_i32, 141, 100];
        let mut frame = Frame::default();
        for format in FORMATS.into_iter().filter(|&format| !is_jpeg(format)) {
            // Of the last line, too, or only of the others.
            for (padding, missing) in [(0, false), (4, false), (4, true)] {
                let size = [4, 4];
                let stride = bytes_per_row(format) + padding;
                let mut bytes = picture(format, padding);
                if missing {
                    let planar = [b"YU12", b"YV12", b"422P"].contains(&&format);
                    bytes.truncate(bytes.len() - if planar { padding / 2 } else { padding });
                }
                let rows = Rows { size, stride };
                frame.rgb.fill(0);
                decode(&bytes, format, rows, Colour::default(), &mut frame).unwrap();
                assert_eq!(frame.rgb.len(), 48);
                let expected = match &format {
                    b"GREY" => [141; 3],
                    _ => expected,
                };
                for pixel in frame.rgb.chunks_exact(3) {
                    let near = pixel
                        .iter()
                        .zip(expected)
                        .all(|(byte, expected)| (i32::from(*byte) - expected).abs() <= 2);
                    assert!(near, "{} padded by {padding}: {pixel:?}", name(&format));
                }
                let short = &bytes[..bytes.len() / 2];
                assert!(decode(short, format, rows, Colour::default(), &mut frame).is_err());
            }
        }
    }

    #[test]
    fn full_range_is_taken_at_the_drivers_word() {
        let mut frame = Frame::default();
        let rows = Rows {
            size: [4, 4],
            stride: 8,
        };
        let bytes = [235, 128, 16, 128].repeat(8);
        for (range, bright, dark) in [(YuvRange::Limited, 255, 0), (YuvRange::Full, 235, 16)] {
            let colour = Colour {
                range,
                ..Colour::default()
            };
            decode(&bytes, *b"YUYV", rows, colour, &mut frame).unwrap();
            assert!(frame.rgb[0].abs_diff(bright) <= 1, "{:?}", &frame.rgb[..6]);
            assert!(frame.rgb[3].abs_diff(dark) <= 1, "{:?}", &frame.rgb[..6]);
        }
    }

    #[test]
    fn planes_of_every_density_give_the_same_colour() {
        let [y, u, v] = COLOUR;
        let rows = Rows {
            size: [4, 4],
            stride: 4,
        };
        let mut frames = vec![Frame::default(); 3];
        let densities = [Chroma::Quarter, Chroma::Half, Chroma::Full];
        for (frame, chroma) in frames.iter_mut().zip(densities) {
            let [width, height] = chroma.plane(rows.size);
            let samples = width * height;
            let bytes = [vec![y; 16], vec![u; samples], vec![v; samples]].concat();
            planes(&bytes, chroma, Blue::First, rows, Colour::default(), frame).unwrap();
        }
        assert_eq!(frames[0].rgb, frames[1].rgb);
        assert_eq!(frames[1].rgb, frames[2].rgb);
    }

    #[test]
    fn grey_is_taken_as_it_is_and_padding_of_rows_is_left_out() {
        let mut frame = Frame::default();
        let rows = |stride| Rows {
            size: [2, 2],
            stride,
        };
        grey(&[1, 2, 99, 3, 4], rows(3), &mut frame).unwrap();
        assert_eq!(frame.rgb, [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]);
        let error = grey(&[1, 2, 3], rows(2), &mut frame).unwrap_err();
        assert_eq!(error, "cut off: found 3 bytes, expected 4");
    }
}
