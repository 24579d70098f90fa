//! Bundles that are signed: by whom, and whether they were changed since.

use super::Tiny;
use crate::place::{Place, assert_fails, assert_succeeds, runtime};
use ed25519_dalek::{
    Signer, SigningKey,
    pkcs8::{EncodePublicKey, spki::der::pem::LineEnding},
};
use model_spec::{Bundle, manifest::MANIFEST_FILE, signature::SIGNATURE_FILE};
use std::{fs, path::Path};

const MANIFEST: &str = "bundle/manifest.json";
const CHECK: [&str; 4] = ["check", "--bundle", "bundle", "--public-key"];
const RUN: [&str; 9] = [
    "run",
    "--bundle",
    "bundle",
    "--source",
    "demo",
    "--display",
    "none",
    "--frames=3",
    "--public-key",
];

fn keys() -> [SigningKey; 2] {
    [7, 8].map(|seed| SigningKey::from_bytes(&[seed; 32]))
}

/// A bundle signed with one key, and the public halves of that one and of another.
fn signed() -> Place {
    let place = Place::new();
    for (name, key) in ["mine.pub", "other.pub"].iter().zip(keys()) {
        let pem = key.verifying_key().to_public_key_pem(LineEnding::LF);
        fs::write(place.path(name), pem.unwrap()).unwrap();
    }
    write(&place, &Tiny::default());
    place
}

/// Puts a signed bundle into the place.
fn write(place: &Place, tiny: &Tiny) {
    let bundle = place.path("bundle");
    tiny.write(&bundle);
    let manifest = fs::read(bundle.join(MANIFEST_FILE)).unwrap();
    let bytes = keys()[0].sign(&manifest).to_bytes();
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    fs::write(bundle.join(SIGNATURE_FILE), digits).unwrap();
}

/// Both programs that take a key end with 1 and these words, before they look for ONNX Runtime.
#[track_caller]
fn assert_refused(place: &Place, key: &str, words: &[&str]) {
    for command in [&CHECK[..], &RUN] {
        let arguments = [command, &[key]].concat();
        assert_fails(&place.edge(Path::new("/nowhere"), &arguments), 1, words);
    }
}

#[test]
fn the_key_that_signed_is_accepted_and_no_key_leaves_the_signature_unchecked() {
    let Some(library) = runtime() else { return };
    let place = signed();
    let says = |arguments: &[&str], words: &str| {
        let output = place.edge(&library, arguments);
        assert_succeeds(&output);
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains(words), "{words:?} is not in: {text}");
    };
    says(
        &[&CHECK[..], &["mine.pub"]].concat(),
        "made with the named key",
    );
    says(&CHECK[..3], "not checked: no --public-key was named");
    assert_succeeds(&place.edge(&library, &[&RUN[..], &["mine.pub"]].concat()));
    fs::remove_file(place.path("bundle").join(SIGNATURE_FILE)).unwrap();
    says(&CHECK[..3], "signature  none");
}

#[test]
fn another_key_is_refused_and_so_are_files_that_are_no_key() {
    let place = signed();
    let words = ["manifest.sig", "another key's", "other.pub"];
    assert_refused(&place, "other.pub", &words);
    fs::write(place.path("no.pub"), "no key").unwrap();
    assert_refused(&place, "no.pub", &["no.pub", "Ed25519 public key in PEM"]);
    assert_refused(&place, "absent.pub", &["absent.pub", "No such file"]);
    fs::remove_file(place.path("bundle").join(SIGNATURE_FILE)).unwrap();
    assert_refused(&place, "absent.pub", &["absent.pub", "No such file"]);
}

#[test]
fn a_manifest_that_was_changed_after_signing_is_refused() {
    let place = signed();
    let text = fs::read_to_string(place.path(MANIFEST)).unwrap();
    let changed = text.replace("\"licence\": \"none\"", "\"licence\": \"free\"");
    assert_ne!(text, changed);
    fs::write(place.path(MANIFEST), changed).unwrap();
    let words = ["manifest.sig", "another manifest's", "mine.pub"];
    assert_refused(&place, "mine.pub", &words);
}

#[test]
fn a_file_that_was_changed_after_signing_is_refused_even_with_a_new_digest() {
    let place = signed();
    let card = place.path("bundle/MODEL_CARD.md");
    let before = model_spec::digest::of_file(&card).unwrap();
    fs::write(&card, "Another text.\n").unwrap();
    assert_refused(&place, "mine.pub", &["MODEL_CARD.md", "SHA-256"]);
    let after = model_spec::digest::of_file(&card).unwrap();
    let text = fs::read_to_string(place.path(MANIFEST)).unwrap();
    fs::write(place.path(MANIFEST), text.replace(&before, &after)).unwrap();
    assert_refused(&place, "mine.pub", &["another manifest's"]);
}

#[test]
fn a_bundle_without_a_signature_and_one_with_another_text_are_refused_where_a_key_is_named() {
    let place = signed();
    let signature = place.path("bundle").join(SIGNATURE_FILE);
    fs::write(&signature, "not hexadecimal").unwrap();
    assert_refused(
        &place,
        "mine.pub",
        &["manifest.sig", "128 hexadecimal digits"],
    );
    fs::remove_file(&signature).unwrap();
    let words = ["manifest.sig", "signature", "nothing", "mine.pub"];
    assert_refused(&place, "mine.pub", &words);
}

#[test]
fn a_bundle_exchanged_after_it_was_opened_is_noticed_before_use() {
    let place = signed();
    let at = |name: &str| place.path("bundle").join(name);
    // A file: the bytes that are used are those that were checked.
    let bundle = Bundle::open(&place.path("bundle")).unwrap();
    bundle.verify(&place.path("mine.pub")).unwrap();
    fs::copy(at("classifier.onnx"), at("generator.onnx")).unwrap();
    let error = bundle.read("generator.onnx").unwrap_err().to_string();
    assert!(
        error.contains("generator.onnx") && error.contains("SHA-256"),
        "{error}"
    );
    // The manifest: a genuine one put back before the signature is checked does not vouch for the other.
    let place = signed();
    let genuine = fs::read_to_string(place.path(MANIFEST)).unwrap();
    let changed = genuine.replace("\"licence\": \"none\"", "\"licence\": \"free\"");
    fs::write(place.path(MANIFEST), changed).unwrap();
    let bundle = Bundle::open(&place.path("bundle")).unwrap();
    fs::write(place.path(MANIFEST), genuine).unwrap();
    let error = bundle
        .verify(&place.path("mine.pub"))
        .unwrap_err()
        .to_string();
    assert!(error.contains("another manifest's"), "{error}");
}

#[test]
fn a_release_older_than_the_newest_that_has_run_is_refused() {
    let Some(library) = runtime() else { return };
    let place = signed();
    let run = |release: Option<u64>| {
        write(
            &place,
            &Tiny {
                release,
                ..Tiny::default()
            },
        );
        let more = ["mine.pub", "--release-record", "newest"];
        place.edge(&library, &[&RUN[..], &more].concat())
    };
    let record = || fs::read_to_string(place.path("newest")).ok();
    assert_fails(
        &run(None),
        1,
        &[
            "manifest.json",
            "release: found none",
            "1 or newer",
            "newest",
        ],
    );
    assert_eq!(record(), None);
    for release in [5, 5, 7] {
        assert_succeeds(&run(Some(release)));
        assert_eq!(record(), Some(format!("{release}\n")));
    }
    for (older, found) in [
        (Some(6), "found 6"),
        (Some(0), "found 0"),
        (None, "found none"),
    ] {
        assert_fails(
            &run(older),
            1,
            &["manifest.json", "release", found, "7 or newer", "newest"],
        );
        assert_eq!(record(), Some("7\n".into()));
    }
    // A newer one that does not run does not shut out the one before.
    let broken = Tiny {
        release: Some(9),
        parity_error: 0.01,
        ..Tiny::default()
    };
    write(&place, &broken);
    let more = ["mine.pub", "--release-record", "newest"];
    let arguments = [&RUN[..], &more].concat();
    assert_fails(&place.edge(&library, &arguments), 1, &["parity"]);
    assert_eq!(record(), Some("7\n".into()));
    fs::write(place.path("newest"), "mine").unwrap();
    assert_fails(
        &run(Some(9)),
        1,
        &["newest", "found other text", "number of a release"],
    );
    assert_eq!(record(), Some("mine".into()));
    let without_key = [&RUN[..8], &more[1..]].concat();
    assert_fails(
        &place.edge(&library, &without_key),
        2,
        &["--release-record", "--public-key"],
    );
}
