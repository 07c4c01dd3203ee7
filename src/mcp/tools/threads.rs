//! `search_threads` and `read_thread`: conversations that are kept here, by words or meaning.

use std::fmt::Write as _;

use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::arguments::{read, result, schema};
use super::super::desk::Desk;
use super::super::outcome::Outcome;
use super::super::threads::{address, exported};
use super::super::trouble::Trouble;
use super::Offer;

/// So much of a thread is told where it is not said.
const USUAL_CHARS: usize = 40_000;
/// So many threads are told where it is not said.
const USUAL: u32 = 10;

pub(super) static SEARCH: Offer = Offer {
    name: "search_threads",
    title: "Search earlier conversations",
    description: "Conversations kept here for this key, by words and by meaning, the best first; without a query the latest. To \
                  read one, take read_thread.",
    input: |_| schema::<Searching>(),
    output: result::<Found>,
    makes: false,
    wants: Some("/v1/threads"),
    run: |desk, arguments| Box::pin(search_threads(desk, arguments)),
};

pub(super) static READ: Offer = Offer {
    name: "read_thread",
    title: "Read an earlier conversation",
    description: "What was said in a conversation that is kept here, as Markdown. A long one is cut at its beginning.",
    input: |_| schema::<Reading>(),
    output: result::<Read>,
    makes: false,
    wants: Some("/v1/threads"),
    run: |desk, arguments| Box::pin(read_thread(desk, arguments)),
};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Searching {
    /// What is looked for
    query: Option<String>,
    /// text, meaning or both; both unless said
    mode: Option<String>,
    /// How many, 1 to 100; 10 unless said
    limit: Option<u32>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Reading {
    /// The id of the conversation
    thread_id: String,
    /// The most characters to return; 40000 unless said
    max_chars: Option<usize>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Found {
    threads: Vec<Thread>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Thread {
    thread_id: String,
    /// Its address as a resource
    uri: String,
    title: String,
    messages: u64,
    /// When something was said last, in seconds since 1970
    updated_at: u64,
    /// What was found in it
    #[serde(skip_serializing_if = "Option::is_none")]
    snippet: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Read {
    text: String,
    /// Characters of the whole text
    characters: usize,
    /// Whether `text` is only its end
    truncated: bool,
}

async fn search_threads(desk: &Desk<'_>, arguments: JsonObject) -> Result<Outcome, Trouble> {
    let asked: Searching = read(arguments)?;
    let list = desk.get(&path_of(&asked)).await?;
    let threads: Vec<Thread> = list["data"].as_array().map_or(&[][..], Vec::as_slice).iter().map(thread).collect();
    if threads.is_empty() {
        return Ok(Outcome::new("No conversation is found.", &Found { threads }));
    }
    let mut text = String::new();
    for thread in &threads {
        // Writing to a string cannot fail.
        let _ = write!(text, "- {} (thread_id {}, {} messages)", thread.title, thread.thread_id, thread.messages);
        if let Some(snippet) = &thread.snippet {
            let _ = write!(text, ": {snippet}");
        }
        text.push('\n');
    }
    Ok(Outcome::new(text, &Found { threads }))
}

fn path_of(asked: &Searching) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("limit", &asked.limit.unwrap_or(USUAL).to_string());
    if let Some(words) = asked.query.as_deref().map(str::trim).filter(|words| !words.is_empty()) {
        query.append_pair("query", words);
        if let Some(mode) = &asked.mode {
            query.append_pair("mode", mode);
        }
    }
    format!("/v1/threads?{}", query.finish())
}

fn thread(thread: &Value) -> Thread {
    let text = |name: &str| thread[name].as_str().unwrap_or_default().to_owned();
    Thread {
        uri: address(&text("id")),
        thread_id: text("id"),
        title: text("title"),
        messages: thread["messages"].as_u64().unwrap_or(0),
        updated_at: thread["updated_at"].as_u64().unwrap_or(0),
        snippet: thread["snippet"].as_str().map(str::to_owned),
    }
}

async fn read_thread(desk: &Desk<'_>, arguments: JsonObject) -> Result<Outcome, Trouble> {
    let asked: Reading = read(arguments)?;
    let whole = exported(desk, &asked.thread_id).await?;
    let characters = whole.chars().count();
    // What was said last is asked for most.
    let beyond = characters.saturating_sub(asked.max_chars.unwrap_or(USUAL_CHARS));
    let begin = whole.char_indices().nth(beyond).map_or(whole.len(), |(begin, _)| begin);
    let text = whole[begin..].to_owned();
    Ok(Outcome::new(text.clone(), &Read { text, characters, truncated: beyond > 0 }))
}
