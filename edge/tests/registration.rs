//! What TensorRT and CUDA are asked for, on an ONNX Runtime that only says it has them.

use crate::{
    bundle::Tiny,
    place::{Place, assert_fails, assert_succeeds, runtime},
    xvfb::{Screen, wait_for},
};
use ort::sys::OrtApi;
use std::{
    collections::BTreeSet,
    fs,
    mem::{offset_of, size_of},
    path::PathBuf,
    process::Output,
};

/// Place of a function in the table that is ONNX Runtime's interface.
macro_rules! slot {
    ($name:literal, $function:ident) => {
        format!(
            "-D{}={}",
            $name,
            offset_of!(OrtApi, $function) / size_of::<usize>()
        )
    };
}

struct Fake {
    place: Place,
    library: PathBuf,
    real: PathBuf,
}

impl Fake {
    /// Builds the library, or says why not.
    fn new() -> Option<Self> {
        let real = runtime()?;
        let place = Place::with_bundle(&Tiny::default());
        let slots = [
            slot!("CREATE_STATUS", CreateStatus),
            slot!("CREATE_SESSION", CreateSessionFromArray),
            slot!("RUN", Run),
            slot!("ADD_ENTRY", AddSessionConfigEntry),
            slot!("OVERRIDE_DIMENSION", AddFreeDimensionOverrideByName),
            slot!("AVAILABLE", GetAvailableProviders),
            slot!("RELEASE_AVAILABLE", ReleaseAvailableProviders),
            slot!("CREATE_TENSORRT", CreateTensorRTProviderOptions),
            slot!("UPDATE_TENSORRT", UpdateTensorRTProviderOptions),
            slot!("RELEASE_TENSORRT", ReleaseTensorRTProviderOptions),
            slot!(
                "APPEND_TENSORRT",
                SessionOptionsAppendExecutionProvider_TensorRT_V2
            ),
            slot!("CREATE_CUDA", CreateCUDAProviderOptions),
            slot!("UPDATE_CUDA", UpdateCUDAProviderOptions),
            slot!("RELEASE_CUDA", ReleaseCUDAProviderOptions),
            slot!("APPEND_CUDA", SessionOptionsAppendExecutionProvider_CUDA_V2),
            format!("-DFIELDS={}", size_of::<OrtApi>() / size_of::<usize>()),
        ];
        let library = place.compiled("fake_runtime.c", "libonnxruntime.so", &slots)?;
        Some(Self {
            place,
            library,
            real,
        })
    }

    /// What makes the library work.
    fn environment(&self) -> [(&'static str, String); 2] {
        [
            ("FAKE_REAL", self.real.display().to_string()),
            ("FAKE_LOG", self.place.path("log").display().to_string()),
        ]
    }

    fn edge(&self, arguments: &[&str], settings: &[(&str, &str)]) -> Output {
        let mut command = self.place.command(&self.library, arguments);
        command
            .envs(self.environment())
            .envs(settings.iter().copied());
        command.output().unwrap()
    }

    /// What was asked for since this was last called, each once.
    fn log(&self) -> BTreeSet<String> {
        let text = fs::read_to_string(self.place.path("log")).unwrap_or_default();
        let _ = fs::remove_file(self.place.path("log"));
        text.lines().map(str::to_owned).collect()
    }
}

const PREPARE: [&str; 7] = [
    "prepare",
    "--bundle",
    "bundle",
    "--provider",
    "tensorrt",
    "--engine-cache",
    "cache",
];

/// Folders of the engine cache.
fn caches(fake: &Fake) -> Vec<PathBuf> {
    let entries = fs::read_dir(fake.place.path("cache")).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn every_option_reaches_tensorrt_and_the_fallback_to_the_processor_is_off() {
    let Some(fake) = Fake::new() else { return };
    let wished = [
        "--precision",
        "fp16",
        "--builder-level",
        "2",
        "--cuda-graph",
    ];
    let output = fake.edge(&[&PREPARE[..], &wished].concat(), &[]);
    assert_succeeds(&output);
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("preparing the generator for TensorRT, 3 of 4"),
        "{said}"
    );

    let log = fake.log();
    let [folder] = &caches(&fake)[..] else {
        panic!("one folder for the engines: {:?}", caches(&fake));
    };
    let folder = folder.file_name().unwrap().to_str().unwrap();
    for line in [
        "session session.disable_cpu_ep_fallback=1",
        "dimension batch=1",
        "tensorrt device_id=0",
        "tensorrt trt_fp16_enable=true",
        "tensorrt trt_int8_enable=false",
        "tensorrt trt_cuda_graph_enable=true",
        "tensorrt trt_builder_optimization_level=2",
        "tensorrt trt_engine_cache_enable=true",
        "tensorrt trt_engine_cache_prefix=generator",
        "tensorrt trt_engine_cache_prefix=style_encoder",
        &format!("tensorrt trt_engine_cache_path=cache/{folder}"),
        "tensorrt trt_timing_cache_enable=true",
        &format!("tensorrt trt_timing_cache_path=cache/{folder}"),
        "cuda use_tf32=false",
        "open",
    ] {
        assert!(log.contains(line), "{line} in {log:#?}");
    }

    assert_succeeds(&fake.edge(&[&PREPARE[..], &["--precision", "int8"]].concat(), &[]));
    let log = fake.log();
    assert!(log.contains("tensorrt trt_int8_enable=true"), "{log:#?}");
    assert!(
        log.contains("tensorrt trt_cuda_graph_enable=false"),
        "{log:#?}"
    );
    assert!(
        !log.iter().any(|line| line.contains("optimization_level")),
        "{log:#?}"
    );
}

#[test]
fn engines_of_another_precision_builder_level_or_bundle_have_a_folder_of_their_own() {
    let Some(fake) = Fake::new() else { return };
    let count = |extra: &[&str]| {
        assert_succeeds(&fake.edge(&[&PREPARE[..], extra].concat(), &[]));
        caches(&fake).len()
    };
    assert_eq!(count(&[]), 1);
    assert_eq!(count(&[]), 1, "the same again");
    assert_eq!(count(&["--precision", "fp16"]), 2);
    assert_eq!(count(&["--builder-level", "5"]), 3);
    let other = Tiny {
        logit: 2.0,
        ..Tiny::default()
    };
    fs::remove_dir_all(fake.place.path("bundle")).unwrap();
    other.write(&fake.place.path("bundle"));
    assert_eq!(count(&[]), 4);
}

#[test]
fn auto_takes_the_first_provider_that_runs_and_tells_why_the_others_do_not() {
    let Some(fake) = Fake::new() else { return };
    let arguments = [
        "run",
        "--bundle",
        "bundle",
        "--source",
        "demo",
        "--display",
        "none",
    ];
    let rest = [
        "--frames",
        "3",
        "--report",
        "r.json",
        "--engine-cache",
        "cache",
    ];
    let arguments = [&arguments[..], &rest].concat();
    for (lacks, running, in_vain) in [
        ("", "tensorrt", &[][..]),
        ("tensorrt", "cuda", &["libnvinfer.so.10"]),
        (
            "tensorrt cuda",
            "cpu",
            &["libnvinfer.so.10", "libcudnn.so.9"],
        ),
    ] {
        assert_succeeds(&fake.edge(&arguments, &[("FAKE_LACKS", lacks)]));
        let provider = &fake.place.report("r.json")["provider"];
        assert_eq!(provider["running"], running, "without {lacks:?}");
        let failures = provider["failures"].as_array().unwrap();
        assert_eq!(failures.len(), in_vain.len(), "{failures:?}");
        for (failure, library) in failures.iter().zip(in_vain) {
            let reason = failure["reason"].as_str().unwrap();
            assert!(
                reason.contains(library) && reason.contains("searched: "),
                "{reason}"
            );
        }
    }
    for provider in ["tensorrt", "cuda"] {
        let named = [&arguments[..], &["--provider", provider]].concat();
        let output = fake.edge(&named, &[("FAKE_LACKS", provider)]);
        assert_fails(
            &output,
            1,
            &["--provider", provider, "cannot run", "Failed to load"],
        );
    }
}

#[test]
fn a_library_that_lists_cuda_but_has_no_kernels_for_the_gpu_is_told_from_a_good_one() {
    let Some(fake) = Fake::new() else { return };
    let trap = [("FAKE_LACKS", "tensorrt"), ("FAKE_NO_KERNELS", "1")];
    let words = ["no kernel image", "no kernels for this GPU", "sm_87"];
    let check = ["check", "--bundle", "bundle"];
    let cuda = [&check[..], &["--provider", "cuda"]].concat();
    assert_fails(&fake.edge(&cuda, &trap), 1, &words);
    assert_succeeds(&fake.edge(&cuda, &trap[..1]));
    // Without a wish the processor computes, and the reason is told.
    let output = fake.edge(&check, &trap);
    assert_succeeds(&output);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    for word in words.into_iter().chain(["provider   CPU"]) {
        assert!(said.contains(word), "{word} in {said}");
    }
    for (settings, expected) in [
        (&trap[..], "no kernels for this GPU"),
        (&trap[..1], "CUDA computes"),
    ] {
        let output = fake.edge(&["doctor", "--bundle", "bundle"], settings);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(said.contains(expected), "{expected} in {said}");
    }
}

#[test]
fn the_screen_shows_the_camera_while_engines_are_built() {
    let Some(mut fake) = Fake::new() else { return };
    let mut environment = fake.environment().to_vec();
    environment.push(("FAKE_MILLIS", "1500".into()));
    environment.push(("ORT_DYLIB_PATH", fake.library.display().to_string()));
    let pairs: Vec<(&str, &str)> = environment.iter().map(|(k, v)| (*k, &**v)).collect();
    let arguments = [
        "--source",
        "demo",
        "--attr",
        "smile=1",
        "--engine-cache",
        "cache",
    ];
    let place = std::mem::replace(&mut fake.place, Place::new());
    let Some(mut screen) = Screen::with_environment(place, &arguments, &pairs) else {
        return;
    };
    let picture = || {
        // The demo's wall is never black.
        let [red, green, blue] = screen.shot().get_pixel(20, 360).0;
        (red > 40 && green > 40 && blue > 40).then_some(())
    };
    assert!(wait_for(picture).is_some(), "the camera's picture");
    assert!(!screen.is_marked(), "which is not edited yet");
    let edited = wait_for(|| screen.is_marked().then_some(()));
    assert!(
        edited.is_some(),
        "the edit comes when the engines are there"
    );
    screen.press("q");
    assert!(screen.ended().success());
    let report = screen.place.report("r.json");
    assert_eq!(report["provider"]["running"], "tensorrt");
    let count = |field: &str| report[field].as_u64().unwrap();
    assert!(count("frames_shown") > count("frames_edited"), "{report}");
}
