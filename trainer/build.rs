//! Gives every program of this crate a run path to the libtorch it was linked with, and the git
//! revision it was built from; compiles the bridges to what tch does not bind.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

fn main() {
    if let Some(lib) = env::var_os("DEP_TCH_LIBTORCH_LIB") {
        let lib = PathBuf::from(lib);
        println!("cargo:rustc-link-arg=-Wl,-rpath,{}", lib.display());
        compile_bridges(&lib);
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

/// Headers of Gloo that c10d's includes and libtorch does not ship. `ranks/bridge.cpp` declares what it needs of them.
const GLOO_HEADERS: [&str; 5] = [
    "algorithm.h",
    "common/error.h",
    "context.h",
    "rendezvous/store.h",
    "transport/device.h",
];

/// The bridges: their names and sources.
const BRIDGES: [(&str, &str); 2] = [
    ("libtorch_bridge", "src/libtorch/bridge.cpp"),
    ("ranks_bridge", "src/ranks/bridge.cpp"),
];
/// What both include.
const REASON: &str = "src/libtorch/reason.h";

/// Compiles the bridges as torch-sys compiles its own: same headers, same ABI.
fn compile_bridges(lib: &Path) {
    println!("cargo:rerun-if-changed={REASON}");
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
        .include("src/libtorch")
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
    let version = read(&include.join("torch/version.h"));
    let made_with = [&include.display().to_string(), &abi, &version]
        .map(String::as_str)
        .concat();
    for (name, source) in BRIDGES {
        compile(build.clone(), name, source, &made_with, &out);
    }
}

/// Compiles one of them. This script runs after every commit, too; a bridge is compiled again only when it, the headers or
/// the ABI have become others.
fn compile(mut build: cc::Build, name: &str, source: &str, made_with: &str, out: &Path) {
    println!("cargo:rerun-if-changed={source}");
    let made_of = [made_with, &read(REASON.as_ref()), &read(source.as_ref())].concat();
    let record = out.join(format!("{name}.made-of"));
    let place = out.join(format!("{name}.place"));
    let mut object = PathBuf::from(read(&place));
    if read(&record) != made_of || !object.is_file() {
        object = build.file(source).compile_intermediates().remove(0);
        write(&place, &object.display().to_string());
        write(&record, &made_of);
    }
    cc::Build::new().cpp(true).object(object).compile(name);
}

/// A folder of empty files in place of Gloo's headers.
fn empty_headers(out: &Path) -> PathBuf {
    let folder = out.join("without-gloo");
    for header in GLOO_HEADERS {
        write(&folder.join("gloo").join(header), "");
    }
    folder
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

fn write(path: &Path, text: &str) {
    let written = fs::create_dir_all(path.parent().expect("has a folder"))
        .and_then(|()| fs::write(path, text));
    written.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}
