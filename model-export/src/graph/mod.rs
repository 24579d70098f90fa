//! A small graph of operators: what the networks build, the rewrites change and ONNX is made of.

pub mod op;

use crate::{
    error::{ExportError, Result},
    graph::op::{Element, Op},
};
use ndarray::ArrayD;
use std::collections::{BTreeMap, BTreeSet};

/// One operator and the value it makes, which has the node's name.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Unique name, e.g. `decode.0.conv1`.
    pub name: String,
    /// The operator with its weights.
    pub op: Op,
    /// Names of graph inputs or of nodes before this one.
    pub inputs: Vec<String>,
    /// What a reader in a graph viewer should know, or empty.
    pub doc: &'static str,
    /// Element type of the value and of the stored numbers.
    pub element: Element,
    /// Whether it is computed in 32-bit floats whatever the precision.
    pub precise: bool,
}

/// A value that enters or leaves a graph.
#[derive(Debug, Clone, PartialEq)]
pub struct Port {
    /// Name of the value inside the graph.
    pub value: String,
    /// Name that callers use; for inputs the same as `value`.
    pub name: String,
}

/// Operators in an order in which each one's inputs come first.
#[derive(Debug, Clone, PartialEq)]
pub struct Graph {
    /// Name, e.g. `generator`.
    pub name: String,
    /// What the graph computes.
    pub doc: String,
    /// Inputs with their shapes, without the batch.
    pub inputs: Vec<(String, Vec<usize>)>,
    /// Outputs.
    pub outputs: Vec<Port>,
    /// The operators.
    pub nodes: Vec<Node>,
    /// Tensors that came with the weights and that no operator reads.
    pub unused: Vec<(String, ArrayD<f32>)>,
}

/// What one run on one image costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Multiply-adds of convolutions and matrix products.
    pub multiply_adds: u64,
    /// Stored numbers.
    pub parameters: u64,
}

impl Graph {
    /// An empty graph.
    #[must_use]
    pub fn new(name: &str, doc: &str) -> Self {
        Self {
            name: name.into(),
            doc: doc.into(),
            inputs: Vec::new(),
            outputs: Vec::new(),
            nodes: Vec::new(),
            unused: Vec::new(),
        }
    }

    /// Declares an input of `shape` (without the batch) and returns its name.
    pub fn input(&mut self, name: &str, shape: &[usize]) -> String {
        self.inputs.push((name.into(), shape.into()));
        name.into()
    }

    /// Appends a node and returns the name of its value.
    pub fn push(&mut self, name: impl Into<String>, op: Op, inputs: &[&str]) -> String {
        let node = Node::new(name, op, inputs);
        let name = node.name.clone();
        self.nodes.push(node);
        name
    }

    /// Makes `value` an output that callers know as `name`.
    pub fn output(&mut self, value: &str, name: &str) {
        self.outputs.push(Port {
            value: value.into(),
            name: name.into(),
        });
    }

    /// Position of the node that makes `value`; `None` for graph inputs.
    #[must_use]
    pub fn position(&self, value: &str) -> Option<usize> {
        self.nodes.iter().position(|node| node.name == value)
    }

    /// The node that makes `value`; `None` for graph inputs.
    #[must_use]
    pub fn node(&self, value: &str) -> Option<&Node> {
        self.nodes.iter().find(|node| node.name == value)
    }

    /// How often `value` is read, by nodes and as an output.
    #[must_use]
    pub fn uses(&self, value: &str) -> usize {
        let read = self.nodes.iter().flat_map(|node| &node.inputs);
        let given = self.outputs.iter().map(|port| &port.value);
        read.chain(given).filter(|name| *name == value).count()
    }

    /// Lets every reader of `from` read `to` instead.
    pub fn redirect(&mut self, from: &str, to: &str) {
        let read = self.nodes.iter_mut().flat_map(|node| &mut node.inputs);
        let given = self.outputs.iter_mut().map(|port| &mut port.value);
        for name in read.chain(given).filter(|name| *name == from) {
            *name = to.into();
        }
    }

    /// Removes every node that no output needs.
    pub fn prune(&mut self) {
        let mut needed: BTreeSet<String> =
            self.outputs.iter().map(|port| port.value.clone()).collect();
        for node in self.nodes.iter().rev() {
            if needed.contains(&node.name) {
                needed.extend(node.inputs.iter().cloned());
            }
        }
        self.nodes.retain(|node| needed.contains(&node.name));
    }

    /// Shape of every value, without the batch.
    ///
    /// # Errors
    /// [`ExportError::Graph`] naming the first node whose inputs are unknown or do not fit.
    pub fn shapes(&self) -> Result<BTreeMap<String, Vec<usize>>> {
        let mut shapes: BTreeMap<String, Vec<usize>> = self.inputs.iter().cloned().collect();
        let error = |node: &str, reason: String| ExportError::Graph {
            graph: self.name.clone(),
            node: node.into(),
            reason,
        };
        for node in &self.nodes {
            let mut inputs: Vec<&[usize]> = Vec::with_capacity(node.inputs.len());
            for input in &node.inputs {
                let shape = shapes
                    .get(input)
                    .ok_or_else(|| error(&node.name, format!("no value {input} before it")))?;
                inputs.push(shape);
            }
            let shape = node
                .op
                .output_shape(&inputs)
                .map_err(|reason| error(&node.name, reason))?;
            if shapes.insert(node.name.clone(), shape).is_some() {
                return Err(error(&node.name, "the name is used twice".into()));
            }
        }
        if let Some(port) = self.outputs.iter().find(|p| !shapes.contains_key(&p.value)) {
            return Err(error(
                &port.value,
                format!("no such value for {}", port.name),
            ));
        }
        Ok(shapes)
    }

    /// What one run on one image costs.
    ///
    /// # Errors
    /// As [`Graph::shapes`].
    pub fn cost(&self) -> Result<Cost> {
        let shapes = self.shapes()?;
        let multiply_adds = self
            .nodes
            .iter()
            .map(|node| node.op.multiply_adds(&shapes[&node.name]))
            .sum();
        let read: u64 = self.nodes.iter().map(|node| node.op.parameters()).sum();
        let unread: usize = self.unused.iter().map(|(_, array)| array.len()).sum();
        Ok(Cost {
            multiply_adds,
            parameters: read + unread as u64,
        })
    }
}

impl Node {
    /// A node without documentation.
    #[must_use]
    pub fn new(name: impl Into<String>, op: Op, inputs: &[&str]) -> Self {
        Self {
            name: name.into(),
            op,
            inputs: inputs.iter().map(|&input| input.into()).collect(),
            doc: "",
            element: Element::Float32,
            precise: false,
        }
    }

    /// The same node with a line for readers in a graph viewer.
    #[must_use]
    pub fn with_doc(self, doc: &'static str) -> Self {
        Self { doc, ..self }
    }
}
