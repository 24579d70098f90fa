//! Writes `src/onnx/proto.rs` from `onnx.proto`.

use std::{error::Error, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let messages = protox::compile([here.join("onnx.proto")], [here])?;
    let folder = here.join("../src/onnx");
    prost_build::Config::new()
        .out_dir(&folder)
        .compile_fds(messages)?;
    // The generator names the file after the package.
    fs::rename(folder.join("onnx.rs"), folder.join("proto.rs"))?;
    Ok(())
}
