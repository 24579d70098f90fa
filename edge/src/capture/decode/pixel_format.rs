//! The formats of camera pictures, by their four characters.

/// Four characters, as V4L2 names a format.
pub(crate) type FourCc = [u8; 4];

pub(crate) const YUYV: FourCc = *b"YUYV";
pub(crate) const MJPG: FourCc = *b"MJPG";
pub(crate) const JPEG: FourCc = *b"JPEG";
/// One byte per pixel.
pub(crate) const GREY: FourCc = *b"GREY";
/// The formats this program reads, those that cost least first; grey comes last because it has no
/// colour.
pub(crate) const FORMATS: [FourCc; 16] = [
    // Packed YCbCr 4:2:2.
    YUYV, *b"UYVY", *b"YVYU", *b"VYUY", //
    // Luma plane and interleaved chroma, 4:2:0 and 4:2:2.
    *b"NV12", *b"NV21", *b"NV16", *b"NV61", //
    // Three planes, 4:2:0 and 4:2:2.
    *b"YU12", *b"YV12", *b"422P", //
    *b"RGB3", *b"BGR3", MJPG, JPEG, GREY,
];
/// What infra-red and depth cameras give.
const WITHOUT_COLOUR: [FourCc; 13] = [
    GREY, *b"Y8I ", *b"Y10 ", *b"Y10B", *b"Y12 ", *b"Y12I", *b"Y14 ", *b"Y16 ", *b"Z16 ", *b"INZI",
    *b"INVZ", *b"INVI", *b"CNF4",
];

/// Names of the formats this program reads.
#[must_use]
pub(crate) fn known() -> String {
    let names = FORMATS.map(|format| name(&format));
    let [first @ .., last] = &names;
    format!("{} or {last}", first.join(", "))
}

/// The characters as text.
pub(crate) fn name(format: &FourCc) -> String {
    String::from_utf8_lossy(format).trim_end().to_owned()
}

/// Names of these formats, comma between.
pub(crate) fn names(formats: &[FourCc]) -> String {
    formats.iter().map(name).collect::<Vec<_>>().join(", ")
}

pub(crate) fn is_jpeg(format: FourCc) -> bool {
    format == MJPG || format == JPEG
}

/// Whether a camera with this format sees infra-red or depth, or at least no colour.
pub(crate) fn lacks_colour(format: FourCc) -> bool {
    WITHOUT_COLOUR.contains(&format)
}

/// Whether it is what a sensor gives before any processing: one colour per pixel.
pub(crate) fn is_bayer(format: FourCc) -> bool {
    match &format {
        b"BA81" | b"GBRG" | b"GRBG" | b"RGGB" => true,
        [b'B', b'G' | b'A', bits @ ..]
        | [b'G', b'B' | b'R', bits @ ..]
        | [b'R', b'G', bits @ ..] => [b"10", b"12", b"14", b"16"].contains(&bits),
        [b'p', _, first, second] => first == second && b"ACE".contains(first),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_sensor_formats_are_told_from_colour_formats() {
        for format in [
            b"RG10", b"BA81", b"GB12", b"pRAA", b"RGGB", b"BG16", b"pgCC",
        ] {
            assert!(is_bayer(*format), "{}", name(format));
        }
        for format in FORMATS.iter().chain([b"BA24", b"RGBP", b"H264", b"Z16 "]) {
            assert!(!is_bayer(*format), "{}", name(format));
        }
    }
}
