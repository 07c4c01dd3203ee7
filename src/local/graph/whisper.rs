//! The graphs of a Whisper: the encoder makes of a log-mel spectrogram what each layer of the decoder attends to, the
//! decoder makes of a token and of what came before it the scores of the next.
//!
//! The encoder takes a spectrogram of any length up to 30 seconds. The decoder takes one token at a time; its products
//! with weights are in 8-bit integers, scaled for each output, because what they cost is the reading of the weights. It
//! also gives the attention of the heads that follow the sound, from which times of words come. What the tokens are is
//! the engine's business.

use std::fs::File;
use std::io::{BufReader, Write};
use std::ops::Range;
use std::path::Path;

use serde::Deserialize;

use super::ctranslate2::CTranslate2;
use super::initializer::write_floats;
use super::{Attribute, Dim, Element, Graph, Initializer, Value, WriteFailed};

/// The width of a head in every Whisper.
const HEAD: u64 = 64;
const EPSILON: f32 = 1e-5;

/// The model's `config.json`, as far as the decoder depends on it.
#[derive(Debug, Deserialize)]
struct Config {
    /// Layer and head of each head that follows the sound.
    alignment_heads: Vec<[i64; 2]>,
}

/// Writes the ONNX file of the encoder.
pub(super) fn write_encoder(weights: &[&Path], out: &mut dyn Write) -> Result<(), WriteFailed> {
    let weights = CTranslate2::open(weights)?;
    let mut whisper = Whisper::new("whisper-encoder", &weights, "encoder")?;
    whisper.encoder()?;
    Ok(whisper.graph.write(out)?)
}

/// Writes the ONNX file of the decoder.
pub(super) fn write_decoder(weights: &[&Path], config: &Path, out: &mut dyn Write) -> Result<(), WriteFailed> {
    let config = serde_json::from_reader(BufReader::new(File::open(config)?))
        .map_err(|error| WriteFailed::Unfit(format!("{}: {error}", config.display())))?;
    let weights = CTranslate2::open(weights)?;
    let mut whisper = Whisper::new("whisper-decoder", &weights, "decoder")?;
    whisper.decoder(&config)?;
    Ok(whisper.graph.write(out)?)
}

struct Whisper<'a> {
    graph: Graph<'a>,
    weights: &'a CTranslate2,
    layers: u64,
    size: u64,
    /// Whether products with weights are in integers.
    integers: bool,
}

impl<'a> Whisper<'a> {
    fn new(name: &str, weights: &'a CTranslate2, half: &str) -> Result<Self, WriteFailed> {
        let size = weights.shape(&format!("{half}/layer_norm/gamma"))?.iter().product();
        let norm =
            |layer: &u64| weights.shape(&format!("{half}/layer_{layer}/self_attention/layer_norm/gamma")).is_ok();
        let layers = (0..).take_while(norm).count() as u64;
        Ok(Self { graph: Graph::new(name), weights, layers, size, integers: half == "decoder" })
    }

    fn encoder(&mut self) -> Result<(), WriteFailed> {
        let bands = *self.weights.shape("encoder/conv1/weight")?.get(1).unwrap_or(&0);
        let mel = self.graph.input("mel", Element::F32, &[Dim::Fixed(1), Dim::Fixed(bands), Dim::Named("frames")]);
        let narrow = self.convolution("encoder/conv1", bands, 1, &mel)?;
        let halved = self.convolution("encoder/conv2", self.size, 2, &narrow)?;
        let flow = self.graph.node("Transpose", &[&halved], &[("perm", Attribute::Ints(vec![0, 2, 1]))]);
        let places = self.table("encoder/position_encodings/encodings")?;
        let length = self.graph.node("Shape", &[&flow], &[("start", Attribute::Int(1)), ("end", Attribute::Int(2))]);
        let zero = self.graph.constant(Initializer::integers(&[0]));
        let places = self.graph.node("Slice", &[&places, &zero, &length, &zero], &[]);
        let mut flow = self.graph.node("Add", &[&flow, &places], &[]);
        for layer in 0..self.layers {
            let layer = format!("encoder/layer_{layer}");
            let part = format!("{layer}/self_attention");
            let normed = self.normed(&format!("{part}/layer_norm"), &flow)?;
            let [queries, keys, values] = self.queries_keys_values(&part, &normed)?;
            let (attended, _) = self.attention(&queries, &keys, &values);
            let attended = self.linear(&format!("{part}/linear_1"), 0..self.size, 1.0, &attended)?;
            flow = self.graph.node("Add", &[&flow, &attended], &[]);
            flow = self.feed_forward(&layer, &flow)?;
        }
        let flow = self.normed("encoder/layer_norm", &flow)?;
        for layer in (0..)
            .take_while(|layer| self.weights.shape(&format!("decoder/layer_{layer}/attention/linear_1/weight")).is_ok())
            .collect::<Vec<u64>>()
        {
            let part = format!("decoder/layer_{layer}/attention/linear_1");
            for (name, rows) in [("key", 0..self.size), ("value", self.size..2 * self.size)] {
                let heads = self.heads(&part, rows, 1.0, &flow)?;
                self.graph.output(&format!("cross.{layer}.{name}"), &heads, Element::F32, &self.cache("heard"));
            }
        }
        Ok(())
    }

    fn decoder(&mut self, config: &Config) -> Result<(), WriteFailed> {
        let token = self.graph.input("token", Element::I64, &[Dim::Fixed(1), Dim::Fixed(1)]);
        let place = self.graph.input("place", Element::I64, &[Dim::Fixed(1)]);
        let words = self.table("decoder/embeddings/weight")?;
        let words = self.graph.node("Gather", &[&words, &token], &[]);
        let places = self.table("decoder/position_encodings/encodings")?;
        let places = self.graph.node("Gather", &[&places, &place], &[]);
        let words = self.floats(&words);
        let places = self.floats(&places);
        let mut flow = self.graph.node("Add", &[&words, &places], &[]);
        let mut aligned = Vec::new();
        for layer in 0..self.layers {
            let name = format!("decoder/layer_{layer}");
            let part = format!("{name}/self_attention");
            let normed = self.normed(&format!("{part}/layer_norm"), &flow)?;
            let [queries, key, value] = self.queries_keys_values(&part, &normed)?;
            let keys = self.remembered(&format!("{layer}.key"), &key);
            let values = self.remembered(&format!("{layer}.value"), &value);
            let (attended, _) = self.attention(&queries, &keys, &values);
            let attended = self.linear(&format!("{part}/linear_1"), 0..self.size, 1.0, &attended)?;
            flow = self.graph.node("Add", &[&flow, &attended], &[]);

            let part = format!("{name}/attention");
            let normed = self.normed(&format!("{part}/layer_norm"), &flow)?;
            let queries = self.heads(&format!("{part}/linear_0"), 0..self.size, self.scale(), &normed)?;
            let cache = self.cache("heard");
            let keys = self.graph.input(&format!("cross.{layer}.key"), Element::F32, &cache);
            let values = self.graph.input(&format!("cross.{layer}.value"), Element::F32, &cache);
            let (attended, shares) = self.attention(&queries, &keys, &values);
            let heads: Vec<i64> =
                config.alignment_heads.iter().filter(|[its, _]| *its == layer as i64).map(|[_, head]| *head).collect();
            if !heads.is_empty() {
                let heads = self.graph.constant(Initializer::integers(&heads));
                aligned.push(self.graph.node("Gather", &[&shares, &heads], &[("axis", Attribute::Int(1))]));
            }
            let attended = self.linear(&format!("{part}/linear_2"), 0..self.size, 1.0, &attended)?;
            flow = self.graph.node("Add", &[&flow, &attended], &[]);
            flow = self.feed_forward(&name, &flow)?;
        }
        let flow = self.normed("decoder/layer_norm", &flow)?;
        let vocabulary = *self.weights.shape("decoder/embeddings/weight")?.first().unwrap_or(&0);
        let scores = self.product("decoder/embeddings/weight", 0..vocabulary, 1.0, &flow)?;
        self.graph.output("scores", &scores, Element::F32, &[Dim::Fixed(1), Dim::Fixed(1), Dim::Fixed(vocabulary)]);
        let aligned: Vec<&Value> = aligned.iter().collect();
        let aligned = self.graph.node("Concat", &aligned, &[("axis", Attribute::Int(1))]);
        let dims = [Dim::Fixed(1), Dim::Named("aligned"), Dim::Fixed(1), Dim::Named("heard")];
        self.graph.output("alignment", &aligned, Element::F32, &dims);
        Ok(())
    }

    fn cache(&self, length: &'static str) -> [Dim; 4] {
        [Dim::Fixed(1), Dim::Fixed(self.size / HEAD), Dim::Named(length), Dim::Fixed(HEAD)]
    }

    /// Keys or values of all tokens so far: those that are given back in, and that of the token.
    fn remembered(&mut self, name: &str, latest: &Value) -> Value {
        let past = self.graph.input(&format!("past.{name}"), Element::F32, &self.cache("past"));
        let all = self.graph.node("Concat", &[&past, latest], &[("axis", Attribute::Int(2))]);
        // Under a name of its own, because later nodes take it under this one.
        let given = self.graph.node("Identity", &[&all], &[]);
        self.graph.output(&format!("present.{name}"), &given, Element::F32, &self.cache("present"));
        all
    }

    fn convolution(&mut self, name: &str, from: u64, stride: i64, flow: &Value) -> Result<Value, WriteFailed> {
        let (weight, bias) = (format!("{name}/weight"), format!("{name}/bias"));
        self.weights.expect(&weight, &[self.size, from, 3])?;
        self.weights.expect(&bias, &[self.size])?;
        let weight = self.graph.constant(Initializer::floats(&[self.size, from, 3], self.weights.floats(&weight)));
        let bias = self.graph.constant(Initializer::floats(&[self.size], self.weights.floats(&bias)));
        let attributes = [
            ("kernel_shape", Attribute::Ints(vec![3])),
            ("pads", Attribute::Ints(vec![1, 1])),
            ("strides", Attribute::Ints(vec![stride])),
        ];
        let sum = self.graph.node("Conv", &[flow, &weight, &bias], &attributes);
        Ok(self.graph.node("Gelu", &[&sum], &[]))
    }

    /// A table whose rows are looked up. The decoder's are large, and stay in 16 bits.
    fn table(&mut self, name: &str) -> Result<Value, WriteFailed> {
        let shape = self.weights.shape(name)?;
        let weights = self.weights;
        let name = name.to_owned();
        let (element, shape) = (if self.integers { Element::F16 } else { Element::F32 }, shape.to_vec());
        let halves = self.integers;
        let values = move |out: &mut dyn Write| {
            if halves { out.write_all(weights.halves(&name)) } else { write_floats(out, &weights.floats(&name)) }
        };
        Ok(self.graph.constant(Initializer::produced(element, &shape, values)))
    }

    fn floats(&mut self, value: &Value) -> Value {
        self.graph.node("Cast", &[value], &[("to", Attribute::Int(i64::from(Element::F32.number())))])
    }

    fn scale(&self) -> f32 {
        1.0 / (HEAD as f32).sqrt()
    }

    /// The three products of self-attention, whose weights lie in one.
    fn queries_keys_values(&mut self, part: &str, flow: &Value) -> Result<[Value; 3], WriteFailed> {
        let (name, size) = (format!("{part}/linear_0"), self.size);
        let queries = self.heads(&name, 0..size, self.scale(), flow)?;
        let keys = self.heads(&name, size..2 * size, 1.0, flow)?;
        Ok([queries, keys, self.heads(&name, 2 * size..3 * size, 1.0, flow)?])
    }

    /// A linear layer whose output is split into heads: batch, head, place, width.
    fn heads(&mut self, name: &str, rows: Range<u64>, scale: f32, flow: &Value) -> Result<Value, WriteFailed> {
        let all = self.linear(name, rows, scale, flow)?;
        let shape = self.graph.constant(Initializer::integers(&[0, 0, (self.size / HEAD) as i64, HEAD as i64]));
        let split = self.graph.node("Reshape", &[&all, &shape], &[]);
        Ok(self.transposed(&split, [0, 2, 1, 3]))
    }

    /// What the queries attend to, and how much to each place.
    fn attention(&mut self, queries: &Value, keys: &Value, values: &Value) -> (Value, Value) {
        let keys = self.transposed(keys, [0, 1, 3, 2]);
        let scores = self.graph.node("MatMul", &[queries, &keys], &[]);
        let shares = self.graph.node("Softmax", &[&scores], &[("axis", Attribute::Int(-1))]);
        let mixed = self.graph.node("MatMul", &[&shares, values], &[]);
        let mixed = self.transposed(&mixed, [0, 2, 1, 3]);
        let shape = self.graph.constant(Initializer::integers(&[0, 0, self.size as i64]));
        (self.graph.node("Reshape", &[&mixed, &shape], &[]), shares)
    }

    fn feed_forward(&mut self, layer: &str, flow: &Value) -> Result<Value, WriteFailed> {
        let normed = self.normed(&format!("{layer}/ffn/layer_norm"), flow)?;
        let wide = self.linear(&format!("{layer}/ffn/linear_0"), 0..4 * self.size, 1.0, &normed)?;
        let wide = self.graph.node("Gelu", &[&wide], &[]);
        let narrow = self.linear(&format!("{layer}/ffn/linear_1"), 0..self.size, 1.0, &wide)?;
        Ok(self.graph.node("Add", &[flow, &narrow], &[]))
    }

    /// A linear layer of some rows of its weights, its result multiplied by `scale`.
    fn linear(&mut self, name: &str, rows: Range<u64>, scale: f32, flow: &Value) -> Result<Value, WriteFailed> {
        let (bias, rows_of_bias) = (format!("{name}/bias"), rows.clone());
        let product = self.product(&format!("{name}/weight"), rows, scale, flow)?;
        let total = self.weights.shape(&format!("{name}/weight"))?[0];
        self.weights.expect(&bias, &[total])?;
        let bias = self.weights.floats(&bias)[rows_of_bias.start as usize..rows_of_bias.end as usize].to_vec();
        let bias = bias.into_iter().map(|value| value * scale).collect();
        let bias = self.graph.constant(Initializer::floats(&[rows_of_bias.end - rows_of_bias.start], bias));
        Ok(self.graph.node("Add", &[&product, &bias], &[]))
    }

    /// The product with some rows of a weight, which has a row for each output.
    fn product(&mut self, name: &str, rows: Range<u64>, scale: f32, flow: &Value) -> Result<Value, WriteFailed> {
        let &[total, from] = self.weights.shape(name)? else {
            return Err(WriteFailed::Unfit(format!("`{name}` is no matrix")));
        };
        if rows.end > total {
            return Err(WriteFailed::Unfit(format!("`{name}` has {total} rows instead of {}", rows.end)));
        }
        let matrix = Matrix { weights: self.weights, name: name.to_owned(), rows, from: from as usize, scale };
        let shape = [from, matrix.rows.end - matrix.rows.start];
        if !self.integers {
            let weight = Initializer::produced(Element::F32, &shape, move |out| write_floats(out, &matrix.turned()));
            let weight = self.graph.constant(weight);
            return Ok(self.graph.node("MatMul", &[flow, &weight], &[]));
        }
        let scales = self.graph.constant(Initializer::floats(&shape[1..], matrix.scales()));
        let weight = Initializer::produced(Element::I8, &shape, move |out| out.write_all(&matrix.integers()));
        let weight = self.graph.constant(weight);
        let [levels, step, zero] = self.graph.node_of("DynamicQuantizeLinear", &[flow], &[]);
        let sums = self.graph.node("MatMulInteger", &[&levels, &weight, &zero], &[]);
        let sums = self.floats(&sums);
        let steps = self.graph.node("Mul", &[&step, &scales], &[]);
        Ok(self.graph.node("Mul", &[&sums, &steps], &[]))
    }

    fn normed(&mut self, name: &str, flow: &Value) -> Result<Value, WriteFailed> {
        let mut parameter = |part: &str| {
            let name = format!("{name}/{part}");
            self.weights.expect(&name, &[self.size])?;
            let values = self.weights.floats(&name);
            Ok::<Value, WriteFailed>(self.graph.constant(Initializer::floats(&[self.size], values)))
        };
        let (scale, bias) = (parameter("gamma")?, parameter("beta")?);
        let epsilon = [("epsilon", Attribute::Float(EPSILON))];
        Ok(self.graph.node("LayerNormalization", &[flow, &scale, &bias], &epsilon))
    }

    fn transposed(&mut self, value: &Value, axes: [i64; 4]) -> Value {
        self.graph.node("Transpose", &[value], &[("perm", Attribute::Ints(axes.to_vec()))])
    }
}

/// Some rows of a weight, which become the columns of the graph's constant.
struct Matrix<'a> {
    weights: &'a CTranslate2,
    name: String,
    rows: Range<u64>,
    from: usize,
    scale: f32,
}

impl Matrix<'_> {
    fn values(&self) -> Vec<f32> {
        let all = self.weights.floats(&self.name);
        let rows = &all[self.rows.start as usize * self.from..self.rows.end as usize * self.from];
        rows.iter().map(|value| value * self.scale).collect()
    }

    fn turned(&self) -> Vec<f32> {
        turned(&self.values(), self.from)
    }

    /// What the integers of each output are multiplied with.
    fn scales(&self) -> Vec<f32> {
        scales(&self.values(), self.from)
    }

    fn integers(&self) -> Vec<u8> {
        let mut values = self.values();
        let scales = scales(&values, self.from);
        for (row, scale) in values.chunks_exact_mut(self.from).zip(scales) {
            row.iter_mut().for_each(|value| *value = (*value / scale).round());
        }
        turned(&values, self.from).into_iter().flat_map(|value| (value as i8).to_le_bytes()).collect()
    }
}

fn scales(values: &[f32], from: usize) -> Vec<f32> {
    let largest = |row: &[f32]| row.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
    values.chunks_exact(from).map(|row| (largest(row) / 127.0).max(f32::MIN_POSITIVE)).collect()
}

fn turned(rows: &[f32], from: usize) -> Vec<f32> {
    (0..from).flat_map(|column| rows[column..].iter().step_by(from).copied()).collect()
}
