//! Uncompressed camera and video pictures: YCbCr in several layouts, and grey.

use crate::picture::frame::Frame;
use yuv::{
    YuvBiPlanarImage, YuvConversionMode, YuvError, YuvGrayImage, YuvPackedImage, YuvPlanarImage,
    YuvRange, YuvStandardMatrix,
};

/// What USB cameras and video files without further notice mean.
const MATRIX: YuvStandardMatrix = YuvStandardMatrix::Bt601;

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

/// Packed YCbCr 4:2:2, `stride` bytes per row, limited range.
///
/// # Errors
/// A picture that is cut off.
pub(crate) fn rgb_from_yuyv(
    bytes: &[u8],
    stride: usize,
    size: [usize; 2],
    frame: &mut Frame,
) -> Result<(), String> {
    let stride = stride.max(2 * size[0]);
    let yuy = whole(bytes, stride * size[1])?;
    frame.resize(size[0], size[1]);
    let packed = YuvPackedImage {
        yuy,
        yuy_stride: stride as u32,
        width: size[0] as u32,
        height: size[1] as u32,
    };
    let to = 3 * packed.width;
    done(yuv::yuyv422_to_rgb(
        &packed,
        &mut frame.rgb,
        to,
        YuvRange::Limited,
        MATRIX,
    ))
}

/// Luma plane, then interleaved chroma of 4:2:0, `stride` bytes per row, limited range.
///
/// # Errors
/// A picture that is cut off.
pub(crate) fn rgb_from_nv12(
    bytes: &[u8],
    stride: usize,
    size: [usize; 2],
    frame: &mut Frame,
) -> Result<(), String> {
    let stride = stride.max(size[0]);
    let luma = stride * size[1];
    let bytes = whole(bytes, luma + stride * size[1].div_ceil(2))?;
    frame.resize(size[0], size[1]);
    let image = YuvBiPlanarImage {
        y_plane: &bytes[..luma],
        y_stride: stride as u32,
        uv_plane: &bytes[luma..],
        uv_stride: stride as u32,
        width: size[0] as u32,
        height: size[1] as u32,
    };
    let (to, mode) = (3 * image.width, YuvConversionMode::default());
    done(yuv::yuv_nv12_to_rgb(
        &image,
        &mut frame.rgb,
        to,
        YuvRange::Limited,
        MATRIX,
        mode,
    ))
}

/// One byte per pixel, 0 black and 255 white, `stride` bytes per row.
///
/// # Errors
/// A picture that is cut off.
pub(crate) fn rgb_from_grey(
    bytes: &[u8],
    stride: usize,
    size: [usize; 2],
    frame: &mut Frame,
) -> Result<(), String> {
    let stride = stride.max(size[0]);
    let bytes = whole(bytes, stride * size[1])?;
    frame.resize(size[0], size[1]);
    let rows = bytes.chunks_exact(stride);
    for (row, out) in rows.zip(frame.rgb.chunks_exact_mut(3 * size[0])) {
        for (byte, pixel) in row.iter().zip(out.chunks_exact_mut(3)) {
            pixel.fill(*byte);
        }
    }
    Ok(())
}

/// Planes Y, Cb, Cr one after the other, `full` range or limited.
///
/// # Errors
/// A picture that is cut off.
pub(crate) fn rgb_from_planes(
    bytes: &[u8],
    chroma: Chroma,
    full: bool,
    size: [usize; 2],
    frame: &mut Frame,
) -> Result<(), String> {
    let bytes = whole(bytes, chroma.bytes(size))?;
    frame.resize(size[0], size[1]);
    let [width, height] = chroma.plane(size);
    let (y_plane, rest) = bytes.split_at(size[0] * size[1]);
    let (u_plane, v_plane) = rest.split_at(width * height);
    let range = if full {
        YuvRange::Full
    } else {
        YuvRange::Limited
    };
    let (out, to) = (&mut frame.rgb, 3 * size[0] as u32);
    let planar = YuvPlanarImage {
        y_plane,
        y_stride: size[0] as u32,
        u_plane,
        u_stride: width as u32,
        v_plane,
        v_stride: width as u32,
        width: size[0] as u32,
        height: size[1] as u32,
    };
    done(match chroma {
        Chroma::Quarter => yuv::yuv420_to_rgb(&planar, out, to, range, MATRIX),
        Chroma::Half => yuv::yuv422_to_rgb(&planar, out, to, range, MATRIX),
        Chroma::Full => yuv::yuv444_to_rgb(&planar, out, to, range, MATRIX),
        Chroma::None => {
            let grey = YuvGrayImage {
                y_plane,
                y_stride: size[0] as u32,
                width: size[0] as u32,
                height: size[1] as u32,
            };
            yuv::yuv400_to_rgb(&grey, out, to, range, MATRIX)
        }
    })
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

    /// One colour in every layout: luma 150, blue difference 100, red difference 160.
    const COLOUR: [u8; 3] = [150, 100, 160];

    #[test]
    fn every_layout_gives_the_same_colour() {
        let ([y, u, v], size) = (COLOUR, [4, 4]);
        let mut frames = vec![Frame::default(); 5];
        let yuyv: Vec<u8> = [y, u, y, v].repeat(8);
        rgb_from_yuyv(&yuyv, 8, size, &mut frames[0]).unwrap();
        let nv12 = [vec![y; 16], [u, v].repeat(4)].concat();
        rgb_from_nv12(&nv12, 4, size, &mut frames[1]).unwrap();
        for (frame, chroma) in [(2, Chroma::Quarter), (3, Chroma::Half), (4, Chroma::Full)] {
            let [width, height] = chroma.plane(size);
            let samples = width * height;
            let planes = [vec![y; 16], vec![u; samples], vec![v; samples]].concat();
            rgb_from_planes(&planes, chroma, false, size, &mut frames[frame]).unwrap();
        }
        // BT.601, limited: 1.164 (Y - 16) + 1.596 Cr, and so on.
        let expected = [207_i32, 141, 100];
        for (index, frame) in frames.iter().enumerate() {
            assert_eq!(frame.rgb.len(), 48);
            for pixel in frame.rgb.chunks_exact(3) {
                for (byte, expected) in pixel.iter().zip(expected) {
                    assert!(
                        (i32::from(*byte) - expected).abs() <= 2,
                        "{index}: {pixel:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn grey_is_taken_as_it_is_and_padding_of_rows_is_left_out() {
        let mut frame = Frame::default();
        rgb_from_grey(&[1, 2, 99, 3, 4, 99], 3, [2, 2], &mut frame).unwrap();
        assert_eq!(frame.rgb, [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]);
        let error = rgb_from_grey(&[1, 2, 3], 2, [2, 2], &mut frame).unwrap_err();
        assert_eq!(error, "cut off: found 3 bytes, expected 4");
    }

    #[test]
    fn a_cut_off_picture_is_refused_in_every_layout() {
        let mut frame = Frame::default();
        let short = [0; 20];
        assert!(rgb_from_yuyv(&short, 8, [4, 4], &mut frame).is_err());
        assert!(rgb_from_nv12(&short, 4, [4, 4], &mut frame).is_err());
        assert!(rgb_from_planes(&short, Chroma::Quarter, true, [4, 4], &mut frame).is_err());
    }
}
