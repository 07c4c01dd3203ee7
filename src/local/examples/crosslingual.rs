//! Measures `local/e5-small` without a server: `crosslingual LIBRARY PACKED PAIRS.tsv`.
//!
//! Writes the graph out of the packed weights, and asks with each English sentence of the table for its translation among all
//! of each language. Prints one line of JSON: the size and SHA-256 of the graph, how many questions were answered rightly, and
//! which were not; and the seconds that 256 sentences took.

use std::error::Error;
use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;

use mediary_core::ContentHash;
use mediary_core::engine::Cancel;
use mediary_core::task::InputType;
use mediary_local::graph::Composition;
use mediary_local::{E5, E5Files, ExecutionProvider, Overlong, Runtime};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [library, packed, pairs] = arguments.as_slice() else {
        return Err("usage: crosslingual LIBRARY PACKED PAIRS.tsv".into());
    };
    let table = std::fs::read_to_string(pairs)?;
    let rows: Vec<Vec<String>> = table.lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect();
    let [languages, rows @ ..] = rows.as_slice() else { return Err("an empty table".into()) };
    let packed = PathBuf::from(packed);
    let model = std::env::temp_dir().join(format!("e5-small-{}.onnx", std::process::id()));
    let mut graph = Vec::new();
    Composition::PackedSentenceEmbedding.write(std::slice::from_ref(&packed), &mut graph)?;
    let (size, hash) = (graph.len(), ContentHash::of(&graph).to_string());
    std::fs::write(&model, &graph)?;
    drop(graph);
    let runtime = Runtime::load(library.as_ref(), ExecutionProvider::Cpu)?;
    let loaded = E5::load(&runtime, &E5Files { model: model.clone(), packed }, 2);
    std::fs::remove_file(&model)?;
    let mut engine = loaded?;
    let column = |at: usize| -> Vec<String> { rows.iter().filter_map(|row| row.get(at).cloned()).collect() };
    let mut embed = |texts: &[String], kind| -> Result<Vec<Vec<f32>>, Box<dyn Error>> {
        let mut vectors = vec![Vec::new(); texts.len()];
        let mut keep = |index: usize, vector| vectors[index] = vector;
        engine.embed(texts, kind, Overlong::Refused, &mut keep, &Cancel::default())?;
        Ok(vectors)
    };
    let questions = embed(&column(0), InputType::Query)?;
    let (mut right, mut asked, mut wrong) = (0, 0, Vec::new());
    for (at, language) in languages.iter().enumerate().skip(1) {
        let answers = embed(&column(at), InputType::Passage)?;
        for (place, question) in questions.iter().enumerate() {
            let near = |answer: &Vec<f32>| question.iter().zip(answer).map(|(a, b)| a * b).sum::<f32>();
            let best = (0..answers.len()).max_by(|a, b| near(&answers[*a]).total_cmp(&near(&answers[*b])));
            asked += 1;
            match best == Some(place) {
                true => right += 1,
                false => wrong.push(format!("{language} {}", place + 1)),
            }
        }
    }
    let many: Vec<String> =
        (0..256).map(|number| rows[number % rows.len()][number % languages.len()].clone()).collect();
    let mut seconds = Vec::new();
    for _ in 0..4 {
        let begin = Instant::now();
        embed(&many, InputType::Passage)?;
        seconds.push(begin.elapsed().as_secs_f64());
    }
    let report = serde_json::json!({
        "graph_bytes": size, "graph_hash": hash, "asked": asked, "right": right, "wrong": wrong,
        "seconds_256": &seconds[1..], "first": &questions[0][..6],
    });
    writeln!(std::io::stdout(), "{report}")?;
    Ok(())
}
