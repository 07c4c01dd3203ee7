//! The last layer of a classifier, taken off the graph of a file.
//!
//! Where a graph ends in the softmax of `features × weights + bias`, it is cut before that: what is left gives the features,
//! and the layer can be computed by itself, of all classes or of some. Everything else in the file is kept byte by byte.

use std::io;

use prost::Message;
use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};

use super::wire::{NodeProto, TensorProto, TensorTypeProto, TypeProto, ValueInfoProto};
use super::write::opening;
use super::{Dim, Element, Graph, Initializer};

const MODEL_GRAPH: u32 = 7;
const GRAPH_NODE: u32 = 1;
const GRAPH_INITIALIZER: u32 = 5;
const GRAPH_OUTPUT: u32 = 12;
const GRAPH_VALUE_INFO: u32 = 13;

/// The last layer: for each class the sum of its weights times the features, and its bias, through a softmax.
#[derive(Debug, Clone, PartialEq)]
pub struct Tail {
    /// A row for each feature, in it a weight for each class.
    weights: Vec<f32>,
    /// One for each class.
    bias: Vec<f32>,
}

impl Tail {
    /// How many classes there are.
    #[must_use]
    pub fn classes(&self) -> usize {
        self.bias.len()
    }

    /// How many features a class is told by.
    #[must_use]
    pub fn features(&self) -> usize {
        self.weights.len() / self.bias.len().max(1)
    }

    /// An ONNX file of this layer for some of its classes, in their order: features of any number of steps in
    /// (`[steps, features]`), the probabilities that those classes have among themselves out (`[steps, classes]`).
    ///
    /// # Errors
    /// When a class is named that there is not.
    pub fn graph_of(&self, classes: &[usize]) -> io::Result<Vec<u8>> {
        let chosen = |row: &[f32]| {
            let values = classes.iter().map(|&class| row.get(class).copied());
            let values: Option<Vec<f32>> = values.collect();
            values.ok_or_else(|| io::Error::other(format!("one of the classes {classes:?} is none of the model's")))
        };
        let rows = self.weights.chunks(self.bias.len()).map(chosen).collect::<io::Result<Vec<_>>>()?;
        let (features, count) = (self.features() as u64, classes.len() as u64);

        let mut graph = Graph::new("last-layer");
        let seen = graph.input("features", Element::F32, &[Dim::Named("steps"), Dim::Fixed(features)]);
        let weights = graph.constant(Initializer::floats(&[features, count], rows.concat()));
        let bias = graph.constant(Initializer::floats(&[count], chosen(&self.bias)?));
        let product = graph.node("MatMul", &[&seen, &weights], &[]);
        let sum = graph.node("Add", &[&product, &bias], &[]);
        let likelihood = graph.node("Softmax", &[&sum], &[]);
        graph.output("probabilities", &likelihood, Element::F32, &[Dim::Named("steps"), Dim::Fixed(count)]);
        let mut file = Vec::new();
        graph.write(&mut file)?;
        Ok(file)
    }
}

/// The file without its last layer, whose one output is the features, and that layer. Nothing when the graph ends otherwise,
/// or when the file is none: what opens it says so better.
#[must_use]
pub fn without_tail(model: &[u8]) -> Option<(Vec<u8>, Tail)> {
    let parts = fields(model)?;
    let graph = fields(parts.iter().find(|part| part.number == MODEL_GRAPH)?.inner)?;
    let found = End::of(&graph)?;

    let mut shorter = Vec::new();
    for part in &graph {
        if part.number == GRAPH_OUTPUT {
            let features = ValueInfoProto { name: found.features.clone(), of: Some(floats()) }.encode_to_vec();
            shorter.extend(opening(GRAPH_OUTPUT, features.len() as u64));
            shorter.extend(features);
        } else if !found.holds(part)? {
            shorter.extend_from_slice(part.whole);
        }
    }
    let mut file = Vec::new();
    for part in &parts {
        if part.number == MODEL_GRAPH {
            file.extend(opening(MODEL_GRAPH, shorter.len() as u64));
            file.extend_from_slice(&shorter);
        } else {
            file.extend_from_slice(part.whole);
        }
    }
    Some((file, found.tail))
}

/// Numbers of any shape.
fn floats() -> TypeProto {
    TypeProto { tensor: Some(TensorTypeProto { element: Element::F32.number(), shape: None }) }
}

/// What ends a graph: from the features on.
struct End {
    features: String,
    /// The values that only it has: what its nodes give, and its two constants.
    values: Vec<String>,
    tail: Tail,
}

impl End {
    fn of(graph: &[Field<'_>]) -> Option<Self> {
        let nodes: Vec<NodeProto> = read_all(graph, GRAPH_NODE)?;
        let outputs: Vec<ValueInfoProto> = read_all(graph, GRAPH_OUTPUT)?;
        let [output] = &*outputs else { return None };
        let mut values = Vec::new();
        // What gives a value that nothing else asks for.
        let mut giver = |value: &str, operator: &str| {
            let mut node = nodes.iter().find(|node| node.output == [value])?;
            values.push(value.to_owned());
            while node.op_type == "Identity" {
                let before = node.input.first()?;
                values.push(before.clone());
                node = nodes.iter().find(|node| node.output == [before.as_str()])?;
            }
            (node.op_type == operator).then_some(node)
        };
        let softmax = giver(&output.name, "Softmax")?;
        // One that is not of the last dimension is another layer.
        let axis = softmax.attribute.iter().find(|attribute| attribute.name == "axis").and_then(|axis| axis.i);
        if !matches!(axis, None | Some(-1 | 2)) {
            return None;
        }
        let [sum, bias] = two(&giver(softmax.input.first()?, "Add")?.input)?;
        let [features, weights] = two(&giver(sum, "MatMul")?.input)?;
        let tail = Tail { weights: floats_of(graph, weights, 2)?, bias: floats_of(graph, bias, 1)? };
        values.extend([bias.clone(), weights.clone()]);
        let is_within = |node: &NodeProto| node.output.iter().all(|value| values.contains(value));
        let is_asked_for = |node: &NodeProto| node.input.iter().any(|value| values.contains(value));
        if nodes.iter().any(|node| !is_within(node) && is_asked_for(node)) || tail.bias.is_empty() {
            return None;
        }
        let is_whole = tail.weights.len() == tail.features() * tail.classes();
        is_whole.then(|| Self { features: features.clone(), values, tail })
    }

    /// Whether a part of the graph belongs to it alone.
    fn holds(&self, part: &Field<'_>) -> Option<bool> {
        let is_ours = |name: &String| self.values.contains(name);
        Some(match part.number {
            GRAPH_NODE => NodeProto::decode(part.inner).ok()?.output.iter().all(is_ours),
            GRAPH_INITIALIZER => is_ours(&TensorProto::decode(part.inner).ok()?.name),
            GRAPH_VALUE_INFO => is_ours(&ValueInfoProto::decode(part.inner).ok()?.name),
            _ => false,
        })
    }
}

fn two(names: &[String]) -> Option<[&String; 2]> {
    <&[String; 2]>::try_from(names).ok().map(|[first, second]| [first, second])
}

/// The values of a constant with so many dimensions.
fn floats_of(graph: &[Field<'_>], name: &str, dimensions: usize) -> Option<Vec<f32>> {
    let constants = graph.iter().filter(|part| part.number == GRAPH_INITIALIZER);
    let mut constants = constants.filter_map(|part| TensorProto::decode(part.inner).ok());
    let tensor = constants.find(|tensor| tensor.name == name)?;
    let is_fit = tensor.data_type == Element::F32.number() && tensor.dims.len() == dimensions;
    let count = tensor.dims.iter().try_fold(1_u64, |all, &dim| all.checked_mul(u64::try_from(dim).ok()?))?;
    let (numbers, rest) = tensor.raw_data.as_chunks::<4>();
    (is_fit && rest.is_empty() && count == numbers.len() as u64)
        .then(|| numbers.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
}

/// One field of a message as it stands in the file.
struct Field<'a> {
    number: u32,
    /// All its bytes.
    whole: &'a [u8],
    /// Of those the embedded message, text or bytes; nothing for a number.
    inner: &'a [u8],
}

/// The fields of a message, in their order.
fn fields(message: &[u8]) -> Option<Vec<Field<'_>>> {
    let (mut rest, mut fields) = (message, Vec::new());
    while !rest.is_empty() {
        let start = rest;
        let (number, kind) = decode_key(&mut rest).ok()?;
        let mut inner: &[u8] = &[];
        if kind == WireType::LengthDelimited {
            let length = usize::try_from(decode_varint(&mut rest).ok()?).ok()?;
            (inner, rest) = rest.split_at_checked(length)?;
        } else {
            skip_field(kind, number, &mut rest, DecodeContext::default()).ok()?;
        }
        fields.push(Field { number, whole: &start[..start.len() - rest.len()], inner });
    }
    Some(fields)
}

fn read_all<M: Message + Default>(fields: &[Field<'_>], number: u32) -> Option<Vec<M>> {
    fields.iter().filter(|field| field.number == number).map(|field| M::decode(field.inner).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A classifier of three classes by two features, which are its input doubled.
    fn classifier(last: &str) -> Vec<u8> {
        let mut graph = Graph::new("classifier");
        let seen = graph.input("x", Element::F32, &[Dim::Named("steps"), Dim::Fixed(2)]);
        let features = graph.node("Add", &[&seen, &seen], &[]);
        let weights = graph.constant(Initializer::floats(&[2, 3], vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]));
        let bias = graph.constant(Initializer::floats(&[3], vec![0.5, 0.25, 0.125]));
        let product = graph.node("MatMul", &[&features, &weights], &[]);
        let sum = graph.node("Add", &[&product, &bias], &[]);
        let same = graph.node("Identity", &[&sum], &[]);
        let end = graph.node(last, &[&same], &[]);
        graph.output("y", &end, Element::F32, &[Dim::Named("steps"), Dim::Fixed(3)]);
        let mut file = Vec::new();
        graph.write(&mut file).unwrap();
        file
    }

    #[test]
    fn the_last_layer_comes_off_and_the_rest_stays() {
        let (shorter, tail) = without_tail(&classifier("Softmax")).unwrap();
        assert_eq!((tail.classes(), tail.features()), (3, 2));
        assert_eq!(tail.weights, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        assert_eq!(tail.bias, [0.5, 0.25, 0.125]);
        let parts = fields(&shorter).unwrap();
        let graph = fields(parts.iter().find(|part| part.number == MODEL_GRAPH).unwrap().inner).unwrap();
        let nodes: Vec<NodeProto> = read_all(&graph, GRAPH_NODE).unwrap();
        assert_eq!(nodes.iter().map(|node| node.op_type.as_str()).collect::<Vec<_>>(), ["Add"]);
        let outputs: Vec<ValueInfoProto> = read_all(&graph, GRAPH_OUTPUT).unwrap();
        assert_eq!(outputs.iter().map(|output| &output.name).collect::<Vec<_>>(), [&nodes[0].output[0]]);
        assert!(read_all::<TensorProto>(&graph, GRAPH_INITIALIZER).unwrap().is_empty());
        assert!(without_tail(&shorter).is_none(), "it has no such end any more");
    }

    #[test]
    fn a_layer_of_some_classes_has_their_weights() {
        let (_, tail) = without_tail(&classifier("Softmax")).unwrap();
        let parts = tail.graph_of(&[2, 0]).unwrap();
        let parts = fields(&parts).unwrap();
        let graph = fields(parts.iter().find(|part| part.number == MODEL_GRAPH).unwrap().inner).unwrap();
        assert_eq!(floats_of(&graph, "constant_0", 2).unwrap(), [3.0, 1.0, 6.0, 4.0]);
        assert_eq!(floats_of(&graph, "constant_1", 1).unwrap(), [0.125, 0.5]);
        assert!(tail.graph_of(&[3]).is_err());
    }

    #[test]
    fn other_graphs_and_other_files_are_left_alone() {
        assert!(without_tail(&classifier("Sigmoid")).is_none());
        assert!(without_tail(b"").is_none());
        let whole = classifier("Softmax");
        for end in 0..whole.len() {
            assert!(without_tail(&whole[..end]).is_none_or(|(_, tail)| tail.classes() == 3));
        }
    }
}
