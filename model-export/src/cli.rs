//! The command line.

use crate::{export, rewrite};
use clap::Parser;
use std::path::PathBuf;

/// Turns a checkpoint of `trainer` into an ONNX bundle that `edge` runs.
#[derive(Debug, Parser)]
#[command(name = "model-export", version)]
pub struct Args {
    /// Checkpoint folder: checkpoint.json, model.safetensors, parity.safetensors.
    #[arg(long, value_name = "DIR")]
    pub checkpoint: PathBuf,
    /// Bundle folder to write; an older bundle there is replaced once the new one is complete.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

/// Exports and prints one line per graph.
///
/// # Errors
/// Whatever [`export::export`] reports.
pub fn run(args: &Args) -> anyhow::Result<()> {
    for report in export::export(&args.checkpoint, &args.out, &rewrite::PASSES)? {
        println!("{report}");
    }
    println!("{}: bundle written", args.out.display());
    Ok(())
}
