//! Gives every program of this crate a run path to the libtorch it was linked with, and the git
//! revision it was built from.

use std::process::Command;

fn main() {
    if let Some(lib) = std::env::var_os("DEP_TCH_LIBTORCH_LIB") {
        println!("cargo:rustc-link-arg=-Wl,-rpath,{}", lib.display());
    }
    let revision = Command::new("git")
        .args(["rev-parse", "--short=12", "HEAD"])
        .output()
        .ok()
        .filter(|output| output.status.success())
        .and_then(|output| String::from_utf8(output.stdout).ok())
        .unwrap_or_else(|| "unknown".into());
    println!("cargo:rustc-env=TRAINER_REVISION={}", revision.trim());
    println!("cargo:rerun-if-changed=../.git/logs/HEAD");
}
