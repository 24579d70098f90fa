//! Where a command computes, and what it says where that cannot be.

use crate::small::{configs, data};
use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

fn trainer(libraries: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trainer"));
    command.args(arguments).env("LD_LIBRARY_PATH", libraries);
    command.env_remove("CUDA_VISIBLE_DEVICES").output().unwrap()
}

fn log(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// `bench` on a device, with the libraries in a folder.
fn bench(libraries: &Path, device: &str) -> Output {
    let config = configs().join("smile-64.toml");
    let config = config.to_str().unwrap();
    let mut arguments = vec![
        "bench",
        "--config",
        config,
        "--minutes",
        "0",
        "--device",
        device,
    ];
    arguments.extend(["--set", "architecture.image_size=32"]);
    trainer(libraries, &arguments)
}

/// A library with these functions, in C.
fn library(path: &Path, functions: &str) {
    let source = path.with_extension("c");
    fs::write(&source, functions).unwrap();
    let mut compiler = Command::new("cc");
    compiler
        .args(["-shared", "-fPIC", "-o"])
        .arg(path)
        .arg(source);
    assert!(compiler.status().unwrap().success());
}

/// A driver whose initialisation returns `result`, with one card and CUDA 12.4.
fn driver(result: i32) -> String {
    format!(
        "#include <string.h>\n\
         int cuInit(unsigned flags) {{ return {result}; }}\n\
         int cuDriverGetVersion(int *v) {{ *v = 12040; return 0; }}\n\
         int cuDeviceGetCount(int *n) {{ *n = 1; return 0; }}\n\
         int cuDeviceGet(int *d, int i) {{ *d = i; return 0; }}\n\
         int cuDeviceGetName(char *s, int n, int d) {{ strncpy(s, \"Pretended Card\", n); return 0; }}\n\
         int cuDeviceTotalMem_v2(size_t *m, int d) {{ *m = 8ul << 30; return 0; }}\n"
    )
}

#[test]
fn a_device_that_is_not_there_is_an_error_and_never_the_cpu() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = data(&temporary.path().join("data"));
    let [data, out] = [&folder, &temporary.path().join("out")].map(|it| it.display().to_string());
    let config = configs().join("smile-64.toml").display().to_string();
    let pairs = [
        "--pairs", &data, "--data", &data, "--config", &config, "--judge", &out,
    ];
    let checkpoint = ["--checkpoint", "none"];
    let commands: [(&str, Vec<&str>); 7] = [
        (
            "fit",
            vec!["--config", &config, "--data", &data, "--out", &out],
        ),
        ("bench", vec!["--config", &config]),
        ("compare", pairs.to_vec()),
        (
            "judge",
            vec!["--config", &config, "--data", &data, "--out", &out],
        ),
        (
            "edit",
            [
                &checkpoint[..],
                &["--input", &data, "--attr", "smile=1", "--out", &out],
            ]
            .concat(),
        ),
        (
            "eval",
            [&checkpoint[..], &["--data", &data, "--judge", &out]].concat(),
        ),
        (
            "classifier",
            [&checkpoint[..], &["--data", &data, "--out", &out]].concat(),
        ),
    ];
    // A file of this name that is no library: no machine's own build is found before it.
    fs::write(temporary.path().join("libtorch_cuda.so"), "no library").unwrap();
    for (command, arguments) in &commands {
        let with = |device| {
            let all = [&[*command], arguments.as_slice(), &["--device", device]].concat();
            trainer(temporary.path(), &all)
        };
        let done = with("cuda");
        assert_eq!(done.status.code(), Some(1), "{command}: {}", log(&done));
        assert!(
            log(&done).contains("--device cuda:0: wrong version"),
            "{command}: {}",
            log(&done)
        );
        assert_eq!(with("gpu").status.code(), Some(2), "{command}");
    }
    assert!(!temporary.path().join("out").exists());
}

#[test]
fn build_driver_version_and_card_that_are_missing_are_told_apart() {
    let temporary = tempfile::tempdir().unwrap();
    let libraries = temporary.path();
    let error = |device: &str| {
        let done = bench(libraries, device);
        assert_eq!(done.status.code(), Some(1), "{}", log(&done));
        log(&done)
    };
    let (build, cuda) = (
        libraries.join("libtorch_cuda.so"),
        libraries.join("libcuda.so.1"),
    );
    library(
        &build,
        "extern int of_another_libtorch(void); int f(void) { return of_another_libtorch(); }",
    );
    let text = error("cuda");
    assert!(
        text.contains("wrong version") && text.contains("of_another_libtorch"),
        "{text}"
    );
    library(&build, "int f(void) { return 0; }");
    fs::write(&cuda, "no library").unwrap();
    assert!(error("cuda").contains("missing driver: the NVIDIA driver is not installed"));
    library(&cuda, &driver(803));
    assert!(error("cuda").contains("of different versions; restart"));
    library(&cuda, &driver(0));
    let text = error("cuda:1");
    assert!(
        text.contains("missing card: found 1, numbered from 0 (Pretended Card (8.0 GiB))"),
        "{text}"
    );
    assert!(error("cuda").contains("libtorch finds no GPU although the driver has one"));
    // The driver is there and has no card, or its kernel module is not loaded: either is no card.
    library(&cuda, &driver(100));
    let text = error("cuda");
    assert!(
        text.contains("missing card") || text.contains("modprobe nvidia"),
        "{text}"
    );

    // Left to choose, the program takes the CPU and says why.
    let done = bench(libraries, "auto");
    assert!(done.status.success(), "{}", log(&done));
    assert!(log(&done).contains("device: the CPU") && log(&done).contains("no GPU: missing"));
    let done = bench(libraries, "cpu");
    assert!(
        done.status.success() && !log(&done).contains("no GPU"),
        "{}",
        log(&done)
    );
}
