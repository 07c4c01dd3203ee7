//! A recogniser that a test can have made in no time: it knows two letters and reads darkness.
//!
//! An ONNX model of four nodes, written as the protocol buffers it is: a convolution over strips of 48 × 8 pixels
//! tells light from grey from dark, which become blank, `Й` and `Ж`.

/// The model's characters, as the text file that PaddleOCR's dictionaries are.
pub(crate) const DICTIONARY: &str = "Ж\nЙ\n";

/// Blank, the two letters and the space.
const CLASSES: i64 = 4;
const STRIP: (i64, i64) = (48, 8);

/// The model's file.
pub(crate) fn recogniser() -> Vec<u8> {
    let float = 1;
    let convolution = node(
        "Conv",
        &["x", "weights", "biases"],
        "strips",
        &[ints("kernel_shape", &[STRIP.0, STRIP.1]), ints("strides", &[STRIP.0, STRIP.1])],
    );
    let squeeze = node("Squeeze", &["strips", "height"], "columns", &[]);
    let transpose = node("Transpose", &["columns"], "steps", &[ints("perm", &[0, 2, 1])]);
    let softmax = node("Softmax", &["steps"], "y", &[int("axis", 2)]);
    // How each class follows the mean brightness of a strip, from -1 to 1: its slope and where it begins.
    let classes = [(60.0, -51.0), (-60.0, 21.0), (0.0, 0.0), (0.0, -90.0)];
    let pixels = 3 * STRIP.0 * STRIP.1;
    let weights: Vec<f32> =
        classes.iter().flat_map(|(slope, _)| vec![slope / pixels as f32; pixels as usize]).collect();
    let biases: Vec<f32> = classes.iter().map(|(_, start)| *start).collect();
    let tensors = [
        tensor("weights", &[CLASSES, 3, STRIP.0, STRIP.1], float, &floats(&weights)),
        tensor("biases", &[CLASSES], float, &floats(&biases)),
        tensor("height", &[1], 7, &2_i64.to_le_bytes()),
    ];
    let mut graph = Message::default();
    [convolution, squeeze, transpose, softmax].iter().for_each(|node| graph.bytes(1, node));
    graph.bytes(2, b"toy");
    tensors.iter().for_each(|tensor| graph.bytes(5, tensor));
    graph.bytes(11, &value("x", &["n", "c", "h", "w"]));
    graph.bytes(12, &value("y", &["n", "t", "k"]));
    let mut operators = Message::default();
    operators.number(2, 13);
    let mut model = Message::default();
    model.number(1, 8);
    model.bytes(7, &graph.0);
    model.bytes(8, &operators.0);
    model.0
}

/// A protocol buffer in the making: fields with numbers (wire type 0) and with bytes (wire type 2).
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

    fn number(&mut self, field: u64, value: i64) {
        self.varint(field << 3);
        self.varint(value as u64);
    }

    fn bytes(&mut self, field: u64, bytes: &[u8]) {
        self.varint(field << 3 | 2);
        self.varint(bytes.len() as u64);
        self.0.extend(bytes);
    }
}

fn node(operator: &str, inputs: &[&str], output: &str, attributes: &[Vec<u8>]) -> Vec<u8> {
    let mut node = Message::default();
    inputs.iter().for_each(|input| node.bytes(1, input.as_bytes()));
    node.bytes(2, output.as_bytes());
    node.bytes(4, operator.as_bytes());
    attributes.iter().for_each(|attribute| node.bytes(5, attribute));
    node.0
}

fn ints(name: &str, values: &[i64]) -> Vec<u8> {
    let mut attribute = Message::default();
    attribute.bytes(1, name.as_bytes());
    values.iter().for_each(|value| attribute.number(8, *value));
    attribute.number(20, 7);
    attribute.0
}

fn int(name: &str, value: i64) -> Vec<u8> {
    let mut attribute = Message::default();
    attribute.bytes(1, name.as_bytes());
    attribute.number(3, value);
    attribute.number(20, 2);
    attribute.0
}

fn tensor(name: &str, shape: &[i64], kind: i64, data: &[u8]) -> Vec<u8> {
    let mut tensor = Message::default();
    shape.iter().for_each(|side| tensor.number(1, *side));
    tensor.number(2, kind);
    tensor.bytes(8, name.as_bytes());
    tensor.bytes(9, data);
    tensor.0
}

/// An input or output of floats whose sides have names instead of lengths.
fn value(name: &str, sides: &[&str]) -> Vec<u8> {
    let mut shape = Message::default();
    for side in sides {
        let mut dimension = Message::default();
        dimension.bytes(2, side.as_bytes());
        shape.bytes(1, &dimension.0);
    }
    let mut tensor = Message::default();
    tensor.number(1, 1);
    tensor.bytes(2, &shape.0);
    let mut kind = Message::default();
    kind.bytes(1, &tensor.0);
    let mut value = Message::default();
    value.bytes(1, name.as_bytes());
    value.bytes(2, &kind.0);
    value.0
}

fn floats(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}
