//! Bundles that are signed: by whom, and whether they were changed since.

use super::Tiny;
use crate::place::{Place, assert_fails, assert_succeeds, runtime};
use ed25519_dalek::{
    Signer, SigningKey,
    pkcs8::{EncodePublicKey, spki::der::pem::LineEnding},
};
use model_spec::{manifest::MANIFEST_FILE, signature::SIGNATURE_FILE};
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

/// A bundle signed with one key, and the public halves of that one and of another.
fn signed() -> Place {
    let place = Place::with_bundle(&Tiny::default());
    let keys = [7, 8].map(|seed| SigningKey::from_bytes(&[seed; 32]));
    for (name, key) in ["mine.pub", "other.pub"].iter().zip(&keys) {
        let pem = key.verifying_key().to_public_key_pem(LineEnding::LF);
        fs::write(place.path(name), pem.unwrap()).unwrap();
    }
    let bundle = place.path("bundle");
    let manifest = fs::read(bundle.join(MANIFEST_FILE)).unwrap();
    let bytes = keys[0].sign(&manifest).to_bytes();
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    fs::write(bundle.join(SIGNATURE_FILE), digits).unwrap();
    place
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
