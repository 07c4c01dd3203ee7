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
        let flow = self.bent(&flow);
        let flow = self.filtered("expanded_conv", 1, &flow)?;
        let mut flow = self.convolved("expanded_conv_project", "expanded_conv_project_BN", 1, &flow)?;
        for block in 1..=BLOCKS {
            let name = format!("block_{block}");
            let wide = self.convolved(&format!("{name}_expand"), &format!("{name}_expand_BN"), 1, &flow)?;
            let wide = self.bent(&wide);
            let stride = if HALVING.contains(&block) { 2 } else { 1 };
            let wide = self.filtered(&name, stride, &wide)?;
            let narrow = self.convolved(&format!("{name}_project"), &format!("{name}_project_BN"), 1, &wide)?;
            flow = match stride == 1 && narrow.channels == flow.channels {
                true => Flow { value: self.graph.node("Add", &[&flow.value, &narrow.value], &[]), ..narrow },
                false => narrow,
            };
        }
        let flow = self.convolved("Conv_1", "Conv_1_bn", 1, &flow)?;
        let flow = self.bent(&flow);
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
        Ok(self.bent(&Flow { value, channels }))
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
    fn bent(&mut self, flow: &Flow) -> Flow {
        let (least, most) = (Initializer::float(0.0), Initializer::float(6.0));
        let (least, most) = (self.graph.constant(least), self.graph.constant(most));
        Flow { value: self.graph.node("Clip", &[&flow.value, &least, &most], &[]), channels: flow.channels }
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

#[cfg(test)]
mod tests {
    use std::fs;

    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use prost::Message as _;

    use super::super::wire::{ModelProto, NodeProto};
    use super::*;

    /// A network of this kind with two channels everywhere but between blocks 3 and 4, where there is one: a list of its
    /// weights and their values, which count upwards.
    fn modules() -> (String, String) {
        let mut tensors: Vec<(String, Vec<usize>)> = Vec::new();
        let mut convolution = |name: &str, norm: &str, kernel: &str, shape: [usize; 4], channels: usize| {
            tensors.push((format!("{name}/{kernel}"), shape.to_vec()));
            for part in ["gamma", "beta", "moving_mean", "moving_variance"] {
                tensors.push((format!("{norm}/{part}"), vec![channels]));
            }
        };
        convolution("Conv1", "bn_Conv1", "kernel", [3, 3, 3, 2], 2);
        for block in 0..=BLOCKS {
            let name = if block == 0 { "expanded_conv".to_owned() } else { format!("block_{block}") };
            let (from, to) = (if block == 4 { 1 } else { 2 }, if block == 3 { 1 } else { 2 });
            let mut layer = |layer: &str, kernel: &str, shape: [usize; 4], channels| {
                convolution(&format!("{name}_{layer}"), &format!("{name}_{layer}_BN"), kernel, shape, channels);
            };
            if block > 0 {
                layer("expand", "kernel", [1, 1, from, 2], 2);
            }
            layer("depthwise", "depthwise_kernel", [3, 3, 2, 1], 2);
            layer("project", "kernel", [1, 1, 2, to], to);
        }
        convolution("Conv_1", "Conv_1_bn", "kernel", [1, 1, 2, 2], 2);
        for (layer, [from, to]) in [("dense_1", [2, 2]), ("dense_2", [2, 2]), ("dense_3", [2, 5])] {
            tensors.push((format!("{layer}/kernel"), vec![from, to]));
            tensors.push((format!("{layer}/bias"), vec![to]));
        }
        let entry = |(name, shape): &(String, Vec<usize>)| {
            let shape: Vec<String> = shape.iter().map(ToString::to_string).collect();
            let quantization = "quantization:{min:1,scale:.5,dtype:\"uint8\"}";
            format!("{{name:\"{name}\",shape:[{}],dtype:\"float32\",{quantization}}}", shape.join(","))
        };
        let list: Vec<String> = tensors.iter().map(entry).collect();
        let count: usize = tensors.iter().map(|(_, shape)| shape.iter().product::<usize>()).sum();
        let values: Vec<u8> = (0..count).map(|at| (at % 200) as u8).collect();
        (format!("weights:[{}]", list.join(",")), format!("\"{}\"", STANDARD.encode(values)))
    }

    fn ints<'a>(node: &'a NodeProto, name: &str) -> &'a [i64] {
        node.attribute.iter().find(|attribute| attribute.name == name).map_or(&[], |attribute| &attribute.ints)
    }

    #[test]
    fn a_network_is_written_with_its_kernels_turned_and_its_normalisations_folded() {
        let folder = tempfile::tempdir().unwrap();
        let (list, values) = (folder.path().join("list.js"), folder.path().join("values.js"));
        let (told, coded) = modules();
        fs::write(&list, &told).unwrap();
        fs::write(&values, coded).unwrap();
        let mut file = Vec::new();
        write(&list, &values, &mut file).unwrap();
        let graph = ModelProto::decode(file.as_slice()).unwrap().graph.unwrap();
        let of_kind = |kind: &str| graph.node.iter().filter(|node| node.op_type == kind).collect::<Vec<_>>();
        let convolutions = of_kind("Conv");
        // The first one, two of the block that does not widen, three of each other block, the last one.
        assert_eq!(convolutions.len(), 1 + 2 + 3 * BLOCKS as usize + 1);
        let halving = convolutions.iter().filter(|node| ints(node, "strides") == [2, 2]);
        assert!(halving.clone().all(|node| ints(node, "pads") == [0, 0, 1, 1]));
        assert_eq!(halving.count(), 1 + HALVING.len());
        // All blocks that keep sides and channels; block 4 has other channels behind it than before.
        assert_eq!(of_kind("Add").len(), BLOCKS as usize - HALVING.len() - 1);
        let constant = |name: &str| {
            let raw = &graph.initializer.iter().find(|its| its.name == name).unwrap().raw_data;
            raw.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect::<Vec<f32>>()
        };
        let (kernel, offsets) = (constant(&convolutions[0].input[1]), constant(&convolutions[0].input[2]));
        // The values count upwards by a half from 1: 54 of the kernel, then gamma, beta, mean and variance of two channels.
        let value = |at: usize| 1.0 + at as f32 / 2.0;
        for channel in [0, 1] {
            let scale = value(54 + channel) / (value(60 + channel) + EPSILON).sqrt();
            let offset = value(56 + channel) - value(58 + channel) * scale;
            assert!((offsets[channel] - offset).abs() < 1e-4);
            for (colour, row, column) in [(0, 0, 0), (1, 2, 0), (2, 1, 2)] {
                let expected = value(((row * 3 + column) * 3 + colour) * 2 + channel) * scale;
                assert!((kernel[((channel * 3 + colour) * 3 + row) * 3 + column] - expected).abs() < 1e-4);
            }
        }
        fs::write(&list, told.replace("block_7_depthwise/", "other/")).unwrap();
        let failed = write(&list, &values, &mut Vec::new()).unwrap_err().to_string();
        assert!(failed.contains("`block_7_depthwise/depthwise_kernel` is not there"), "{failed}");
    }
}
