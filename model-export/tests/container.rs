//! Bundles as one file, signed and inspected.

use crate::fixture;
use model_export::{
    ExportError,
    bundle::inspect,
    export::{Options, export},
};
use model_spec::{Bundle, ColourMode, OutputForm, signature::SIGNATURE_FILE};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Made with `openssl genpkey -algorithm ed25519` and `openssl pkey -pubout`, for these tests alone.
const PRIVATE: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIOc5cdj8fnAPDoribi0XvbJBqad/VNB11u9+u92vt7Za
-----END PRIVATE KEY-----
";
const PUBLIC: &str = "-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAMemU7H/MxvP56AOv+SGQKAqyxrOuerDdFX8HKwEpv6I=
-----END PUBLIC KEY-----
";
const OTHER_PUBLIC: &str = "-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEA2FI60kt1MaoHeLvXcwTfwfLD3KbVyhWAfcCSShB5x3I=
-----END PUBLIC KEY-----
";

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        let spec = fixture::spec(32, ColourMode::Luma, OutputForm::Difference);
        fixture::write(&place.path("ckpt"), &spec, &fixture::tensors(&spec));
        let keys = [
            ("key", PRIVATE),
            ("public", PUBLIC),
            ("other", OTHER_PUBLIC),
        ];
        for (name, text) in keys {
            fs::write(place.path(name), text).unwrap();
        }
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn export(&self, name: &str, sign: bool) -> Result<PathBuf, ExportError> {
        let options = Options {
            sign: sign.then(|| self.path("key")),
            ..Options::default()
        };
        let bundle = self.path(name);
        export(&self.path("ckpt"), &bundle, &options).map(|_| bundle)
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn archive_has_the_folders_files_and_the_same_bytes_every_time() {
    let place = Place::new();
    let folder = Bundle::open(&place.export("bundle", false).unwrap()).unwrap();
    let path = place.export("bundle.tar", false).unwrap();
    let archive = Bundle::open(&path).unwrap();
    assert_eq!(archive.manifest(), folder.manifest());
    assert_eq!(archive.digest(), folder.digest());
    for file in folder.manifest().files.keys() {
        assert_eq!(archive.read(file).unwrap(), folder.read(file).unwrap());
    }
    let first = fs::read(&path).unwrap();
    place.export("bundle.tar", false).unwrap();
    assert_eq!(fs::read(&path).unwrap(), first);
    let expected = ["bundle", "bundle.tar", "ckpt", "key", "other", "public"];
    assert_eq!(names(place.0.path()), expected, "nothing is left beside it");
}

#[test]
fn archives_that_are_cut_off_changed_or_none_are_refused() {
    let place = Place::new();
    let path = place.export("bundle.tar", false).unwrap();
    let whole = fs::read(&path).unwrap();
    let refused = |bytes: &[u8], why: &str| {
        fs::write(&path, bytes).unwrap();
        let message = Bundle::open(&path).unwrap_err().to_string();
        assert!(
            message.contains("bundle.tar") && message.contains(why),
            "{message}"
        );
    };
    refused(b"PK\x03\x04 no archive at all", "bundle.tar");
    refused(b"", "no file in it");
    refused(&whole[..whole.len() / 2], "bundle.tar");
    let mut changed = whole.clone();
    let at = changed.len() / 2;
    changed[at] ^= 1;
    refused(&changed, "SHA-256");
    let error = place.export("key.tar", false);
    assert!(error.is_ok());
    fs::write(place.path("mine.tar"), "mine").unwrap();
    let error = place.export("mine.tar", false).unwrap_err();
    assert!(matches!(error, ExportError::Occupied { .. }), "{error}");
    assert_eq!(fs::read(place.path("mine.tar")).unwrap(), b"mine");
}

#[test]
fn signature_is_the_keys_over_this_manifest_and_no_other() {
    let place = Place::new();
    let unsigned = Bundle::open(&place.export("plain", false).unwrap()).unwrap();
    let message =
        |bundle: &Bundle, key: &str| bundle.verify(&place.path(key)).unwrap_err().to_string();
    assert!(!unsigned.is_signed());
    assert!(message(&unsigned, "public").contains("signature: found nothing"));
    for name in ["bundle", "bundle.tar"] {
        let bundle = Bundle::open(&place.export(name, true).unwrap()).unwrap();
        assert!(bundle.is_signed());
        bundle.verify(&place.path("public")).unwrap();
        assert!(message(&bundle, "other").contains("another key's"));
        assert!(message(&bundle, "key").contains("an Ed25519 public key"));
    }
    // Replacing a signed bundle by an unsigned one leaves no signature behind.
    let bundle = Bundle::open(&place.export("bundle", false).unwrap()).unwrap();
    assert!(!bundle.is_signed());

    let path = place.export("bundle", true).unwrap();
    let manifest = path.join("manifest.json");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, text.replace("CC0-1.0", "MIT")).unwrap();
    let changed = Bundle::open(&path).unwrap();
    assert!(message(&changed, "public").contains("another manifest's"));
    fs::write(path.join(SIGNATURE_FILE), "not hexadecimal").unwrap();
    assert!(message(&changed, "public").contains("128 hexadecimal digits"));
}

#[test]
fn signing_keys_that_are_none_are_refused_before_anything_is_written() {
    let place = Place::new();
    fs::write(place.path("key"), PUBLIC).unwrap();
    let message = place.export("bundle", true).unwrap_err().to_string();
    assert!(
        message.contains("Ed25519 private key") && message.contains("key"),
        "{message}"
    );
    fs::remove_file(place.path("key")).unwrap();
    let message = place.export("bundle", true).unwrap_err().to_string();
    assert!(message.contains("No such file"), "{message}");
    assert!(!place.path("bundle").exists());
}

#[test]
fn inspecting_shows_manifest_digests_metrics_and_operators() {
    let place = Place::new();
    let path = place.export("bundle.tar", true).unwrap();
    let text = inspect::describe(&path).unwrap();
    let bundle = Bundle::open(&path).unwrap();
    let manifest = bundle.manifest();
    let mut parts = vec![
        "tiny",
        "CC0-1.0",
        "smile, gaze",
        "fp32",
        "native",
        "winograd-products",
    ];
    parts.extend([
        "edit_success.neutral_to_smiling",
        "0.5000",
        "random numbers",
        bundle.digest(),
    ]);
    parts.extend(manifest.files.values().map(String::as_str));
    parts.extend([
        "generator.onnx",
        "InstanceNormalization",
        "DepthToSpace",
        "(all)",
    ]);
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in:\n{text}");
    }
    // The table counts what the exporter counts.
    let totals = inspect::operators(&bundle.read("generator.onnx").unwrap(), &path).unwrap();
    let sum: u64 = totals.values().map(|total| total.multiply_adds).sum();
    let exported = export(
        &place.path("ckpt"),
        &place.path("again"),
        &Options::default(),
    )
    .unwrap();
    assert_eq!(sum, exported.graphs[2].rewritten.multiply_adds);
}

#[test]
fn manifests_of_the_first_version_are_read_and_of_version_0_and_later_ones_not() {
    let place = Place::new();
    let path = place.export("bundle", false).unwrap();
    let manifest = path.join("manifest.json");
    let text = fs::read_to_string(&manifest).unwrap();
    let version = |number: u32| {
        let text = text.replace(
            "\"format_version\": 2",
            &format!("\"format_version\": {number}"),
        );
        fs::write(&manifest, text).unwrap();
        Bundle::open(&path)
            .map(|_| ())
            .map_err(|error| error.to_string())
    };
    version(1).unwrap();
    let older = version(0).unwrap_err();
    assert!(older.contains("found 0, expected 1 to 4"), "{older}");
    let newer = version(5).unwrap_err();
    assert!(newer.contains("found 5, expected at most 4"), "{newer}");
    assert!(newer.contains("update this program"), "{newer}");
    // Nor is a bundle of a newer program replaced.
    let error = place.export("bundle", false).unwrap_err();
    assert!(matches!(error, ExportError::Occupied { .. }), "{error}");
    assert!(error.to_string().contains("at most 4"), "{error}");
}
