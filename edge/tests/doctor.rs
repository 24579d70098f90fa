//! `edge doctor` on this machine, whatever it is.

use crate::{
    bundle::Tiny,
    place::{Place, assert_fails, runtime},
};
use serde_json::Value;
use std::path::Path;

fn findings(json: &[u8]) -> Vec<Value> {
    let diagnosis: Value = serde_json::from_slice(json).unwrap();
    diagnosis["findings"].as_array().unwrap().clone()
}

fn of<'a>(part: &str, findings: &'a [Value]) -> &'a Value {
    let found = findings.iter().find(|finding| finding["part"] == part);
    found.unwrap_or_else(|| panic!("no line about {part} in {findings:?}"))
}

#[test]
fn every_part_has_a_line_and_what_is_not_ok_has_a_fix() {
    let Some(library) = runtime() else { return };
    let place = Place::with_bundle(&Tiny::default());
    let output = place.edge(&library, &["doctor", "--bundle", "bundle", "--json"]);
    let findings = findings(&output.stdout);
    let parts = [
        "board",
        "onnxruntime",
        "bundle",
        "camera",
        "display",
        "temperature",
        "memory",
        "disk",
    ];
    for part in parts {
        of(part, &findings);
    }
    assert_eq!(of("onnxruntime", &findings)["state"], "ok");
    // The small bundle is whole, but has nothing to tell covered mouths by.
    let bundle = of("bundle", &findings);
    assert_eq!(bundle["state"], "warning");
    let said = bundle.to_string();
    assert!(
        said.contains("every file whole") && said.contains("mouth.bin"),
        "{said}"
    );
    for finding in &findings {
        let is_ok = finding["state"] == "ok";
        assert_eq!(is_ok, finding.get("fix").is_none(), "{finding}");
    }
    let errors = findings.iter().any(|finding| finding["state"] == "error");
    assert_eq!(output.status.success(), !errors);
}

#[test]
fn a_broken_bundle_and_a_missing_runtime_are_errors_with_exit_code_1() {
    let place = Place::with_bundle(&Tiny::default());
    let graph = place.path("bundle/generator.onnx");
    let mut bytes = std::fs::read(&graph).unwrap();
    bytes.pop();
    std::fs::write(&graph, bytes).unwrap();
    let arguments = ["doctor", "--bundle", "bundle", "--json"];
    let output = place.edge(Path::new("/nowhere/libonnxruntime.so"), &arguments);
    assert_fails(&output, 1, &["errors, see above"]);
    let findings = findings(&output.stdout);
    for (part, word) in [("bundle", "generator.onnx"), ("onnxruntime", "/nowhere")] {
        let finding = of(part, &findings);
        assert_eq!(finding["state"], "error");
        assert!(
            finding["found"].as_str().unwrap().contains(word),
            "{finding}"
        );
    }
}
