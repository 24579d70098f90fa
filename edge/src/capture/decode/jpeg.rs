//! JPEG pictures as cameras send them: often without Huffman tables, some without an end marker or with
//! something behind it, sometimes cut off or damaged.

use super::{
    jpeg_parts::{BEGIN, END, End, Parts, Scans, Tables},
    jpeg_tables,
};
use crate::{handoff::recycler::Recycler, picture::frame::Frame};
use zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions};
use zune_jpeg::JpegDecoder;

/// Stands behind the only scan in place of the end marker: enough for a decoder that reads ahead, and
/// less than a block. Behind a marker the decoder would make up what is missing.
const BEHIND_SCAN: [u8; 16] = [0; 16];

/// More pixels than a byte of a JPEG can hold. A block takes a bit at least in the first of its scans, and a colour
/// picture has six blocks, with half the chroma resolution, for 256 pixels: that makes 341.
const PIXELS_PER_BYTE: usize = 512;
/// How many times as many pixels as agreed on a camera may send: some round sizes up, others know a mode by a wrong one.
const AGREED: usize = 4;

/// Decodes camera JPEGs; keeps its buffers, so that a warm reader allocates nothing.
#[derive(Debug, Default)]
pub(crate) struct JpegReader {
    /// The picture without what does not belong to it, and with what it lacks.
    mended: Vec<u8>,
    recycler: Recycler,
    /// Width and height that a camera has agreed on.
    agreed: Option<[usize; 2]>,
}

impl JpegReader {
    /// From now on refuses pictures that are much larger than the width and height that a camera has agreed on.
    pub(crate) fn expect(&mut self, size: [usize; 2]) {
        self.agreed = Some(size);
    }

    /// Decodes `bytes` into `frame` (size and pixels). The markers say where the picture ends; without
    /// an end marker it is accepted if it is whole.
    ///
    /// # Errors
    /// What is wrong with the picture. One that is cut off or damaged is an error although most of it
    /// would decode, because the rest is grey or has wrong colours.
    pub(crate) fn decode(&mut self, bytes: &[u8], frame: &mut Frame) -> Result<(), String> {
        let parts = Parts::find(bytes)?;
        model_spec::jpeg::check_sampling(parts.head)?;
        self.mend(&parts);
        let (mended, agreed) = (&self.mended, self.agreed);
        let decoded = self.recycler.within(|| decode(mended, agreed, frame));
        decoded.map_err(|reason| match parts.end {
            End::Marked => format!("damaged: {reason}"),
            End::Unmarked => format!("cut off after {} bytes", bytes.len()),
        })
    }

    fn mend(&mut self, parts: &Parts<'_>) {
        let mended = &mut self.mended;
        mended.clear();
        mended.extend_from_slice(&BEGIN);
        for segment in parts.segments() {
            mended.extend_from_slice(segment);
        }
        if parts.tables == Tables::Standard {
            jpeg_tables::append(mended);
        }
        mended.extend_from_slice(parts.scan);
        mended.extend_from_slice(parts.data);
        mended.extend_from_slice(match parts.scans {
            Scans::One => &BEHIND_SCAN,
            Scans::Several => &END,
        });
    }
}

fn decode(bytes: &[u8], agreed: Option<[usize; 2]>, frame: &mut Frame) -> Result<(), String> {
    let options = DecoderOptions::new_fast()
        .jpeg_set_out_colorspace(ColorSpace::RGB)
        .set_strict_mode(true);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder
        .decode_headers()
        .map_err(|error| format!("{error:?}"))?;
    let info = decoder.info().ok_or("no picture header")?;
    let size = [info.width, info.height].map(usize::from);
    check_size(size, bytes.len(), agreed)?;
    frame.resize(size[0], size[1]);
    decoder
        .decode_into(&mut frame.rgb)
        .map_err(|error| format!("{error:?}"))
}

/// Refuses a size that a damaged header claims, before any memory is taken for it.
fn check_size(
    [width, height]: [usize; 2],
    bytes: usize,
    agreed: Option<[usize; 2]>,
) -> Result<(), String> {
    let pixels = width * height;
    if let Some([across, down]) = agreed.filter(|size| pixels > AGREED * size[0] * size[1]) {
        return Err(format!(
            "{width} x {height} pixels, expected {across} x {down} as agreed"
        ));
    }
    if pixels > bytes * PIXELS_PER_BYTE {
        return Err(format!(
            "{width} x {height} pixels in {bytes} bytes, expected at most {PIXELS_PER_BYTE} in one"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{ColorType, codecs::jpeg::JpegEncoder};

    fn picture() -> Vec<u8> {
        let rgb: Vec<u8> = (0..64 * 48)
            .flat_map(|i| [(i % 64 * 4) as u8, (i / 64 * 5) as u8, 90])
            .collect();
        let mut jpeg = Vec::new();
        JpegEncoder::new_with_quality(&mut jpeg, 95)
            .encode(&rgb, 64, 48, ColorType::Rgb8.into())
            .unwrap();
        jpeg
    }

    /// Without its DHT segments, as many a webcam sends it. `image` writes the standard tables.
    fn without_tables(jpeg: &[u8]) -> Vec<u8> {
        let (mut out, mut at) = (jpeg[..2].to_vec(), 2);
        while jpeg[at + 1] != 0xda {
            let length = 2 + usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
            if jpeg[at + 1] != 0xc4 {
                out.extend_from_slice(&jpeg[at..at + length]);
            }
            at += length;
        }
        out.extend_from_slice(&jpeg[at..]);
        out
    }

    #[test]
    fn a_picture_without_huffman_tables_decodes_to_the_same_pixels() {
        let (jpeg, mut reader) = (picture(), JpegReader::default());
        let (mut whole, mut bare) = (Frame::default(), Frame::default());
        reader.decode(&jpeg, &mut whole).unwrap();
        let stripped = without_tables(&jpeg);
        assert!(stripped.len() < jpeg.len() - 300);
        reader.decode(&stripped, &mut bare).unwrap();
        assert_eq!((whole.width, whole.height), (64, 48));
        assert_eq!(whole.rgb, bare.rgb);
    }

    #[test]
    fn a_picture_cut_off_is_refused_and_padding_is_not() {
        let (mut jpeg, mut reader) = (picture(), JpegReader::default());
        let mut frame = Frame::default();
        let error = reader
            .decode(&jpeg[..jpeg.len() / 2], &mut frame)
            .unwrap_err();
        assert!(error.contains("cut off"), "{error}");
        jpeg.extend_from_slice(&[0; 100]);
        reader.decode(&jpeg, &mut frame).unwrap();
        assert!(reader.decode(&[], &mut frame).is_err());
        assert!(
            reader
                .decode(&[0xff, 0xd8, 0xff, 0xd9], &mut frame)
                .is_err()
        );
    }

    #[test]
    fn the_end_marker_is_found_before_junk_and_may_be_missing() {
        let (jpeg, mut reader) = (picture(), JpegReader::default());
        let (mut whole, mut other) = (Frame::default(), Frame::default());
        reader.decode(&jpeg, &mut whole).unwrap();
        let unmarked = &jpeg[..jpeg.len() - 2];
        let junk: Vec<u8> = (0..999_u32).map(|i| ((i * 7919) >> 3) as u8).collect();
        let second = picture();
        let cases: [(&str, Vec<u8>); 8] = [
            ("junk", [&jpeg, &junk[..]].concat()),
            ("ones", [&jpeg, &[0xff; 64][..]].concat()),
            (
                "a second picture",
                [&jpeg, &second[..second.len() / 2]].concat(),
            ),
            ("no marker", unmarked.to_vec()),
            ("no marker, zeros", [unmarked, &[0; 4096]].concat()),
            ("no marker, junk", [unmarked, &junk[..]].concat()),
            ("half a marker", jpeg[..jpeg.len() - 1].to_vec()),
            (
                "bytes between segments",
                [&jpeg[..20], &[1, 2, 3, 4, 5, 6], &jpeg[20..]].concat(),
            ),
        ];
        for (case, bytes) in cases {
            reader
                .decode(&bytes, &mut other)
                .unwrap_or_else(|error| panic!("{case}: {error}"));
            assert_eq!(whole.rgb, other.rgb, "{case}");
        }
    }

    #[test]
    fn a_damaged_scan_is_an_error_and_not_a_pink_picture() {
        let (jpeg, mut reader) = (picture(), JpegReader::default());
        let mut frame = Frame::default();
        // Lost parts of a transfer, with the end marker behind them.
        let scan = Parts::find(&jpeg).unwrap().data.len();
        let begin = jpeg.len() - 2 - scan;
        for (from, to) in [(2, 3), (3, 4), (0, 1), (1, 4)] {
            let at = |quarter: usize| begin + scan * quarter / 4;
            let bytes = [&jpeg[..at(from)], &jpeg[at(to)..]].concat();
            let error = reader.decode(&bytes, &mut frame).unwrap_err();
            assert!(error.contains("damaged"), "{error}");
        }
        let early = [&jpeg[..begin + scan / 2], &END].concat();
        assert!(reader.decode(&early, &mut frame).is_err());
    }

    /// With another size in its header.
    fn claiming(jpeg: &[u8], width: u16, height: u16) -> Vec<u8> {
        let mut claims = jpeg.to_vec();
        let frames = [[0xff, 0xc0], [0xff, 0xc2]];
        let header = jpeg
            .windows(2)
            .position(|it| frames.iter().any(|frame| it == frame));
        let at = header.unwrap() + 5;
        claims[at..at + 2].copy_from_slice(&height.to_be_bytes());
        claims[at + 2..at + 4].copy_from_slice(&width.to_be_bytes());
        claims
    }

    #[test]
    fn a_size_that_the_bytes_cannot_hold_takes_no_memory() {
        let (jpeg, mut reader) = (picture(), JpegReader::default());
        let mut frame = Frame::default();
        let error = reader
            .decode(&claiming(&jpeg, 16_384, 16_384), &mut frame)
            .unwrap_err();
        let expected = format!("16384 x 16384 pixels in {}", reader.mended.len());
        assert!(error.contains(&expected), "{error}");
        assert!(frame.rgb.is_empty());
    }

    #[test]
    fn a_camera_is_held_to_about_the_size_it_agreed_on() {
        let (jpeg, mut reader) = (picture(), JpegReader::default());
        let mut frame = Frame::default();
        // With bytes that would do for any size.
        let padded = |jpeg: &[u8]| [&jpeg[..jpeg.len() - 2], &[0; 600_000], &END].concat();
        reader.expect([64, 48]);
        let error = reader
            .decode(&padded(&claiming(&jpeg, 16_384, 16_384)), &mut frame)
            .unwrap_err();
        assert!(
            error.contains("16384 x 16384 pixels, expected 64 x 48"),
            "{error}"
        );
        assert!(frame.rgb.is_empty());
        // Rounded up, and known by a quarter of its size.
        for agreed in [[64, 45], [32, 24]] {
            reader.expect(agreed);
            reader.decode(&jpeg, &mut frame).unwrap();
            assert_eq!([frame.width, frame.height], [64, 48]);
        }
        reader.expect([31, 24]);
        assert!(reader.decode(&jpeg, &mut frame).is_err());
    }

    #[test]
    fn plain_pictures_of_any_size_end_where_they_end() {
        let mut reader = JpegReader::default();
        let mut frame = Frame::default();
        for [width, height] in [[1, 1], [8, 8], [16, 160], [333, 17], [640, 480]] {
            let mut jpeg = Vec::new();
            let rgb = vec![90; 3 * width * height];
            JpegEncoder::new_with_quality(&mut jpeg, 60)
                .encode(&rgb, width as u32, height as u32, ColorType::Rgb8.into())
                .unwrap();
            for bytes in [&jpeg[..], &jpeg[..jpeg.len() - 2]] {
                reader.decode(bytes, &mut frame).unwrap();
                assert_eq!([frame.width, frame.height], [width, height]);
            }
        }
    }
}
