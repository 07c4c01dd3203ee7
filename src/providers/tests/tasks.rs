//! The matrix is honest about work that is no chat as well: what a shipped row claims to do can be written in its
//! provider's dialect, and of rows that embed it is known which vectors they give.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use mediary_core::capability::{Abilities, TaskKind};
use mediary_core::provider::{Call, Timeouts};
use mediary_core::task::{Embed, EmbedInput, Read, Task, Transcribe};
use mediary_core::{Blob, Failure, Media, MediaFormat, Raster};

use super::matrix::shipped;
use crate::config::Config;
use crate::providers::Providers;

/// What of a task a call is made with; `None`: there is no such call yet.
fn task(kind: TaskKind, row: &Abilities) -> Option<Task> {
    let media = |format| Media { format, blob: Blob::in_memory(b"<bytes>".to_vec()) };
    match kind {
        TaskKind::Embedding => {
            let vectors = row.vectors.as_ref().expect("a row that embeds says which vectors it gives");
            let text = EmbedInput::Text("a".to_owned());
            let inputs = if vectors.takes_tokens { vec![EmbedInput::Tokens(vec![1])] } else { vec![text] };
            let dimensions = Some(7).filter(|dimensions| vectors.can_have(*dimensions));
            Some(Task::Embed(Embed { inputs, dimensions, ..Embed::default() }))
        }
        TaskKind::Ocr => {
            let raster = Arc::new(Raster::filled(1, 1, [255; 3]));
            Some(Task::Read(Read { raster, picture: Some(media(MediaFormat::Png)), words: false }))
        }
        TaskKind::Transcription => Some(Task::Transcribe(Transcribe::of(media(MediaFormat::Mp3)))),
        TaskKind::Chat
        | TaskKind::Completion
        | TaskKind::Translation
        | TaskKind::Speech
        | TaskKind::ImageGeneration
        | TaskKind::ImageEdit
        | TaskKind::ImageVariation
        | TaskKind::VideoGeneration
        | TaskKind::Moderation
        | TaskKind::Rerank => None,
    }
}

fn written(all: &Providers, row: &Abilities, task: &Task) -> Result<String, Failure> {
    let setup = all.get(&row.target.provider).unwrap();
    let timeouts = Timeouts { first_byte: Duration::ZERO, stall: Duration::ZERO };
    let call = Call { task, abilities: row, dropped: &[], key: None, timeouts, reservation: None };
    let call = setup.dialect.dialect().encode(&call, &setup.endpoint.quirks)?;
    Ok(String::from_utf8_lossy(&call.body.read_all().expect("it is in memory")).into_owned())
}

#[test]
fn every_task_that_is_claimed_and_called_is_written() {
    let all = shipped();
    let mut counts = BTreeMap::new();
    for row in all.matrix.rows() {
        for task in row.tasks.iter().filter_map(|kind| task(*kind, row)) {
            let body = written(&all, row, &task).unwrap_or_else(|failure| panic!("{}: {failure}", row.target));
            let shortened = matches!(&task, Task::Embed(embed) if embed.dimensions.is_some());
            assert!(!shortened || body.contains('7'), "{} does not say how short: {body}", row.target);
            *counts.entry(task.kind().name()).or_insert(0) += 1;
        }
    }
    let enough = |task| counts.get(task).is_some_and(|count| *count > 0);
    assert!(enough("ocr") && enough("transcription") && counts["embedding"] > 8, "{counts:?}");
}

#[test]
fn rows_of_one_family_give_vectors_of_one_length() {
    let all = shipped();
    let mut families: BTreeMap<&str, Vec<&Abilities>> = BTreeMap::new();
    for row in all.matrix.rows() {
        let Some(vectors) = &row.vectors else { continue };
        assert!(vectors.dimensions.is_some() && row.context_tokens.is_some(), "{}", row.target);
        families.entry(&vectors.family).or_default().push(row);
    }
    for (family, rows) in &families {
        let lengths = rows.iter().map(|row| row.vectors.as_ref().and_then(|vectors| vectors.dimensions));
        assert_eq!(lengths.collect::<std::collections::BTreeSet<_>>().len(), 1, "{family}");
    }
    assert!(families["text-embedding-3-small"].len() > 1, "no other provider stands in for it");
    assert!(families.contains_key("all-minilm-l6-v2"), "no provider stands in for the engine of this process");
}

#[test]
fn an_entry_says_more_of_vectors_than_a_name_does() {
    let file = r#"
        [[providers]]
        id = "mine"
        dialect = "openai"
        base_url = "http://127.0.0.1:9000/v1"
        [[providers.models]]
        id = "sentence-transformers/all-MiniLM-L6-v2"
        tasks = ["embedding"]
        [[providers.models]]
        id = "own"
        tasks = ["embedding"]
        vectors = { family = " BGE-M3 ", shortenable = true, takes_tokens = true, inputs = 8, batch_tokens = 4000 }
        [[providers.models]]
        id = "chats"
    "#;
    let all = super::assembled::providers(file, "");
    let row = |model: &str| all.matrix.get(&format!("mine/{model}").parse().unwrap()).unwrap();
    let known = row("sentence-transformers/all-MiniLM-L6-v2").vectors.as_ref().unwrap();
    assert_eq!((known.family.as_str(), known.dimensions, known.inputs), ("all-minilm-l6-v2", Some(384), None));
    let own = row("own").vectors.as_ref().unwrap();
    assert_eq!((own.family.as_str(), own.dimensions), ("bge-m3", None));
    assert!(own.is_shortenable && own.takes_tokens);
    assert_eq!((own.inputs, own.batch_tokens), (Some(8), Some(4000)));
    assert_eq!(row("chats").vectors, None);
}

#[test]
fn vectors_that_can_only_be_meant_otherwise_are_refused() {
    let refused = |model: &str, dialect: &str| {
        let file = format!(
            "[[providers]]\nid = \"x\"\ndialect = \"{dialect}\"\nbase_url = \"http://h/v1\"\n[[providers.models]]\nid = \"m\"\n{model}"
        );
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("mediary.toml"), file).unwrap();
        let (overrides, env) = (crate::config::Overrides::default(), crate::config::Environment::default());
        Config::load(&overrides, &env, folder.path()).unwrap_err().to_string()
    };
    let rows = [
        ("vectors = { inputs = 1 }", "openai", "has `vectors`, so its `tasks` have to name \"embedding\""),
        ("tasks = [\"embedding\"]\nvectors = { family = \" \" }", "openai", "of a family without a name"),
        (
            "tasks = [\"embedding\"]\nvectors = { takes_tokens = true }",
            "gemini",
            "which the dialect gemini has no form for",
        ),
        ("tasks = [\"embedding\"]\nvectors = { inputs = 0 }", "openai", "nonzero"),
        ("tasks = [\"embedding\"]\nvectors = { dimension = 3 }", "openai", "did you mean `dimensions`?"),
    ];
    for (model, dialect, words) in rows {
        let told = refused(model, dialect);
        assert!(told.contains(words), "{told} does not say: {words}");
    }
}
