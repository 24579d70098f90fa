//! The bundle that ships is whole, computes what libtorch computed, and keeps its promises.

use crate::{has_onnxruntime, succeed};
use model_export::export::{Options, export};
use model_spec::Bundle;

#[test]
fn the_shipped_bundle_passes_its_own_check() {
    if has_onnxruntime() {
        succeed("edge", &["check", "--bundle", "models/smile-64"]);
    }
}

#[test]
fn the_shipped_bundle_edits_both_ways_and_its_judge_can_judge() {
    let bundle = Bundle::open(&tests::workspace().join("models/smile-64")).unwrap();
    let metrics = &bundle.manifest().provenance.metrics;
    let metric = |name: &str| {
        *metrics
            .get(name)
            .unwrap_or_else(|| panic!("no {name} in {metrics:?}"))
    };
    assert!(metric("judge_accuracy.smile") >= 0.9);
    assert!(metric("edit_success.neutral_to_smiling") >= 0.8);
    assert!(metric("edit_success.smiling_to_neutral") >= 0.8);
}

#[test]
fn the_shipped_bundle_is_byte_for_byte_what_its_checkpoint_exports_to() {
    let folder = tempfile::tempdir().unwrap();
    let again = folder.path().join("bundle");
    let models = tests::workspace().join("models");
    export(
        &models.join("smile-64-checkpoint"),
        &again,
        &Options::default(),
    )
    .unwrap();
    // The manifest holds the digest of every other file.
    let digest = |bundle| Bundle::open(bundle).unwrap().digest().to_owned();
    assert_eq!(digest(&again), digest(&models.join("smile-64")));
}
