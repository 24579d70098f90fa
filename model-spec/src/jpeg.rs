//! What every reader of JPEG pictures refuses before it decodes them.

/// Markers of frames that decoders know: baseline, extended and progressive.
const FRAMES: std::ops::RangeInclusive<u8> = 0xc0..=0xc2;

/// Refuses a picture whose channels are sampled as no camera and no program samples them: a channel finer than the
/// first, a factor other than 1, 2 and 4, or two chroma channels that differ. `zune-jpeg`, which reads for both programs,
/// ends in a panic on many of these.
///
/// `bytes` may be the whole picture or what stands before its pixels. A frame is known by its marker and by a length that
/// fits its channels, wherever it stands, so that no two readers can disagree about where segments begin.
///
/// # Errors
/// The factors that were found, and those that were expected.
pub fn check_sampling(bytes: &[u8]) -> Result<(), String> {
    for (at, _) in bytes.iter().enumerate().filter(|(_, byte)| **byte == 0xff) {
        let Some(channels) = channels(&bytes[at + 1..]) else {
            continue;
        };
        let factors = channels.chunks_exact(3).map(|it| (it[1] >> 4, it[1] & 15));
        let usual = {
            let first = factors.clone().next().unwrap_or_default();
            let chroma = (factors.clone().nth(1), factors.clone().nth(2));
            let alike = chroma.1.is_none() || chroma.0 == chroma.1;
            alike
                && factors.clone().all(|(across, down)| {
                    [across, down]
                        .iter()
                        .all(|factor| [1, 2, 4].contains(factor))
                        && across <= first.0
                        && down <= first.1
                })
        };
        if !usual {
            // Every frame of a camera comes by here: words are made only for a refusal.
            let words: Vec<String> = factors.map(|(h, v)| format!("{h}x{v}")).collect();
            return Err(format!(
                "channels sampled {}, expected factors of 1, 2 and 4, none above those of the first channel, and the \
                 same for both chroma channels",
                words.join(", ")
            ));
        }
    }
    Ok(())
}

/// Three bytes of every channel, its number, factors and table, if a frame's header begins here, behind the 0xff of its
/// marker.
fn channels(bytes: &[u8]) -> Option<&[u8]> {
    let (&[marker, high, low, _precision, _, _, _, _, channels], rest) =
        bytes.split_first_chunk()?;
    let length = u16::from_be_bytes([high, low]);
    if !FRAMES.contains(&marker) || channels == 0 || length != 8 + 3 * u16::from(channels) {
        return None;
    }
    rest.get(..3 * usize::from(channels))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The header of a frame of 16 x 16 pixels, behind other bytes.
    fn header(factors: &[u8]) -> Vec<u8> {
        let count = factors.len() as u8;
        let mut bytes = vec![
            0xff,
            0xd8,
            0xff,
            0xff,
            0xc0,
            0,
            8 + 3 * count,
            8,
            0,
            16,
            0,
            16,
            count,
        ];
        for (number, &factor) in (1..).zip(factors) {
            bytes.extend([number, factor, 0]);
        }
        bytes
    }

    #[test]
    fn usual_samplings_pass_and_others_are_named() {
        for usual in [
            &[0x11][..],
            &[0x22],
            &[0x11; 3],
            &[0x22; 3],
            &[0x21, 0x11, 0x11],
            &[0x22, 0x11, 0x11],
            &[0x22, 0x12, 0x12],
            &[0x12, 0x11, 0x11],
            &[0x41, 0x11, 0x11],
            &[0x22, 0x11, 0x11, 0x22],
        ] {
            assert_eq!(check_sampling(&header(usual)), Ok(()), "{usual:x?}");
        }
        for odd in [
            &[0x11, 0x43, 0x43][..],
            &[0x11, 0x12, 0x41],
            &[0x21, 0x41, 0x22],
            &[0x22, 0x11, 0x12],
            &[0x31, 0x11, 0x11],
            &[0x00],
            &[0x11, 0x11, 0x11, 0x21],
        ] {
            let error = check_sampling(&header(odd)).unwrap_err();
            let first = format!("sampled {}x{}", odd[0] >> 4, odd[0] & 15);
            assert!(error.contains(&first), "{error}");
        }
        // No header: cut off, of another length, or of another kind.
        let odd = header(&[0x11, 0x43, 0x43]);
        assert_eq!(check_sampling(&odd[..odd.len() - 1]), Ok(()));
        for (at, byte) in [(6, 18), (4, 0xc4)] {
            let mut other = odd.clone();
            other[at] = byte;
            assert_eq!(check_sampling(&other), Ok(()));
        }
    }
}
