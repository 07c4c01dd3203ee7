//! Making the files of a card that no package carries, out of those that one does.
//!
//! What writes them is in `mediary_local`; here they get their place, and are held against the card as fetched files are.
//! Called by `pull` once the files they are made of are there and right.

use std::fs::Metadata;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use mediary_local::graph::WriteFailed;

use super::draft::{Draft, Unkept};
use super::{Card, DerivedFile, PullFailed};

/// Makes one file in the folder of its card.
pub(super) fn make(card: &Card, file: &DerivedFile, dir: &Path) -> Result<Metadata, PullFailed> {
    let unmade = |detail: String| PullFailed::Unmade { card: card.name.clone(), file: file.name.clone(), detail };
    let path = dir.join(&file.name);
    let unkept = |error: Unkept| match error {
        Unkept::Differs(detail) => unmade(format!("it {detail}")),
        Unkept::Disk(error) => PullFailed::disk("write", &path)(error),
    };
    // The folders of all cards lie side by side.
    let source = |name: &String| if name.contains('/') { dir.with_file_name(name) } else { dir.join(name) };
    let sources: Vec<PathBuf> = file.from.iter().map(source).collect();
    let mut draft = Draft::begin(file.expected(), dir).map_err(PullFailed::disk("create", &path))?;
    let mut buffered = BufWriter::with_capacity(1 << 20, &mut draft);
    let written = file.graph.write(&sources, &mut buffered).and_then(|()| Ok(buffered.flush()?));
    // What is left in the buffer after a failure belongs to a file that is not kept.
    let _ = buffered.into_parts();
    match written {
        Ok(()) => draft.keep().map_err(unkept),
        Err(WriteFailed::Unfit(detail)) => Err(unmade(detail)),
        Err(WriteFailed::Disk(error)) => Err(unkept(draft.refusal(error))),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use mediary_local::graph::Composition;
    use serde_json::json;
    use sha2::{Digest, Sha256};

    use crate::models::stage::{Stage, Told};
    use crate::models::{Depth, Form, Package, Pulled, Status};

    const SOURCES: [&str; 2] = ["model.safetensors", "config.json"];

    /// Weights and configuration of a BERT without layers: two numbers for each of three words.
    fn sources() -> [Vec<u8>; 2] {
        let tensors = [
            ("embeddings.word_embeddings.weight", vec![3, 2]),
            ("embeddings.position_embeddings.weight", vec![1, 2]),
            ("embeddings.token_type_embeddings.weight", vec![1, 2]),
            ("embeddings.LayerNorm.weight", vec![2]),
            ("embeddings.LayerNorm.bias", vec![2]),
        ];
        let (mut header, mut end) = (serde_json::Map::new(), 0);
        for (name, shape) in tensors {
            let begin = end;
            end += 4 * shape.iter().product::<usize>();
            header.insert(name.to_owned(), json!({ "dtype": "F32", "shape": shape, "data_offsets": [begin, end] }));
        }
        let header = serde_json::to_vec(&header).unwrap();
        let config = json!({
            "hidden_act": "gelu", "hidden_size": 2, "intermediate_size": 2, "layer_norm_eps": 1e-12,
            "max_position_embeddings": 1, "num_attention_heads": 1, "num_hidden_layers": 0,
            "position_embedding_type": "absolute", "type_vocab_size": 1, "vocab_size": 3,
        });
        let weights = [&(header.len() as u64).to_le_bytes()[..], &header, &vec![0; end]].concat();
        [weights, config.to_string().into_bytes()]
    }

    /// A card whose `model.onnx` is made of its two files, and is expected to be `graph`.
    fn stage(graph: &[u8]) -> Stage {
        let [weights, config] = sources();
        let files = [("p/w", SOURCES[0], weights.as_slice()), ("p/c", SOURCES[1], config.as_slice())];
        let derived = format!(
            "[[platforms.any.derived]]\ngraph = \"bert-sentence-embedding\"\nfrom = {SOURCES:?}\nname = \"model.onnx\"\n\
             size_bytes = {}\nsha256 = \"{:x}\"\n",
            graph.len(),
            Sha256::digest(graph)
        );
        Stage::holding(Form::Wheel, &files, &derived)
    }

    fn graph() -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let paths = SOURCES.map(|name| folder.path().join(name));
        paths.iter().zip(sources()).for_each(|(path, contents)| fs::write(path, contents).unwrap());
        let mut graph = Vec::new();
        Composition::BertSentenceEmbedding.write(&paths, &mut graph).unwrap();
        graph
    }

    #[test]
    fn a_pull_makes_what_no_package_carries_and_makes_it_again_without_the_network() {
        let graph = graph();
        let stage = stage(&graph);
        let mut told = Told::default();
        let files = [SOURCES[0], SOURCES[1], "model.onnx"].map(str::to_owned).to_vec();
        assert_eq!(stage.pull(&mut told).unwrap(), Pulled::Installed { files });
        assert_eq!(told.steps, ["downloading", "unpacking", "making", "ended"]);
        let model = stage.models.file("tiny", "model.onnx").unwrap();
        assert_eq!(fs::read(&model).unwrap(), graph);
        assert_eq!(stage.files(), ["tiny/config.json", "tiny/model.onnx", "tiny/model.safetensors"]);
        let on_disk: u64 = sources().iter().map(|file| file.len() as u64).sum::<u64>() + graph.len() as u64;
        assert_eq!(stage.card().package(stage.models.platform()).map(Package::installed_bytes), Ok(on_disk));

        stage.pip_does("echo 'no network' >&2; exit 1");
        type Harm = fn(&std::path::Path);
        let harms: [Harm; 3] = [
            |path| fs::remove_file(path).unwrap(),
            |path| fs::write(path, "cut").unwrap(),
            |path| fs::write(path, vec![0; usize::try_from(path.metadata().unwrap().len()).unwrap()]).unwrap(),
        ];
        for harm in harms {
            harm(&model);
            assert_ne!(stage.models.status(stage.card(), Depth::Changed), Status::Installed);
            let mut told = Told::default();
            let files = vec!["model.onnx".to_owned()];
            assert_eq!(stage.pull(&mut told).unwrap(), Pulled::Installed { files });
            assert_eq!(told.steps, ["making", "ended"]);
            assert_eq!(stage.models.status(stage.card(), Depth::Contents), Status::Installed);
            assert_eq!(stage.pull(&mut Told::default()).unwrap(), Pulled::AlreadyThere);
        }
    }

    #[test]
    fn what_comes_out_differently_than_the_card_says_is_not_kept() {
        let graph = graph();
        let mut changed = graph.clone();
        changed[0] ^= 1;
        let rows = [
            (changed, "and SHA-256"),
            (graph[1..].to_vec(), "it is longer than"),
            ([&graph[..], b"x"].concat(), "it has"),
        ];
        for (expected, detail) in rows {
            let stage = stage(&expected);
            let message = stage.pull(&mut Told::default()).unwrap_err().to_string();
            assert!(message.contains("`model.onnx` of `tiny` could not be made"), "{message}");
            assert!(message.contains(detail) && message.contains("update Mediary"), "{message}");
            assert_eq!(stage.files(), ["tiny/config.json", "tiny/model.safetensors"]);
        }
    }
}
