//! `model-export inspect`: what a bundle says about itself, and what its graphs are made of.

use crate::{
    bundle::report,
    error::{ExportError, Result},
    onnx::proto::{
        GraphProto, ModelProto, ValueInfoProto, tensor_proto::DataType,
        tensor_shape_proto::dimension::Value,
    },
};
use model_spec::Bundle;
use prost::Message;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    path::Path,
};

/// What all operators of one kind in one graph amount to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OperatorTotal {
    /// How many there are.
    pub count: u64,
    /// Multiply-adds of one run on one face.
    pub multiply_adds: u64,
    /// Stored numbers that they read.
    pub parameters: u64,
    /// Size of those in bytes.
    pub bytes: u64,
}

/// Opens a bundle, checks every digest, and describes it.
///
/// # Errors
/// Whatever makes it no bundle, or one of its graphs no ONNX model.
pub fn describe(path: &Path) -> Result<String> {
    let bundle = Bundle::open(path)?;
    let manifest = bundle.manifest();
    let architecture = &manifest.architecture;
    let mut text = String::new();
    let mut row = |name: &str, value: String| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{name:<13} {value}");
    };
    row("name", manifest.name.clone());
    row("format", format!("version {}", manifest.format_version));
    row("licence", manifest.licence.clone());
    if let Some(release) = manifest.release {
        row("release", release.to_string());
    }
    row(
        "images",
        format!(
            "{0} x {0} pixels, {1:?}, output {2:?}, w_hpf {3}",
            architecture.image_size, architecture.colour, architecture.output, architecture.w_hpf
        )
        .to_lowercase(),
    );
    row("attributes", manifest.attributes.names().join(", "));
    row("domains", manifest.domains.join(", "));
    row(
        "arithmetic",
        format!(
            "{}, {} norms, operator set {}",
            manifest.precision,
            manifest.norms.name(),
            manifest.opset
        ),
    );
    row(
        "rewrites",
        match manifest.rewrites.is_empty() {
            true => "none recorded".into(),
            false => manifest.rewrites.join(", "),
        },
    );
    if let Some(fidelity) = &manifest.fidelity {
        row("loss", report::of_fidelity(fidelity).join("; "));
    }
    let signature = match bundle.is_signed() {
        true => "there is one; `edge check --public-key FILE` checks it",
        false => "none",
    };
    row("signature", signature.into());
    row("digest", bundle.digest().into());
    let provenance = &manifest.provenance;
    let trained = format!(
        "{} steps of {} images, trainer {} ({}), {}",
        provenance.steps,
        provenance.batch_size,
        provenance.trainer_version,
        provenance.revision,
        provenance.hardware
    );
    row("training", trained);
    for data in &provenance.data {
        row("data", data.clone());
    }
    for note in &provenance.notes {
        row("note", note.clone());
    }
    text += "\nfiles (every SHA-256 is right)\n";
    for (file, digest) in &manifest.files {
        let _ = writeln!(text, "  {digest}  {file}");
    }
    if !provenance.metrics.is_empty() {
        text += "\nmetrics\n";
        for (name, value) in &provenance.metrics {
            let _ = writeln!(text, "  {name:<48} {value:>9.4}");
        }
    }
    for (_, graph) in manifest.graphs.iter() {
        let bytes = bundle.read(&graph.file)?;
        let totals = operators(&bytes, &bundle.path(&graph.file))?;
        let _ = write!(text, "\n{}", table(&graph.file, &totals));
    }
    Ok(text)
}

fn table(file: &str, totals: &BTreeMap<String, OperatorTotal>) -> String {
    let line = |name: &str, total: &OperatorTotal| {
        format!(
            "  {name:<24} {:>5} {:>16.3} {:>13.3} {:>8.2}\n",
            total.count,
            total.multiply_adds as f64 / 1e6,
            total.parameters as f64 / 1e6,
            total.bytes as f64 / 1e6
        )
    };
    let mut text = format!(
        "{file}\n  {:<24} {:>5} {:>16} {:>13} {:>8}\n",
        "operator", "count", "M multiply-adds", "M parameters", "MB"
    );
    let mut all = OperatorTotal::default();
    for (operator, total) in totals {
        text += &line(operator, total);
        all.count += total.count;
        all.multiply_adds += total.multiply_adds;
        all.parameters += total.parameters;
        all.bytes += total.bytes;
    }
    text + &line("(all)", &all)
}

/// Totals by operator of the ONNX model `bytes`, called `label` in messages.
///
/// # Errors
/// [`ExportError::Onnx`].
pub fn operators(bytes: &[u8], label: &Path) -> Result<BTreeMap<String, OperatorTotal>> {
    let model = ModelProto::decode(bytes).map_err(|reason| ExportError::Onnx {
        path: label.into(),
        reason,
    })?;
    let graph = model.graph.unwrap_or_default();
    let shapes = shapes(&graph);
    let stored: BTreeMap<&str, (u64, u64)> = graph
        .initializer
        .iter()
        .map(|tensor| {
            let count: i64 = tensor.dims.iter().product();
            (
                tensor.name.as_str(),
                (count as u64, tensor.raw_data.len() as u64),
            )
        })
        .collect();
    let mut totals: BTreeMap<String, OperatorTotal> = BTreeMap::new();
    // A tensor that two operators read is stored once.
    let mut counted = BTreeSet::new();
    for node in &graph.node {
        let total = totals.entry(node.op_type.clone()).or_default();
        total.count += 1;
        for input in &node.input {
            if let Some((count, bytes)) = stored.get(input.as_str())
                && counted.insert(input)
            {
                total.parameters += count;
                total.bytes += bytes;
            }
        }
        let weight = node.input.get(1).and_then(|name| shapes.get(name.as_str()));
        let output = node
            .output
            .first()
            .and_then(|name| shapes.get(name.as_str()));
        if let (Some(weight), Some(output)) = (weight, output) {
            let weights: u64 = weight.iter().product();
            total.multiply_adds += match node.op_type.as_str() {
                "Conv" => weights * output.iter().skip(2).product::<u64>(),
                "Gemm" | "MatMul" => weights,
                _ => 0,
            };
        }
    }
    Ok(totals)
}

/// Sides of every value and stored tensor; the batch is 1, and integers and their real counterparts
/// have the same.
fn shapes(graph: &GraphProto) -> BTreeMap<&str, Vec<u64>> {
    let described = graph
        .value_info
        .iter()
        .chain(&graph.output)
        .chain(&graph.input);
    let mut shapes: BTreeMap<&str, Vec<u64>> = described
        .map(|value| (value.name.as_str(), sides(value)))
        .collect();
    for tensor in &graph.initializer {
        if tensor.data_type != i32::from(DataType::Int64) {
            let sides = tensor.dims.iter().map(|&side| side as u64);
            shapes.insert(&tensor.name, sides.collect());
        }
    }
    for node in &graph.node {
        if node.op_type == "DequantizeLinear"
            && let ([input, ..], [output, ..]) = (&node.input[..], &node.output[..])
            && let Some(sides) = shapes.get(input.as_str()).cloned()
        {
            shapes.entry(output).or_insert(sides);
        }
    }
    shapes
}

fn sides(value: &ValueInfoProto) -> Vec<u64> {
    let tensor = value
        .r#type
        .as_ref()
        .and_then(|kind| kind.tensor_type.as_ref());
    let shape = tensor.and_then(|tensor| tensor.shape.as_ref());
    let sides = shape.into_iter().flat_map(|shape| &shape.dim);
    sides
        .map(|side| match side.value {
            Some(Value::DimValue(side)) => side as u64,
            _ => 1,
        })
        .collect()
}
