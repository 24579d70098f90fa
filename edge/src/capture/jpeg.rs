//! Motion JPEG as cameras send it: often without Huffman tables, sometimes cut off.

use crate::{handoff::recycler::Recycler, picture::frame::Frame};
use zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions};
use zune_jpeg::JpegDecoder;

/// Decodes camera JPEGs; keeps its buffers, so that a warm reader allocates nothing.
#[derive(Debug, Default)]
pub(crate) struct JpegReader {
    with_tables: Vec<u8>,
    recycler: Recycler,
}

impl JpegReader {
    /// Decodes `bytes` into `frame` (size and pixels).
    ///
    /// # Errors
    /// What is wrong with the picture; cut-off ones are errors although most of them would decode,
    /// because their lower part is grey.
    pub(crate) fn decode(&mut self, bytes: &[u8], frame: &mut Frame) -> Result<(), String> {
        let end = bytes
            .iter()
            .rposition(|&byte| byte != 0) // drivers pad with zeros
            .map_or(0, |last| last + 1);
        let bytes = &bytes[..end];
        if !bytes.starts_with(&[0xff, 0xd8]) {
            return Err("not a JPEG picture".into());
        }
        if !bytes.ends_with(&[0xff, 0xd9]) {
            return Err(format!("cut off after {} bytes", bytes.len()));
        }
        let bytes = match missing_tables_at(bytes) {
            None => bytes,
            Some(scan) => {
                self.with_tables.clear();
                self.with_tables.extend_from_slice(&bytes[..scan]);
                append_standard_tables(&mut self.with_tables);
                self.with_tables.extend_from_slice(&bytes[scan..]);
                &self.with_tables
            }
        };
        self.recycler.within(|| decode(bytes, frame))
    }
}

fn decode(bytes: &[u8], frame: &mut Frame) -> Result<(), String> {
    let options = DecoderOptions::new_fast().jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder
        .decode_headers()
        .map_err(|error| format!("{error:?}"))?;
    let info = decoder.info().ok_or("no picture header")?;
    frame.resize(usize::from(info.width), usize::from(info.height));
    decoder
        .decode_into(&mut frame.rgb)
        .map_err(|error| format!("{error:?}"))
}

/// Where the scan begins, in a picture that has no Huffman table before it.
fn missing_tables_at(bytes: &[u8]) -> Option<usize> {
    let mut at = 2;
    while let [0xff, marker, high, low, ..] = bytes.get(at..)? {
        match marker {
            0xc4 => return None,
            0xda => return Some(at),
            _ => at += 2 + usize::from(u16::from_be_bytes([*high, *low])),
        }
    }
    None
}

/// Appends the tables of the JPEG standard (ITU-T T.81, tables K.3 to K.6) as one DHT segment.
fn append_standard_tables(picture: &mut Vec<u8>) {
    let tables: [(u8, [u8; 16], &[u8]); 4] = [
        (0x00, DC_LUMA_COUNTS, &DC_VALUES),
        (0x01, DC_CHROMA_COUNTS, &DC_VALUES),
        (0x10, AC_LUMA_COUNTS, &AC_LUMA_VALUES),
        (0x11, AC_CHROMA_COUNTS, &AC_CHROMA_VALUES),
    ];
    let length: usize = 2 + tables
        .iter()
        .map(|(_, _, values)| 17 + values.len())
        .sum::<usize>();
    picture.extend_from_slice(&[0xff, 0xc4]);
    picture.extend_from_slice(&(length as u16).to_be_bytes());
    for (class, counts, values) in tables {
        picture.push(class);
        picture.extend_from_slice(&counts);
        picture.extend_from_slice(values);
    }
}

const DC_LUMA_COUNTS: [u8; 16] = [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0];
const DC_CHROMA_COUNTS: [u8; 16] = [0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0];
const DC_VALUES: [u8; 12] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
const AC_LUMA_COUNTS: [u8; 16] = [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 0x7d];
const AC_CHROMA_COUNTS: [u8; 16] = [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 0x77];
#[rustfmt::skip]
const AC_LUMA_VALUES: [u8; 162] = [
    0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0x05, 0x12, 0x21, 0x31, 0x41, 0x06, 0x13, 0x51, 0x61, 0x07,
    0x22, 0x71, 0x14, 0x32, 0x81, 0x91, 0xa1, 0x08, 0x23, 0x42, 0xb1, 0xc1, 0x15, 0x52, 0xd1, 0xf0,
    0x24, 0x33, 0x62, 0x72, 0x82, 0x09, 0x0a, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x25, 0x26, 0x27, 0x28,
    0x29, 0x2a, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3a, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49,
    0x4a, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5a, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69,
    0x6a, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7a, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89,
    0x8a, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9a, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7,
    0xa8, 0xa9, 0xaa, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6, 0xb7, 0xb8, 0xb9, 0xba, 0xc2, 0xc3, 0xc4, 0xc5,
    0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8, 0xd9, 0xda, 0xe1, 0xe2,
    0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8, 0xe9, 0xea, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8,
    0xf9, 0xfa,
];
#[rustfmt::skip]
const AC_CHROMA_VALUES: [u8; 162] = [
    0x00, 0x01, 0x02, 0x03, 0x11, 0x04, 0x05, 0x21, 0x31, 0x06, 0x12, 0x41, 0x51, 0x07, 0x61, 0x71,
    0x13, 0x22, 0x32, 0x81, 0x08, 0x14, 0x42, 0x91, 0xa1, 0xb1, 0xc1, 0x09, 0x23, 0x33, 0x52, 0xf0,
    0x15, 0x62, 0x72, 0xd1, 0x0a, 0x16, 0x24, 0x34, 0xe1, 0x25, 0xf1, 0x17, 0x18, 0x19, 0x1a, 0x26,
    0x27, 0x28, 0x29, 0x2a, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3a, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48,
    0x49, 0x4a, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5a, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68,
    0x69, 0x6a, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7a, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87,
    0x88, 0x89, 0x8a, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9a, 0xa2, 0xa3, 0xa4, 0xa5,
    0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6, 0xb7, 0xb8, 0xb9, 0xba, 0xc2, 0xc3,
    0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8, 0xd9, 0xda,
    0xe2, 0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8, 0xe9, 0xea, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8,
    0xf9, 0xfa,
];

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
}
