//! Tensor names of other implementations, translated line by line.

use crate::error::TrainError;
use std::path::{Path, PathBuf};

/// Longest table in bytes.
const LONGEST: u64 = 1 << 20;

/// Lines `THEIRS = OURS`, read from a file.
///
/// A `*` stands for any text, and what the first one stands for goes where the first one is on the other side. The
/// first line that fits a name renames it; nothing behind the `=` leaves the tensor out. `#` starts a comment.
#[derive(Debug, Clone)]
pub struct RenameTable {
    path: PathBuf,
    lines: Vec<Line>,
}

#[derive(Debug, Clone)]
struct Line {
    number: usize,
    theirs: String,
    ours: String,
}

impl RenameTable {
    /// Reads a table.
    ///
    /// # Errors
    /// [`TrainError::Io`]; [`TrainError::Config`] naming the line.
    pub fn read(path: &Path) -> Result<Self, TrainError> {
        let io = |e| TrainError::io(path, e);
        let size = std::fs::metadata(path).map_err(io)?.len();
        if size > LONGEST {
            let reason = format!("found {size} bytes, expected lines `THEIRS = OURS`");
            return Err(Self::wrong(path, reason));
        }
        let text = std::fs::read_to_string(path).map_err(io)?;
        let text = text.trim_start_matches('\u{feff}');
        let mut lines = Vec::new();
        for (index, text) in text.lines().enumerate() {
            let number = index + 1;
            let text = text.split('#').next().unwrap_or_default().trim();
            if text.is_empty() {
                continue;
            }
            let wrong = |expected: &str| {
                Self::wrong(
                    path,
                    format!("line {number}: found {text:?}, expected {expected}"),
                )
            };
            let (theirs, ours) = text
                .split_once('=')
                .ok_or_else(|| wrong("THEIRS = OURS, e.g. G.enc.* = generator.encode.*"))?;
            let (theirs, ours) = (theirs.trim(), ours.trim());
            let stars = |text: &str| text.matches('*').count();
            if theirs.is_empty() || (!ours.is_empty() && stars(theirs) != stars(ours)) {
                return Err(wrong("a name, and as many * on both sides"));
            }
            lines.push(Line {
                number,
                theirs: theirs.into(),
                ours: ours.into(),
            });
        }
        if lines.is_empty() {
            return Err(Self::wrong(path, "found no line THEIRS = OURS".into()));
        }
        Ok(Self {
            path: path.into(),
            lines,
        })
    }

    fn wrong(path: &Path, reason: String) -> TrainError {
        TrainError::Config {
            path: path.into(),
            reason,
        }
    }

    /// The new name of every one of `names`, in their order; `None` for those to leave out.
    ///
    /// # Errors
    /// [`TrainError::Config`] naming a line that fits no name, as a mistyped one, or a new name given twice.
    pub(super) fn renamed<'a>(
        &self,
        names: impl Iterator<Item = &'a String>,
    ) -> Result<Vec<Option<String>>, TrainError> {
        let mut fits = vec![false; self.lines.len()];
        let mut given = std::collections::BTreeMap::new();
        let mut renamed = Vec::new();
        let mut example = None;
        for name in names {
            example.get_or_insert(name);
            let mut new = Some(name.clone());
            for (line, fits) in self.lines.iter().zip(&mut fits) {
                if let Some(parts) = stood_for(&line.theirs, name) {
                    *fits = true;
                    new = (!line.ours.is_empty()).then(|| filled(&line.ours, &parts));
                    break;
                }
            }
            if let Some(new) = &new
                && let Some(before) = given.insert(new.clone(), name)
            {
                let reason = format!("both {before} and {name} become {new}");
                return Err(Self::wrong(&self.path, reason));
            }
            renamed.push(new);
        }
        // A line whose names an earlier one took is no mistake.
        let unused = self.lines.iter().zip(fits).find(|(_, fits)| !fits);
        if let Some((line, _)) = unused {
            return Err(Self::wrong(
                &self.path,
                format!(
                    "line {}: {} fits no tensor that the lines before it leave, of which there are such as {}",
                    line.number,
                    line.theirs,
                    example.map_or("none", |name| name)
                ),
            ));
        }
        Ok(renamed)
    }
}

/// What every `*` of `pattern` stands for in `name`, each as short as possible; `None` where it does not fit.
fn stood_for<'a>(pattern: &str, name: &'a str) -> Option<Vec<&'a str>> {
    let mut literals = pattern.split('*');
    let mut rest = name.strip_prefix(literals.next()?)?;
    let literals: Vec<&str> = literals.collect();
    let Some((last, middle)) = literals.split_last() else {
        return rest.is_empty().then(Vec::new);
    };
    let mut parts = Vec::new();
    for literal in middle {
        let at = rest.find(literal)?;
        parts.push(&rest[..at]);
        rest = &rest[at + literal.len()..];
    }
    parts.push(rest.strip_suffix(last)?);
    Some(parts)
}

fn filled(pattern: &str, parts: &[&str]) -> String {
    let mut literals = pattern.split('*');
    let mut name = literals.next().unwrap_or_default().to_owned();
    for (part, literal) in parts.iter().zip(literals) {
        name.push_str(part);
        name.push_str(literal);
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damaged_tables_are_refused_or_read() {
        let folder = fuzz::folder().unwrap();
        let path = folder.path().join("names.txt");
        let seeds = [
            "# theirs\nG.enc.*.w = generator.encode.*.weight\nD.* =\n",
            "* = *\n",
        ];
        fuzz::check("rename-table", &seeds, |input| {
            std::fs::write(&path, input).unwrap();
            if let Ok(table) = RenameTable::read(&path) {
                let _ = table.renamed(["G.enc.0.w", "D.x", ""].map(str::to_owned).iter());
            }
        });
    }

    fn renamed(table: &str, names: &[&str]) -> Result<Vec<Option<String>>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("names.txt");
        std::fs::write(&path, table).unwrap();
        let table = RenameTable::read(&path).map_err(|e| e.to_string())?;
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        table.renamed(names.iter()).map_err(|e| e.to_string())
    }

    #[test]
    fn the_first_line_that_fits_renames_and_an_empty_name_leaves_out() {
        let table = "# theirs = ours\nG.enc.*.c1.* = generator.encode.*.conv1.*\nG.ema.* =\nG.* = generator.*  # the rest\n";
        let names = ["G.enc.0.c1.weight", "G.ema.x", "G.to_rgb.0.bias", "other"];
        let found = renamed(table, &names).unwrap();
        let expected = [
            Some("generator.encode.0.conv1.weight"),
            None,
            Some("generator.to_rgb.0.bias"),
            Some("other"),
        ];
        assert_eq!(found, expected.map(|name| name.map(str::to_owned)));
    }

    #[test]
    fn a_table_that_cannot_be_meant_is_refused_with_its_line() {
        let cases = [
            ("G.* generator.*", "line 1"),
            ("\nG.* = generator", "as many *"),
            ("", "no line"),
            ("G.* = g.*\nH.* = h.*", "line 2: H.* fits no tensor"),
            ("G.a = x\nG.b = x", "both G.a and G.b become x"),
        ];
        for (table, part) in cases {
            let message = renamed(table, &["G.a", "G.b"]).unwrap_err();
            assert!(message.contains(part), "{part:?} is not in: {message}");
            assert!(message.contains("names.txt"), "{message}");
        }
    }
}
