//! A temporary folder with a bundle, and the program to run in it.

use crate::bundle::Tiny;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};
use tempfile::TempDir;

/// ONNX Runtime of the source tree, or of `ORT_DYLIB_PATH`. Prints why tests skip without it.
pub fn runtime() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("ORT_DYLIB_PATH") {
        return Some(path.into());
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../third_party/onnxruntime")
        .join(std::env::consts::ARCH);
    let libraries = fs::read_dir(&folder).into_iter().flatten().flatten();
    let library = libraries
        .map(|entry| entry.path())
        .find(|path| path.to_string_lossy().contains("libonnxruntime.so"));
    if library.is_none() {
        skip(&format!(
            "no ONNX Runtime in {}; `make onnxruntime` fetches it",
            folder.display()
        ));
    }
    library
}

/// Says that the running test proves nothing here, past the test harness's capture.
pub fn skip(reason: &str) {
    use std::io::Write;
    let name = std::thread::current().name().unwrap_or("test").to_owned();
    // `print!` is captured when a test passes, a handle of its own is not.
    let _ = writeln!(std::io::stderr(), "SKIPPED {name}: {reason}");
}

/// A temporary folder.
pub struct Place(TempDir);

impl Place {
    pub fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    pub fn with_bundle(tiny: &Tiny) -> Self {
        let place = Self::new();
        tiny.write(&place.path("bundle"));
        place
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// `edge` with these arguments, working in this folder, knowing only `library`.
    pub fn command(&self, library: &Path, arguments: &[&str]) -> Command {
        self.command_under(&[], library, arguments)
    }

    /// The same, as the last words of a call of another program.
    pub fn command_under(&self, wrapper: &[&str], library: &Path, arguments: &[&str]) -> Command {
        let words = [wrapper, &[env!("CARGO_BIN_EXE_edge")], arguments].concat();
        let mut command = Command::new(words[0]);
        command
            .args(&words[1..])
            .current_dir(self.0.path())
            .env("ORT_DYLIB_PATH", library)
            .env_remove("DISPLAY");
        command
    }

    pub fn edge(&self, library: &Path, arguments: &[&str]) -> Output {
        self.command(library, arguments).output().unwrap()
    }

    /// Compiles a C file of `tests/` into the library `name` of this folder, or says why not.
    pub fn compiled(&self, source: &str, name: &str, options: &[String]) -> Option<PathBuf> {
        let library = self.path(name);
        let built = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-w", "-o"])
            .arg(&library)
            .args(options)
            .arg(
                Path::new(env!("CARGO_MANIFEST_DIR"))
                    .join("tests")
                    .join(source),
            )
            .arg("-ldl")
            .status();
        match built {
            Ok(status) if status.success() => Some(library),
            other => {
                skip(&format!("no C compiler for {source}: {other:?}"));
                None
            }
        }
    }

    /// A copy of the program outside the source tree. `cp` makes it: a file that this process had
    /// open for writing while another test starts a program could not be started itself.
    pub fn copied_program(&self) -> PathBuf {
        let copy = self.path("edge");
        let program = env!("CARGO_BIN_EXE_edge");
        let copied = Command::new("cp").arg(program).arg(&copy).status();
        assert!(copied.unwrap().success());
        copy
    }

    pub fn report(&self, name: &str) -> serde_json::Value {
        serde_json::from_slice(&fs::read(self.path(name)).unwrap()).unwrap()
    }
}

/// What the program said on standard error.
pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Asserts exit code and that the error names all `words`.
#[track_caller]
pub fn assert_fails(output: &Output, code: i32, words: &[&str]) {
    let said = said(output);
    assert_eq!(output.status.code(), Some(code), "{said}");
    for word in words {
        assert!(said.contains(word), "expected {word:?} in: {said}");
    }
    assert!(!said.contains("panicked"), "{said}");
}

/// Asserts success.
#[track_caller]
pub fn assert_succeeds(output: &Output) {
    assert!(output.status.success(), "{}", said(output));
}
