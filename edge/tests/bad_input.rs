//! Every kind of bad input has a clear error and the right exit code.

use crate::{
    bundle::Tiny,
    place::{Place, assert_fails, assert_succeeds, runtime},
};
use model_spec::OutputForm;
use std::{fs, path::Path};

const RUN: [&str; 5] = ["run", "--bundle", "bundle", "--source", "demo"];

#[test]
fn a_missing_or_wrong_onnx_runtime_is_named_with_its_place_and_reason() {
    let place = Place::with_bundle(&Tiny::default());
    let output = place.edge(Path::new("/nowhere/libonnxruntime.so"), &RUN);
    assert_fails(&output, 1, &["/nowhere/libonnxruntime.so", "no such file"]);

    fs::write(place.path("libonnxruntime.so"), [b'x'; 1000]).unwrap();
    let mut command = place.command(Path::new(""), &RUN);
    command.args(["--onnxruntime", "libonnxruntime.so"]);
    let output = command.output().unwrap();
    assert_fails(&output, 1, &["libonnxruntime.so", "ELF"]);

    let mut command = place.command(Path::new(""), &RUN);
    command.args(["--onnxruntime", "/nowhere"]);
    assert_fails(
        &command.output().unwrap(),
        1,
        &["/nowhere", "--onnxruntime"],
    );
}

#[test]
fn a_displacement_beyond_the_manifests_bound_is_refused() {
    let Some(library) = runtime() else { return };
    for displacement in [0.2, f32::NAN] {
        let place = Place::with_bundle(&Tiny {
            output: OutputForm::Displacement,
            displacement,
            ..Tiny::default()
        });
        let arguments = [
            "run",
            "--bundle",
            "bundle",
            "--source",
            "demo",
            "--display",
            "none",
            "--frames",
            "5",
            "--attr",
            "smile=1",
        ];
        let output = place.edge(&library, &arguments);
        assert_fails(&output, 1, &["displacement", "bundle"]);
    }
}

#[test]
fn a_library_that_is_no_onnx_runtime_is_refused() {
    let libraries = [
        "/usr/lib/x86_64-linux-gnu/libm.so.6",
        "/usr/lib/aarch64-linux-gnu/libm.so.6",
    ];
    let Some(library) = libraries.into_iter().find(|path| Path::new(path).exists()) else {
        crate::place::skip("no libm.so.6 at a known place");
        return;
    };
    let place = Place::with_bundle(&Tiny::default());
    let output = place.edge(Path::new(library), &RUN);
    assert_fails(&output, 1, &[library, "not an ONNX Runtime library"]);
}

#[test]
fn without_a_hint_every_place_looked_at_is_listed() {
    let place = Place::with_bundle(&Tiny::default());
    // The source tree has a library to find.
    let program = place.copied_program();
    let output = std::process::Command::new(&program)
        .args(RUN)
        .current_dir(place.path("bundle"))
        .env_remove("ORT_DYLIB_PATH")
        .args(["--bundle", "../bundle"])
        .output()
        .unwrap();
    // The same option twice is a usage error; without the constant's, it is the library.
    assert_eq!(output.status.code(), Some(2));
    let output = std::process::Command::new(&program)
        .args(["check", "--bundle", "bundle"])
        .current_dir(place.path("."))
        .env_remove("ORT_DYLIB_PATH")
        .output()
        .unwrap();
    let words = [
        "third_party/onnxruntime",
        "no such file",
        "\n  libonnxruntime.so: ",
    ];
    assert_fails(&output, 1, &words);
}

#[test]
fn a_bundle_that_was_tampered_with_or_cut_off_is_refused_before_anything_runs() {
    let place = Place::with_bundle(&Tiny::default());
    let generator = place.path("bundle/generator.onnx");
    let whole = fs::read(&generator).unwrap();
    let mut tampered = whole.clone();
    let middle = tampered.len() / 2;
    tampered[middle] ^= 1;
    for bytes in [&tampered[..], &whole[..middle], &[]] {
        fs::write(&generator, bytes).unwrap();
        let output = place.edge(Path::new("/nowhere"), &RUN);
        assert_fails(
            &output,
            1,
            &["generator.onnx", "SHA-256", "found", "expected"],
        );
    }
    fs::remove_file(&generator).unwrap();
    assert_fails(
        &place.edge(Path::new("/nowhere"), &RUN),
        1,
        &["generator.onnx"],
    );
    fs::write(place.path("bundle/manifest.json"), b"{}").unwrap();
    assert_fails(
        &place.edge(Path::new("/nowhere"), &RUN),
        1,
        &["manifest.json", "format_version"],
    );
}

#[test]
fn a_missing_bundle_says_where_it_was_looked_for() {
    let place = Place::new();
    let library = Path::new("/nowhere");
    let output = place.edge(library, &["run", "--bundle", "nothing"]);
    assert_fails(&output, 1, &["nothing/manifest.json"]);
    let program = place.copied_program();
    let output = std::process::Command::new(program)
        .arg("check")
        .current_dir(place.path("."))
        .output()
        .unwrap();
    assert_fails(
        &output,
        1,
        &["models/smile", "--bundle", "share/smile-mirror"],
    );
}

#[test]
fn a_graph_that_breaks_the_contract_is_refused_with_found_and_expected() {
    let Some(library) = runtime() else { return };
    let place = Place::with_bundle(&Tiny {
        generator_size: 16,
        ..Tiny::default()
    });
    let words = [
        "generator.onnx",
        "inputs",
        "[?, 1, 16, 16]",
        "[?, 1, 32, 32]",
    ];
    assert_fails(&place.edge(&library, &RUN), 1, &words);
}

#[test]
fn a_provider_that_cannot_run_is_an_error_and_never_the_processor() {
    let Some(library) = runtime() else { return };
    let place = Place::with_bundle(&Tiny::default());
    for provider in ["cuda", "tensorrt"] {
        let arguments = ["check", "--bundle", "bundle", "--provider", provider];
        let output = place.edge(&library, &arguments);
        if output.status.success() {
            crate::place::skip("this machine's ONNX Runtime has a GPU");
            return;
        }
        let words = ["--provider", provider, "cannot run", "libonnxruntime.so"];
        assert_fails(&output, 1, &words);
    }
}

#[test]
fn usage_errors_exit_with_2_and_say_what_would_be_right() {
    let place = Place::with_bundle(&Tiny::default());
    let library = Path::new("/nowhere");
    let with = |extra: &[&str]| {
        let arguments: Vec<&str> = RUN.iter().chain(extra).copied().collect();
        place.edge(library, &arguments)
    };
    assert_fails(&with(&["--attr", "smirk=1"]), 2, &["smirk", "smile"]);
    assert_fails(&with(&["--attr", "smile"]), 2, &["smile", "NAME=NUMBER"]);
    assert_fails(&with(&["--attr", "smile=20"]), 2, &["smile=20", "to 1.5"]);
    for name in ["sheet", "sheet.jpg"] {
        let output = with(&["--contact-sheet", name]);
        assert_fails(&output, 2, &["--contact-sheet", name, ".png"]);
        assert!(!place.path(name).exists());
    }
    fs::write(place.path("file"), "").unwrap();
    let output = with(&["--photos", "file"]);
    assert_fails(&output, 2, &["--photos file", "expected a folder"]);
    for option in ["--language", "--font"] {
        let output = with(&[option, "/nowhere.toml"]);
        assert!(!output.status.success());
        assert_fails(&output, output.status.code().unwrap(), &["/nowhere.toml"]);
    }
    assert_fails(&with(&["--display", "wall"]), 2, &["wall", "png:DIR"]);
    assert_fails(&with(&["--frames", "0"]), 2, &["--frames"]);
    assert_fails(&with(&["--provider", "gpu"]), 2, &["gpu", "tensorrt"]);
    assert_fails(
        &place.edge(library, &["run", "--source", "cam"]),
        2,
        &["camera:/dev/videoN"],
    );
    assert_fails(&place.edge(library, &["fly"]), 2, &["fly"]);
}

#[test]
fn an_absent_camera_and_a_device_that_is_none_are_named() {
    let Some(library) = runtime() else { return };
    let place = Place::with_bundle(&Tiny::default());
    let run = |source| {
        let arguments = [
            "run",
            "--bundle",
            "bundle",
            "--source",
            source,
            "--display",
            "none",
        ];
        place.edge(&library, &arguments)
    };
    assert_fails(&run("camera:/dev/video97"), 1, &["/dev/video97", "absent"]);
    assert_fails(&run("camera:/dev/null"), 1, &["/dev/null", "not a camera"]);
}

#[test]
fn a_report_that_cannot_be_written_is_an_error() {
    let Some(library) = runtime() else { return };
    let place = Place::with_bundle(&Tiny::default());
    let extra = [
        "--display",
        "none",
        "--frames",
        "3",
        "--report",
        "no/such/folder.json",
    ];
    let arguments: Vec<&str> = RUN.iter().chain(&extra).copied().collect();
    assert_fails(
        &place.edge(&library, &arguments),
        1,
        &["no/such/folder.json"],
    );
}

#[test]
fn check_passes_a_good_bundle_and_refuses_one_that_computes_something_else() {
    let Some(library) = runtime() else { return };
    let place = Place::with_bundle(&Tiny::default());
    let arguments = ["check", "--bundle", "bundle", "--provider", "cpu"];
    let output = place.edge(&library, &arguments);
    assert_succeeds(&output);
    let text = String::from_utf8_lossy(&output.stdout);
    for word in ["styles", "style_related_targets", "edited", "logits", "CPU"] {
        assert!(text.contains(word), "{text}");
    }
    let place = Place::with_bundle(&Tiny {
        parity_error: 0.01,
        ..Tiny::default()
    });
    let output = place.edge(&library, &arguments);
    assert_fails(&output, 1, &["parity", "edited"]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("TOO FAR"));
}

#[test]
fn a_provider_that_computes_something_else_is_refused_at_the_start_of_the_mirror_too() {
    let Some(library) = runtime() else { return };
    let place = Place::with_bundle(&Tiny {
        parity_error: 0.01,
        ..Tiny::default()
    });
    let output = place.edge(&library, &[&RUN[..], &["--display", "none"]].concat());
    assert_fails(&output, 1, &["parity", "edited", "must not be shown"]);
}

#[test]
fn a_precision_that_needs_tensorrt_is_refused_elsewhere() {
    let Some(library) = runtime() else { return };
    let place = Place::with_bundle(&Tiny::default());
    for precision in ["fp16", "int8"] {
        let arguments = ["check", "--bundle", "bundle", "--provider", "cpu"];
        let arguments = [&arguments[..], &["--precision", precision]].concat();
        let output = place.edge(&library, &arguments);
        assert_fails(&output, 1, &["cpu", precision, "needs TensorRT"]);
    }
}

#[test]
fn preparing_a_provider_that_builds_nothing_checks_it_and_says_so() {
    let Some(library) = runtime() else { return };
    let place = Place::with_bundle(&Tiny::default());
    let arguments = ["prepare", "--bundle", "bundle", "--provider", "cpu"];
    let output = place.edge(&library, &arguments);
    assert_succeeds(&output);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("needs nothing built ahead"), "{text}");
}
