//! PNG pictures that say which program wrote them, so that it may write them again.

use crate::OutputError;
use png::{BitDepth, ColorType, Compression, Decoder, Encoder, EncodingError};
use std::{
    fs::{self, File},
    io::BufReader,
    path::Path,
};

/// The standard's keyword for the program that made a picture.
pub const SOFTWARE: &str = "Software";

/// `rgb`, `3 * width * height` bytes, as a PNG file of `program`.
///
/// # Errors
/// The encoder's reason, e.g. another number of bytes.
pub fn encode(
    rgb: &[u8],
    [width, height]: [u32; 2],
    program: &str,
) -> Result<Vec<u8>, EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, width, height);
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Fast);
    encoder.add_text_chunk(SOFTWARE.into(), program.into())?;
    let mut writer = encoder.write_header()?;
    writer.write_image_data(rgb)?;
    writer.finish()?;
    Ok(bytes)
}

/// Accepts a folder for pictures of `program` that is missing, empty, or has such pictures alone, in itself and in its
/// `subfolders`.
///
/// # Errors
/// [`OutputError`] naming the folder and what was found in it.
pub fn check_folder(folder: &Path, subfolders: &[&str], program: &str) -> Result<(), OutputError> {
    let refused = |found: String| OutputError::Refused {
        path: folder.into(),
        found,
        expected: "a new name, an empty folder, or one with pictures of this program alone",
    };
    if fs::symlink_metadata(folder).is_err() {
        return Ok(());
    }
    if !folder.is_dir() {
        return Err(refused("no folder".into()));
    }
    for entry in fs::read_dir(folder).map_err(OutputError::io(folder))? {
        let path = entry.map_err(OutputError::io(folder))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() && subfolders.contains(&&*name) {
            check_folder(&path, &[], program)?;
        } else if path.is_dir() {
            return Err(refused(format!("the folder {name}")));
        } else {
            by(&path, program).map_err(|found| refused(format!("{name}, {found}")))?;
        }
    }
    Ok(())
}

/// Accepts a PNG file whose [`SOFTWARE`] is `program`.
///
/// # Errors
/// What the file is instead.
pub fn by(path: &Path, program: &str) -> Result<(), String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let Ok(reader) = Decoder::new(BufReader::new(file)).read_info() else {
        return Err("a file that is no PNG picture".into());
    };
    let mut texts = reader.info().uncompressed_latin1_text.iter();
    if texts.any(|chunk| chunk.keyword == SOFTWARE && chunk.text == program) {
        Ok(())
    } else {
        Err(format!("a picture that was not written by `{program}`"))
    }
}
