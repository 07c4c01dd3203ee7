//! The graph of a BERT that makes vectors of sentences: token numbers and a mask in, one vector of length 1 out for each.
//!
//! Measured under ONNX Runtime's own kernels, which fuse what can be fused: attention in plain operators is quickest. One
//! product for queries, keys and values gains nothing, and the attention operators that the library adds to the standard
//! take 6 to 10 % longer. What can be settled beforehand is folded into the weights: the type of all tokens into the
//! positions, the scale of the attention into the queries. Which tokens there are is the engine's business.

use std::fs::File;
use std::io::{BufReader, Write};
use std::path::Path;

use serde::Deserialize;

use super::initializer::write_floats;
use super::safetensors::Safetensors;
use super::weights::Weights;
use super::{Attribute, Dim, Element, Graph, Initializer, Value, WriteFailed};
use crate::packed::{BLOCK, Packed};

/// What the scores of padding are lowered by: enough to vanish in any row's softmax.
const HIDDEN: f32 = -10_000.0;

/// The model's `config.json`, as far as the graph depends on it.
#[derive(Debug, Deserialize)]
struct Config {
    hidden_act: String,
    hidden_size: u64,
    intermediate_size: u64,
    layer_norm_eps: f32,
    max_position_embeddings: u64,
    num_attention_heads: u64,
    num_hidden_layers: u64,
    position_embedding_type: String,
    type_vocab_size: u64,
    vocab_size: u64,
}

impl Config {
    fn read(path: &Path) -> Result<Self, WriteFailed> {
        let unfit = |what: String| WriteFailed::Unfit(format!("{}: {what}", path.display()));
        let config: Self =
            serde_json::from_reader(BufReader::new(File::open(path)?)).map_err(|error| unfit(error.to_string()))?;
        if config.hidden_act != "gelu" || config.position_embedding_type != "absolute" {
            return Err(unfit("only GELU and absolute positions can be written".to_owned()));
        }
        if config.num_attention_heads == 0 || !config.hidden_size.is_multiple_of(config.num_attention_heads) {
            return Err(unfit("the heads do not divide the hidden size".to_owned()));
        }
        Ok(config)
    }

    /// What is known of a packed model, all of which are built like this.
    fn of(packed: &Packed) -> Self {
        let measures = packed.measures;
        Self {
            hidden_act: "gelu".to_owned(),
            hidden_size: measures.hidden,
            intermediate_size: measures.wide,
            layer_norm_eps: measures.epsilon,
            max_position_embeddings: measures.positions,
            num_attention_heads: measures.heads,
            num_hidden_layers: measures.layers,
            position_embedding_type: "absolute".to_owned(),
            type_vocab_size: measures.kinds,
            vocab_size: measures.words,
        }
    }

    /// The width of one head.
    fn head(&self) -> u64 {
        self.hidden_size / self.num_attention_heads
    }
}

/// Writes the ONNX file of the model.
pub(super) fn write(weights: &Path, config: &Path, out: &mut dyn Write) -> Result<(), WriteFailed> {
    let config = Config::read(config)?;
    let weights = Safetensors::open(weights)?;
    let mut bert = Bert { graph: Graph::new("bert-sentence-embedding"), weights: &weights, config: &config };
    bert.compose()?;
    Ok(bert.graph.write(out)?)
}

/// Writes the ONNX file of a model whose weights are packed. Its table of words, four fifths of it, stays in small whole
/// numbers, which is exact; the rest is floats, which run quickest.
pub(super) fn write_packed(weights: &Path, out: &mut dyn Write) -> Result<(), WriteFailed> {
    let unfit = |error: std::io::Error| WriteFailed::Unfit(format!("{}: {error}", weights.display()));
    let weights = Packed::open(weights).map_err(unfit)?;
    let config = Config::of(&weights);
    let mut bert = Bert { graph: Graph::new("packed-sentence-embedding"), weights: &weights, config: &config };
    bert.compose()?;
    Ok(bert.graph.write(out)?)
}

struct Bert<'a> {
    graph: Graph<'a>,
    weights: &'a dyn Weights,
    config: &'a Config,
}

impl<'a> Bert<'a> {
    fn compose(&mut self) -> Result<(), WriteFailed> {
        let tokens = [Dim::Named("batch"), Dim::Named("sequence")];
        let ids = self.graph.input("input_ids", Element::I64, &tokens);
        let mask = self.graph.input("attention_mask", Element::I64, &tokens);
        // One where a token counts, zero where a row is padded.
        let counts = self.graph.node("Cast", &[&mask], &[("to", Attribute::Int(i64::from(Element::F32.number())))]);
        let hidden = self.hidden(&counts);
        let mut flow = self.embeddings(&ids)?;
        for layer in 0..self.config.num_hidden_layers {
            flow = self.layer(&format!("encoder.layer.{layer}"), &flow, &hidden)?;
        }
        let vector = self.pooled(&flow, &counts);
        let dims = [Dim::Named("batch"), Dim::Fixed(self.config.hidden_size)];
        self.graph.output("embedding", &vector, Element::F32, &dims);
        Ok(())
    }

    /// What is added to the scores of each row: zero, or enough to hide a token.
    fn hidden(&mut self, counts: &Value) -> Value {
        let counts = self.unsqueezed(counts, &[1, 2]);
        let one = self.graph.constant(Initializer::float(1.0));
        let low = self.graph.constant(Initializer::float(HIDDEN));
        let padding = self.graph.node("Sub", &[&one, &counts], &[]);
        self.graph.node("Mul", &[&padding, &low], &[])
    }

    fn embeddings(&mut self, ids: &Value) -> Result<Value, WriteFailed> {
        let Config { hidden_size, max_position_embeddings, type_vocab_size, vocab_size, .. } = *self.config;
        let word = "embeddings.word_embeddings.weight";
        let position = "embeddings.position_embeddings.weight";
        let kind = "embeddings.token_type_embeddings.weight";
        let weights = self.weights;
        weights.expect(word, &[vocab_size, hidden_size])?;
        weights.expect(position, &[max_position_embeddings, hidden_size])?;
        weights.expect(kind, &[type_vocab_size, hidden_size])?;
        // Packed tables are written where they are read; the file of the others has had its table first from the beginning.
        let is_packed = weights.blocks(word).is_some();
        let table = Initializer::produced(Element::F32, &[vocab_size, hidden_size], |out| weights.copy(word, out));
        let table = (!is_packed).then(|| self.graph.constant(table));
        let mut places = weights.floats(position)?;
        let kind = weights.floats(kind)?;
        for (value, kind) in places.iter_mut().zip(kind[..hidden_size as usize].iter().cycle()) {
            *value += kind;
        }
        let places = self.graph.constant(Initializer::floats(&[max_position_embeddings, hidden_size], places));
        let zero = self.graph.constant(Initializer::integers(&[0]));
        let words = match table {
            Some(table) => self.graph.node("Gather", &[&table, ids], &[]),
            None => self.packed_words(word, ids),
        };
        let length = self.graph.node("Shape", &[ids], &[("start", Attribute::Int(1)), ("end", Attribute::Int(2))]);
        let places = self.graph.node("Slice", &[&places, &zero, &length, &zero], &[]);
        let sum = self.graph.node("Add", &[&words, &places], &[]);
        self.normed("embeddings.LayerNorm", &sum)
    }

    /// The row of each token in a packed table of words.
    fn packed_words(&mut self, word: &'static str, ids: &Value) -> Value {
        let Config { hidden_size, vocab_size, .. } = *self.config;
        let weights = self.weights;
        let blocks = move || weights.blocks(word).unwrap_or_else(|| Err(std::io::ErrorKind::InvalidData.into()));
        let count = hidden_size / BLOCK as u64;
        let numbers = Initializer::produced(Element::I8, &[vocab_size, hidden_size], move |out| {
            let bytes: Vec<u8> = blocks()?.numbers.into_iter().map(i8::cast_unsigned).collect();
            out.write_all(&bytes)
        });
        let scales =
            Initializer::produced(Element::F32, &[vocab_size, count], move |out| write_floats(out, &blocks()?.scales));
        let (numbers, scales) = (self.graph.constant(numbers), self.graph.constant(scales));
        let in_blocks = self.graph.constant(Initializer::integers(&[0, 0, count as i64, BLOCK as i64]));
        let in_rows = self.graph.constant(Initializer::integers(&[0, 0, hidden_size as i64]));
        let to_floats = [("to", Attribute::Int(i64::from(Element::F32.number())))];
        let numbers = self.graph.node("Gather", &[&numbers, ids], &[]);
        let numbers = self.graph.node("Cast", &[&numbers], &to_floats);
        let numbers = self.graph.node("Reshape", &[&numbers, &in_blocks], &[]);
        let scales = self.graph.node("Gather", &[&scales, ids], &[]);
        let scales = self.unsqueezed(&scales, &[3]);
        let scaled = self.graph.node("Mul", &[&numbers, &scales], &[]);
        self.graph.node("Reshape", &[&scaled, &in_rows], &[])
    }

    fn layer(&mut self, layer: &str, flow: &Value, hidden: &Value) -> Result<Value, WriteFailed> {
        let Config { hidden_size, intermediate_size, .. } = *self.config;
        let attended = self.attention(&format!("{layer}.attention.self"), flow, hidden)?;
        let square = [hidden_size, hidden_size];
        let attended = self.linear(&format!("{layer}.attention.output.dense"), square, 1.0, &attended)?;
        let sum = self.graph.node("Add", &[&attended, flow], &[]);
        let flow = self.normed(&format!("{layer}.attention.output.LayerNorm"), &sum)?;
        let wide = self.linear(&format!("{layer}.intermediate.dense"), [intermediate_size, hidden_size], 1.0, &flow)?;
        let wide = self.graph.node("Gelu", &[&wide], &[]);
        let narrow = self.linear(&format!("{layer}.output.dense"), [hidden_size, intermediate_size], 1.0, &wide)?;
        let sum = self.graph.node("Add", &[&narrow, &flow], &[]);
        self.normed(&format!("{layer}.output.LayerNorm"), &sum)
    }

    fn attention(&mut self, part: &str, flow: &Value, hidden: &Value) -> Result<Value, WriteFailed> {
        let scale = 1.0 / (self.config.head() as f32).sqrt();
        let queries = self.heads(&format!("{part}.query"), scale, flow, [0, 2, 1, 3])?;
        let keys = self.heads(&format!("{part}.key"), 1.0, flow, [0, 2, 3, 1])?;
        let values = self.heads(&format!("{part}.value"), 1.0, flow, [0, 2, 1, 3])?;
        let scores = self.graph.node("MatMul", &[&queries, &keys], &[]);
        let scores = self.graph.node("Add", &[&scores, hidden], &[]);
        let shares = self.graph.node("Softmax", &[&scores], &[("axis", Attribute::Int(-1))]);
        let mixed = self.graph.node("MatMul", &[&shares, &values], &[]);
        let mixed = self.transposed(&mixed, [0, 2, 1, 3]);
        let shape = self.graph.constant(Initializer::integers(&[0, 0, self.config.hidden_size as i64]));
        Ok(self.graph.node("Reshape", &[&mixed, &shape], &[]))
    }

    /// A linear layer whose output is split into heads: batch, token, head, width, in the order of `axes`.
    fn heads(&mut self, name: &str, scale: f32, flow: &Value, axes: [i64; 4]) -> Result<Value, WriteFailed> {
        let size = self.config.hidden_size;
        let (heads, width) = (self.config.num_attention_heads as i64, self.config.head() as i64);
        let all = self.linear(name, [size, size], scale, flow)?;
        let shape = self.graph.constant(Initializer::integers(&[0, 0, heads, width]));
        let split = self.graph.node("Reshape", &[&all, &shape], &[]);
        Ok(self.transposed(&split, axes))
    }

    /// A linear layer, its result multiplied by `scale`. Its weight lies there with a row for each output.
    fn linear(&mut self, name: &str, [to, from]: [u64; 2], scale: f32, flow: &Value) -> Result<Value, WriteFailed> {
        let (weight, bias) = (format!("{name}.weight"), format!("{name}.bias"));
        let weights = self.weights;
        weights.expect(&weight, &[to, from])?;
        weights.expect(&bias, &[to])?;
        let bias: Vec<f32> = weights.floats(&bias)?.into_iter().map(|value| value * scale).collect();
        let weight = Initializer::produced(Element::F32, &[from, to], move |out| {
            let rows = weights.floats(&weight)?;
            let turned = (0..from as usize).flat_map(|column| rows[column..].iter().step_by(from as usize));
            write_floats(out, &turned.map(|value| value * scale).collect::<Vec<f32>>())
        });
        let weight = self.graph.constant(weight);
        let bias = self.graph.constant(Initializer::floats(&[to], bias));
        let product = self.graph.node("MatMul", &[flow, &weight], &[]);
        Ok(self.graph.node("Add", &[&product, &bias], &[]))
    }

    fn normed(&mut self, name: &str, flow: &Value) -> Result<Value, WriteFailed> {
        let size = [self.config.hidden_size];
        let mut parameter = |part: &str| {
            let name = format!("{name}.{part}");
            self.weights.expect(&name, &size)?;
            let values = self.weights.floats(&name)?;
            Ok::<Value, WriteFailed>(self.graph.constant(Initializer::floats(&size, values)))
        };
        let (scale, bias) = (parameter("weight")?, parameter("bias")?);
        let epsilon = Attribute::Float(self.config.layer_norm_eps);
        Ok(self.graph.node("LayerNormalization", &[flow, &scale, &bias], &[("epsilon", epsilon)]))
    }

    /// The mean over the tokens that count, brought to length 1: for which their sum does, as the number that it would be
    /// divided by changes only its length.
    fn pooled(&mut self, flow: &Value, counts: &Value) -> Value {
        let counts = self.unsqueezed(counts, &[1]);
        let sum = self.graph.node("MatMul", &[&counts, flow], &[]);
        let axis = self.graph.constant(Initializer::integers(&[1]));
        let sum = self.graph.node("Squeeze", &[&sum, &axis], &[]);
        self.graph.node("LpNormalization", &[&sum], &[("axis", Attribute::Int(-1)), ("p", Attribute::Int(2))])
    }

    fn unsqueezed(&mut self, value: &Value, axes: &[i64]) -> Value {
        let axes = self.graph.constant(Initializer::integers(axes));
        self.graph.node("Unsqueeze", &[value, &axes], &[])
    }

    fn transposed(&mut self, value: &Value, axes: [i64; 4]) -> Value {
        self.graph.node("Transpose", &[value], &[("perm", Attribute::Ints(axes.to_vec()))])
    }
}
