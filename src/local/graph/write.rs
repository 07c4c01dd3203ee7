//! A graph becomes a file, in one pass and with one constant in memory at a time.
//!
//! A message with an embedded message may be written in pieces, as long as the length before it counts them all: so
//! the constants are written one by one between the nodes and the rest. The same graph gives the same bytes, because
//! the file's SHA-256 is pinned.

use std::io::{self, Write};

use prost::Message;
use prost::encoding::{WireType, encode_key, encode_varint};

use super::wire::{
    DimensionProto, Extent, GraphProto, ModelProto, OperatorSetIdProto, ShapeProto, TensorProto, TensorTypeProto,
    TypeProto, ValueInfoProto,
};
use super::{Dim, Element, Graph, Initializer};

/// The version of ONNX's operators, and of the file format that came with it. The first to have `Gelu`.
const OPSET: i64 = 20;
const IR_VERSION: i64 = 9;
const MODEL_GRAPH: u32 = 7;
const GRAPH_INITIALIZER: u32 = 5;
const TENSOR_RAW_DATA: u32 = 9;

impl Graph<'_> {
    /// Writes the file.
    ///
    /// # Errors
    /// When the constants' values cannot be produced, or the file cannot be written.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let first = GraphProto { node: self.nodes.clone(), name: self.name.clone(), ..GraphProto::default() };
        let last = GraphProto { input: self.inputs.clone(), output: self.outputs.clone(), ..GraphProto::default() };
        let (first, last) = (first.encode_to_vec(), last.encode_to_vec());
        let heads: Vec<Vec<u8>> = self.initializers.iter().map(|(name, tensor)| head(name, tensor)).collect();
        let constants = heads.iter().zip(&self.initializers).map(|(head, (_, tensor))| {
            let bytes = head.len() as u64 + tensor.bytes();
            opening(GRAPH_INITIALIZER, bytes).len() as u64 + bytes
        });
        let graph_bytes = first.len() as u64 + constants.sum::<u64>() + last.len() as u64;

        let model = ModelProto { ir_version: IR_VERSION, producer_name: "mediary".to_owned(), ..ModelProto::default() };
        out.write_all(&model.encode_to_vec())?;
        out.write_all(&opening(MODEL_GRAPH, graph_bytes))?;
        out.write_all(&first)?;
        for (head, (_, tensor)) in heads.iter().zip(&self.initializers) {
            out.write_all(&opening(GRAPH_INITIALIZER, head.len() as u64 + tensor.bytes()))?;
            out.write_all(head)?;
            tensor.write(out)?;
        }
        out.write_all(&last)?;
        let standard = OperatorSetIdProto { domain: String::new(), version: OPSET };
        out.write_all(&ModelProto { opset_import: vec![standard], ..ModelProto::default() }.encode_to_vec())
    }
}

/// Everything of a constant up to its values, their length included.
fn head(name: &str, tensor: &Initializer<'_>) -> Vec<u8> {
    let dims = tensor.dims.iter().map(|&dim| dim as i64).collect();
    let data_type = tensor.element.number();
    let mut head = TensorProto { dims, data_type, name: name.to_owned(), raw_data: Vec::new() }.encode_to_vec();
    head.extend(opening(TENSOR_RAW_DATA, tensor.bytes()));
    head
}

/// The key and length that stand before an embedded message or a run of bytes.
pub(super) fn opening(field: u32, bytes: u64) -> Vec<u8> {
    let mut opening = Vec::new();
    encode_key(field, WireType::LengthDelimited, &mut opening);
    encode_varint(bytes, &mut opening);
    opening
}

/// An input or output with its type.
pub(super) fn described(name: &str, element: Element, dims: &[Dim]) -> ValueInfoProto {
    let dim = |dim: &Dim| {
        let extent = match *dim {
            Dim::Fixed(length) => Extent::Fixed(length as i64),
            Dim::Named(name) => Extent::Named(name.to_owned()),
        };
        DimensionProto { extent: Some(extent) }
    };
    let shape = ShapeProto { dim: dims.iter().map(dim).collect() };
    let tensor = TensorTypeProto { element: element.number(), shape: Some(shape) };
    ValueInfoProto { name: name.to_owned(), of: Some(TypeProto { tensor: Some(tensor) }) }
}
