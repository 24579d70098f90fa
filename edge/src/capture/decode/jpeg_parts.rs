//! Where the parts of a JPEG picture begin and end, told by its markers.

/// Start of a picture.
pub(super) const BEGIN: [u8; 2] = [0xff, 0xd8];
/// End of a picture.
pub(super) const END: [u8; 2] = [0xff, 0xd9];
const FRAMES: [u8; 2] = [0xc0, 0xc1];
const HUFFMAN_TABLES: u8 = 0xc4;
const SCAN: u8 = 0xda;

/// The parts of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Parts<'a> {
    /// From the start marker to the first scan's header; there may be other bytes between segments.
    pub(super) head: &'a [u8],
    /// The first scan's header, with its marker.
    pub(super) scan: &'a [u8],
    /// What the scan's header announces, and in pictures of several scans all that follows, up to the
    /// end marker.
    pub(super) data: &'a [u8],
    pub(super) scans: Scans,
    pub(super) tables: Tables,
    pub(super) end: End,
}

/// How the pixels are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scans {
    /// All in one go, as cameras do.
    One,
    /// Channel by channel, or from coarse to fine.
    Several,
}

/// Whether a picture brings its Huffman tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tables {
    Own,
    /// It means those of the standard.
    Standard,
}

/// How the pixels end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// At a marker.
    Marked,
    /// With the bytes.
    Unmarked,
}

/// A segment: its marker, its length and what it holds.
struct Segment<'a> {
    marker: u8,
    bytes: &'a [u8],
}

/// The first segment at or behind `at`, and where it ends.
fn segment(bytes: &[u8], at: usize) -> Option<(Segment<'_>, usize)> {
    let mut at = at;
    loop {
        match bytes.get(at..at + 2)? {
            // Fill bytes stand before markers, and some cameras leave others between segments.
            [0xff, 0x00 | 0xff] => at += 1,
            [0xff, marker] => {
                let length = bytes.get(at + 2..at + 4)?;
                let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
                let end = at + 2 + length.max(2);
                let bytes = bytes.get(at..end)?;
                let marker = *marker;
                return Some((Segment { marker, bytes }, end));
            }
            _ => at += 1,
        }
    }
}

impl<'a> Parts<'a> {
    /// Finds them in `bytes`, behind which anything may follow.
    ///
    /// # Errors
    /// What is missing.
    pub(super) fn find(bytes: &'a [u8]) -> Result<Self, String> {
        if !bytes.starts_with(&BEGIN) {
            return Err("not a JPEG picture".into());
        }
        let (mut at, mut tables, mut channels) = (BEGIN.len(), Tables::Standard, None);
        loop {
            let Some((found, end)) = segment(bytes, at) else {
                let length = bytes.len();
                return Err(format!("cut off after {length} bytes, before its pixels"));
            };
            let start = end - found.bytes.len();
            match found.marker {
                HUFFMAN_TABLES => tables = Tables::Own,
                marker if FRAMES.contains(&marker) => channels = found.bytes.get(9).copied(),
                SCAN => {
                    let scans = match channels.is_some() && channels == found.bytes.get(4).copied()
                    {
                        true => Scans::One,
                        false => Scans::Several,
                    };
                    let (data, end) = data(&bytes[end..], scans);
                    return Ok(Self {
                        head: &bytes[..start],
                        scan: found.bytes,
                        data,
                        scans,
                        tables,
                        end,
                    });
                }
                _ => {}
            }
            at = end;
        }
    }

    /// The segments of the head.
    pub(super) fn segments(&self) -> impl Iterator<Item = &'a [u8]> {
        let (head, mut at) = (self.head, BEGIN.len());
        std::iter::from_fn(move || {
            let (found, end) = segment(head, at)?;
            at = end;
            Some(found.bytes)
        })
    }
}

/// Pixels up to their end. Inside them 0xff is followed by 0 or a restart marker; one scan ends at any
/// other marker, several at the end marker.
fn data(bytes: &[u8], scans: Scans) -> (&[u8], End) {
    let mut at = 0;
    while let Some(found) = bytes[at..].iter().position(|&byte| byte == 0xff) {
        at += found;
        match (bytes.get(at + 1), scans) {
            (None, _) => break,
            (Some(0xff), _) => at += 1,
            (Some(0 | 0xd0..=0xd7), _) => at += 2,
            (Some(0xd9), _) | (_, Scans::One) => return (&bytes[..at], End::Marked),
            (_, Scans::Several) => match segment(bytes, at) {
                Some((_, end)) => at = end,
                None => break,
            },
        }
    }
    // Drivers pad with zeros.
    let last = bytes.iter().rposition(|&byte| byte != 0);
    (&bytes[..last.map_or(0, |last| last + 1)], End::Unmarked)
}
