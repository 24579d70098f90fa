//! Where the bundle lies when none is named.

use crate::error::EdgeError;
use std::{
    env,
    path::{Path, PathBuf},
};

/// The bundle that ships.
const DEFAULT: &str = "models/smile";

/// The named folder, or the first that exists of: `models/smile` in the working folder, beside
/// the program, in `../share/smile-mirror` next to it, or in a folder above it (a source tree).
///
/// # Errors
/// [`EdgeError::NoBundle`] naming every folder looked at.
pub(crate) fn resolve(named: Option<&Path>) -> Result<PathBuf, EdgeError> {
    if let Some(path) = named {
        return Ok(path.into());
    }
    let mut searched = Vec::new();
    if let Ok(working) = env::current_dir() {
        searched.push(working.join(DEFAULT));
    }
    if let Some(beside) = env::current_exe().ok().as_deref().and_then(Path::parent) {
        searched.push(beside.join(DEFAULT));
        if let Some(prefix) = beside.parent() {
            searched.push(prefix.join("share/smile-mirror").join(DEFAULT));
        }
        let above = beside.ancestors().skip(1).take(4);
        searched.extend(above.map(|folder| folder.join(DEFAULT)));
    }
    let found = searched.iter().find(|folder| folder.is_dir()).cloned();
    found.ok_or_else(|| EdgeError::NoBundle {
        name: DEFAULT.into(),
        searched,
    })
}
