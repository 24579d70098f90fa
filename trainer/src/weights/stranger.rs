//! What a file is that holds no weights.

/// Bytes from a file's start that suffice to tell.
pub(crate) const HEAD: u64 = 512;

/// What a file of `bytes` bytes is that starts with `head`, what was expected, and what to do.
#[must_use]
pub(crate) fn described(head: &[u8], bytes: u64) -> String {
    let found = found(head, bytes);
    format!("found {found}; expected weights: a file of `torch.save` or safetensors")
}

fn found(head: &[u8], bytes: u64) -> String {
    let text = String::from_utf8_lossy(head);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let lower = text.to_lowercase();
    let starts = |with: &str| lower.starts_with(with);
    let magic: [(&[u8], &str); 9] = [
        (
            b"\x1f\x8b",
            "a gzip archive, which has to be unpacked first",
        ),
        (b"Rar!", "a RAR archive, which has to be unpacked first"),
        (
            b"7z\xbc\xaf",
            "a 7z archive, which has to be unpacked first",
        ),
        (b"BZh", "a bzip2 archive, which has to be unpacked first"),
        (b"\x89PNG", "a picture"),
        (b"\xff\xd8\xff", "a picture"),
        (b"\x89HDF", "an HDF5 file, as Keras writes"),
        (b"\x7fELF", "a program"),
        (b"%PDF", "a PDF document"),
    ];
    if bytes == 0 {
        "an empty file: the download failed".into()
    } else if starts("version https://git-lfs") {
        format!(
            "a Git LFS pointer of {bytes} bytes, which stands for the file: `git lfs pull` fetches it"
        )
    } else if ["<!doctype", "<html", "<head", "<?xml", "<!--"]
        .into_iter()
        .any(starts)
    {
        "a web page: the server sent it instead of the file, often to ask for a login or a confirmation".into()
    } else if starts("{") || starts("[") {
        "JSON, often a server's answer instead of the file".into()
    } else if let Some((_, what)) = magic.iter().find(|(start, _)| head.starts_with(start)) {
        (*what).into()
    } else if head.get(257..262) == Some(b"ustar") {
        "a tar archive, which has to be unpacked first".into()
    } else if head.starts_with(b"PK") {
        format!("{bytes} bytes of a zip archive, cut off or damaged")
    } else if head.first() == Some(&0x80) {
        "a pickle that `torch.save` did not write".into()
    } else if head.iter().all(|&byte| byte == 0) {
        format!("{bytes} bytes that begin with zeros only: a download that was cut off")
    } else if !head.is_empty() && !text.contains('\u{fffd}') && !text.contains('\0') {
        let line: String = text
            .lines()
            .next()
            .unwrap_or_default()
            .chars()
            .take(60)
            .collect();
        format!("a text ({line:?} …)")
    } else {
        format!("{bytes} bytes of an unknown kind")
    }
}

#[cfg(test)]
mod tests {
    use super::described;

    #[test]
    fn what_is_no_file_of_weights_is_named_for_what_it_is() {
        let kinds: [(&[u8], &str); 11] = [
            (b"", "empty"),
            (b"\n<!DOCTYPE html><html>", "web page"),
            (b"\xef\xbb\xbf<html><body>quota exceeded", "web page"),
            (
                b"version https://git-lfs.github.com/spec/v1\noid sha256:1",
                "git lfs pull",
            ),
            (b"{\"message\": \"Not Found\"}", "JSON"),
            (b"\x1f\x8b\x08\0\0", "gzip"),
            (b"\x89PNG\r\n", "picture"),
            (b"PK\x03", "cut off"),
            (b"\x80\x04\x95\0", "pickle that"),
            (b"Error 404: not here", "Error 404"),
            (b"\x00\xff\xfe\x12", "unknown kind"),
        ];
        for (head, part) in kinds {
            let found = described(head, head.len() as u64);
            assert!(found.contains(part), "{part:?} is not in: {found}");
        }
    }
}
