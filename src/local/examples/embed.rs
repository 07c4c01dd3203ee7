//! Measures `local/all-minilm-l6-v2` without a server: `embed LIBRARY WEIGHTS THREADS TIMES SENTENCES.json`.
//!
//! The sentences are a JSON list of texts. Prints one line of JSON: the seconds of each run, and the last run's vectors.
//! A first run is not counted.

use std::error::Error;
use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;

use mediary_core::engine::Cancel;
use mediary_local::{ExecutionProvider, MiniLm, MiniLmFiles, Overlong, Runtime};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [library, weights, threads, times, sentences] = arguments.as_slice() else {
        return Err("usage: embed LIBRARY WEIGHTS THREADS TIMES SENTENCES.json".into());
    };
    let sentences: Vec<String> = serde_json::from_slice(&std::fs::read(sentences)?)?;
    let runtime = Runtime::load(library.as_ref(), ExecutionProvider::Cpu)?;
    let weights = PathBuf::from(weights);
    let files = MiniLmFiles { model: weights.join("model.onnx"), tokenizer: weights.join("tokenizer.json") };
    let mut engine = MiniLm::load(&runtime, &files, threads.parse()?)?;
    let (mut seconds, mut vectors, mut tokens) = (Vec::new(), vec![Vec::new(); sentences.len()], 0);
    for _ in 0..=times.parse::<usize>()? {
        let begin = Instant::now();
        let mut keep = |index: usize, vector| vectors[index] = vector;
        tokens = engine.embed(&sentences, Overlong::Refused, &mut keep, &Cancel::default())?.tokens;
        seconds.push(begin.elapsed().as_secs_f64());
    }
    let report = serde_json::json!({ "seconds": seconds[1..], "tokens": tokens, "vectors": vectors });
    writeln!(std::io::stdout(), "{report}")?;
    Ok(())
}
