//! `trainer inspect`: what would be trained on.

use super::{
    DataSet, FaceSet, Layout, Listing, Rendering, Selection, Split,
    contact_sheet::{self, COLUMNS, Row},
    decode::{self, Report},
    layout, picture,
};
use crate::error::TrainError;
use image::RgbImage;
use model_spec::{Architecture, AttributeSet};
use std::path::{Path, PathBuf};

/// Pictures decoded at once.
const CHUNK: usize = 512;
/// Most frequent picture sizes that are listed.
const SIZES: usize = 5;

/// Prints layout, counts per domain, sizes and unreadable files of `data` to `print`, line by line,
/// and writes a contact sheet of the faces as the model would see them: one row per split and domain.
///
/// # Errors
/// [`TrainError`]; unreadable pictures are listed, not errors.
pub fn inspect<'a>(
    data: &Path,
    sheet: &Path,
    architecture: &Architecture,
    selection: impl Into<Selection<'a>>,
    print: &mut dyn FnMut(String),
) -> Result<(), TrainError> {
    let selection = selection.into();
    output::check_file(sheet, picture::is_own)?;
    let layout = layout::detect(data)?;
    print(format!("data: {} ({layout})", data.display()));
    let rows = match layout {
        Layout::Packed | Layout::Synthetic => {
            let rendering = Rendering {
                faces_per_domain: COLUMNS,
                seed: 0,
            };
            let data = DataSet::open(data, architecture, selection, rendering)?;
            stored(&data, selection.attributes, print)?
        }
        _ => pictures(data, layout, architecture, &selection, print)?,
    };
    picture::write(
        sheet,
        &contact_sheet::picture(&rows, architecture.image_size as u32),
    )?;
    print(format!("contact sheet: {}", sheet.display()));
    Ok(())
}

/// Counts of a pack; procedural faces are rendered on demand.
fn stored(
    data: &DataSet,
    attributes: &AttributeSet,
    print: &mut dyn FnMut(String),
) -> Result<Vec<Row>, TrainError> {
    let mut rows = Vec::new();
    let test = data.test.iter().map(|set| (Split::Test, set));
    for (split, set) in std::iter::once((Split::Train, &data.train)).chain(test) {
        for domain in 0..set.domains() {
            let name = attributes.domain_name(domain);
            let count = match data.layout {
                Layout::Synthetic => "rendered as many as wanted".into(),
                _ => format!("{} pictures", set.count(domain)),
            };
            print(format!("{}/{name}: {count}", split.name()));
            rows.push(Row {
                name: format!("{}/{name}", split.name()),
                faces: shown(set, domain)?,
            });
        }
    }
    Ok(rows)
}

/// Counts, sizes and unreadable files of a layout with picture files.
fn pictures(
    data: &Path,
    layout: Layout,
    architecture: &Architecture,
    selection: &Selection<'_>,
    print: &mut dyn FnMut(String),
) -> Result<Vec<Row>, TrainError> {
    let mut report = Report::default();
    let mut rows = Vec::new();
    for split in [Split::Train, Split::Test] {
        if split == Split::Test && !Listing::has(data, layout, split) {
            print("test: no folder, so nothing can be judged".into());
            continue;
        }
        let listing = Listing::open(data, layout, split, *selection)?;
        for (domain, files) in listing.files.iter().enumerate() {
            let unreadable = report.unreadable.len();
            let mut first: Vec<Vec<u8>> = Vec::new();
            for chunk in files.chunks(CHUNK) {
                let decoded = decode::decode(chunk, architecture, &mut report)?;
                let room = COLUMNS - first.len();
                first.extend(decoded.into_iter().flatten().take(room));
            }
            let name = format!(
                "{}/{}",
                split.name(),
                selection.attributes.domain_name(domain)
            );
            print(format!(
                "{name}: {} pictures, {} of them unreadable",
                files.len(),
                report.unreadable.len() - unreadable
            ));
            let channels = architecture.colour.channels();
            let set = FaceSet::new(&[first], channels, architecture.image_size);
            rows.push(Row {
                name,
                faces: shown(&set, 0)?,
            });
        }
        if split == Split::Train {
            print(format!("digest: {}", listing.digest()?));
        }
    }
    print_report(&report, print);
    Ok(rows)
}

fn print_report(report: &Report, print: &mut dyn FnMut(String)) {
    let mut sizes: Vec<_> = report.sizes.iter().collect();
    sizes.sort_by_key(|&(_, count)| std::cmp::Reverse(*count));
    for ((width, height), count) in sizes.iter().take(SIZES) {
        print(format!("size {width}x{height}: {count} pictures"));
    }
    if sizes.len() > SIZES {
        print(format!("and {} more sizes", sizes.len() - SIZES));
    }
    if report.cropped > 0 {
        print(format!(
            "not square, cut to the central square: {} pictures",
            report.cropped
        ));
    }
    let list: Vec<&(PathBuf, String)> = report.unreadable.iter().collect();
    for (path, reason) in list {
        print(format!("unreadable: {}: {reason}", path.display()));
    }
}

fn shown(set: &FaceSet, domain: usize) -> Result<Vec<RgbImage>, TrainError> {
    let faces = set.of_domain(domain, COLUMNS);
    (0..faces.size()[0])
        .map(|i| picture::from_tensor(&faces.get(i)).map_err(TrainError::torch("reading a face")))
        .collect()
}
