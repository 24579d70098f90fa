//! A picture of several moments of a run: what the camera saw beside what the mirror showed.

use crate::{
    edit::Edit,
    error::EdgeError,
    overlay::widget::{
        area::Area,
        colour::{self, Colour},
        shape,
        text::{Align, Style, Text, Weight},
    },
    picture::{
        frame::{Frame, Origin},
        resample::Resampler,
    },
    present::{
        sink::{MirrorPicture, Sink},
        written,
    },
};
use aligner::Square;
use model_spec::{Attribute, AttributeSet, ColourMode};
use std::path::{Path, PathBuf};
use tiny_skia::{Color, Pixmap, PremultipliedColorU8};

/// Moments on the finished sheet.
const MOMENTS: usize = 6;
/// Moments kept while running; when they are full, every second one goes.
const KEPT: usize = 4 * MOMENTS;
/// Pixels of a camera or mirror picture on the sheet.
const PICTURE: [usize; 2] = [400, 300];
/// Height of a picture in sides of the model's crop.
const SURROUNDINGS: f32 = 2.0;
const MARGIN: f32 = 28.0;
const HEADER: f32 = 104.0;
const CAPTION: f32 = 44.0;
const GROUND: [u8; 3] = [20, 22, 28];
const MIRROR_TEXT: Colour = [255, 200, 122, 255];

/// Collects moments evenly over a run of any length, in bounded memory.
pub(crate) struct ContactSheet {
    path: PathBuf,
    attributes: AttributeSet,
    title: String,
    moments: Vec<Moment>,
    stride: u64,
    seen: u64,
    resampler: Resampler,
    planes: Vec<f32>,
}

impl Sink for ContactSheet {
    fn put(&mut self, picture: &MirrorPicture<'_>) -> Result<(), EdgeError> {
        if let Some(edit) = picture.edit {
            self.look(edit, picture.rgb);
        }
        Ok(())
    }

    /// Draws the sheet and writes it as PNG.
    fn finish(&mut self, summary: &str) -> Result<(), EdgeError> {
        self.save(summary)?;
        log::info!("contact sheet: {}", self.path.display());
        Ok(())
    }
}

struct Moment {
    seconds: f64,
    camera: Vec<u8>,
    mirror: Vec<u8>,
    before: String,
    edit: String,
}

impl ContactSheet {
    /// An empty sheet, to be written to `path` at the end.
    #[must_use]
    pub(crate) fn new(path: &Path, title: String, attributes: &AttributeSet) -> Self {
        Self {
            path: path.into(),
            attributes: attributes.clone(),
            title,
            moments: Vec::new(),
            stride: 1,
            seen: 0,
            resampler: Resampler::default(),
            planes: Vec::new(),
        }
    }

    /// Keeps a picture if its turn has come.
    fn look(&mut self, edit: &Edit, mirror: &[u8]) {
        let Some(face) = edit.faces().first() else {
            return;
        };
        let crop = face.face.crop;
        self.seen += 1;
        if !(self.seen - 1).is_multiple_of(self.stride) {
            return;
        }
        if self.moments.len() == KEPT {
            let mut index = 0;
            self.moments.retain(|_| {
                index += 1;
                index % 2 == 1
            });
            self.stride *= 2;
        }
        let frame = &*edit.frame;
        let camera = self.thumbnail(frame, crop);
        let shown = Frame {
            rgb: mirror.to_vec(),
            origin: Origin::Video,
            ..*frame
        };
        let mirror = self.thumbnail(&shown, crop);
        self.moments.push(Moment {
            seconds: frame.seconds,
            camera,
            mirror,
            before: self.attributes.domain_name(face.source_domain),
            edit: self.describe(edit),
        });
    }

    fn describe(&self, edit: &Edit) -> String {
        if !edit.is_applied() {
            return "unchanged".into();
        }
        let attributes = self.attributes.as_slice().iter();
        let moved = attributes
            .zip(&edit.strengths)
            .filter(|(_, strength)| **strength != 0.0);
        let part = |(attribute, strength): (&Attribute, &f32)| {
            let sign = if *strength > 0.0 { '+' } else { '−' };
            let percent = (strength.abs() * 100.0).round();
            format!("{} {sign}{percent} %", attribute.label)
        };
        match &moved.collect::<Vec<_>>()[..] {
            // Of several there is no room for what they move to.
            &[(attribute, strength)] => {
                let value = if *strength > 0.0 {
                    &attribute.on
                } else {
                    &attribute.off
                };
                format!("{} (to {value})", part((attribute, strength)))
            }
            several => several
                .iter()
                .copied()
                .map(part)
                .collect::<Vec<_>>()
                .join(", "),
        }
    }

    /// The surroundings of the face, in the aspect of [`PICTURE`].
    fn thumbnail(&mut self, frame: &Frame, crop: Square) -> Vec<u8> {
        let [width, height] = [frame.width as f32, frame.height as f32];
        let aspect = PICTURE[0] as f32 / PICTURE[1] as f32;
        let largest = height.min(width / aspect);
        let high = (SURROUNDINGS * crop.side).min(largest);
        let size = [aspect * high, high];
        let inside = |i: usize, limit: f32| {
            let begin = crop.centre[i] - 0.5 * size[i];
            begin.clamp(0.0, (limit - size[i]).max(0.0))
        };
        let origin = [inside(0, width), inside(1, height)];
        let (colour, planes) = (ColourMode::Rgb, &mut self.planes);
        self.resampler
            .sample(frame, origin, size, colour, PICTURE, [1.0, 0.5], planes);
        let plane = PICTURE[0] * PICTURE[1];
        (0..plane)
            .flat_map(|at| [at, at + plane, at + 2 * plane])
            .map(|at| planes[at] as u8)
            .collect()
    }

    fn save(&self, subtitle: &str) -> Result<(), EdgeError> {
        let picture = self.draw(subtitle)?;
        let rgb: Vec<u8> = picture
            .pixels()
            .iter()
            .flat_map(|pixel| [pixel.red(), pixel.green(), pixel.blue()])
            .collect();
        written::save_png(&self.path, &rgb, [picture.width(), picture.height()])
    }

    fn draw(&self, subtitle: &str) -> Result<Pixmap, EdgeError> {
        let chosen = self.chosen();
        let columns = 2.min(chosen.len().max(1));
        let rows = chosen.len().div_ceil(columns).max(1);
        let [width, height] = PICTURE.map(|side| side as f32);
        let pair = [2.0 * width + 4.0, height + CAPTION];
        let sheet = [
            MARGIN + columns as f32 * (pair[0] + MARGIN),
            HEADER + rows as f32 * (pair[1] + MARGIN * 0.5) + MARGIN * 0.5,
        ];
        let mut pixmap = Pixmap::new(sheet[0] as u32, sheet[1] as u32)
            .ok_or_else(|| EdgeError::Internal("contact sheet without area".into()))?;
        let [red, green, blue] = GROUND;
        pixmap.fill(Color::from_rgba8(red, green, blue, 255));
        let mut text = Text::new()?;
        let style = |weight, pixels, colour, align| Style {
            weight,
            pixels,
            colour,
            align,
        };
        let title = style(Weight::SemiBold, 30.0, colour::WHITE, Align::Left);
        text.draw(&mut pixmap, &self.title, MARGIN, 48.0, title);
        let faint = style(Weight::Regular, 17.0, colour::FAINT, Align::Left);
        text.draw(&mut pixmap, subtitle, MARGIN, 78.0, faint);
        if chosen.is_empty() {
            let line = "No face was found in this run.";
            text.draw(&mut pixmap, line, MARGIN, HEADER + 60.0, title);
        }
        for (index, moment) in chosen.iter().enumerate() {
            let x = MARGIN + (index % columns) as f32 * (pair[0] + MARGIN);
            let y = HEADER + (index / columns) as f32 * (pair[1] + MARGIN * 0.5);
            let right = x + width + 4.0;
            paste(&mut pixmap, &moment.camera, [x, y]);
            paste(&mut pixmap, &moment.mirror, [right, y]);
            let area = Area {
                x: right,
                y,
                width,
                height,
            };
            shape::outlined(&mut pixmap, area, 0.0, 2.0, colour::ACCENT);
            let baseline = y + height + 24.0;
            let before = format!("  {:.1} s, {}", moment.seconds, moment.before);
            let edit = format!("  {}", moment.edit);
            for (x, label, ink, line) in [
                (x, "Camera", colour::WHITE, before),
                (right, "Mirror", MIRROR_TEXT, edit),
            ] {
                let label_style = style(Weight::SemiBold, 16.0, ink, Align::Left);
                let used = text.draw(&mut pixmap, label, x, baseline, label_style);
                let pixels = text.fitting(&line, Weight::Regular, 16.0, width - used);
                let faint = style(Weight::Regular, pixels, colour::FAINT, Align::Left);
                text.draw(&mut pixmap, &line, x + used, baseline, faint);
            }
        }
        Ok(pixmap)
    }

    /// At most [`MOMENTS`], evenly spread.
    fn chosen(&self) -> Vec<&Moment> {
        let count = self.moments.len().min(MOMENTS);
        (0..count)
            .map(|index| &self.moments[(2 * index + 1) * self.moments.len() / (2 * count)])
            .collect()
    }
}

fn paste(pixmap: &mut Pixmap, rgb: &[u8], [x, y]: [f32; 2]) {
    let (stride, x, y) = (pixmap.width() as usize, x as usize, y as usize);
    let pixels = pixmap.pixels_mut();
    for (row, line) in rgb.chunks_exact(3 * PICTURE[0]).enumerate() {
        let begin = (y + row) * stride + x;
        let out = pixels[begin..begin + PICTURE[0]].iter_mut();
        for (pixel, rgb) in out.zip(line.chunks_exact(3)) {
            let opaque = PremultipliedColorU8::from_rgba(rgb[0], rgb[1], rgb[2], 255);
            *pixel = opaque.unwrap_or(*pixel);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captions_of_many_attributes_stay_under_their_picture() {
        let attributes = AttributeSet::new(vec![Attribute {
            name: "smile".into(),
            label: "Smile".into(),
            off: "neutral".into(),
            on: "smiling".into(),
            strength_range: [-1.0, 1.5],
        }])
        .unwrap();
        let mut sheet = ContactSheet::new(Path::new("sheet.png"), "many".into(), &attributes);
        let names = "neutral+closed+young+without_glasses+without_beard+dark_hair";
        sheet.moments = (0..2)
            .map(|_| Moment {
                seconds: 1.0,
                camera: vec![0; 3 * PICTURE[0] * PICTURE[1]],
                mirror: vec![0; 3 * PICTURE[0] * PICTURE[1]],
                before: names.into(),
                edit: names.into(),
            })
            .collect();
        let picture = sheet.draw("").unwrap();
        let [width, height] = PICTURE.map(|side| side as u32);
        let rows = HEADER as u32 + height + 2..picture.height();
        let ends = |x: u32| (x..x + 3).flat_map(|x| rows.clone().map(move |y| [x, y]));
        let [red, green, blue] = GROUND;
        let between = ends(MARGIN as u32 + width);
        for [x, y] in between.chain(ends(MARGIN as u32 + 2 * width + 4)) {
            let pixel = picture.pixel(x, y).unwrap();
            assert_eq!(
                [pixel.red(), pixel.green(), pixel.blue()],
                [red, green, blue],
                "{x}, {y}"
            );
        }
    }
}
