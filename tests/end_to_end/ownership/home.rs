//! A person's folder, and what has become of it.

use crate::{has_onnxruntime, high_pass, small};
use ed25519_dalek::{
    SigningKey,
    pkcs8::{EncodePrivateKey, EncodePublicKey, spki::der::pem::LineEnding},
};
use std::{
    collections::BTreeMap,
    fs,
    os::unix::{
        fs::{PermissionsExt, symlink},
        process::ExitStatusExt,
    },
    path::{Path, PathBuf},
    process::Command,
};
use tempfile::TempDir;

/// Mode and contents of a file, the end of a link, or a folder.
#[derive(Debug, PartialEq, Eq)]
pub enum Entry {
    File(u32, Vec<u8>),
    Link(PathBuf),
    Folder(u32),
}

/// Everything below `folder`, links not followed.
fn tree(folder: &Path) -> BTreeMap<PathBuf, Entry> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let metadata = path.symlink_metadata().unwrap();
        let mode = metadata.permissions().mode();
        let entry = if metadata.is_symlink() {
            Entry::Link(fs::read_link(&path).unwrap())
        } else if metadata.is_dir() {
            found.extend(tree(&path));
            Entry::Folder(mode)
        } else {
            Entry::File(mode, fs::read(&path).unwrap())
        };
        found.insert(path, entry);
    }
    found
}

/// Valid inputs for every command.
pub struct Given(TempDir);

impl Given {
    /// `None`, said aloud, without ONNX Runtime.
    pub fn new() -> Option<Self> {
        if !has_onnxruntime() {
            return None;
        }
        let given = Self(TempDir::new().unwrap());
        let data = given.path("data");
        small::faces(&data);
        for domain in ["neutral", "smiling"] {
            for side in ["before", "after"] {
                let folder = given.path("pairs").join(domain).join(side);
                fs::create_dir_all(&folder).unwrap();
                for name in ["0.png", "1.png"] {
                    fs::copy(data.join("test").join(domain).join(name), folder.join(name)).unwrap();
                }
            }
        }
        fs::copy(data.join("test/neutral/0.png"), given.path("face.png")).unwrap();
        small::settings(&given.path("small.toml"));
        high_pass::official_file(&given.path("nets_ema.ckpt"));
        let key = SigningKey::from_bytes(&[7; 32]);
        let pem = key.to_pkcs8_pem(LineEnding::LF).unwrap();
        fs::write(given.path("key.pem"), pem.as_bytes()).unwrap();
        let public = key.verifying_key().to_public_key_pem(LineEnding::LF);
        fs::write(given.path("key.pub"), public.unwrap()).unwrap();
        let home = Home::new();
        let fit = "fit --config GIVEN/small.toml --data GIVEN/data --device cpu --out run";
        let trained = home.run(&given, "trainer", fit, None);
        assert_eq!(trained.code, Some(0), "{}", trained.said);
        let judge = "judge --data GIVEN/data --config GIVEN/small.toml --network plain --steps 1 --size 32 \
                     --device cpu --out judge.safetensors";
        let judged = home.run(&given, "trainer", judge, None);
        assert_eq!(judged.code, Some(0), "{}", judged.said);
        for (from, to) in [
            ("run/checkpoints/step-00000002", "checkpoint"),
            ("run", "run"),
            ("judge.safetensors", "judge.safetensors"),
        ] {
            let mut copy = Command::new("cp");
            copy.arg("-r").arg(home.path(from)).arg(given.path(to));
            assert!(copy.status().unwrap().success());
        }
        let export =
            "--checkpoint GIVEN/checkpoint --out GIVEN/bundle --sign GIVEN/key.pem --release 3";
        let made = home.run(&given, "model-export", export, None);
        assert_eq!(made.code, Some(0), "{}", made.said);
        Some(given)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn tree(&self) -> BTreeMap<PathBuf, Entry> {
        tree(self.0.path())
    }
}

/// How a call ended.
pub struct Ended {
    pub code: Option<i32>,
    pub said: String,
}

/// A folder of somebody's files beside others of theirs.
pub struct Home {
    around: TempDir,
    before: BTreeMap<PathBuf, Entry>,
}

impl Home {
    pub fn new() -> Self {
        let around = TempDir::new().unwrap();
        let home = around.path().join("home");
        for folder in ["photos/2024", "mirror-photos", "empty", "checkpoints"] {
            fs::create_dir_all(home.join(folder)).unwrap();
        }
        for name in [
            "notes.txt",
            "take.avi",
            "weights.safetensors",
            "backup.tar",
            "figures.json",
            "contact-sheet.png",
            "mirror-contact-sheet.png",
            "mirror-000001.png",
            "new.partial-abcdef",
            ".new.tmp",
            "new.old",
            "config.toml",
            "run.json",
            "stats.jsonl",
            "checkpoint.json",
            "manifest.json",
            "aligner.bin",
            "model.safetensors",
            "photos/letter.txt",
            "photos/2024/0.png",
            "photos/checkpoint.json",
            "photos/manifest.json",
            "mirror-photos/mirror-000001.png",
            "checkpoints/mine.txt",
            "../neighbour.txt",
        ] {
            fs::write(home.join(name), format!("mine: {name}")).unwrap();
        }
        small::face(&home.join("holiday.png"));
        small::face(&home.join("photos/face.png"));
        fs::write(home.join("script.sh"), "#!/bin/sh\n").unwrap();
        let runs = fs::Permissions::from_mode(0o755);
        fs::set_permissions(home.join("script.sh"), runs).unwrap();
        symlink("notes.txt", home.join("link-to-file")).unwrap();
        symlink("photos", home.join("link-to-folder")).unwrap();
        symlink("gone", home.join("link-to-nowhere")).unwrap();
        let before = tree(around.path());
        Self { around, before }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.around.path().join("home").join(name)
    }

    /// Calls `program` in the person's folder; `limit` is the size in bytes of the largest file that can be
    /// written.
    pub fn run(&self, given: &Given, program: &str, words: &str, limit: Option<u32>) -> Ended {
        let given = given.0.path().to_str().unwrap();
        let words = words.replace("GIVEN", given);
        let mut command = match limit {
            // The signal ignored, a write beyond the limit fails as on a full disk.
            Some(bytes) => {
                let mut shell = Command::new("sh");
                let script = format!("trap '' XFSZ; ulimit -f {bytes}; exec \"$0\" \"$@\"");
                shell
                    .args(["-c", &script])
                    .arg(tests::program(program).unwrap());
                shell
            }
            None => Command::new(tests::program(program).unwrap()),
        };
        let output = command
            .args(words.split(' ').filter(|word| !word.is_empty()))
            .current_dir(self.path("."))
            .env("OMP_NUM_THREADS", "1")
            .env("HOME", self.path("."))
            .env("XDG_CACHE_HOME", self.path("."))
            .env("TMPDIR", self.path("."))
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            output.status.signal().is_none(),
            "{program} {words}: {}\n{said}",
            output.status
        );
        assert!(
            output.status.code() != Some(101) && !said.contains("panicked"),
            "{program} {words}\n{said}"
        );
        Ended {
            code: output.status.code(),
            said,
        }
    }

    /// Everything is as it was.
    pub fn assert_unchanged(&self, words: &str, ended: &Ended) {
        self.assert_new_only_at(None, words, ended);
    }

    /// The person's files are as they were, and what is new is `target` or in it.
    pub fn assert_new_only_at(&self, target: Option<&str>, words: &str, ended: &Ended) {
        let mut after = tree(self.around.path());
        for (path, entry) in &self.before {
            let now = after.remove(path);
            assert!(
                now.as_ref() == Some(entry),
                "{words}: {} was {entry:?} and is {now:?}\n{}",
                path.display(),
                ended.said
            );
        }
        let target = target.map(|target| self.path(target));
        // Folders on the way to the target may be new too.
        let asked = |path: &PathBuf| {
            let target = target.as_deref();
            target.is_some_and(|target| path.starts_with(target) || target.starts_with(path))
        };
        let strange: Vec<_> = after.keys().filter(|path| !asked(path)).collect();
        assert!(
            strange.is_empty(),
            "{words}: new: {strange:?}\n{}",
            ended.said
        );
    }
}
