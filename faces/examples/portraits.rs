//! Writes contact sheets of portraits: `cargo run --release -p faces --example portraits -- FOLDER [FIRST_SEED]`.
//!
//! `people.png`: random portraits at 256 px. `attributes.png`: one person, each attribute from 0 to 1.
//! `drawn.png`: the first people in the drawn style, neutral and smiling. `drawn-attributes.png`: as `attributes.png`.
//! `truth.png` and `drawn-truth.png`: neutral, smiling, the neutral picture moved by the true field, and the masks.

use faces::{Attribute, Part, Portrait, Style, portrait};
use image::RgbImage;
use image::imageops::{FilterType, replace, resize};
use std::path::Path;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let usage = "usage: portraits FOLDER [FIRST_SEED]";
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or(usage)?;
    let first: u64 = arguments.next().map_or(Ok(0), |seed| seed.parse())?;
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    people(first).save(folder.join("people.png"))?;
    drawn(first).save(folder.join("drawn.png"))?;
    for (style, prefix) in [(Style::Natural, ""), (Style::Drawn, "drawn-")] {
        let path = |name: &str| folder.join(format!("{prefix}{name}.png"));
        attributes(first, style).save(path("attributes"))?;
        truth(first, style)?.save(path("truth"))?;
    }
    Ok(())
}

fn place(sheet: &mut RgbImage, picture: &RgbImage, column: u32, row: u32) {
    let (width, height) = picture.dimensions();
    replace(
        sheet,
        picture,
        i64::from(column * width),
        i64::from(row * height),
    );
}

fn people(first: u64) -> RgbImage {
    let mut sheet = RgbImage::new(6 * 256, 4 * 256);
    for i in 0..24 {
        let picture = portrait(first + u64::from(i), 256).render();
        place(&mut sheet, &picture, i % 6, i / 6);
    }
    sheet
}

/// Pairs of neutral and smiling drawings.
fn drawn(first: u64) -> RgbImage {
    let mut sheet = RgbImage::new(6 * 192, 4 * 192);
    for i in 0..24 {
        let mut shown = portrait(first + u64::from(i / 2), 192);
        shown.style = Style::Drawn;
        shown.attributes.smile = (i % 2) as f32;
        place(&mut sheet, &shown.render(), i % 6, i / 6);
    }
    sheet
}

/// Somebody with nothing before the face, and a sharp camera.
fn somebody(seed: u64, style: Style) -> Portrait {
    let mut somebody = portrait(seed, 256);
    somebody.style = style;
    somebody.cover = None;
    (somebody.camera.blur, somebody.camera.noise) = (0.0, 0.8);
    somebody
}

fn attributes(first: u64, style: Style) -> RgbImage {
    let mut sheet = RgbImage::new(6 * 192, 5 * 192);
    for (row, attribute) in Attribute::ALL.into_iter().enumerate() {
        for column in 0..6 {
            let mut shown = somebody(first + row as u64, style);
            for other in Attribute::ALL {
                if other != Attribute::Gender && other != Attribute::Age {
                    other.set(&mut shown.attributes, 0.0);
                }
            }
            attribute.set(&mut shown.attributes, column as f32 / 5.0);
            let small = resize(&shown.render(), 192, 192, FilterType::Triangle);
            place(&mut sheet, &small, column, row as u32);
        }
    }
    sheet
}

fn truth(first: u64, style: Style) -> Result<RgbImage, Failure> {
    let mut sheet = RgbImage::new(5 * 256, 4 * 256);
    for row in 0..4 {
        let mut neutral = somebody(first + row, style);
        neutral.attributes.smile = 0.0;
        neutral.expression.mouth_open = 0.0;
        neutral.attributes.eyeglasses = (row % 2) as f32;
        let mut smiling = neutral;
        smiling.attributes.smile = 1.0;
        let (neutral, smiling) = (neutral.shoot(), smiling.shoot());
        let field = smiling.displacement(&neutral)?;
        let mut moved = field.warp(&neutral.picture);
        for (_, [x, y]) in smiling.landmarks() {
            for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                let (x, y) = (x as u32 + dx, y as u32 + dy);
                if x < 256 && y < 256 {
                    moved.put_pixel(x, y, image::Rgb([0, 255, 0]));
                }
            }
        }
        let masks = Part::ALL.map(|part| smiling.mask(part));
        let painted = RgbImage::from_fn(256, 256, |x, y| {
            let [face, hair, eyes, mouth, glasses, body] =
                masks.each_ref().map(|m| m.get_pixel(x, y)[0] / 2);
            image::Rgb([
                face.saturating_add(mouth).saturating_add(eyes),
                hair.saturating_add(eyes).saturating_add(glasses),
                body.saturating_add(glasses),
            ])
        });
        let plain = field.warp(&neutral.picture);
        for (column, picture) in [&neutral.picture, &smiling.picture, &plain, &moved, &painted]
            .into_iter()
            .enumerate()
        {
            place(&mut sheet, picture, column as u32, row as u32);
        }
    }
    Ok(sheet)
}
