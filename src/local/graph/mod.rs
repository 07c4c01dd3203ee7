//! ONNX graphs put together here, from weights that come without one.
//!
//! [`Graph`] is the builder: inputs, constants, nodes, outputs, and a file in the end, the same bytes each time. One file
//! per kind of model says what its graph is ([`Composition`] names them); nothing here runs a graph, and nothing
//! decides where files lie. Called when models are pulled.

mod bert;
mod composition;
mod ctranslate2;
mod initializer;
mod mobilenet;
mod safetensors;
mod tail;
mod tensorflow_js;
#[cfg(test)]
mod tests;
mod weights;
mod whisper;
mod wire;
mod write;

pub use composition::{Composition, WriteFailed};
pub use initializer::{Element, Initializer};
pub use tail::{Tail, without_tail};

use wire::{AttributeProto, NodeProto, ValueInfoProto};
use write::described;

/// A value that flows through a graph: an input, a constant or what a node gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value(String);

/// How long a dimension of an input or output is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dim {
    /// Always so long.
    Fixed(u64),
    /// As long as the caller likes; equal names are equally long.
    Named(&'static str),
}

/// A setting of a node.
#[derive(Debug, Clone, PartialEq)]
pub enum Attribute {
    /// A whole number.
    Int(i64),
    /// A fraction.
    Float(f32),
    /// A row of whole numbers.
    Ints(Vec<i64>),
}

impl Attribute {
    fn named(&self, name: &str) -> AttributeProto {
        let mut proto = AttributeProto { name: name.to_owned(), ..AttributeProto::default() };
        // The numbers of ONNX's `AttributeType`.
        proto.kind = match self {
            Self::Float(value) => {
                proto.f = Some(*value);
                1
            }
            Self::Int(value) => {
                proto.i = Some(*value);
                2
            }
            Self::Ints(values) => {
                proto.ints.clone_from(values);
                7
            }
        };
        proto
    }
}

/// A graph in the making, in the operators of ONNX's own set alone, so that every build of ONNX Runtime has them.
#[derive(Debug)]
pub struct Graph<'a> {
    name: String,
    nodes: Vec<NodeProto>,
    initializers: Vec<(String, Initializer<'a>)>,
    inputs: Vec<ValueInfoProto>,
    outputs: Vec<ValueInfoProto>,
}

impl<'a> Graph<'a> {
    /// An empty graph.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let (nodes, initializers, inputs, outputs) = Default::default();
        Self { name: name.to_owned(), nodes, initializers, inputs, outputs }
    }

    /// An input, under the name by which the caller gives it.
    pub fn input(&mut self, name: &str, element: Element, dims: &[Dim]) -> Value {
        self.inputs.push(described(name, element, dims));
        Value(name.to_owned())
    }

    /// A constant.
    pub fn constant(&mut self, initializer: Initializer<'a>) -> Value {
        let name = format!("constant_{}", self.initializers.len());
        self.initializers.push((name.clone(), initializer));
        Value(name)
    }

    /// A node that gives one value.
    pub fn node(&mut self, operator: &str, inputs: &[&Value], attributes: &[(&str, Attribute)]) -> Value {
        let [value] = self.node_of(operator, inputs, attributes);
        value
    }

    /// A node that gives several values.
    pub fn node_of<const VALUES: usize>(
        &mut self,
        operator: &str,
        inputs: &[&Value],
        attributes: &[(&str, Attribute)],
    ) -> [Value; VALUES] {
        let name = format!("{operator}_{}", self.nodes.len());
        let outputs = std::array::from_fn(|place| match place {
            0 => Value(name.clone()),
            later => Value(format!("{name}.{later}")),
        });
        self.nodes.push(NodeProto {
            input: inputs.iter().map(|value| value.0.clone()).collect(),
            output: outputs.iter().map(|Value(name)| name.clone()).collect(),
            name,
            op_type: operator.to_owned(),
            attribute: attributes.iter().map(|(name, value)| value.named(name)).collect(),
        });
        outputs
    }

    /// Makes what a node gave an output, under the name by which the caller takes it.
    pub fn output(&mut self, name: &str, value: &Value, element: Element, dims: &[Dim]) {
        for node in &mut self.nodes {
            for wire in node.input.iter_mut().chain(&mut node.output).filter(|wire| **wire == value.0) {
                name.clone_into(wire);
            }
        }
        self.outputs.push(described(name, element, dims));
    }
}
