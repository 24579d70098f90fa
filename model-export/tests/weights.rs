//! Wrong tensors are named, with what was found and what was expected.

use crate::fixture::{self, Tensors};
use model_export::{ExportError, network};
use model_spec::{CheckpointSpec, ColourMode, OutputForm};
use ndarray::ArrayD;

/// Message for a checkpoint that `change` has spoilt.
fn message(change: impl FnOnce(&mut CheckpointSpec, &mut Tensors)) -> String {
    let folder = tempfile::tempdir().unwrap();
    let mut spec = fixture::spec(32, ColourMode::Luma, OutputForm::Difference);
    let mut tensors = fixture::tensors(&spec);
    change(&mut spec, &mut tensors);
    fixture::write(folder.path(), &spec, &tensors);
    let error = network::build(folder.path(), &spec).unwrap_err();
    error.to_string()
}

fn assert_tells(message: &str, parts: &[&str]) {
    for part in parts {
        assert!(message.contains(part), "{part:?} is not in: {message}");
    }
}

#[test]
fn missing_tensor_is_named_with_the_shape_it_should_have() {
    let name = "generator.encode.0.conv1.weight";
    let message = message(|_, tensors| drop(tensors.remove(name)));
    assert_tells(
        &message,
        &[
            "model.safetensors",
            name,
            "missing",
            "[8, 8, 3, 3]",
            "1 tensor is",
        ],
    );
}

#[test]
fn unknown_tensor_is_named() {
    let message = message(|_, tensors| {
        tensors.insert("generator.extra.weight".into(), ArrayD::zeros(vec![2, 3]));
    });
    assert_tells(
        &message,
        &[
            "generator.extra.weight",
            "F32 [2, 3]",
            "no tensor of this name",
        ],
    );
}

#[test]
fn tensor_of_another_shape_is_named_with_both_shapes() {
    let message = message(|_, tensors| {
        tensors.insert("classifier.head.bias".into(), ArrayD::zeros(vec![3]));
    });
    assert_tells(
        &message,
        &["classifier.head.bias: found F32 [3], expected F32 [2]"],
    );
}

#[test]
fn numbers_that_are_not_finite_are_named_and_counted() {
    let name = "style_encoder.unshared.1.weight";
    let message = message(|_, tensors| {
        let tensor = tensors.get_mut(name).unwrap();
        tensor[[0, 3]] = f32::NAN;
        tensor[[1, 0]] = f32::INFINITY;
    });
    assert_tells(&message, &[name, "NaN at element 3 and 1 more", "finite"]);
}

#[test]
fn attribute_list_that_does_not_fit_the_heads_names_the_missing_ones() {
    let message = message(|spec, _| {
        let mut attributes = spec.attributes.as_slice().to_vec();
        let mut third = attributes[0].clone();
        third.name = "age".into();
        attributes.push(third);
        spec.attributes = model_spec::AttributeSet::new(attributes).unwrap();
    });
    assert_tells(&message, &["style_encoder.unshared.4.weight: missing"]);
    assert_tells(&message, &["… and"]);
}

#[test]
fn file_that_is_not_safetensors_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let spec = fixture::spec(32, ColourMode::Luma, OutputForm::Difference);
    fixture::write_bytes(folder.path(), &spec, b"PK\x03\x04 a pickle");
    let error = network::build(folder.path(), &spec).unwrap_err();
    assert!(matches!(error, ExportError::Safetensors { .. }));
    assert_tells(
        &error.to_string(),
        &["model.safetensors", "not a valid safetensors file"],
    );
}
