//! Writes contact sheets: `cargo run --release -p faces --example contact_sheet -- FOLDER`.

use faces::{Background, Expression, Identity, Light, Pose, Scene, Take, training_face};
use image::imageops::{FilterType, grayscale, replace, resize};
use image::{DynamicImage, RgbImage};
use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args()
        .nth(1)
        .ok_or("usage: contact_sheet FOLDER")?;
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    people(folder)?;
    take(folder)?;
    crops(folder)?;
    speed();
    Ok(())
}

fn people(folder: &Path) -> image::ImageResult<()> {
    let mut sheet = RgbImage::new(5 * 240, 5 * 240);
    for row in 0..5 {
        for column in 0..5 {
            let identity = match row {
                0 => Identity::demo(),
                row => Identity::from_seed(row as u64),
            };
            let scene = Scene {
                identity,
                expression: Expression::smiling(column as f32 / 4.0),
                pose: Pose::frontal([120.0, 130.0], 105.0),
                light: Light::default(),
                background: Background::default(),
            };
            replace(
                &mut sheet,
                &scene.render(240, 240),
                i64::from(column * 240),
                i64::from(row * 240),
            );
        }
    }
    sheet.save(folder.join("people.png"))
}

fn take(folder: &Path) -> image::ImageResult<()> {
    let take = Take::new(0, 640, 480, 30.0);
    let mut sheet = RgbImage::new(4 * 320, 4 * 240);
    let mut frame = RgbImage::new(640, 480);
    for i in 0..16 {
        take.render_into(i * take.loop_frames() / 16, &mut frame);
        let small = resize(&frame, 320, 240, FilterType::Triangle);
        replace(
            &mut sheet,
            &small,
            (i % 4 * 320) as i64,
            (i / 4 * 240) as i64,
        );
    }
    sheet.save(folder.join("take.png"))?;
    take.render_into(6, &mut frame);
    frame.save(folder.join("neutral.png"))?;
    take.render_into(90, &mut frame);
    frame.save(folder.join("smile.png"))
}

fn crops(folder: &Path) -> image::ImageResult<()> {
    let mut sheet = RgbImage::new(8 * 128, 6 * 128);
    for i in 0..48u32 {
        let smile = if i < 24 { 0.0 } else { 1.0 };
        let crop = DynamicImage::ImageLuma8(grayscale(&training_face(u64::from(i), smile, 64)));
        let large = resize(&crop.to_rgb8(), 128, 128, FilterType::Triangle);
        replace(
            &mut sheet,
            &large,
            i64::from(i % 8 * 128),
            i64::from(i / 8 * 128),
        );
    }
    sheet.save(folder.join("crops.png"))
}

fn speed() {
    let take = Take::new(0, 640, 480, 30.0);
    let mut frame = RgbImage::new(640, 480);
    // Best and median: other programs on the machine disturb the rest.
    let report = |what: &str, mut work: Box<dyn FnMut(u64) + '_>| {
        let mut millis: Vec<f64> = (0..240)
            .map(|i| {
                let start = std::time::Instant::now();
                work(i);
                start.elapsed().as_secs_f64() * 1e3
            })
            .collect();
        millis.sort_by(f64::total_cmp);
        println!(
            "{what}: best {:.2} ms, median {:.2} ms",
            millis[0], millis[120]
        );
    };
    report(
        "take frame 640x480",
        Box::new(|i| take.render_into(i, &mut frame)),
    );
    report(
        "training face 64x64",
        Box::new(|i| drop(training_face(i, 0.5, 64))),
    );
}
