//! The committed messages are those that the committed `onnx.proto` defines.

use std::collections::BTreeSet;

const DEFINITION: &str = include_str!("../proto/onnx.proto");
const GENERATED: &str = include_str!("../src/onnx/proto.rs");

/// Message or `oneof` or `enum`, field, number.
type Field = (String, String, i32);

fn lower_snake(name: &str) -> String {
    let mut text = String::new();
    for (at, letter) in name.chars().enumerate() {
        if letter.is_uppercase() && at > 0 {
            text.push('_');
        }
        text.extend(letter.to_lowercase());
    }
    text
}

/// `repeated int64 dims = 1 [packed = false];` in `message TensorProto {`: the field `dims`, number 1.
fn defined() -> BTreeSet<Field> {
    let mut blocks: Vec<String> = Vec::new();
    let mut fields = BTreeSet::new();
    for line in DEFINITION.lines().map(str::trim) {
        if line.starts_with("//") {
            continue;
        }
        if let Some(head) = line.strip_suffix(" {") {
            let name = head.split(' ').next_back().unwrap();
            blocks.push(lower_snake(name));
        } else if line == "}" {
            blocks.pop();
        } else if let (Some(block), Some((left, right))) = (blocks.last(), line.split_once(" = ")) {
            let name = left.split(' ').next_back().unwrap().to_lowercase();
            let number = right.trim_end_matches(';').split(' ').next().unwrap();
            fields.insert((block.clone(), name, number.parse().unwrap()));
        }
    }
    fields
}

/// `#[prost(int64, tag = "1")]` before `pub dims:` or `DimValue(`, or `Float = 1,`.
fn generated() -> BTreeSet<Field> {
    let mut block = String::new();
    let mut tag: Option<i32> = None;
    let mut fields = BTreeSet::new();
    for line in GENERATED.lines().map(str::trim) {
        let head = ["pub struct ", "pub enum "]
            .iter()
            .find_map(|kind| line.strip_prefix(kind));
        if let Some(head) = head {
            block = lower_snake(head.trim_end_matches(" {"));
        } else if let Some((_, rest)) = line.split_once(", tag = \"") {
            tag = Some(rest.split('"').next().unwrap().parse().unwrap());
        } else if let Some((_, rest)) = line.split_once("(tag = \"") {
            tag = Some(rest.split('"').next().unwrap().parse().unwrap());
        } else if let Some((name, number)) = line.split_once(" = ")
            && let Some(Ok(number)) = number.strip_suffix(',').map(str::parse)
        {
            fields.insert((block.clone(), name.to_lowercase(), number));
        } else if let Some(number) = tag.take() {
            let name = line.trim_start_matches("pub ").trim_start_matches("r#");
            let name = name.split([':', '(']).next().unwrap();
            fields.insert((block.clone(), lower_snake(name), number));
        }
    }
    fields
}

#[test]
fn the_generated_messages_have_the_fields_and_numbers_of_onnx_proto() {
    let (defined, generated) = (defined(), generated());
    assert!(defined.len() > 40, "{defined:?}");
    assert_eq!(defined, generated);
}
