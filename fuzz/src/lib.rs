//! Runs the fuzz targets among the tests of the other crates, whose names begin with `damaged_`.
//!
//! Bytes at random are refused by the first check of any reader. A target therefore gives seeds, which are valid, and
//! [`check`] runs it on those, on the corpus in `fuzz/corpus`, which a search guided by coverage has left, and for a
//! time on what [`damage`] makes of both. With the feature `guided` the same targets are what libFuzzer calls:
//! `fuzz/run.sh` builds them with counters of coverage, searches, and keeps what reached something new.
//!
//! ```
//! fuzz::check("example", &[b"12 13"], |input| {
//!     let _ = String::from_utf8_lossy(input).parse::<u8>();
//! });
//! ```

#[cfg_attr(
    feature = "guided",
    allow(dead_code, reason = "libFuzzer makes the changes")
)]
mod damage;
#[cfg(feature = "guided")]
mod guided;

use damage::Damage;
use std::{
    env, fs, io,
    path::{Path, PathBuf},
    time::Duration,
};
use tempfile::TempDir;

/// A folder for inputs that are read from files: in memory, where there is such a place.
///
/// # Errors
/// What the system says.
pub fn folder() -> io::Result<TempDir> {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        tempfile::tempdir_in(memory)
    } else {
        tempfile::tempdir()
    }
}

/// Runs `target` on `seeds`, of which there is at least one, on the inputs in `fuzz/corpus/NAME`, and on damaged forms
/// of both: for a second, or as many as the variable `FUZZ_SECONDS` says.
///
/// # Panics
/// Where `target` does; the seed that is printed then leads there again, see `arbtest`.
pub fn check<S: AsRef<[u8]>>(name: &str, seeds: &[S], target: impl Fn(&[u8])) {
    let seeds = seeds.iter().map(|seed| seed.as_ref().to_vec());
    #[cfg(feature = "guided")]
    guided::search(name, seeds.collect(), &target);
    #[cfg(not(feature = "guided"))]
    at_random(seeds.chain(corpus(name)).collect(), target);
}

#[cfg(not(feature = "guided"))]
fn at_random(inputs: Vec<Vec<u8>>, target: impl Fn(&[u8])) {
    for input in &inputs {
        target(input);
    }
    let seconds = env::var("FUZZ_SECONDS")
        .ok()
        .and_then(|text| text.parse().ok());
    let mut count = inputs.len();
    arbtest::arbtest(|bytes| {
        let damage: Damage = bytes.arbitrary()?;
        target(&damage.to(&inputs));
        count += 1;
        Ok(())
    })
    .budget(Duration::from_secs(seconds.unwrap_or(1)))
    .run();
    println!("{count} inputs");
}

/// What the search has kept for this target; nothing for a target that it has not been run on.
#[cfg(not(feature = "guided"))]
fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(name);
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    files.sort();
    let read =
        |file: &PathBuf| fs::read(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    files.iter().map(read).collect()
}
