//! Encodes a [`Graph`] as an ONNX model.

use crate::{
    error::{ExportError, Result},
    graph::{Graph, Node},
    op::Op,
    proto::{
        AttributeProto, AttributeType, DataType, DimensionProto, DimensionValue, GraphProto,
        ModelProto, NodeProto, OperatorSetIdProto, StringStringEntryProto, TensorProto,
        TensorShapeProto, TensorTypeProto, TypeProto, ValueInfoProto,
    },
};
use prost::Message;

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
    let opset = OperatorSetIdProto {
        // The empty name is that of ONNX's own operators.
        domain: Some(String::new()),
        version: Some(OPSET.into()),
    };
    let entry = |(key, value): &(&str, String)| StringStringEntryProto {
        key: (*key).into(),
        value: value.clone(),
    };
    let model = ModelProto {
        ir_version: Some(IR_VERSION),
        producer_name: env!("CARGO_PKG_NAME").into(),
        producer_version: env!("CARGO_PKG_VERSION").into(),
        doc_string: graph.doc.clone(),
        graph: Some(Encoder::new(graph).encode()?),
        opset_import: vec![opset],
        metadata_props: metadata.iter().map(entry).collect(),
    };
    let bytes = model.encoded_len();
    if bytes > LARGEST_MODEL {
        return Err(ExportError::TooLarge {
            graph: graph.name.clone(),
            bytes,
        });
    }
    Ok(model.encode_to_vec())
}

struct Encoder<'a> {
    graph: &'a Graph,
    nodes: Vec<NodeProto>,
    constants: Vec<TensorProto>,
}

impl<'a> Encoder<'a> {
    fn new(graph: &'a Graph) -> Self {
        Self {
            graph,
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
        let info = |value: &str| value_info(&self.public_name(value), &shapes[value]);
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
        let outputs = &self.graph.outputs;
        if let Some(port) = outputs.iter().find(|port| port.value == value) {
            return port.name.clone();
        }
        if outputs.iter().any(|port| port.name == value) {
            return format!("{value}.inner");
        }
        value.into()
    }

    fn node(&mut self, node: &Node) {
        let (constants, attribute) = match &node.op {
            Op::Conv(conv) => {
                let weight = self.floats(node, "weight", conv.weight.shape(), &conv.weight);
                let bias = conv
                    .bias
                    .as_ref()
                    .map(|bias| self.floats(node, "bias", bias.shape(), bias));
                let attributes = vec![
                    integers("kernel_shape", &conv.kernel()),
                    integers("strides", &[conv.stride; 2]),
                    integers("pads", &conv.pads),
                ];
                (std::iter::once(weight).chain(bias).collect(), attributes)
            }
            Op::BatchNorm {
                scale,
                shift,
                mean,
                variance,
                epsilon,
            } => {
                let arrays = [
                    ("scale", scale),
                    ("shift", shift),
                    ("mean", mean),
                    ("variance", variance),
                ];
                let names =
                    arrays.map(|(name, array)| self.floats(node, name, array.shape(), array));
                (names.to_vec(), vec![float("epsilon", *epsilon)])
            }
            Op::InstanceNorm {
                scale,
                shift,
                epsilon,
            } => {
                let scale = self.floats(node, "scale", scale.shape(), scale);
                let shift = self.floats(node, "shift", shift.shape(), shift);
                (vec![scale, shift], vec![float("epsilon", *epsilon)])
            }
            Op::LeakyRelu { slope } => (vec![], vec![float("alpha", *slope)]),
            Op::AveragePool2 => {
                let attributes = vec![
                    integers("kernel_shape", &[2; 2]),
                    integers("strides", &[2; 2]),
                ];
                (vec![], attributes)
            }
            Op::NearestUp2 => {
                let scales = self.floats(node, "scales", &[4], &[1.0, 1.0, 2.0, 2.0]);
                let attributes = vec![
                    text("mode", "nearest"),
                    text("coordinate_transformation_mode", "asymmetric"),
                    text("nearest_mode", "floor"),
                ];
                // The unnamed one is the region of interest, which only cropping modes read.
                (vec![String::new(), scales], attributes)
            }
            Op::DepthToSpace2 => (vec![], vec![integer("blocksize", 2), text("mode", "DCR")]),
            Op::Linear { weight, bias } => {
                let weight = self.floats(node, "weight", weight.shape(), weight);
                let bias = self.floats(node, "bias", bias.shape(), bias);
                (vec![weight, bias], vec![integer("transB", 1)])
            }
            Op::MatMul { weight } => {
                let weight = self.floats(node, "weight", weight.shape(), weight);
                (vec![weight], vec![])
            }
            Op::AddConstant { value } => (
                vec![self.floats(node, "value", value.shape(), value)],
                vec![],
            ),
            Op::Scale { factor } => (vec![self.floats(node, "factor", &[], &[*factor])], vec![]),
            Op::Slice { start, end } => {
                let constants = [("starts", *start), ("ends", *end), ("axes", 1)];
                let names = constants.map(|(name, value)| self.indices(node, name, &[value]));
                (names.to_vec(), vec![])
            }
            Op::Concat => (vec![], vec![integer("axis", 1)]),
            Op::Reshape { shape } => {
                // 0 keeps the batch as it is.
                let shape = [&[0], shape.as_slice()].concat();
                (vec![self.indices(node, "shape", &shape)], vec![])
            }
            Op::Relu | Op::GlobalAveragePool | Op::Add | Op::Subtract | Op::Multiply => {
                (vec![], vec![])
            }
        };
        let inputs = node.inputs.iter().map(|input| self.public_name(input));
        let proto = NodeProto {
            name: node.name.clone(),
            op_type: node.op.name().into(),
            input: inputs.chain(constants).collect(),
            output: vec![self.public_name(&node.name)],
            doc_string: node.doc.into(),
            attribute,
        };
        self.nodes.push(proto);
    }

    fn floats<'b>(
        &mut self,
        node: &Node,
        name: &str,
        shape: &[usize],
        values: impl IntoIterator<Item = &'b f32>,
    ) -> String {
        let bytes = values.into_iter().flat_map(|value| value.to_le_bytes());
        self.constant(node, name, DataType::Float, shape, bytes.collect())
    }

    fn indices(&mut self, node: &Node, name: &str, values: &[usize]) -> String {
        let bytes = values
            .iter()
            .flat_map(|&value| (value as i64).to_le_bytes());
        self.constant(
            node,
            name,
            DataType::Int64,
            &[values.len()],
            bytes.collect(),
        )
    }

    fn constant(
        &mut self,
        node: &Node,
        name: &str,
        kind: DataType,
        shape: &[usize],
        raw_data: Vec<u8>,
    ) -> String {
        let name = format!("{}.{name}", node.name);
        self.constants.push(TensorProto {
            name: name.clone(),
            data_type: kind.into(),
            dims: shape.iter().map(|&side| side as i64).collect(),
            raw_data,
        });
        name
    }
}

fn value_info(name: &str, shape: &[usize]) -> ValueInfoProto {
    let batch = std::iter::once(DimensionValue::Free(BATCH.into()));
    let fixed = shape.iter().map(|&side| DimensionValue::Fixed(side as i64));
    let dim = batch
        .chain(fixed)
        .map(|value| DimensionProto { value: Some(value) })
        .collect();
    let tensor = TensorTypeProto {
        elem_type: DataType::Float.into(),
        shape: Some(TensorShapeProto { dim }),
    };
    ValueInfoProto {
        name: name.into(),
        r#type: Some(TypeProto {
            tensor_type: Some(tensor),
        }),
    }
}

fn attribute(name: &str, kind: AttributeType) -> AttributeProto {
    AttributeProto {
        name: name.into(),
        r#type: kind.into(),
        ..Default::default()
    }
}

fn float(name: &str, value: f32) -> AttributeProto {
    AttributeProto {
        f: Some(value),
        ..attribute(name, AttributeType::Float)
    }
}

fn integer(name: &str, value: i64) -> AttributeProto {
    AttributeProto {
        i: Some(value),
        ..attribute(name, AttributeType::Int)
    }
}

fn integers(name: &str, values: &[usize]) -> AttributeProto {
    AttributeProto {
        ints: values.iter().map(|&value| value as i64).collect(),
        ..attribute(name, AttributeType::Ints)
    }
}

fn text(name: &str, value: &str) -> AttributeProto {
    AttributeProto {
        s: Some(value.into()),
        ..attribute(name, AttributeType::String)
    }
}
