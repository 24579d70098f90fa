//! Damaged bundles, checkpoints and signatures: errors that say something, and never a panic.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use crate::{
    Bundle, CheckpointSpec, Manifest, checkpoint::SPEC_FILE, digest, manifest::MANIFEST_FILE,
    signature,
};
use ed25519_dalek::{
    Signer, SigningKey, pkcs8::EncodePublicKey, pkcs8::spki::der::pem::LineEnding,
};
use std::{
    fs::{self, File},
    os::unix::fs::symlink,
    path::Path,
};
use tar::{Builder, EntryType, Header};

const MANIFESTS: [&[u8]; 2] = [
    include_bytes!("../../models/smile/manifest.json"),
    include_bytes!("../../models/smile-64/manifest.json"),
];

#[test]
fn damaged_manifests_are_refused_or_read() {
    fuzz::check("manifest", &MANIFESTS, |input| {
        let _ = Manifest::parse(input, Path::new("manifest.json"));
    });
}

/// A manifest of files that are all of one word.
fn manifest() -> Vec<u8> {
    let mut manifest: serde_json::Value = serde_json::from_slice(MANIFESTS[0]).unwrap();
    for file in manifest["files"].as_object_mut().unwrap().values_mut() {
        *file = digest::of_bytes(b"text").into();
    }
    serde_json::to_vec(&manifest).unwrap()
}

/// A bundle with entries that are no files of a bundle before the first one.
fn archive(others: &[(EntryType, &str)]) -> Vec<u8> {
    let manifest = manifest();
    let mut archive = Builder::new(Vec::new());
    for &(kind, name) in others {
        let mut header = Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(0);
        // As no builder writes it: up and out of the folder.
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.as_old_mut().linkname[..7].copy_from_slice(b"../link");
        header.set_cksum();
        archive.append(&header, &b""[..]).unwrap();
    }
    let listed = serde_json::from_slice::<serde_json::Value>(&manifest).unwrap();
    let files = listed["files"].as_object().unwrap().keys();
    let files = files.map(|name| (name.as_str(), &b"text"[..]));
    for (name, bytes) in files.chain([(MANIFEST_FILE, &manifest[..])]) {
        let mut header = Header::new_gnu();
        header.set_size(bytes.len() as u64);
        archive.append_data(&mut header, name, bytes).unwrap();
    }
    archive.into_inner().unwrap()
}

/// Every block with the sum that a header of its bytes would have: else no damaged header is read.
fn with_sums(archive: &[u8]) -> Vec<u8> {
    let mut archive = archive.to_vec();
    for block in archive.as_chunks_mut::<512>().0 {
        if block[257..262] == *b"ustar" {
            let mut header = Header::new_old();
            header.as_mut_bytes().copy_from_slice(block);
            header.set_cksum();
            block.copy_from_slice(header.as_bytes());
        }
    }
    archive
}

#[test]
fn damaged_archives_are_refused_or_read() {
    let folder = fuzz::folder().unwrap();
    let path = folder.path().join("bundle.tar");
    let seeds = [
        archive(&[]),
        archive(&[(EntryType::Directory, "folder/"), (EntryType::XHeader, "x")]),
        archive(&[(EntryType::Symlink, "link"), (EntryType::Link, "../b")]),
        archive(&[
            (EntryType::GNUSparse, "sparse"),
            (EntryType::GNULongName, "l"),
        ]),
        archive(&[
            (EntryType::Regular, "../../up"),
            (EntryType::Regular, "/etc/x"),
        ]),
    ];
    fs::write(&path, &seeds[0]).unwrap();
    Bundle::open(&path).expect("the seed is a bundle");
    fuzz::check("bundle", &seeds, |input| {
        for archive in [input, &with_sums(input)] {
            fs::write(&path, archive).unwrap();
            if let Ok(bundle) = Bundle::open(&path) {
                let files = bundle.manifest().files.keys();
                for file in files {
                    bundle.read(file).expect("a bundle that opened is whole");
                }
                assert!(bundle.read("../bundle.tar").is_err(), "reads outside");
            }
        }
    });
}

#[test]
fn an_archive_that_is_cut_off_or_has_a_folder_around_it_is_named() {
    let folder = fuzz::folder().unwrap();
    let path = folder.path().join("bundle.tar");
    let refused = |bytes: &[u8], words: [&str; 2]| {
        fs::write(&path, bytes).unwrap();
        let error = Bundle::open(&path).unwrap_err().to_string();
        assert!(words.iter().all(|word| error.contains(word)), "{error}");
    };
    let mut large = Builder::new(Vec::new());
    let mut header = Header::new_gnu();
    header.set_size(4000);
    large.append_data(&mut header, "x", &[1; 4000][..]).unwrap();
    let large = large.into_inner().unwrap();
    refused(&large[..2000], ["2000 bytes", "end inside x"]);
    let mut below = Builder::new(Vec::new());
    header.set_size(2);
    let name = format!("smile/{MANIFEST_FILE}");
    below.append_data(&mut header, &name, &b"{}"[..]).unwrap();
    refused(
        &below.into_inner().unwrap(),
        ["found smile/manifest.json", "tar cf"],
    );
}

#[test]
fn a_name_for_screens_and_terminals_has_no_control_characters() {
    let mut manifest: Manifest = serde_json::from_slice(&manifest()).unwrap();
    manifest.validate().unwrap();
    for name in ["", "a\nb", "\u{1b}[31mred", &"x".repeat(101)] {
        manifest.name = name.into();
        let mismatch = manifest.validate().unwrap_err();
        assert_eq!(mismatch.field, "name", "{name:?}");
    }
}

#[test]
fn damaged_checkpoints_are_refused_or_read() {
    let folder = fuzz::folder().unwrap();
    let seeds = [
        include_bytes!("../../models/smile-checkpoint/checkpoint.json").as_slice(),
        include_bytes!("../../models/smile-64-checkpoint/checkpoint.json"),
    ];
    fuzz::check("checkpoint", &seeds, |input| {
        fs::write(folder.path().join(SPEC_FILE), input).unwrap();
        let _ = CheckpointSpec::load(folder.path(), &["weights.safetensors"]);
    });
}

#[test]
fn damaged_keys_and_signatures_are_refused_or_read() {
    let folder = fuzz::folder().unwrap();
    let path = folder.path().join("key.pem");
    let key = SigningKey::from_bytes(&[7; 32]);
    let public = key.verifying_key().to_public_key_pem(LineEnding::LF);
    let signature = key.sign(b"manifest").to_bytes().map(|b| format!("{b:02x}"));
    // The key, and behind a zero the signature.
    let seed = [&public.unwrap(), "\0", &signature.concat()].concat();
    let verify = |input: &[u8]| {
        let mut parts = input.splitn(2, |byte| *byte == 0);
        fs::write(&path, parts.next().unwrap_or_default()).unwrap();
        let signature = parts.next().unwrap_or_default();
        signature::verify(b"manifest", signature, Path::new("manifest.sig"), &path)
    };
    verify(seed.as_bytes()).expect("the seed is valid");
    fuzz::check("signature", &[&seed], |input| {
        let _ = verify(input);
    });
}

#[test]
fn a_link_to_what_has_no_end_is_refused() {
    let folder = fuzz::folder().unwrap();
    let bundle = folder.path().join("bundle");
    fs::create_dir(&bundle).unwrap();
    symlink("/dev/zero", bundle.join(MANIFEST_FILE)).unwrap();
    assert!(Bundle::open(&bundle).is_err());
    fs::remove_file(bundle.join(MANIFEST_FILE)).unwrap();
    fs::write(bundle.join(MANIFEST_FILE), manifest()).unwrap();
    symlink("/dev/zero", bundle.join("generator.onnx")).unwrap();
    let listed = Manifest::load(&bundle).unwrap();
    for file in listed.files.keys().filter(|file| *file != "generator.onnx") {
        fs::write(bundle.join(file), "text").unwrap();
    }
    let error = Bundle::open(&bundle).unwrap_err().to_string();
    assert!(error.contains("generator.onnx"), "{error}");
    assert!(digest::of_file(Path::new("/dev/zero")).is_err());
}

#[test]
fn a_file_that_is_larger_than_a_bundle_may_be_is_refused_unread() {
    let folder = fuzz::folder().unwrap();
    // It takes no place on the disk.
    let large = File::create(folder.path().join(MANIFEST_FILE)).unwrap();
    large.set_len(1 << 40).unwrap();
    let error = Bundle::open(folder.path()).unwrap_err().to_string();
    assert!(error.contains("1099511627776"), "{error}");
}
