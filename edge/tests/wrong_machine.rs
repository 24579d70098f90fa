//! A machine that is not as it should be: libraries for another one, a full disk, nothing to write to.

use crate::{
    bundle::Tiny,
    place::{Place, assert_fails, assert_succeeds, runtime, skip},
};
use std::{
    fs,
    os::unix::fs::{self as unix_fs, PermissionsExt},
    path::Path,
    process::Command,
};

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
fn a_library_that_is_too_old_is_refused_with_its_version() {
    let place = Place::with_bundle(&Tiny::default());
    let source = "static const char *version(void) { return \"1.17.3\"; }
        static const void *api(unsigned version) { return 0; }
        static const struct { void *api, *version; } base = { api, version };
        const void *OrtGetApiBase(void) { return &base; }";
    let Some(()) = compile(&place, "libonnxruntime.so", source, &[]) else {
        return;
    };
    let words = ["libonnxruntime.so", "found 1.17.3", "1.18 or newer"];
    assert_fails(&run_with(&place, "libonnxruntime.so"), 1, &words);
}

#[test]
fn a_python_wheel_without_a_library_of_its_own_is_named_as_that() {
    let place = Place::with_bundle(&Tiny::default());
    let module = "onnxruntime_pybind11_state.cpython-38-aarch64-linux-gnu.so";
    fs::write(place.path(module), "").unwrap();
    let words = ["libonnxruntime.so: no such file", "Python wheel", "module"];
    assert_fails(&run_with(&place, "."), 1, &words);
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

/// `command` as a user without rights where this one is root, whom no permission stops; or why not.
fn without_rights(command: Command) -> Option<Command> {
    if !rustix::process::geteuid().is_root() {
        return Some(command);
    }
    let program = command.get_program().to_owned();
    let mut dropped = Command::new("setpriv");
    dropped.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
    let mut reaches = Command::new("setpriv");
    reaches.args(dropped.get_args()).args(["test", "-x"]);
    if !reaches.arg(&program).status().is_ok_and(|it| it.success()) {
        skip("another user cannot run the program (no setpriv, or a closed folder above it)");
        return None;
    }
    dropped.arg(program).args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        dropped.current_dir(folder);
    }
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => dropped.env(name, value),
            None => dropped.env_remove(name),
        };
    }
    Some(dropped)
}

#[test]
fn a_camera_that_this_user_may_not_open_names_the_group_that_owns_it() {
    let Some(library) = runtime() else { return };
    let place = Place::with_bundle(&Tiny::default());
    let device = place.path("camera");
    fs::write(&device, "").unwrap();
    let is_root = rustix::process::geteuid().is_root();
    // A group of the system that is not `video`; or, without the right to give it away, the user's own.
    let group = if is_root {
        unix_fs::chown(&device, None, Some(1)).unwrap();
        let groups = fs::read_to_string("/etc/group").unwrap();
        let line = groups.lines().find(|line| line.contains(":x:1:"));
        line.unwrap().split(':').next().unwrap().to_owned()
    } else {
        let output = Command::new("id").arg("-gn").output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    let open = fs::Permissions::from_mode(0o755);
    fs::set_permissions(place.path("."), open).unwrap();
    let source = format!("camera:{}", device.display());
    let arguments = ["run", "--bundle", "bundle", "--source", &source];
    let arguments = [&arguments[..], &["--display", "none"]].concat();
    let told = |mode| {
        fs::set_permissions(&device, fs::Permissions::from_mode(mode)).unwrap();
        without_rights(place.command(&library, &arguments)).map(|mut it| it.output().unwrap())
    };
    let Some(output) = told(0o060) else { return };
    let way_in = format!("usermod -aG {group} $USER");
    assert_fails(&output, 1, &["/camera", "permission denied", &way_in]);
    let output = told(0o000).unwrap();
    let shut = format!("`{group}` does not let anybody in (mode 000)");
    assert_fails(&output, 1, &["permission denied", &shut, "udev rule"]);
}

#[test]
fn a_screen_that_is_not_there_is_an_error_that_names_it_and_what_to_do() {
    let Some(library) = runtime() else { return };
    let place = Place::with_bundle(&Tiny::default());
    let arguments = [&RUN[..6], &["window"]].concat();
    let run = |display: Option<&str>| {
        let mut command = place.command(&library, &arguments);
        if let Some(display) = display {
            command.env("DISPLAY", display);
        }
        command.output().unwrap()
    };
    assert_fails(&run(None), 1, &["DISPLAY", "--display none"]);
    assert_fails(&run(Some(":4242")), 1, &[":4242", "--display none"]);
}

#[test]
fn a_disk_that_is_full_stops_pictures_with_the_name_of_the_file() {
    let Some(library) = runtime() else { return };
    let place = Place::with_bundle(&Tiny::default());
    let folder = place.path("small");
    fs::create_dir(&folder).unwrap();
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=64k", "small"])
        .arg(&folder)
        .output();
    if !mounted.is_ok_and(|output| output.status.success()) {
        skip("no right to mount a small disk");
        return;
    }
    let arguments = [&RUN[..6], &["png:small/out", "--frames", "3"]].concat();
    let output = place.edge(&library, &arguments);
    let unmounted = Command::new("umount").arg(&folder).status();
    assert_fails(&output, 1, &["small/out", "No space"]);
    assert!(unmounted.unwrap().success());
}
