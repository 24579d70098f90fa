//! Concatenated JPEGs: where one ends and the next begins.

use std::io::{BufRead, Read};

/// Pictures per second: such files name no rate.
pub(super) const RATE: f64 = 30.0;
/// Larger pictures are taken for a broken file.
const MOST_BYTES: usize = 64 << 20;

/// Appends the next JPEG with all its markers to `picture`. Returns false at the end of the file.
pub(super) fn read_picture(
    reader: &mut impl BufRead,
    picture: &mut Vec<u8>,
) -> Result<bool, String> {
    let text = |error: std::io::Error| error.to_string();
    // What lies between two pictures is padding.
    loop {
        let skipped = reader.skip_until(0xff).map_err(text)?;
        if skipped == 0 {
            return Ok(false);
        }
        if reader.fill_buf().map_err(text)?.first() == Some(&0xd8) {
            reader.consume(1);
            break;
        }
    }
    picture.extend_from_slice(&[0xff, 0xd8]);
    // Segments carry their length: a thumbnail inside one has an end marker of its own.
    loop {
        let mut head = [0; 2];
        if let Err(error) = reader.read_exact(&mut head) {
            return cut_off(&error);
        }
        picture.extend_from_slice(&head);
        if head[0] != 0xff {
            return Err(format!("found {:#04x} where a JPEG marker begins", head[0]));
        }
        if head[1] == 0xd9 {
            return Ok(true);
        }
        let mut length = [0; 2];
        if let Err(error) = reader.read_exact(&mut length) {
            return cut_off(&error);
        }
        picture.extend_from_slice(&length);
        let rest = u64::from(u16::from_be_bytes(length)).saturating_sub(2);
        let read = reader.take(rest).read_to_end(picture).map_err(text)?;
        if read as u64 != rest {
            return Ok(true); // cut off; the decoder says so
        }
        if head[1] == 0xda {
            break;
        }
    }
    // Inside a scan 0xff is followed by 0 or a restart marker, except at its end.
    loop {
        let read = reader.read_until(0xff, picture).map_err(text)?;
        let mut next = [0];
        if read == 0 {
            return Ok(true); // cut off; the decoder says so
        }
        if let Err(error) = reader.read_exact(&mut next) {
            return cut_off(&error);
        }
        picture.push(next[0]);
        if next[0] == 0xd9 {
            return Ok(true);
        }
        if picture.len() > MOST_BYTES {
            return Err(format!("no end within {MOST_BYTES} bytes"));
        }
    }
}

/// A picture that ends with the file is handed on as it is; the decoder names it.
fn cut_off(error: &std::io::Error) -> Result<bool, String> {
    match error.kind() {
        std::io::ErrorKind::UnexpectedEof => Ok(true),
        _ => Err(error.to_string()),
    }
}
