//! The graph of a MobileNetV2 that sorts pictures: a picture in, the share of each class out.
//!
//! Layers go by the names that Keras gives them; how wide each is follows from its weights. The normalisation behind each
//! convolution is folded into it. What the classes mean is the engine's business.

use std::io::Write;
use std::path::Path;

use super::tensorflow_js::TensorflowJs;
use super::{Attribute, Dim, Element, Graph, Initializer, Value, WriteFailed};

/// The side of the pictures.
const SIDE: u64 = 224;
/// Behind the first one, which does not widen.
const BLOCKS: u32 = 16;
/// Those that halve the sides.
const HALVING: [u32; 4] = [1, 3, 6, 13];
/// What keeps the normalisation from dividing by zero.
const EPSILON: f32 = 1e-3;

/// Writes the ONNX file of the model.
pub(super) fn write(list: &Path, values: &Path, out: &mut dyn Write) -> Result<(), WriteFailed> {
    let weights = TensorflowJs::open(list, values)?;
    let mut net = MobileNet { graph: Graph::new("mobilenet-v2"), weights: &weights };
    net.compose()?;
    Ok(net.graph.write(out)?)
}

struct MobileNet<'a> {
    graph: Graph<'a>,
    weights: &'a TensorflowJs,
}

/// What flows between blocks, and how many channels it has.
struct Flow {
    value: Value,
    channels: usize,
}

impl MobileNet<'_> {
    fn compose(&mut self) -> Result<(), WriteFailed> {
        let dims = [1, 3, SIDE, SIDE].map(Dim::Fixed);
        let picture = Flow { value: self.graph.input("picture", Element::F32, &dims), channels: 3 };
        let flow = self.convolved("Conv1", "bn_Conv1", 2, &picture)?;
        let flow = self.bent(flow);
        let flow = self.filtered("expanded_conv", 1, &flow)?;
        let mut flow = self.convolved("expanded_conv_project", "expanded_conv_project_BN", 1, &flow)?;
        for block in 1..=BLOCKS {
            let name = format!("block_{block}");
            let wide = self.convolved(&format!("{name}_expand"), &format!("{name}_expand_BN"), 1, &flow)?;
            let wide = self.bent(wide);
            let stride = if HALVING.contains(&block) { 2 } else { 1 };
            let wide = self.filtered(&name, stride, &wide)?;
            let narrow = self.convolved(&format!("{name}_project"), &format!("{name}_project_BN"), 1, &wide)?;
            flow = match stride == 1 && narrow.channels == flow.channels {
                true => Flow { value: self.graph.node("Add", &[&flow.value, &narrow.value], &[]), ..narrow },
                false => narrow,
            };
        }
        let flow = self.convolved("Conv_1", "Conv_1_bn", 1, &flow)?;
        let flow = self.bent(flow);
        let mean = self.graph.node("GlobalAveragePool", &[&flow.value], &[]);
        let mut value = self.graph.node("Flatten", &[&mean], &[]);
        for layer in ["dense_1", "dense_2"] {
            let (sum, _) = self.dense(layer, &value)?;
            value = self.graph.node("Relu", &[&sum], &[]);
        }
        let (scores, classes) = self.dense("dense_3", &value)?;
        let shares = self.graph.node("Softmax", &[&scores], &[("axis", Attribute::Int(1))]);
        self.graph.output("shares", &shares, Element::F32, &[Dim::Fixed(1), Dim::Fixed(classes as u64)]);
        Ok(())
    }

    /// A convolution over all channels, normalised. Its weights lie there as rows, columns, channels in, channels out.
    fn convolved(&mut self, name: &str, norm: &str, stride: i64, flow: &Flow) -> Result<Flow, WriteFailed> {
        let ([rows, columns, from, to], kernel) = self.weights.tensor::<4>(&format!("{name}/kernel"))?;
        same(name, from, flow.channels)?;
        let (scales, offsets) = self.normalising(norm, to)?;
        let mut turned = Vec::with_capacity(kernel.len());
        for (channel, scale) in scales.iter().enumerate() {
            for before in 0..from {
                let place = |at: usize| kernel[(at * from + before) * to + channel] * scale;
                turned.extend((0..rows * columns).map(place));
            }
        }
        let dims = [to, from, rows, columns];
        Ok(Flow { value: self.convolution(dims, turned, offsets, stride, 1, &flow.value), channels: to })
    }

    /// A convolution of each channel by itself, normalised and bent.
    fn filtered(&mut self, block: &str, stride: i64, flow: &Flow) -> Result<Flow, WriteFailed> {
        let name = format!("{block}_depthwise");
        let ([rows, columns, channels, _], kernel) = self.weights.tensor::<4>(&format!("{name}/depthwise_kernel"))?;
        same(&name, channels, flow.channels)?;
        let (scales, offsets) = self.normalising(&format!("{name}_BN"), channels)?;
        let of_channel = |(channel, scale): (usize, &f32)| {
            let scale = *scale;
            (0..rows * columns).map(move |at| (at * channels + channel, scale)).collect::<Vec<_>>()
        };
        let turned = scales.iter().enumerate().flat_map(of_channel).map(|(at, scale)| kernel[at] * scale).collect();
        let dims = [channels, 1, rows, columns];
        let value = self.convolution(dims, turned, offsets, stride, channels, &flow.value);
        Ok(self.bent(Flow { value, channels }))
    }

    fn convolution(
        &mut self,
        dims: [usize; 4],
        kernel: Vec<f32>,
        offsets: Vec<f32>,
        stride: i64,
        groups: usize,
        flow: &Value,
    ) -> Value {
        // Where sides are halved, Keras adds a row below and a column to the right.
        let pads = match (dims[2], stride) {
            (1, _) => [0; 4],
            (_, 1) => [1; 4],
            _ => [0, 0, 1, 1],
        };
        let channels = dims[0] as u64;
        let kernel = self.graph.constant(Initializer::floats(&dims.map(|dim| dim as u64), kernel));
        let offsets = self.graph.constant(Initializer::floats(&[channels], offsets));
        let settings = [
            ("group", Attribute::Int(groups as i64)),
            ("strides", Attribute::Ints(vec![stride; 2])),
            ("pads", Attribute::Ints(pads.to_vec())),
        ];
        self.graph.node("Conv", &[flow, &kernel, &offsets], &settings)
    }

    /// What a normalisation multiplies each channel by, and what it adds.
    fn normalising(&self, name: &str, channels: usize) -> Result<(Vec<f32>, Vec<f32>), WriteFailed> {
        let part = |part: &str| {
            let ([count], values) = self.weights.tensor::<1>(&format!("{name}/{part}"))?;
            same(name, count, channels).map(|()| values)
        };
        let (gamma, variance) = (part("gamma")?, part("moving_variance")?);
        let scales: Vec<f32> =
            gamma.iter().zip(variance).map(|(gamma, variance)| gamma / (variance + EPSILON).sqrt()).collect();
        let (beta, mean) = (part("beta")?, part("moving_mean")?);
        let offsets = beta.iter().zip(mean).zip(&scales).map(|((beta, mean), scale)| beta - mean * scale).collect();
        Ok((scales, offsets))
    }

    /// Nothing below 0, nothing above 6.
    fn bent(&mut self, flow: Flow) -> Flow {
        let (least, most) = (Initializer::float(0.0), Initializer::float(6.0));
        let (least, most) = (self.graph.constant(least), self.graph.constant(most));
        Flow { value: self.graph.node("Clip", &[&flow.value, &least, &most], &[]), ..flow }
    }

    /// A layer of weights, and how many values it gives.
    fn dense(&mut self, name: &str, value: &Value) -> Result<(Value, usize), WriteFailed> {
        let ([from, to], kernel) = self.weights.tensor::<2>(&format!("{name}/kernel"))?;
        let ([count], offsets) = self.weights.tensor::<1>(&format!("{name}/bias"))?;
        same(name, count, to)?;
        let kernel = self.graph.constant(Initializer::floats(&[from as u64, to as u64], kernel));
        let offsets = self.graph.constant(Initializer::floats(&[to as u64], offsets));
        Ok((self.graph.node("Gemm", &[value, &kernel, &offsets], &[]), to))
    }
}

fn same(name: &str, count: usize, expected: usize) -> Result<(), WriteFailed> {
    let unfit = || WriteFailed::Unfit(format!("`{name}` is made for {count} channels, and there are {expected}"));
    (count == expected).then_some(()).ok_or_else(unfit)
}
