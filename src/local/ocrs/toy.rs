//! Toy models for the tests, as ONNX: protocol buffers written by hand, some dozens of bytes each.
//!
//! Field numbers are those of `onnx.proto`: ModelProto ir_version 1, graph 7, opset_import 8; GraphProto node 1,
//! name 2, initializer 5, input 11, output 12; NodeProto input 1, output 2, op_type 4, attribute 5.

const FLOATS: u64 = 1;
const INT64S: u64 = 7;

/// Brighter than middle grey is text.
pub(super) fn detector() -> Vec<u8> {
    let nodes = [node("Mul", &["in", "steep"], "steeper", &[]), node("Sigmoid", &["steeper"], "out", &[])];
    let constants = [floats("steep", &[], &[20.0])];
    model(&nodes, &constants, &value("in", &[None, Some(1), Some(800), Some(600)]), &value("out", &[None; 4]))
}

/// As ocrs has it: one grey channel, 64 high, from -0.5 to 0.5; logarithms of [steps, lines, classes].
pub(super) fn ocrs_recogniser(classes: usize, letter: usize) -> Vec<u8> {
    let mut nodes = columns(1, 64, classes, letter).0;
    let constants = columns(1, 64, classes, letter).1;
    nodes.push(node("Transpose", &["columns"], "ordered", &[ints("perm", &[2, 0, 1])]));
    nodes.push(node("LogSoftmax", &["ordered"], "out", &[int("axis", -1)]));
    model(&nodes, &constants, &value("in", &[None, Some(1), Some(64), None]), &value("out", &[None; 3]))
}

/// As PP-OCR has it: three channels, 48 high, from -1 to 1; probabilities of [lines, steps, classes].
pub(super) fn paddleocr_recogniser(classes: usize, letter: usize) -> Vec<u8> {
    let (mut nodes, constants) = columns(3, 48, classes, letter);
    nodes.push(node("Transpose", &["columns"], "ordered", &[ints("perm", &[0, 2, 1])]));
    nodes.push(node("Softmax", &["ordered"], "out", &[int("axis", -1)]));
    model(&nodes, &constants, &value("in", &[None, Some(3), Some(48), None]), &value("out", &[None; 3]))
}

/// A convolution over the whole height and eight columns, one kernel a class: the letter likes them bright, the
/// blank likes them dark. Gives `columns` [lines, classes, steps].
fn columns(channels: usize, height: usize, classes: usize, letter: usize) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    let kernel = channels * height * 8;
    let weight = |class: usize| match class {
        0 => -60.0 / kernel as f32,
        class if class == letter => 60.0 / kernel as f32,
        _ => 0.0,
    };
    let weights: Vec<f32> = (0..classes).flat_map(|class| vec![weight(class); kernel]).collect();
    let size = [8, height as i64];
    let nodes = vec![
        node(
            "Conv",
            &["in", "weights"],
            "tall",
            &[ints("kernel_shape", &[size[1], 8]), ints("strides", &[size[1], 8])],
        ),
        node("Squeeze", &["tall", "second"], "columns", &[]),
    ];
    let constants =
        vec![floats("weights", &[classes as i64, channels as i64, size[1], 8], &weights), integers("second", &[2])];
    (nodes, constants)
}

fn model(nodes: &[Vec<u8>], constants: &[Vec<u8>], input: &[u8], output: &[u8]) -> Vec<u8> {
    let mut graph: Vec<u8> = nodes.iter().flat_map(|node| bytes(1, node)).collect();
    graph.extend(bytes(2, b"toy"));
    graph.extend(constants.iter().flat_map(|constant| bytes(5, constant)));
    graph.extend(bytes(11, input));
    graph.extend(bytes(12, output));
    [number(1, 8), bytes(7, &graph), bytes(8, &number(2, 13))].concat()
}

fn node(operator: &str, inputs: &[&str], output: &str, attributes: &[Vec<u8>]) -> Vec<u8> {
    let mut node: Vec<u8> = inputs.iter().flat_map(|input| bytes(1, input.as_bytes())).collect();
    node.extend(bytes(2, output.as_bytes()));
    node.extend(bytes(3, output.as_bytes()));
    node.extend(bytes(4, operator.as_bytes()));
    node.extend(attributes.iter().flat_map(|attribute| bytes(5, attribute)));
    node
}

fn int(name: &str, value: i64) -> Vec<u8> {
    [bytes(1, name.as_bytes()), number(3, value as u64), number(20, 2)].concat()
}

fn ints(name: &str, values: &[i64]) -> Vec<u8> {
    let values: Vec<u8> = values.iter().flat_map(|value| number(8, *value as u64)).collect();
    [bytes(1, name.as_bytes()), values, number(20, 7)].concat()
}

fn floats(name: &str, shape: &[i64], values: &[f32]) -> Vec<u8> {
    tensor(name, shape, FLOATS, &values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<_>>())
}

fn integers(name: &str, values: &[i64]) -> Vec<u8> {
    tensor(
        name,
        &[values.len() as i64],
        INT64S,
        &values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<_>>(),
    )
}

fn tensor(name: &str, shape: &[i64], kind: u64, raw: &[u8]) -> Vec<u8> {
    let shape: Vec<u8> = shape.iter().flat_map(|side| number(1, *side as u64)).collect();
    [shape, number(2, kind), bytes(8, name.as_bytes()), bytes(9, raw)].concat()
}

/// An input or output of floats; a side that is not fixed has a name.
fn value(name: &str, shape: &[Option<u64>]) -> Vec<u8> {
    let side = |(index, side): (usize, &Option<u64>)| match side {
        Some(size) => bytes(1, &number(1, *size)),
        None => bytes(1, &bytes(2, format!("{name}{index}").as_bytes())),
    };
    let shape: Vec<u8> = shape.iter().enumerate().flat_map(side).collect();
    let tensor = [number(1, FLOATS), bytes(2, &shape)].concat();
    [bytes(1, name.as_bytes()), bytes(2, &bytes(1, &tensor))].concat()
}

fn number(field: u64, value: u64) -> Vec<u8> {
    [variable(field << 3), variable(value)].concat()
}

fn bytes(field: u64, value: &[u8]) -> Vec<u8> {
    [variable(field << 3 | 2), variable(value.len() as u64), value.to_vec()].concat()
}

fn variable(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value > 0x7f {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}
