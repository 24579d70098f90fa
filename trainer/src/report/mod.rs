//! `trainer report`: a run on one page that needs no network.
//!
//! ```text
//! RUN: stats.jsonl, samples/, config.toml, run.json ─► Readings, curves ─► page
//! ```

mod curves;
mod page;
mod readings;

use crate::error::TrainError;
use output::OutputFile;
use readings::Readings;
use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

/// Grids of samples on the page at most: the first, the last, and some in between.
const GRIDS: usize = 4;

/// The arguments of `trainer report`.
#[derive(Debug, Clone)]
pub(crate) struct ReportRequest {
    /// Folder of the run.
    pub run: PathBuf,
    /// A folder of `trainer compare --out`: its sheets and figures are shown, too.
    pub compared: Option<PathBuf>,
    /// The page.
    pub out: PathBuf,
}

/// Writes the page.
///
/// # Errors
/// [`TrainError::Data`] for a folder that is no run, [`TrainError::Io`] for what cannot be read, [`TrainError::Output`]
/// for a file that is no report.
pub(crate) fn report(request: &ReportRequest) -> Result<(), TrainError> {
    let run = &request.run;
    let readings = Readings::read(&run.join("stats.jsonl"))?;
    let mut page = page::Page {
        title: run.canonicalize().map_or_else(
            |_| run.display().to_string(),
            |path| {
                path.file_name()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned()
            },
        ),
        readings: &readings,
        grids: Vec::new(),
        sheets: Vec::new(),
        compared: None,
        settings: text(&run.join("config.toml"))?,
        facts: text(&run.join("run.json"))?,
    };
    for path in spread(pictures(&run.join("samples"))?) {
        page.grids.push(page::Picture::read(&path)?);
    }
    if let Some(folder) = &request.compared {
        page.compared = Some(text(&folder.join("compare.json"))?);
        for path in pictures(folder)? {
            page.sheets.push(page::Picture::read(&path)?);
        }
    }
    let html = page.html()?;
    let mut file = OutputFile::create(&request.out, is_own)?;
    file.file()
        .write_all(html.as_bytes())
        .map_err(|error| TrainError::io(&request.out, error))?;
    Ok(file.finish()?)
}

fn text(path: &Path) -> Result<String, TrainError> {
    fs::read_to_string(path).map_err(|error| TrainError::io(path, error))
}

/// PNG files of a folder by name; none of a folder that is not there.
fn pictures(folder: &Path) -> Result<Vec<PathBuf>, TrainError> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(folder).map_err(|error| TrainError::io(folder, error))?;
    let mut files = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| TrainError::io(folder, error))?;
    files.retain(|path| path.extension().is_some_and(|ending| ending == "png"));
    files.sort();
    Ok(files)
}

/// At most [`GRIDS`], from first to last.
fn spread<T>(mut all: Vec<T>) -> Vec<T> {
    let last = all.len().saturating_sub(1);
    let kept: Vec<usize> = match all.len() <= GRIDS {
        true => return all,
        false => (0..GRIDS).map(|i| i * last / (GRIDS - 1)).collect(),
    };
    let mut index = 0;
    all.retain(|_| {
        index += 1;
        kept.contains(&(index - 1))
    });
    all
}

/// Accepts an earlier report.
fn is_own(path: &Path) -> Result<(), String> {
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    let own = text.contains(page::GENERATOR);
    own.then_some(())
        .ok_or_else(|| "a file that is no report of a run".into())
}

#[cfg(test)]
mod tests {
    #[test]
    fn first_last_and_some_between_are_shown() {
        assert_eq!(super::spread((0..10).collect()), [0, 3, 6, 9]);
        assert_eq!(super::spread(vec![1, 2]), [1, 2]);
    }
}
