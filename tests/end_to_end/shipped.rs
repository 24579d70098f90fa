//! The bundle that ships is whole, computes what libtorch computed, and keeps its promises.

use crate::{has_onnxruntime, succeed};
use model_export::export::{Options, export};
use model_spec::Bundle;

const SHIPPED: [&str; 4] = ["smile-64", "smile", "smile-free", "faces"];

#[test]
fn every_shipped_bundle_passes_its_own_check() {
    if has_onnxruntime() {
        for name in SHIPPED {
            let bundle = format!("models/{name}");
            succeed("edge", &["check", "--bundle", &bundle]);
        }
    }
}

#[test]
fn every_shipped_bundle_edits_both_ways_and_its_judge_can_judge() {
    for name in SHIPPED {
        let bundle = Bundle::open(&tests::workspace().join("models").join(name)).unwrap();
        let metrics = &bundle.manifest().provenance.metrics;
        let metric = |name: &str| {
            *metrics
                .get(name)
                .unwrap_or_else(|| panic!("no {name} in {metrics:?}"))
        };
        for attribute in bundle.manifest().attributes.as_slice() {
            let [off, on] = [&attribute.off, &attribute.on];
            assert!(metric(&format!("judge_accuracy.{}", attribute.name)) >= 0.9);
            assert!(metric(&format!("edit_success.{off}_to_{on}")) >= 0.8);
            assert!(metric(&format!("edit_success.{on}_to_{off}")) >= 0.8);
        }
    }
}

#[test]
fn the_displacement_model_leaves_the_eyes_alone_and_its_codes_alive() {
    let bundle = Bundle::open(&tests::workspace().join("models/smile")).unwrap();
    let metrics = &bundle.manifest().provenance.metrics;
    for direction in ["neutral_to_smiling", "smiling_to_neutral"] {
        let above = metrics[&format!("change_above_eyes.{direction}")];
        let below = metrics[&format!("change_below_nose.{direction}")];
        assert!(3.0 * above <= below, "{direction}: {above} {below}");
    }
    assert!((0.2..=0.8).contains(&metrics["unrelated_share"]));
}

#[test]
fn every_shipped_bundle_is_byte_for_byte_what_its_checkpoint_exports_to() {
    let folder = tempfile::tempdir().unwrap();
    let models = tests::workspace().join("models");
    for name in SHIPPED {
        let again = folder.path().join(name);
        let checkpoint = models.join(format!("{name}-checkpoint"));
        export(&checkpoint, &again, &Options::default()).unwrap();
        // The manifest holds the digest of every other file.
        let digest = |bundle| Bundle::open(bundle).unwrap().digest().to_owned();
        assert_eq!(digest(&again), digest(&models.join(name)));
    }
}

/// A shop may hang it up: no file of another licence is in it.
#[test]
fn the_free_bundle_holds_nothing_learnt_from_photographs() {
    let folder = tests::workspace().join("models/smile-free");
    let bundle = Bundle::open(&folder).unwrap();
    let provenance = &bundle.manifest().provenance;
    assert_eq!(provenance.data.len(), 1, "{:?}", provenance.data);
    assert!(provenance.data[0].contains("faces render"));
    // Fitted to CelebA, and carried from one checkpoint to another on request.
    assert!(!folder.join("mouth.bin").exists());
}
