//! Motion JPEG in an AVI file, which every player and editor reads.

use std::io::{self, Seek, SeekFrom, Write};

/// Frames per second of the file; a slot without a picture repeats the one before.
pub(crate) const RATE: u32 = 30;
/// An AVI 1.0 file ends before its 32-bit sizes do.
const MOST_BYTES: u64 = 2_000_000_000;
/// `AVIF_HASINDEX`
const HAS_INDEX: u32 = 0x10;
/// `AVIIF_KEYFRAME`
const KEY_FRAME: u32 = 0x10;
/// Bytes from the start of the file to the first frame's chunk.
const HEADER: u64 = 224;

/// Writes frames one after the other; sizes and index follow in [`AviWriter::finish`].
pub(crate) struct AviWriter<W> {
    out: W,
    size: [u32; 2],
    /// Offset in the list of frames and bytes of every slot.
    index: Vec<[u32; 2]>,
    bytes: u64,
    largest: u32,
}

impl<W: Write + Seek> AviWriter<W> {
    /// Begins a file of pictures of `[width, height]` pixels.
    ///
    /// # Errors
    /// Those of `out`.
    pub(crate) fn new(out: W, size: [u32; 2]) -> io::Result<Self> {
        let mut writer = Self {
            out,
            size,
            index: Vec::new(),
            bytes: HEADER,
            largest: 0,
        };
        writer.write_header()?;
        Ok(writer)
    }

    /// Slots so far.
    #[must_use]
    pub(crate) fn slots(&self) -> u64 {
        self.index.len() as u64
    }

    /// Whether another picture would make the file larger than the format allows.
    #[must_use]
    pub(crate) fn is_full(&self) -> bool {
        self.bytes + 16 * self.slots() > MOST_BYTES
    }

    /// Appends a JPEG, or with no bytes a repetition.
    ///
    /// # Errors
    /// Those of `out`.
    pub(crate) fn write(&mut self, jpeg: &[u8]) -> io::Result<()> {
        let length = jpeg.len() as u32;
        let offset = (self.bytes - HEADER + 4) as u32;
        self.out.write_all(b"00dc")?;
        self.out.write_all(&length.to_le_bytes())?;
        self.out.write_all(jpeg)?;
        // Chunks begin at even places.
        self.out.write_all(&[0][..(length % 2) as usize])?;
        self.index.push([offset, length]);
        self.bytes += 8 + u64::from(length + length % 2);
        self.largest = self.largest.max(length);
        Ok(())
    }

    /// Writes the index and the sizes; returns the file.
    ///
    /// # Errors
    /// Those of `out`.
    pub(crate) fn finish(mut self) -> io::Result<W> {
        self.out.write_all(b"idx1")?;
        self.out
            .write_all(&(16 * self.index.len() as u32).to_le_bytes())?;
        for [offset, length] in &self.index {
            let flags = if *length > 0 { KEY_FRAME } else { 0 };
            self.out.write_all(b"00dc")?;
            for value in [flags, *offset, *length] {
                self.out.write_all(&value.to_le_bytes())?;
            }
        }
        self.write_header()?;
        self.out.seek(SeekFrom::End(0))?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn write_header(&mut self) -> io::Result<()> {
        let ([width, height], frames) = (self.size, self.index.len() as u32);
        let movi = (self.bytes - HEADER) as u32 + 4;
        let whole = HEADER as u32 - 8 + movi - 4 + 8 + 16 * frames;
        let mut header = Vec::with_capacity(HEADER as usize);
        let mut put = |parts: &[&[u8]]| header.extend(parts.iter().copied().flatten());
        let le = u32::to_le_bytes;
        put(&[b"RIFF", &le(whole), b"AVI "]);
        put(&[b"LIST", &le(192), b"hdrl", b"avih", &le(56)]);
        let per_second = self.largest.saturating_mul(RATE);
        for value in [
            1_000_000 / RATE, // microseconds per frame
            per_second,
            0, // padding
            HAS_INDEX,
            frames,
            0, // initial frames
            1, // streams
            self.largest,
            width,
            height,
            0,
            0,
            0,
            0,
        ] {
            put(&[&le(value)]);
        }
        put(&[
            b"LIST",
            &le(116),
            b"strl",
            b"strh",
            &le(56),
            b"vids",
            b"MJPG",
        ]);
        for value in [0, 0, 0, 1, RATE, 0, frames, self.largest, u32::MAX, 0] {
            put(&[&le(value)]);
        }
        let [w, h] = [width, height].map(|side| (side as u16).to_le_bytes());
        put(&[&[0; 4], &w, &h]);
        put(&[b"strf", &le(40), &le(40), &le(width), &le(height)]);
        put(&[&1_u16.to_le_bytes(), &24_u16.to_le_bytes(), b"MJPG"]);
        put(&[&le(3 * width * height), &[0; 16]]);
        put(&[b"LIST", &le(movi), b"movi"]);
        debug_assert_eq!(header.len() as u64, HEADER);
        self.out.seek(SeekFrom::Start(0))?;
        self.out.write_all(&header)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    /// Name and content of every chunk, lists taken apart.
    fn chunks(bytes: &[u8], found: &mut Vec<(String, Vec<u8>)>) {
        let mut rest = bytes;
        while rest.len() >= 8 {
            let name = String::from_utf8_lossy(&rest[..4]).into_owned();
            let length = u32::from_le_bytes(rest[4..8].try_into().unwrap()) as usize;
            let content = &rest[8..8 + length];
            if name == "RIFF" || name == "LIST" {
                found.push((
                    String::from_utf8_lossy(&content[..4]).into_owned(),
                    Vec::new(),
                ));
                chunks(&content[4..], found);
            } else {
                found.push((name, content.to_vec()));
            }
            rest = &rest[(8 + length + length % 2).min(rest.len())..];
        }
        assert!(rest.is_empty(), "{} bytes after the last chunk", rest.len());
    }

    #[test]
    fn sizes_index_and_frames_agree() {
        let mut writer = AviWriter::new(Cursor::new(Vec::new()), [640, 480]).unwrap();
        let frames: [&[u8]; 4] = [b"first", b"", b"third!", b"x"];
        for frame in frames {
            writer.write(frame).unwrap();
        }
        let bytes = writer.finish().unwrap().into_inner();
        let mut found = Vec::new();
        chunks(&bytes, &mut found);
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        let expected = [
            "AVI ", "hdrl", "avih", "strl", "strh", "strf", "movi", "00dc", "00dc", "00dc", "00dc",
            "idx1",
        ];
        assert_eq!(names, expected);
        assert_eq!(found[2].1[16], 4, "frames in the header");
        let movi = bytes
            .windows(4)
            .position(|window| window == b"movi")
            .unwrap();
        for (entry, frame) in found[11].1.chunks_exact(16).zip(frames) {
            let value = |at: usize| u32::from_le_bytes(entry[at..at + 4].try_into().unwrap());
            let at = movi + value(8) as usize;
            assert_eq!(&bytes[at..at + 4], b"00dc");
            assert_eq!(&bytes[at + 8..at + 8 + value(12) as usize], frame);
        }
    }
}
