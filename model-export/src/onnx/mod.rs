//! Encodes a [`Graph`] as an ONNX model.

mod attribute;
mod node;
/// The messages of `onnx.proto` that this program writes and reads.
///
/// Generated from `proto/onnx.proto` by `cargo run --manifest-path model-export/proto/Cargo.toml`, once, so
/// that building needs no generator. The crates of ready-made messages need a release of `protobuf` with
/// a known defect (RUSTSEC-2024-0437), a whole inference engine, or `protoc` at build time.
#[allow(
    clippy::must_use_candidate,
    missing_docs,
    unused_qualifications,
    clippy::all,
    reason = "generated; `onnx.proto` has the documentation"
)]
pub mod proto;

use crate::{
    error::{ExportError, Result},
    graph::{Graph, Node, op::Element},
};
use half::f16;
use ndarray::ArrayD;
use prost::Message;
use proto::{
    GraphProto, ModelProto, NodeProto, OperatorSetIdProto, StringStringEntryProto, TensorProto,
    TensorShapeProto, TypeProto, ValueInfoProto,
    tensor_proto::DataType,
    tensor_shape_proto::{Dimension, dimension::Value},
    type_proto,
};
use std::collections::BTreeMap;

/// Operator set of the graphs.
pub const OPSET: u32 = 17;
/// ONNX file format; the one that came with operator set 17, so older runtimes read it too.
const IR_VERSION: i64 = 8;
/// Name of the free first side of every value.
const BATCH: &str = "batch";
/// Readers of protocol buffers refuse more bytes than this.
const LARGEST_MODEL: usize = i32::MAX as usize;

/// Bytes of the ONNX model; the same graph and metadata give the same bytes.
///
/// # Errors
/// [`ExportError::Graph`] for shapes that do not fit, [`ExportError::TooLarge`].
pub fn encode(graph: &Graph, metadata: &[(&str, String)]) -> Result<Vec<u8>> {
    let model = model(graph, metadata)?;
    let bytes = model.encoded_len();
    if bytes > LARGEST_MODEL {
        return Err(ExportError::TooLarge {
            graph: graph.name.clone(),
            bytes,
        });
    }
    Ok(model.encode_to_vec())
}

/// Size of the ONNX model without metadata, in bytes.
///
/// # Errors
/// As [`encode`].
pub fn encoded_len(graph: &Graph) -> Result<usize> {
    Ok(model(graph, &[])?.encoded_len())
}

fn model(graph: &Graph, metadata: &[(&str, String)]) -> Result<ModelProto> {
    let opset = OperatorSetIdProto {
        // The empty name is that of ONNX's own operators.
        domain: Some(String::new()),
        version: Some(OPSET.into()),
    };
    let entry = |(key, value): &(&str, String)| StringStringEntryProto {
        key: (*key).into(),
        value: value.clone(),
    };
    Ok(ModelProto {
        ir_version: Some(IR_VERSION),
        producer_name: env!("CARGO_PKG_NAME").into(),
        producer_version: env!("CARGO_PKG_VERSION").into(),
        doc_string: graph.doc.clone(),
        graph: Some(Encoder::new(graph).encode()?),
        opset_import: vec![opset],
        metadata_props: metadata.iter().map(entry).collect(),
    })
}

struct Encoder<'a> {
    graph: &'a Graph,
    /// What other nodes call a value, for outputs and what they push aside; all others keep theirs.
    names: BTreeMap<&'a str, String>,
    nodes: Vec<NodeProto>,
    constants: Vec<TensorProto>,
}

impl<'a> Encoder<'a> {
    fn new(graph: &'a Graph) -> Self {
        let inputs = graph.inputs.iter().map(|(name, _)| name.as_str());
        let values: Vec<&str> = inputs
            .chain(graph.nodes.iter().map(|node| node.name.as_str()))
            .collect();
        let mut names = BTreeMap::new();
        for port in &graph.outputs {
            if let Some(value) = values.iter().find(|value| **value == port.name) {
                names.insert(*value, format!("{value}.inner"));
            }
        }
        for port in &graph.outputs {
            names.insert(port.value.as_str(), port.name.clone());
        }
        Self {
            graph,
            names,
            nodes: Vec::new(),
            constants: Vec::new(),
        }
    }

    fn encode(mut self) -> Result<GraphProto> {
        let graph = self.graph;
        let shapes = graph.shapes()?;
        for node in &graph.nodes {
            self.node(node);
        }
        for (name, array) in &graph.unused {
            self.unused(name, array);
        }
        let info = |value: &str| {
            let element = graph.node(value).map_or(Element::Float32, |it| it.element);
            value_info(&self.public_name(value), &shapes[value], element)
        };
        let is_output = |value: &str| graph.outputs.iter().any(|port| port.value == value);
        let inner = graph.nodes.iter().filter(|node| !is_output(&node.name));
        Ok(GraphProto {
            name: graph.name.clone(),
            doc_string: graph.doc.clone(),
            input: graph.inputs.iter().map(|(name, _)| info(name)).collect(),
            output: graph.outputs.iter().map(|port| info(&port.value)).collect(),
            value_info: inner.map(|node| info(&node.name)).collect(),
            node: self.nodes,
            initializer: self.constants,
        })
    }

    /// Outputs have the name their callers know, all other values that of their node.
    fn public_name(&self, value: &str) -> String {
        let name = self.names.get(value).cloned();
        name.unwrap_or_else(|| value.into())
    }

    /// Numbers of the node's own element type.
    fn floats<'b>(
        &mut self,
        node: &Node,
        name: &str,
        shape: &[usize],
        values: impl IntoIterator<Item = &'b f32>,
    ) -> String {
        let values = values.into_iter();
        let (kind, bytes) = match node.element {
            Element::Float32 => {
                let bytes = values.flat_map(|value| value.to_le_bytes());
                (DataType::Float, bytes.collect())
            }
            Element::Float16 => {
                let bytes = values.flat_map(|value| f16::from_f32(*value).to_le_bytes());
                (DataType::Float16, bytes.collect())
            }
        };
        self.constant(format!("{}.{name}", node.name), kind, shape, bytes)
    }

    fn indices(&mut self, node: &Node, name: &str, values: &[usize]) -> String {
        let name = format!("{}.{name}", node.name);
        let bytes = values.iter().flat_map(|&it| (it as i64).to_le_bytes());
        self.constant(name, DataType::Int64, &[values.len()], bytes.collect())
    }

    fn unused(&mut self, name: &str, array: &ArrayD<f32>) {
        let bytes = array.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.constant(name.into(), DataType::Float, array.shape(), bytes);
    }

    fn constant(
        &mut self,
        name: String,
        kind: DataType,
        shape: &[usize],
        raw_data: Vec<u8>,
    ) -> String {
        self.constants.push(TensorProto {
            name: name.clone(),
            data_type: kind.into(),
            dims: shape.iter().map(|&side| side as i64).collect(),
            raw_data,
        });
        name
    }
}

fn value_info(name: &str, shape: &[usize], element: Element) -> ValueInfoProto {
    let batch = std::iter::once(Value::DimParam(BATCH.into()));
    let fixed = shape.iter().map(|&side| Value::DimValue(side as i64));
    let dim = batch
        .chain(fixed)
        .map(|value| Dimension { value: Some(value) })
        .collect();
    let tensor = type_proto::Tensor {
        elem_type: DataType::from(element).into(),
        shape: Some(TensorShapeProto { dim }),
    };
    ValueInfoProto {
        name: name.into(),
        r#type: Some(TypeProto {
            tensor_type: Some(tensor),
        }),
    }
}

impl From<Element> for DataType {
    fn from(element: Element) -> Self {
        match element {
            Element::Float32 => Self::Float,
            Element::Float16 => Self::Float16,
        }
    }
}
