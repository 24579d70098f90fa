//! Gives every program of this crate a run path to the libtorch it was linked with, and the git
//! revision it was built from; compiles the bridge to libtorch's collectives.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

fn main() {
    if let Some(lib) = env::var_os("DEP_TCH_LIBTORCH_LIB") {
        let lib = PathBuf::from(lib);
        println!("cargo:rustc-link-arg=-Wl,-rpath,{}", lib.display());
        compile_bridge(&lib);
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

/// Headers of Gloo that c10d's includes and libtorch does not ship. `bridge.cpp` declares what it needs of them.
const GLOO_HEADERS: [&str; 5] = [
    "algorithm.h",
    "common/error.h",
    "context.h",
    "rendezvous/store.h",
    "transport/device.h",
];

/// Compiles `bridge.cpp` as torch-sys compiles its own: same headers, same ABI. This script runs after every commit,
/// too; the bridge is compiled again only when it, the headers or the ABI have become others.
fn compile_bridge(lib: &Path) {
    const BRIDGE: &str = "src/ranks/bridge.cpp";
    println!("cargo:rerun-if-changed={BRIDGE}");
    for name in ["LIBTORCH", "LIBTORCH_INCLUDE", "LIBTORCH_CXX11_ABI"] {
        println!("cargo:rerun-if-env-changed={name}");
    }
    let root = env::var_os("LIBTORCH_INCLUDE").or_else(|| env::var_os("LIBTORCH"));
    let include = root.map_or_else(
        || lib.with_file_name("include"),
        |root| Path::new(&root).join("include"),
    );
    let abi = env::var("LIBTORCH_CXX11_ABI").unwrap_or_else(|_| "1".into());
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let mut build = cc::Build::new();
    build
        .cpp(true)
        .warnings(false)
        .debug(false)
        .include(&include)
        .include(include.join("torch/csrc/api/include"))
        .flag("-std=c++17")
        .define("_GLIBCXX_USE_CXX11_ABI", abi.as_str())
        .define("USE_DISTRIBUTED", None)
        .define("USE_C10D_GLOO", None);
    if include.join("gloo/context.h").exists() {
        // A libtorch built from source may bring Gloo's own.
        build.define("WITH_GLOO_HEADERS", None);
    } else {
        build.include(empty_headers(&out));
    }
    let read = |path: &Path| fs::read_to_string(path).unwrap_or_default();
    let version = read(&include.join("torch/version.h"));
    let made_of = [
        &include.display().to_string(),
        &abi,
        &version,
        &read(BRIDGE.as_ref()),
    ]
    .map(String::as_str)
    .concat();
    let (made_of_before, place) = (out.join("bridge.made-of"), out.join("bridge.place"));
    let mut object = PathBuf::from(read(&place));
    if read(&made_of_before) != made_of || !object.is_file() {
        object = build.file(BRIDGE).compile_intermediates().remove(0);
        write(&place, &object.display().to_string());
        write(&made_of_before, &made_of);
    }
    cc::Build::new()
        .cpp(true)
        .object(object)
        .compile("ranks_bridge");
}

/// A folder of empty files in place of Gloo's headers.
fn empty_headers(out: &Path) -> PathBuf {
    let folder = out.join("without-gloo");
    for header in GLOO_HEADERS {
        write(&folder.join("gloo").join(header), "");
    }
    folder
}

fn write(path: &Path, text: &str) {
    let written = fs::create_dir_all(path.parent().expect("has a folder"))
        .and_then(|()| fs::write(path, text));
    written.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}
