//! Why nothing was written.

use faces::Attribute;
use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub(crate) enum RenderError {
    #[error("--attributes: found {} twice, expected each attribute once", .0.name())]
    Twice(Attribute),
    #[error(
        "--test-every: found {found}, expected at most the {count} people of --count, so that test/ has one"
    )]
    NoTest { found: u32, count: u32 },
    #[error(
        "--seed: found {found}, expected at most {most}, so that {count} people have seeds of their own"
    )]
    Seeds { found: u64, most: u64, count: u32 },
    #[error("signal handler: {0}")]
    Signals(std::io::Error),
    #[error(transparent)]
    Output(#[from] output::OutputError),
    #[error("{}: {source}", path.display())]
    File {
        path: PathBuf,
        source: std::io::Error,
    },
}
