//! Descriptors of a UVC 1.0 camera with one bulk endpoint, two formats and two sizes (USB Video Class
//! 1.0, chapter 3).

use crate::pictures::SIZES;

/// Bytes of one bulk transfer, its payload header included (`dwMaxPayloadTransferSize`).
pub const PAYLOAD: u32 = 16_384;
/// Where the device's serial number stands among its strings.
const SERIAL: u8 = 3;
/// Number of the MJPG format; YUYV is the other one.
pub const MJPG: u8 = 1;

const INTERFACE_CLASS_VIDEO: u8 = 0x0e;
const CLASS_INTERFACE: u8 = 0x24;
const VIDEO_CONTROL: u8 = 1;
const VIDEO_STREAMING: u8 = 2;
const BULK_IN: u8 = 0x81;

/// A descriptor under construction; its first byte, the length, comes last.
#[derive(Default)]
struct Descriptor(Vec<u8>);

impl Descriptor {
    fn new(kind: &[u8]) -> Self {
        Self([&[0], kind].concat())
    }
    fn u8(mut self, values: &[u8]) -> Self {
        self.0.extend_from_slice(values);
        self
    }
    fn u16(self, value: u16) -> Self {
        self.u8(&value.to_le_bytes())
    }
    fn u32(self, value: u32) -> Self {
        self.u8(&value.to_le_bytes())
    }
    fn end(mut self) -> Vec<u8> {
        self.0[0] = self.0.len() as u8;
        self.0
    }
}

/// Times between two pictures of a format and of the size with this number in [`SIZES`], in units of 100
/// ns, the shortest first: those of a webcam on USB 2, where large pictures that are not JPEG come slowly.
pub fn intervals(format: u8, size: usize) -> &'static [u32] {
    match (format, size) {
        (MJPG, _) | (_, 1) => &[333_333, 666_666],
        _ => &[1_000_000],
    }
}

/// The device: a composite one, as every webcam with an interface association is.
pub fn device() -> Vec<u8> {
    let (vendor, product) = (0x1d6b, 0x0102);
    Descriptor::new(&[1])
        .u16(0x0200)
        .u8(&[0xef, 2, 1, 64])
        .u16(vendor)
        .u16(product)
        .u16(0x0100)
        .u8(&[1, 2, SERIAL, 1])
        .end()
}

/// String `index`: language, maker, product, serial number.
pub fn string(index: u8, serial: &str) -> Vec<u8> {
    let text = match index {
        0 => return vec![4, 3, 0x09, 0x04],
        1 => "smile-mirror",
        SERIAL => serial,
        _ => "Virtual USB camera",
    };
    let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    Descriptor::new(&[3]).u8(&units).end()
}

/// The configuration with everything below it.
pub fn configuration() -> Vec<u8> {
    let association = Descriptor::new(&[0x0b])
        .u8(&[0, 2, INTERFACE_CLASS_VIDEO, 3, 0, 2])
        .end();
    let endpoint = Descriptor::new(&[5, BULK_IN, 2]).u16(512).u8(&[0]).end();
    let below = [
        association,
        interface(0, 0, VIDEO_CONTROL),
        video_control(),
        interface(1, 1, VIDEO_STREAMING),
        video_streaming(),
        endpoint,
    ]
    .concat();
    let total = 9 + below.len();
    let head = Descriptor::new(&[2])
        .u16(total as u16)
        .u8(&[2, 1, 0, 0x80, 50])
        .end();
    [head, below].concat()
}

fn interface(number: u8, endpoints: u8, subclass: u8) -> Vec<u8> {
    Descriptor::new(&[
        4,
        number,
        0,
        endpoints,
        INTERFACE_CLASS_VIDEO,
        subclass,
        0,
        2,
    ])
    .end()
}

/// A camera terminal that leads to the USB.
fn video_control() -> Vec<u8> {
    const CAMERA: u16 = 0x0201;
    const STREAMING: u16 = 0x0101;
    let terminals = [
        Descriptor::new(&[CLASS_INTERFACE, 2, 1])
            .u16(CAMERA)
            .u8(&[0, 0])
            .u8(&[0; 6])
            .u8(&[3, 0, 0, 0])
            .end(),
        Descriptor::new(&[CLASS_INTERFACE, 3, 2])
            .u16(STREAMING)
            .u8(&[0, 1, 0])
            .end(),
    ]
    .concat();
    let total = 13 + terminals.len();
    let head = Descriptor::new(&[CLASS_INTERFACE, 1])
        .u16(0x0100)
        .u16(total as u16)
        .u32(6_000_000)
        .u8(&[1, 1])
        .end();
    [head, terminals].concat()
}

fn video_streaming() -> Vec<u8> {
    const COLOUR: [u8; 6] = [6, CLASS_INTERFACE, 0x0d, 1, 1, 4];
    const YUY2: [u8; 16] = [
        b'Y', b'U', b'Y', b'2', 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71,
    ];
    let sizes = SIZES.len() as u8;
    let frames = |subtype: u8, format: u8| -> Vec<u8> {
        let numbers = 0..SIZES.len();
        numbers
            .flat_map(|size| frame(subtype, format, size))
            .collect()
    };
    let formats = [
        Descriptor::new(&[CLASS_INTERFACE, 6, MJPG, sizes])
            .u8(&[1, 1, 0, 0, 0, 0])
            .end(),
        frames(7, MJPG),
        COLOUR.into(),
        Descriptor::new(&[CLASS_INTERFACE, 4, MJPG + 1, sizes])
            .u8(&YUY2)
            .u8(&[16, 1, 0, 0, 0, 0])
            .end(),
        frames(5, MJPG + 1),
        COLOUR.into(),
    ]
    .concat();
    let total = 15 + formats.len();
    let head = Descriptor::new(&[CLASS_INTERFACE, 1, 2])
        .u16(total as u16)
        .u8(&[BULK_IN, 0, 2, 0, 0, 0, 1, 0, 0])
        .end();
    [head, formats].concat()
}

fn frame(subtype: u8, format: u8, size: usize) -> Vec<u8> {
    let [width, height] = SIZES[size];
    let bytes = frame_bytes(SIZES[size]);
    let intervals = intervals(format, size);
    let head = Descriptor::new(&[CLASS_INTERFACE, subtype, size as u8 + 1, 0])
        .u16(width)
        .u16(height)
        .u32(bytes * 8 * 10)
        .u32(bytes * 8 * 30)
        .u32(bytes)
        .u32(intervals[0])
        .u8(&[intervals.len() as u8]);
    let with_intervals = intervals.iter().fold(head, |frame, &time| frame.u32(time));
    with_intervals.end()
}

/// Bytes of an uncompressed picture.
pub fn frame_bytes([width, height]: [u16; 2]) -> u32 {
    2 * u32::from(width) * u32::from(height)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Walks a chain of descriptors by their length bytes.
    fn lengths(mut bytes: &[u8]) -> Vec<usize> {
        let mut lengths = Vec::new();
        while let Some(&length) = bytes.first() {
            lengths.push(usize::from(length));
            bytes = &bytes[usize::from(length)..];
        }
        lengths
    }

    #[test]
    fn every_length_and_total_is_what_the_standard_says() {
        assert_eq!(lengths(&device()), [18]);
        let bytes = configuration();
        assert_eq!(
            usize::from(u16::from_le_bytes([bytes[2], bytes[3]])),
            bytes.len()
        );
        let expected = [9, 8, 9, 13, 18, 9, 9, 15, 11, 34, 34, 6, 27, 30, 34, 6, 7];
        assert_eq!(lengths(&bytes), expected);
    }
}
