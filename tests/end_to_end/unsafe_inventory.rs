//! Every `unsafe` of the workspace has its proof beside it, and its file a row in RELIABILITY.md.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Lines around an exception from the lint `unsafe_code` within which its proof begins.
const NEAR: usize = 9;
/// Generated bindings of the kernel's header, with a lint table of their own.
const GENERATED: &str = "edge/v4l2-sys";

/// The Rust files of the workspace.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !["target", "third_party", ".git"].contains(&name.as_str()) {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn every_unsafe_block_has_its_proof_and_stands_in_the_inventory() {
    let workspace = tests::workspace().canonicalize().unwrap();
    let mut files = Vec::new();
    sources(&workspace, &mut files);
    let mut holders = BTreeSet::new();
    // Not written out, or this file would be one of them.
    let (exception, proof) = (["unsafe", "code"].join("_"), ["SAF", "ETY:"].concat());
    for file in files {
        let name = file.strip_prefix(&workspace).unwrap().display().to_string();
        let text = fs::read_to_string(&file).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let excepted = |line: &str| {
            let line = line.trim();
            line.starts_with(&exception) || line.contains(&format!("allow({exception}"))
        };
        for (at, line) in lines.iter().enumerate() {
            if name.starts_with(GENERATED) || !excepted(line) {
                continue;
            }
            let near = &lines[at.saturating_sub(NEAR)..(at + NEAR).min(lines.len())];
            let proved = near.iter().any(|line| line.contains(&proof));
            assert!(proved, "{name}:{}: no proof", at + 1);
            holders.insert(name.clone());
        }
    }
    let told = fs::read_to_string(workspace.join("RELIABILITY.md")).unwrap();
    let rows = told
        .lines()
        .skip_while(|line| *line != "| file | why |")
        .skip(2);
    let rows = rows.take_while(|line| line.starts_with('|'));
    let listed: BTreeSet<String> = rows
        .filter_map(|row| row.split('`').nth(1))
        .map(str::to_owned)
        .collect();
    assert_eq!(holders, listed, "found, and listed in RELIABILITY.md");
}
