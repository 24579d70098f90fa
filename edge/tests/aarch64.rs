//! The program for aarch64 (`make aarch64`), on an emulated processor with the real ONNX Runtime for
//! it, against the same program on this machine.
//!
//! With `EDGE_DEVICE_TESTS=all` (`make test-device`) pictures are drawn with the bundle that ships, else
//! with a tiny one.

use crate::{
    bundle::Tiny,
    place::{Place, assert_succeeds, runtime, skip},
};
use faces::Take;
use std::{
    collections::BTreeMap,
    env,
    env::consts::ARCH,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// Largest difference between the two processors, relative to `max(1, max |expected|)`.
const TOLERANCE: f64 = 1e-4;
/// The newest glibc that may be needed: JetPack 5 has it.
const GLIBC: [u32; 2] = [2, 31];

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The bundle that ships.
fn shipped() -> String {
    repository().join("models/smile-64").display().to_string()
}

/// The cross-built program: `EDGE_AARCH64`, or where `cross/build.sh` puts it.
fn program() -> Option<PathBuf> {
    if let Some(path) = env::var_os("EDGE_AARCH64") {
        return Some(path.into());
    }
    let path = repository().join("target/cross/aarch64-unknown-linux-gnu/release/edge");
    if !path.exists() {
        skip("no program for aarch64; `make aarch64` builds it");
        return None;
    }
    Some(path)
}

/// Runs the same arguments here and emulated, in folders of their own with the same bundle.
struct Pair {
    program: PathBuf,
    libraries: [PathBuf; 2],
}

impl Pair {
    fn new() -> Option<Self> {
        let there = repository().join("third_party/onnxruntime/aarch64/libonnxruntime.so");
        Self::with(runtime()?, there)
    }

    /// With ONNX Runtime 1.18.0 on both sides.
    fn with_oldest_runtime() -> Option<Self> {
        let [here, there] = [ARCH, "aarch64"].map(|processor| {
            let folder = repository().join("third_party/onnxruntime-oldest");
            folder.join(processor).join("libonnxruntime.so")
        });
        Self::with(here, there)
    }

    fn with(here: PathBuf, there: PathBuf) -> Option<Self> {
        let program = program()?;
        for library in [&here, &there] {
            if !library.exists() {
                let library = library.display();
                skip(&format!("no {library}; `make test-device` fetches it"));
                return None;
            }
        }
        if Command::new("qemu-aarch64")
            .arg("--version")
            .output()
            .is_err()
        {
            skip("no qemu-aarch64 (package qemu-user)");
            return None;
        }
        Some(Self {
            program,
            libraries: [here, there],
        })
    }

    fn here(&self, place: &Place, arguments: &[&str]) -> Output {
        place.edge(&self.libraries[0], arguments)
    }

    fn there(&self, place: &Place, arguments: &[&str]) -> Output {
        Command::new("qemu-aarch64")
            .arg(&self.program)
            .args(arguments)
            .current_dir(place.path("."))
            .env("ORT_DYLIB_PATH", &self.libraries[1])
            .env_remove("DISPLAY")
            .output()
            .unwrap()
    }
}

/// Version numbers of every `GLIBC_…` symbol version that the program needs.
fn glibc_versions(program: &Path) -> Option<Vec<Vec<u32>>> {
    let output = Command::new("readelf")
        .args(["--version-info", "--wide"])
        .arg(program)
        .output();
    let Ok(output) = output else {
        skip("no readelf (package binutils)");
        return None;
    };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let names = text.split("Name: GLIBC_").skip(1);
    let numbers = names.map(|name| {
        let version = name.split_whitespace().next().unwrap();
        version
            .split('.')
            .map(|part| part.parse().unwrap())
            .collect()
    });
    Some(numbers.collect())
}

#[test]
fn the_program_for_aarch64_starts_on_the_glibc_of_jetpack_5() {
    let Some(program) = program() else { return };
    let Some(versions) = glibc_versions(&program) else {
        return;
    };
    assert!(!versions.is_empty(), "it needs some glibc");
    let newest = versions.iter().max().unwrap();
    assert!(newest[..2] <= GLIBC[..], "it needs glibc {newest:?}");
}

/// `max|diff|` of every output, relative to what the check allows, from the trainer's numbers.
fn differences(check: &Output) -> BTreeMap<String, f64> {
    assert_succeeds(check);
    let text = String::from_utf8_lossy(&check.stdout).into_owned();
    let mut lines = text.lines().skip_while(|line| !line.starts_with("output "));
    lines.next().expect("a table");
    let rows = lines.filter_map(|line| {
        let [name, difference, allowed, _] = line.split_whitespace().collect::<Vec<_>>()[..] else {
            return None;
        };
        let [difference, allowed] = [difference, allowed].map(|text| text.parse::<f64>().unwrap());
        // The check allows the tolerance times the scale of the output.
        Some((name.to_owned(), difference / allowed * TOLERANCE))
    });
    rows.collect()
}

/// Both processors against the same third numbers: their sum bounds the difference between them.
fn assert_near(pair: &Pair, place: &Place, arguments: &[&str]) {
    let here = differences(&pair.here(place, arguments));
    let there = differences(&pair.there(place, arguments));
    assert!(here.len() >= 5, "{here:?}");
    assert_eq!(
        here.keys().collect::<Vec<_>>(),
        there.keys().collect::<Vec<_>>()
    );
    for (name, here) in &here {
        let apart = here + there[name];
        assert!(apart <= TOLERANCE, "{name}: up to {apart} apart");
    }
    println!("differences here {here:?}, emulated {there:?}");
}

#[test]
fn aarch64_computes_what_this_processor_computes() {
    let Some(pair) = Pair::new() else { return };
    let bundle = shipped();
    let place = Place::new();
    let arguments = ["check", "--bundle", &bundle, "--provider", "cpu"];
    assert_near(&pair, &place, &arguments);
}

#[test]
fn the_oldest_onnx_runtime_that_is_accepted_runs_the_bundle_that_ships() {
    let Some(pair) = Pair::with_oldest_runtime() else {
        return;
    };
    let bundle = shipped();
    let place = Place::new();
    let arguments = ["check", "--bundle", &bundle, "--provider", "cpu"];
    assert_near(&pair, &place, &arguments);
}

#[test]
fn aarch64_runs_the_demo_and_edits_it() {
    let Some(pair) = Pair::new() else { return };
    let place = Place::with_bundle(&Tiny::default());
    let arguments = [
        "run",
        "--bundle",
        "bundle",
        "--source",
        "demo",
        "--display",
        "none",
        "--frames",
        "3",
        "--report",
        "r.json",
    ];
    assert_succeeds(&pair.there(&place, &arguments));
    let report = place.report("r.json");
    assert_eq!(report["frames_captured"], 3);
    assert!(report["frames_edited"].as_u64().unwrap() >= 1, "{report}");
    assert_eq!(report["provider"]["running"], "cpu");
}

#[test]
fn aarch64_draws_the_pictures_that_this_processor_draws() {
    let Some(pair) = Pair::new() else { return };
    let place = Place::with_bundle(&Tiny::default());
    let all = env::var("EDGE_DEVICE_TESTS").is_ok_and(|tests| tests == "all");
    let bundle = if all { shipped() } else { "bundle".into() };
    let [width, height] = [320, 240];
    let take = Take::new(0, width, height, 30.0);
    let mut rgb = vec![0; (3 * width * height) as usize];
    fs::create_dir(place.path("in")).unwrap();
    take.render_into(0, &mut rgb);
    let colour = image::ColorType::Rgb8;
    image::save_buffer(place.path("in/face.png"), &rgb, width, height, colour).unwrap();
    let [here, there] = ["here", "there"].map(|out| {
        let display = format!("png:{out}");
        let arguments = [
            "run",
            "--bundle",
            &bundle,
            "--source",
            "dir:in",
            "--attr",
            "smile=1",
            "--display",
            &display,
            "--report",
            "r.json",
        ];
        let output = match out {
            "here" => pair.here(&place, &arguments),
            _ => pair.there(&place, &arguments),
        };
        assert_succeeds(&output);
        assert_eq!(place.report("r.json")["frames_edited"], 1);
        let folder = fs::read_dir(place.path(out)).unwrap().next();
        image::open(folder.unwrap().unwrap().path())
            .unwrap()
            .into_rgb8()
    });
    assert_ne!(here.as_raw(), &rgb, "the picture is edited");
    let apart = here
        .iter()
        .zip(there.iter())
        .map(|(a, b)| a.abs_diff(*b))
        .max();
    // A value on the border between two levels may fall on either side.
    assert!(apart <= Some(1), "{apart:?} levels of 255 apart");
}
