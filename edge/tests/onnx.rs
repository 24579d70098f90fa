//! Small ONNX graphs, written by hand: just enough of the format to build known functions.

/// A protobuf message under construction.
#[derive(Default)]
struct Message(Vec<u8>);

impl Message {
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn int(mut self, field: u64, value: i64) -> Self {
        self.varint(field << 3);
        self.varint(value as u64);
        self
    }

    fn bytes(mut self, field: u64, value: impl AsRef<[u8]>) -> Self {
        self.varint(field << 3 | 2);
        self.varint(value.as_ref().len() as u64);
        self.0.extend_from_slice(value.as_ref());
        self
    }

    fn each<T>(self, items: &[T], add: impl Fn(Self, &T) -> Self) -> Self {
        items.iter().fold(self, add)
    }
}

/// A graph under construction; shapes are without the batch.
#[derive(Default)]
pub struct Graph(Message);

const FLOAT: i64 = 1;
const INT64: i64 = 7;

impl Graph {
    pub fn input(self, name: &str, shape: &[i64]) -> Self {
        Self(self.0.bytes(11, value_info(name, shape)))
    }

    pub fn output(self, name: &str, shape: &[i64]) -> Self {
        Self(self.0.bytes(12, value_info(name, shape)))
    }

    pub fn floats(self, name: &str, dims: &[i64], values: &[f32]) -> Self {
        let raw: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        self.tensor(name, dims, FLOAT, &raw)
    }

    pub fn ints(self, name: &str, values: &[i64]) -> Self {
        let raw: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        self.tensor(name, &[values.len() as i64], INT64, &raw)
    }

    fn tensor(self, name: &str, dims: &[i64], kind: i64, raw: &[u8]) -> Self {
        let tensor = Message::default()
            .each(dims, |message, &dim| message.int(1, dim))
            .int(2, kind)
            .bytes(8, name)
            .bytes(9, raw);
        Self(self.0.bytes(5, tensor.0))
    }

    /// An operator without attributes.
    pub fn node(self, operator: &str, inputs: &[&str], output: &str) -> Self {
        let node = Message::default()
            .each(inputs, |message, input| message.bytes(1, input))
            .bytes(2, output)
            .bytes(4, operator);
        Self(self.0.bytes(1, node.0))
    }

    /// The whole model, opset 17.
    pub fn model(self) -> Vec<u8> {
        let opset = Message::default().bytes(1, "").int(2, 17);
        let graph = self.0.bytes(2, "graph");
        let model = Message::default().int(1, 8).bytes(2, "hand");
        model.bytes(7, graph.0).bytes(8, opset.0).0
    }
}

fn value_info(name: &str, shape: &[i64]) -> Vec<u8> {
    let batch = Message::default().bytes(2, "batch");
    let shape = Message::default()
        .bytes(1, batch.0)
        .each(shape, |message, &side| {
            message.bytes(1, Message::default().int(1, side).0)
        });
    let tensor = Message::default().int(1, FLOAT).bytes(2, shape.0);
    let kind = Message::default().bytes(1, tensor.0);
    Message::default().bytes(1, name).bytes(2, kind.0).0
}
