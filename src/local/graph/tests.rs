//! Graphs as files: what was put in is what a reader of ONNX finds, and the same each time.

use std::path::{Path, PathBuf};

use prost::Message;
use serde_json::json;

use super::wire::{Extent, ModelProto, TensorProto};
use super::*;

/// `scaled = (x + 0.5) * 2`, over as many rows of two as the caller likes.
fn tiny<'a>(half: Initializer<'a>) -> Graph<'a> {
    let mut graph = Graph::new("tiny");
    let x = graph.input("x", Element::F32, &[Dim::Named("rows"), Dim::Fixed(2)]);
    let half = graph.constant(half);
    let two = graph.constant(Initializer::floats(&[1], vec![2.0]));
    let sum = graph.node("Add", &[&x, &half], &[]);
    let axes = graph.constant(Initializer::integers(&[0]));
    let settings =
        [("keepdims", Attribute::Int(0)), ("alpha", Attribute::Float(0.25)), ("perm", Attribute::Ints(vec![0]))];
    let scaled = graph.node("Mul", &[&sum, &two, &axes], &settings);
    graph.output("scaled", &scaled, Element::I64, &[Dim::Named("rows"), Dim::Fixed(2)]);
    graph
}

fn file_of(graph: &Graph<'_>) -> Vec<u8> {
    let mut file = Vec::new();
    graph.write(&mut file).unwrap();
    file
}

#[test]
fn a_graph_is_read_back_as_it_was_put_together_and_written_the_same_each_time() {
    let file = file_of(&tiny(Initializer::float(0.5)));
    assert_eq!(file, file_of(&tiny(Initializer::float(0.5))));
    let model = ModelProto::decode(file.as_slice()).unwrap();
    assert_eq!((model.opset_import[0].domain.as_str(), model.opset_import[0].version), ("", 20));
    // The pieces that were written make one message: encoded in one go it is the same file.
    assert_eq!(model.encode_to_vec(), file);

    let graph = model.graph.unwrap();
    let nodes: Vec<(&str, Vec<&str>, &str)> = graph
        .node
        .iter()
        .map(|node| {
            let inputs = node.input.iter().map(String::as_str).collect();
            (node.op_type.as_str(), inputs, node.output[0].as_str())
        })
        .collect();
    let expected =
        [("Add", vec!["x", "constant_0"], "Add_0"), ("Mul", vec!["Add_0", "constant_1", "constant_2"], "scaled")];
    assert_eq!(nodes, expected);
    let settings = &graph.node[1].attribute;
    assert_eq!((settings[0].name.as_str(), settings[0].kind, settings[0].i), ("keepdims", 2, Some(0)));
    assert_eq!((settings[1].kind, settings[1].f), (1, Some(0.25)));
    assert_eq!((settings[2].kind, settings[2].ints.as_slice()), (7, &[0][..]));

    let constant = |index: usize| -> &TensorProto { &graph.initializer[index] };
    assert_eq!((constant(0).dims.as_slice(), constant(0).data_type), (&[][..], 1));
    assert_eq!(constant(0).raw_data, 0.5_f32.to_le_bytes());
    assert_eq!((constant(2).dims.as_slice(), constant(2).raw_data.as_slice()), (&[1][..], &0_i64.to_le_bytes()[..]));
    let output = graph.output[0].of.as_ref().unwrap().tensor.as_ref().unwrap();
    let extents: Vec<_> = output.shape.as_ref().unwrap().dim.iter().map(|dim| dim.extent.clone().unwrap()).collect();
    assert_eq!((output.element, extents), (7, vec![Extent::Named("rows".to_owned()), Extent::Fixed(2)]));
}

#[test]
fn values_that_do_not_fill_their_shape_are_refused() {
    for (count, expected) in [(1, "4 bytes of a tensor of shape [2] are missing"), (3, "more values than its shape")] {
        let wrong = Initializer::floats(&[2], vec![0.0; count]);
        let message = tiny(wrong).write(&mut Vec::new()).unwrap_err().to_string();
        assert!(message.contains(expected), "{count}: {message}");
    }
}

/// A BERT of one layer with two heads, each value of its weights another.
fn small_bert(folder: &Path, leave_out: &str) -> [PathBuf; 2] {
    let mut shapes = vec![
        ("embeddings.word_embeddings.weight".to_owned(), vec![5, 4]),
        ("embeddings.position_embeddings.weight".to_owned(), vec![3, 4]),
        ("embeddings.token_type_embeddings.weight".to_owned(), vec![2, 4]),
    ];
    let mut linear = |name: &str, to: u64, from: u64| {
        shapes.push((format!("{name}.weight"), if from == 0 { vec![to] } else { vec![to, from] }));
        shapes.push((format!("{name}.bias"), vec![to]));
    };
    linear("embeddings.LayerNorm", 4, 0);
    for part in ["self.query", "self.key", "self.value", "output.dense"] {
        linear(&format!("encoder.layer.0.attention.{part}"), 4, 4);
    }
    linear("encoder.layer.0.attention.output.LayerNorm", 4, 0);
    linear("encoder.layer.0.intermediate.dense", 6, 4);
    linear("encoder.layer.0.output.dense", 4, 6);
    linear("encoder.layer.0.output.LayerNorm", 4, 0);
    let (mut header, mut values) = (serde_json::Map::new(), Vec::new());
    for (name, shape) in shapes.into_iter().filter(|(name, _)| name != leave_out) {
        let begin = values.len();
        let count: u64 = shape.iter().product();
        values.extend((0..count).flat_map(|value| (begin as f32 + value as f32).to_le_bytes()));
        header.insert(name, json!({ "dtype": "F32", "shape": shape, "data_offsets": [begin, values.len()] }));
    }
    header.insert("__metadata__".to_owned(), json!({ "format": "pt" }));
    let header = serde_json::to_vec(&header).unwrap();
    let config = json!({
        "hidden_act": "gelu", "hidden_size": 4, "intermediate_size": 6, "layer_norm_eps": 1e-5,
        "max_position_embeddings": 3, "num_attention_heads": 2, "num_hidden_layers": 1,
        "position_embedding_type": "absolute", "type_vocab_size": 2, "vocab_size": 5,
    });
    let paths = [folder.join("model.safetensors"), folder.join("config.json")];
    std::fs::write(&paths[0], [&(header.len() as u64).to_le_bytes()[..], &header, &values].concat()).unwrap();
    std::fs::write(&paths[1], config.to_string()).unwrap();
    paths
}

#[test]
fn a_bert_is_written_with_its_weights_turned_and_folded() {
    let folder = tempfile::tempdir().unwrap();
    let sources = small_bert(folder.path(), "");
    let mut file = Vec::new();
    Composition::BertSentenceEmbedding.write(&sources, &mut file).unwrap();
    let graph = ModelProto::decode(file.as_slice()).unwrap().graph.unwrap();
    let names = |values: &[ValueInfoProto]| values.iter().map(|value| value.name.clone()).collect::<Vec<_>>();
    assert_eq!(
        (names(&graph.input), names(&graph.output)),
        (vec!["input_ids".to_owned(), "attention_mask".to_owned()], vec!["embedding".to_owned()],)
    );
    let floats = |shape: [i64; 2]| -> Vec<Vec<f32>> {
        let fitting = graph.initializer.iter().filter(|tensor| tensor.dims == shape);
        fitting
            .map(|tensor| tensor.raw_data.as_chunks().0.iter().map(|chunk| f32::from_le_bytes(*chunk)).collect())
            .collect()
    };
    // The words begin at 0, the positions at byte 80, the types at byte 128.
    assert_eq!(floats([5, 4])[0][..5], [0.0, 1.0, 2.0, 3.0, 4.0]);
    assert_eq!(floats([3, 4])[0][..5], [208.0, 210.0, 212.0, 214.0, 212.0]);
    // Outputs were rows and are columns; and queries are scaled by one over the root of a head's width.
    let wide = &floats([4, 6])[0];
    assert_eq!((wide[1] - wide[0], wide[6] - wide[0]), (4.0, 1.0));
    let query = &floats([4, 4])[0];
    let slope = query[4] - query[0];
    assert!((slope - 0.5_f32.sqrt()).abs() < 1e-4, "{slope}");
    let epsilons =
        graph.node.iter().filter(|node| node.op_type == "LayerNormalization").map(|node| node.attribute[0].f);
    assert_eq!(epsilons.collect::<Vec<_>>(), [Some(1e-5); 3]);
}

#[test]
fn what_is_no_such_model_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let refusal = |sources: &[PathBuf]| {
        let outcome = Composition::BertSentenceEmbedding.write(sources, &mut Vec::new());
        outcome.unwrap_err().to_string()
    };
    let sources = small_bert(folder.path(), "encoder.layer.0.output.dense.bias");
    assert_eq!(refusal(&sources), "there is no tensor `encoder.layer.0.output.dense.bias`");
    assert_eq!(refusal(&sources[..1]), "it is made from 2 files, and 1 are named");
    let sources = small_bert(folder.path(), "");
    let config = std::fs::read_to_string(&sources[1]).unwrap();
    for (right, wrong, expected) in [
        ("\"vocab_size\":5", "\"vocab_size\":6", "is F32 [5, 4] instead of F32 [6, 4]"),
        ("\"gelu\"", "\"relu\"", "only GELU"),
        ("\"num_attention_heads\":2", "\"num_attention_heads\":3", "heads do not divide"),
    ] {
        std::fs::write(&sources[1], config.replace(right, wrong)).unwrap();
        let refused = refusal(&sources);
        assert!(refused.contains(expected), "{wrong}: {refused}");
    }
    std::fs::write(&sources[0], [0xff; 16]).unwrap();
    std::fs::write(&sources[1], config).unwrap();
    assert!(refusal(&sources).contains("holds no tensors"), "{}", refusal(&sources));
}
