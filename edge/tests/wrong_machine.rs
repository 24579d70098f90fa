//! A machine that is not as it should be: libraries for another one, a full disk, nothing to write to.

use crate::{
    bundle::Tiny,
    place::{Place, assert_fails, assert_succeeds, runtime, skip},
};
use std::{fs, path::Path, process::Command};

const RUN: [&str; 8] = [
    "run",
    "--bundle",
    "bundle",
    "--source",
    "demo",
    "--display",
    "none",
    "--frames",
];

/// Compiles `source` in `place` into a shared library; `None` without a C compiler.
fn compile(place: &Place, output: &str, source: &str, options: &[&str]) -> Option<()> {
    fs::write(place.path("library.c"), source).unwrap();
    let built = Command::new("cc")
        .args(["-shared", "-fPIC", "-nostdlib", "-o", output, "library.c"])
        .args(options)
        .current_dir(place.path("."))
        .status();
    if !built.is_ok_and(|status| status.success()) {
        skip("no C compiler for the library");
        return None;
    }
    Some(())
}

fn run_with(place: &Place, library: &str) -> std::process::Output {
    let arguments: Vec<&str> = RUN.iter().chain(&["3"]).copied().collect();
    place.edge(&place.path(library), &arguments)
}

#[test]
fn a_library_for_another_processor_is_named_with_found_and_expected() {
    let place = Place::with_bundle(&Tiny::default());
    let source = "int function(void) { return 0; }";
    let Some(()) = compile(&place, "libonnxruntime.so", source, &[]) else {
        return;
    };
    let library = place.path("libonnxruntime.so");
    let mut bytes = fs::read(&library).unwrap();
    let other: u16 = if cfg!(target_arch = "x86_64") {
        183
    } else {
        62
    };
    bytes[18..20].copy_from_slice(&other.to_le_bytes());
    fs::write(&library, bytes).unwrap();
    let words = [
        "libonnxruntime.so",
        "wrong architecture",
        "aarch64",
        "x86_64",
    ];
    assert_fails(&run_with(&place, "libonnxruntime.so"), 1, &words);
}

#[test]
fn a_library_for_a_newer_system_says_which_glibc_it_wants_and_what_jetpack_has() {
    let place = Place::with_bundle(&Tiny::default());
    fs::write(place.path("versions"), "GLIBC_9.99 { global: future; };\n").unwrap();
    let options = ["-Wl,-soname,libc.so.6", "-Wl,--version-script=versions"];
    let future = "int future(void) { return 0; }";
    let Some(()) = compile(&place, "newer.so", future, &options) else {
        return;
    };
    let user = "int future(void); int function(void) { return future(); }";
    compile(&place, "libonnxruntime.so", user, &["./newer.so"]).unwrap();
    let words = ["libonnxruntime.so", "GLIBC_9.99", "newer system", "2.31"];
    assert_fails(&run_with(&place, "libonnxruntime.so"), 1, &words);
}

#[test]
fn a_full_disk_is_an_error_that_names_the_file() {
    let Some(library) = runtime() else { return };
    let place = Place::with_bundle(&Tiny::default());
    let extra = ["3", "--report", "/dev/full"];
    let arguments: Vec<&str> = RUN.iter().chain(&extra).copied().collect();
    assert_fails(
        &place.edge(&library, &arguments),
        1,
        &["/dev/full", "No space"],
    );
}

#[test]
fn a_mirror_that_may_write_nothing_runs_all_the_same() {
    let Some(library) = runtime() else { return };
    let place = Place::with_bundle(&Tiny::default());
    let bundle = place.path("bundle").display().to_string();
    // Nobody, not even root, can make a file there.
    let nowhere = Path::new("/proc/self");
    let arguments: Vec<&str> = RUN
        .iter()
        .chain(&["3"])
        .map(|&word| {
            if word == "bundle" {
                bundle.as_str()
            } else {
                word
            }
        })
        .collect();
    let mut command = place.command(&library, &arguments);
    command.current_dir(nowhere);
    for name in ["HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "TMPDIR"] {
        command.env(name, nowhere);
    }
    assert_succeeds(&command.output().unwrap());
}

#[test]
fn two_mirrors_run_beside_each_other() {
    let Some(library) = runtime() else { return };
    let place = Place::with_bundle(&Tiny::default());
    let arguments: Vec<&str> = RUN.iter().chain(&["10"]).copied().collect();
    let start = || place.command(&library, &arguments).spawn().unwrap();
    let mut mirrors = [start(), start()];
    for mirror in &mut mirrors {
        assert!(mirror.wait().unwrap().success());
    }
}
