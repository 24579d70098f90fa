//! The judgement whether a face's mouth is seen: fits its weights, and measures it on pictures.
//!
//! ```text
//! cargo run --release -p edge --example mouth -- draw DIR OUT      pictures with covers, to look at
//! cargo run --release -p edge --example mouth -- fit DIR CHECKPOINT DATA
//!                            weights from the faces in DIR; DATA says what they are, and their terms
//! cargo run --release -p edge --example mouth -- carry FROM CHECKPOINT
//!                            the weights of another checkpoint or bundle
//! cargo run --release -p edge --example mouth -- measure BUNDLE DIR…
//!                            how many faces fade, covered and not
//! ```
//!
//! `model-export` carries a checkpoint's `mouth.bin` into the bundle.

mod checkpoint;
mod covers;
mod fit;

use aligner::Square;
use anyhow::Context;
use checkpoint::Checkpoint;
use covers::Kind;
use edge::{
    picture::frame::Frame,
    track::{Pace, TrackOptions, Tracker, mouth::Mouth},
};
use image::RgbImage;
use model_spec::Bundle;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Its aligner frames the pictures that are drawn on.
const BUNDLE: &str = "models/smile";

fn main() -> anyhow::Result<()> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    match arguments
        .iter()
        .map(|a| a.to_str())
        .collect::<Option<Vec<_>>>()
        .as_deref()
    {
        Some(["draw", folder, out]) => draw(Path::new(folder), Path::new(out)),
        Some(["fit", folder, checkpoint, data]) => {
            let mut checkpoint = Checkpoint::open(Path::new(checkpoint))?;
            let weights = fit::fit(Path::new(folder))?;
            checkpoint.put(&weights.to_bytes(), data)
        }
        Some(["carry", from, to]) => {
            let mut to = Checkpoint::open(Path::new(to))?;
            let mouth = checkpoint::mouth_of(Path::new(from))?;
            to.put(&mouth.bytes, &mouth.data)
        }
        Some(["measure", bundle, folders @ ..]) => measure(Path::new(bundle), folders),
        _ => anyhow::bail!(
            "usage: mouth draw DIR OUT | fit DIR CHECKPOINT DATA | carry FROM CHECKPOINT | measure BUNDLE DIR…"
        ),
    }
}

/// The pictures of a folder, by name.
fn pictures(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut files = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()?;
    files.sort();
    Ok(files)
}

/// A picture; small ones, which show a face alone, with mirrored surroundings in which it can be found.
fn frame(path: &Path) -> anyhow::Result<Frame> {
    let picture = image::open(path)
        .with_context(|| path.display().to_string())?
        .into_rgb8();
    Ok(surrounded(&picture))
}

fn surrounded(picture: &RgbImage) -> Frame {
    let [width, height] = [picture.width(), picture.height()].map(|side| side as usize);
    let around = if width <= 256 { width / 2 } else { 0 };
    let mut frame = Frame::default();
    frame.resize(width + 2 * around, height + 2 * around);
    let mirrored = |at: usize, side: usize| {
        let at = at as isize - around as isize;
        let at = if at < 0 { -1 - at } else { at };
        let last = side as isize;
        (if at >= last { 2 * last - 1 - at } else { at }) as u32
    };
    let columns = frame.width;
    for (index, pixel) in frame.rgb.chunks_exact_mut(3).enumerate() {
        let at = [
            mirrored(index % columns, width),
            mirrored(index / columns, height),
        ];
        pixel.copy_from_slice(&picture.get_pixel(at[0], at[1]).0);
    }
    frame
}

fn tracker(bundle: &Path) -> anyhow::Result<(Tracker, TrackOptions)> {
    let bundle = Bundle::open(bundle)?;
    let options = TrackOptions::of_bundle(&bundle)?;
    Ok((Tracker::new(Pace::Stills, &options)?, options))
}

fn face(tracker: &mut Tracker, frame: &Frame) -> Option<Square> {
    tracker.track(frame).first().map(|face| face.crop)
}

fn draw(folder: &Path, out: &Path) -> anyhow::Result<()> {
    let (mut tracker, _) = tracker(Path::new(BUNDLE))?;
    let mut rng = Pcg64Mcg::seed_from_u64(7);
    fs::create_dir_all(out)?;
    let files = pictures(folder)?;
    for (index, path) in files.iter().enumerate() {
        let mut frame = frame(path)?;
        let Some(crop) = face(&mut tracker, &frame) else {
            continue;
        };
        let kinds = [&Kind::FITTED[..], &Kind::HELD_OUT[..]].concat();
        let kind = kinds[index % kinds.len()];
        let donor = self::frame(&files[rng.random_range(0..files.len())])?;
        let hidden = covers::draw(&mut rng, kind, &mut frame, crop, &donor);
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let name = format!("{stem}-{kind:?}-{:.0}.png", 100.0 * hidden);
        let size = [frame.width, frame.height].map(|side| side as u32);
        image::save_buffer(
            out.join(name),
            &frame.rgb,
            size[0],
            size[1],
            image::ColorType::Rgb8,
        )?;
    }
    Ok(())
}

/// Prints, per kind of cover, how many faces are found, and how many of those are faded.
fn measure(bundle: &Path, folders: &[&str]) -> anyhow::Result<()> {
    let (mut tracker, _) = tracker(bundle)?;
    let mouth = Mouth::of_bundle(&Bundle::open(bundle)?)?;
    let mut mouth = mouth.context("the bundle cannot tell covered mouths: see `edge check`")?;
    let mut rng = Pcg64Mcg::seed_from_u64(11);
    let mut files = Vec::new();
    for folder in folders {
        files.extend(pictures(Path::new(folder))?);
    }
    let mut rows = vec![("none".to_owned(), Vec::new(), Vec::new())];
    let kinds = [&Kind::FITTED[..], &Kind::HELD_OUT[..]].concat();
    rows.extend(
        kinds
            .iter()
            .map(|kind| (format!("{kind:?}"), Vec::new(), Vec::new())),
    );
    let mut found = 0;
    for path in &files {
        let clean = frame(path)?;
        let Some(crop) = face(&mut tracker, &clean) else {
            continue;
        };
        found += 1;
        let seen = mouth.seen(&clean, crop);
        rows[0].1.push(seen);
        rows[0].2.push(seen);
        if seen < 0.3 && std::env::var_os("NAMES").is_some() {
            println!("{}: {seen:.3}", path.display());
        }
        for (row, &kind) in rows[1..].iter_mut().zip(&kinds) {
            let donor = frame(&files[rng.random_range(0..files.len())])?;
            let mut covered = clean.clone();
            let hidden = covers::draw(&mut rng, kind, &mut covered, crop, &donor);
            if hidden < 0.6 {
                continue;
            }
            // As followed from before the cover came, and as found anew.
            row.1.push(mouth.seen(&covered, crop));
            if let Some(crop) = face(&mut tracker, &covered) {
                row.2.push(mouth.seen(&covered, crop));
            }
        }
    }
    println!("{found} faces of {} pictures", files.len());
    println!("cover      followed  <0.3 %   <0.6 %    found  <0.3 %  <0.6 %");
    for (name, followed, again) in rows {
        let part = |seen: &[f32], limit: f32| {
            let below = seen.iter().filter(|&&seen| seen < limit).count();
            100.0 * below as f32 / f32::max(seen.len() as f32, 1.0)
        };
        println!(
            "{name:<10} {:8} {:8.1} {:7.1} {:8} {:8.1} {:7.1}",
            followed.len(),
            part(&followed, 0.3),
            part(&followed, 0.6),
            again.len(),
            part(&again, 0.3),
            part(&again, 0.6),
        );
    }
    Ok(())
}
