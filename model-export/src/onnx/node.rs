//! What each operator becomes in ONNX.

use super::{
    Encoder,
    attribute::{float, integer, integers, text},
    proto::{AttributeProto, NodeProto, tensor_proto::DataType},
};
use crate::graph::{
    Node,
    op::{Conv, Op, Reduction, Sides},
};
use ndarray::{Array1, ArrayD};

/// Names of the constants that a node reads behind its inputs, and its attributes.
type Parts = (Vec<String>, Vec<AttributeProto>);

impl Encoder<'_> {
    pub(super) fn node(&mut self, node: &Node) {
        let (constants, attribute) = match &node.op {
            Op::Quantised { scale } => return self.quantised(node, *scale),
            Op::QuantisedConv {
                conv,
                weight_scales,
                input_scale,
            } => self.quantised_conv(node, conv, weight_scales, *input_scale),
            op => self.parts(node, op),
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

    fn parts(&mut self, node: &Node, op: &Op) -> Parts {
        match op {
            Op::Conv(conv) => {
                let weight = self.floats(node, "weight", conv.weight.shape(), &conv.weight);
                let bias = conv.bias.as_ref();
                let bias = bias.map(|bias| self.floats(node, "bias", bias.shape(), bias));
                let constants = std::iter::once(weight).chain(bias).collect();
                (constants, conv_attributes(conv))
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
                let names = arrays.map(|(name, it)| self.floats(node, name, it.shape(), it));
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
            Op::Threshold { above } => (vec![], vec![float("alpha", *above)]),
            Op::Clip { low, high } => {
                let low = self.floats(node, "low", &[], &[*low]);
                (vec![low, self.floats(node, "high", &[], &[*high])], vec![])
            }
            Op::Power { exponent } => (
                vec![self.floats(node, "exponent", &[], &[*exponent])],
                vec![],
            ),
            Op::AveragePool2 => {
                let sides = ["kernel_shape", "strides"];
                (vec![], sides.map(|name| integers(name, &[2; 2])).to_vec())
            }
            Op::Reduce { how, over } => {
                let axes: &[usize] = match over {
                    Sides::Channels => &[1],
                    Sides::Image => &[2, 3],
                };
                // Sums moved their axes to an input earlier than the others.
                match how {
                    Reduction::Sum => (vec![self.indices(node, "axes", axes)], vec![]),
                    _ => (vec![], vec![integers("axes", axes)]),
                }
            }
            Op::NearestUp2 => {
                let modes = ["nearest", "asymmetric"];
                let (constants, mut attributes) = self.resize(node, 2.0, modes);
                attributes.push(text("nearest_mode", "floor"));
                (constants, attributes)
            }
            Op::Bilinear {
                from,
                side,
                align_corners,
            } => {
                let corners = match align_corners {
                    true => "align_corners",
                    false => "half_pixel",
                };
                self.resize(node, *side as f32 / *from as f32, ["linear", corners])
            }
            Op::Pad {
                pads: [top, left, bottom, right],
            } => {
                let pads = [0, 0, *top, *left, 0, 0, *bottom, *right];
                (vec![self.indices(node, "pads", &pads)], vec![])
            }
            Op::DepthToSpace2 => (vec![], vec![integer("blocksize", 2), text("mode", "DCR")]),
            Op::SpaceToDepth2 => (vec![], vec![integer("blocksize", 2)]),
            Op::Linear { weight, bias } => {
                let weight = self.floats(node, "weight", weight.shape(), weight);
                let bias = self.floats(node, "bias", bias.shape(), bias);
                (vec![weight, bias], vec![integer("transB", 1)])
            }
            Op::MatMul { weight } => {
                let weight = self.floats(node, "weight", weight.shape(), weight);
                (vec![weight], vec![])
            }
            Op::AddConstant { value } | Op::MultiplyConstant { value } => {
                (vec![self.array(node, value)], vec![])
            }
            Op::Scale { factor } => (vec![self.floats(node, "factor", &[], &[*factor])], vec![]),
            Op::Slice { axis, start, end } => {
                let constants = [("starts", *start), ("ends", *end), ("axes", axis + 1)];
                let names = constants.map(|(name, value)| self.indices(node, name, &[value]));
                (names.to_vec(), vec![])
            }
            Op::Concat { axis } => (vec![], vec![integer("axis", *axis as i64 + 1)]),
            Op::Reshape { shape } => {
                // 0 keeps the batch as it is.
                let shape = [&[0], shape.as_slice()].concat();
                (vec![self.indices(node, "shape", &shape)], vec![])
            }
            Op::Cast => {
                let to = DataType::from(node.element) as i64;
                (vec![], vec![integer("to", to)])
            }
            Op::Relu
            | Op::SquareRoot
            | Op::Tanh
            | Op::GlobalAveragePool
            | Op::Add
            | Op::Subtract
            | Op::Multiply
            | Op::Divide
            | Op::Quantised { .. }
            | Op::QuantisedConv { .. } => (vec![], vec![]),
        }
    }

    fn array(&mut self, node: &Node, value: &ArrayD<f32>) -> String {
        // The batch is a side here too, so that the shapes have as many sides as the input's.
        let shape = [&[1], value.shape()].concat();
        self.floats(node, "value", &shape, value)
    }

    fn resize(&mut self, node: &Node, factor: f32, [mode, coordinates]: [&str; 2]) -> Parts {
        let bytes = [1.0, 1.0, factor, factor].map(f32::to_le_bytes).concat();
        let name = format!("{}.scales", node.name);
        let scales = self.constant(name, DataType::Float, &[4], bytes);
        let attributes = vec![
            text("mode", mode),
            text("coordinate_transformation_mode", coordinates),
        ];
        // The unnamed one is the region of interest, which only cropping modes read.
        (vec![String::new(), scales], attributes)
    }

    /// `QuantizeLinear` and `DequantizeLinear`: the value goes through integers.
    fn quantised(&mut self, node: &Node, scale: f32) {
        let name = &node.name;
        let scale = self.floats(node, "scale", &[], &[scale]);
        let zero = self.constant(format!("{name}.zero"), DataType::Int8, &[], vec![0]);
        let integers = format!("{name}.integers");
        let input = self.public_name(&node.inputs[0]);
        self.pair(["QuantizeLinear", &integers], [&input, &scale, &zero], None);
        let output = self.public_name(name);
        let inputs = [integers.as_str(), &scale, &zero];
        self.pair(["DequantizeLinear", &output], inputs, None);
    }

    fn pair(&mut self, [operator, output]: [&str; 2], inputs: [&str; 3], axis: Option<i64>) {
        self.nodes.push(NodeProto {
            name: format!("{output}.{operator}"),
            op_type: operator.into(),
            input: inputs.iter().map(ToString::to_string).collect(),
            output: vec![output.into()],
            doc_string: String::new(),
            attribute: axis.map(|axis| integer("axis", axis)).into_iter().collect(),
        });
    }

    fn quantised_conv(
        &mut self,
        node: &Node,
        conv: &Conv,
        weight_scales: &Array1<f32>,
        input_scale: f32,
    ) -> Parts {
        let count = weight_scales.len();
        let per_channel = conv.weight.len() / count;
        let values = conv.weight.iter().enumerate().map(|(i, weight)| {
            let scaled = weight / weight_scales[i / per_channel];
            scaled.round().clamp(-127.0, 127.0) as i8
        });
        let bytes: Vec<u8> = values.flat_map(i8::to_le_bytes).collect();
        let name = &node.name;
        let stored = |part: &str| format!("{name}.{part}");
        let weight = self.constant(
            stored("weight.integers"),
            DataType::Int8,
            conv.weight.shape(),
            bytes,
        );
        let scales = self.floats(node, "weight.scales", &[count], weight_scales);
        let zeros = vec![0; count];
        let zeros = self.constant(stored("weight.zeros"), DataType::Int8, &[count], zeros);
        let real = stored("weight");
        self.pair(
            ["DequantizeLinear", &real],
            [&weight, &scales, &zeros],
            Some(0),
        );
        let mut constants = vec![real];
        if let Some(bias) = &conv.bias {
            // The unit of the integer sums that the bias is added to.
            let units = weight_scales.mapv(|scale| scale * input_scale);
            let integers = bias.iter().zip(&units).map(|(bias, unit)| {
                let scaled = f64::from(*bias) / f64::from(*unit);
                (scaled.round() as i32).to_le_bytes()
            });
            let bytes = integers.flatten().collect();
            let bias = self.constant(stored("bias.integers"), DataType::Int32, &[count], bytes);
            let scales = self.floats(node, "bias.scales", &[count], &units);
            let zeros = vec![0; 4 * count];
            let zeros = self.constant(stored("bias.zeros"), DataType::Int32, &[count], zeros);
            let real = stored("bias");
            self.pair(
                ["DequantizeLinear", &real],
                [&bias, &scales, &zeros],
                Some(0),
            );
            constants.push(real);
        }
        (constants, conv_attributes(conv))
    }
}

fn conv_attributes(conv: &Conv) -> Vec<AttributeProto> {
    let mut attributes = vec![
        integers("kernel_shape", &conv.kernel()),
        integers("strides", &[conv.stride; 2]),
        integers("pads", &conv.pads),
    ];
    if conv.groups > 1 {
        attributes.push(integer("group", conv.groups as i64));
    }
    attributes
}
