//! A photo on request: before and after side by side, marked as edited, with metadata that says so.

use crate::{
    error::EdgeError,
    overlay::{language::labels::Labels, output::stamp::Stamp, widget::text::Text},
};
use std::{
    fs::{self, File},
    io::{self, BufWriter},
    path::{Path, PathBuf},
};

/// What was on screen when the photo was taken. It lives in memory until the visitor answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Photo {
    /// Width and height of either picture in pixels.
    pub(crate) size: [usize; 2],
    /// The camera picture: RGB bytes, as seen, so flipped in mirror view.
    pub(crate) before: Vec<u8>,
    /// The mirror picture.
    pub(crate) after: Vec<u8>,
    /// Whether they differ by an edit.
    pub(crate) edited: bool,
    /// What was edited, e.g. `smile +80 %`.
    pub(crate) edit: String,
    /// The bundle that edited.
    pub(crate) model: String,
}

/// IPTC's word for a picture that a trained model has changed in part.
const SOURCE_TYPE: &str =
    "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia";
/// Photos a folder holds at most.
const MOST: u32 = 999_999;

impl Photo {
    /// Takes both pictures, `3 * width * height` RGB bytes each.
    #[must_use]
    pub(crate) fn new(before: &[u8], after: &[u8], size: [usize; 2], flipped: bool) -> Self {
        let seen = |rgb: &[u8]| {
            let mut rgb = rgb.to_vec();
            if flipped && size[0] > 0 {
                for row in rgb.chunks_exact_mut(3 * size[0]) {
                    row.reverse();
                    row.chunks_exact_mut(3).for_each(<[u8]>::reverse);
                }
            }
            rgb
        };
        Self {
            size,
            before: seen(before),
            after: seen(after),
            ..Self::default()
        }
    }

    /// Writes `mirror-NNNNNN.png` with the first free number into `folder`, which is made if need be.
    ///
    /// # Errors
    /// [`EdgeError::File`], or those of [`Text::new`].
    pub(crate) fn write(&self, folder: &Path, labels: &Labels) -> Result<PathBuf, EdgeError> {
        fs::create_dir_all(folder).map_err(|error| EdgeError::file(folder, error))?;
        for number in 1..=MOST {
            let path = folder.join(format!("mirror-{number:06}.png"));
            match File::create_new(&path) {
                Ok(file) => {
                    let written = self.encode(file, labels);
                    if written.is_err() {
                        // Half a picture is worth nothing, and the error says more than its leftovers.
                        let _ = fs::remove_file(&path);
                    }
                    return match written? {
                        Ok(()) => Ok(path),
                        Err(error) => Err(EdgeError::file(path, error)),
                    };
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(EdgeError::file(path, error)),
            }
        }
        let reason =
            format!("found mirror-000001.png to mirror-{MOST}.png, expected a free number");
        Err(EdgeError::file(folder, reason))
    }

    fn encode(
        &self,
        file: File,
        labels: &Labels,
    ) -> Result<Result<(), png::EncodingError>, EdgeError> {
        let [width, height] = self.size;
        let mut after = self.after.clone();
        if self.edited {
            Stamp::new(Text::new()?, labels).apply(&mut after, self.size);
        }
        let rows = self.before.chunks_exact(3 * width);
        let pairs = rows.zip(after.chunks_exact(3 * width));
        let both: Vec<u8> = pairs
            .flat_map(|(before, after)| before.iter().chain(after).copied())
            .collect();
        Ok(self.write_png(file, [2 * width as u32, height as u32], &both))
    }

    fn write_png(&self, file: File, size: [u32; 2], rgb: &[u8]) -> Result<(), png::EncodingError> {
        let mut encoder = png::Encoder::new(BufWriter::new(file), size[0], size[1]);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::Fast);
        let software = format!("edge {}", env!("CARGO_PKG_VERSION"));
        encoder.add_text_chunk("Software".into(), software)?;
        let description = if self.edited {
            let (edit, model) = (&self.edit, &self.model);
            format!(
                "Edited picture. Left: the camera picture. Right: edited by the model {model}: {edit}."
            )
        } else {
            "Unedited camera picture, twice.".into()
        };
        encoder.add_itxt_chunk("Description".into(), description.clone())?;
        if self.edited {
            let warning = "The right half of this picture was changed by a trained model.";
            encoder.add_text_chunk("Warning".into(), warning.into())?;
            encoder.add_itxt_chunk("XML:com.adobe.xmp".into(), xmp(&description))?;
        }
        let mut writer = encoder.write_header()?;
        writer.write_image_data(rgb)?;
        writer.finish()
    }
}

/// An XMP packet with the description and IPTC's digital source type.
fn xmp(description: &str) -> String {
    let description = description
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    format!(
        "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\
         <x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\
         <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\
         <rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
         xmlns:Iptc4xmpExt=\"http://iptc.org/std/Iptc4xmpExt/2008-02-29/\" \
         Iptc4xmpExt:DigitalSourceType=\"{SOURCE_TYPE}\">\
         <dc:description><rdf:Alt><rdf:li xml:lang=\"x-default\">{description}</rdf:li></rdf:Alt>\
         </dc:description></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end=\"r\"?>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufReader;

    fn photo() -> Photo {
        let size = [320, 240];
        let before: Vec<u8> = (0..3 * size[0] * size[1])
            .map(|i| (i % 253) as u8)
            .collect();
        let after: Vec<u8> = before.iter().map(|value| value.saturating_add(9)).collect();
        Photo {
            edited: true,
            edit: "smile +80 %".into(),
            model: "smile-64".into(),
            ..Photo::new(&before, &after, size, false)
        }
    }

    fn chunks(path: &Path) -> (Vec<(String, String)>, Vec<u8>, [u32; 2]) {
        let decoder = png::Decoder::new(BufReader::new(File::open(path).unwrap()));
        let mut reader = decoder.read_info().unwrap();
        let mut rgb = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut rgb).unwrap();
        let info = reader.info();
        let plain = info.uncompressed_latin1_text.iter();
        let plain = plain.map(|chunk| (chunk.keyword.clone(), chunk.text.clone()));
        let unicode = info.utf8_text.iter();
        let unicode = unicode.map(|chunk| (chunk.keyword.clone(), chunk.get_text().unwrap()));
        (
            plain.chain(unicode).collect(),
            rgb,
            [info.width, info.height],
        )
    }

    #[test]
    fn a_kept_photo_shows_before_and_after_and_says_in_picture_and_metadata_that_it_is_edited() {
        let folder = tempfile::tempdir().unwrap();
        let labels = Labels::shipped().unwrap().remove(0);
        let photo = photo();
        let path = photo.write(folder.path(), &labels).unwrap();
        let (texts, rgb, size) = chunks(&path);
        assert_eq!(size, [640, 240]);
        let last = 239 * 640 * 3;
        assert_eq!(rgb[last..last + 960], photo.before[239 * 960..]);
        assert_eq!(rgb[last + 960..], photo.after[239 * 960..]);
        // The mark's accent is in the upper right corner of the right picture.
        let mark = shapes(&rgb[..60 * 640 * 3]);
        assert!(mark > 250, "{mark} pixels of the mark");
        let all = format!("{texts:?}");
        for word in [
            "Edited picture",
            "smile +80 %",
            "smile-64",
            "changed by a trained model",
            SOURCE_TYPE,
        ] {
            assert!(all.contains(word), "{word} in {all}");
        }
    }

    fn shapes(rgb: &[u8]) -> usize {
        let accent = &crate::overlay::widget::colour::ACCENT[..3];
        rgb.chunks_exact(3).filter(|pixel| *pixel == accent).count()
    }

    #[test]
    fn numbers_go_up_and_nothing_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let labels = Labels::shipped().unwrap().remove(0);
        let unedited = Photo {
            edited: false,
            ..photo()
        };
        for number in 1..=2 {
            let path = unedited.write(folder.path(), &labels).unwrap();
            assert!(path.ends_with(format!("mirror-00000{number}.png")));
            let (texts, rgb, _) = chunks(&path);
            assert!(!format!("{texts:?}").contains(SOURCE_TYPE));
            assert_eq!(shapes(&rgb), 0);
        }
        let blocked = folder.path().join("mirror-000001.png");
        let error = unedited.write(&blocked, &labels).unwrap_err().to_string();
        assert!(error.contains("mirror-000001.png"), "{error}");
    }

    #[test]
    fn a_mirror_view_is_photographed_as_it_was_seen() {
        let rgb = [1, 2, 3, 4, 5, 6];
        assert_eq!(
            Photo::new(&rgb, &rgb, [2, 1], true).before,
            [4, 5, 6, 1, 2, 3]
        );
        assert_eq!(Photo::new(&rgb, &rgb, [2, 1], false).after, rgb);
    }
}
