//! `search_threads` and `read_thread`: conversations that are kept here, by words or meaning.

use std::fmt::Write as _;

use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::arguments::{read, result, schema};
use super::super::desk::Desk;
use super::super::fence::Fence;
use super::super::outcome::Outcome;
use super::super::threads::{address, exported};
use super::super::trouble::Trouble;
use super::{Effect, Offer, Reach};

/// So much of a thread is told where it is not said.
const USUAL_CHARS: usize = 40_000;
/// What is said of conversations, in which pages and documents may have been quoted.
const EARLIER: &str = "was said in earlier conversations";
/// So many threads are told where it is not said.
const USUAL: u32 = 10;

pub(super) static SEARCH: Offer = Offer {
    name: "search_threads",
    title: "Search earlier conversations",
    description: "Conversations kept here for this key, by words and by meaning, the best first; without a query the latest. To \
                  read one, take read_thread.",
    input: |_| schema::<Searching>(),
    output: result::<Found>,
    effect: Effect::Reads,
    reach: Reach::Within,
    wants: Some("/v1/threads"),
    run: |desk, arguments| Box::pin(search_threads(desk, arguments)),
};

pub(super) static READ: Offer = Offer {
    name: "read_thread",
    title: "Read an earlier conversation",
    description: "What was said in a conversation that is kept here, as Markdown. A long one is cut at its beginning.",
    input: |_| schema::<Reading>(),
    output: result::<Read>,
    effect: Effect::Reads,
    reach: Reach::Within,
    wants: Some("/v1/threads"),
    run: |desk, arguments| Box::pin(read_thread(desk, arguments)),
};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Searching {
    /// What is looked for
    query: Option<String>,
    /// both unless said
    mode: Option<Mode>,
    /// How many, 1 to 100; 10 unless said
    limit: Option<u32>,
}

#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Mode {
    Text,
    Meaning,
    Both,
}

impl Mode {
    fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Meaning => "meaning",
            Self::Both => "both",
        }
    }
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
    /// Where the texts come from, and between which marks they stand
    #[serde(skip_serializing_if = "String::is_empty")]
    untrusted: String,
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
    /// Where the texts come from, and between which marks they stand
    #[serde(skip_serializing_if = "String::is_empty")]
    untrusted: String,
    text: String,
    /// Characters of the whole text
    characters: usize,
    /// Whether `text` is only its end
    truncated: bool,
}

async fn search_threads(desk: &Desk<'_>, arguments: JsonObject) -> Result<Outcome, Trouble> {
    let asked: Searching = read(arguments)?;
    let list = desk.get(&path_of(&asked)).await?;
    let mut threads: Vec<Thread> = list["data"].as_array().map_or(&[][..], Vec::as_slice).iter().map(thread).collect();
    if threads.is_empty() {
        return Ok(Outcome::new("No conversation is found.", &Found { untrusted: String::new(), threads }));
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
    let fence = Fence::around(EARLIER, [text.as_str()]);
    for snippet in threads.iter_mut().filter_map(|thread| thread.snippet.as_mut()) {
        *snippet = fence.quoted(snippet);
    }
    Ok(Outcome::new(fence.told(&text), &Found { untrusted: fence.notice(), threads }))
}

fn path_of(asked: &Searching) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("limit", &asked.limit.unwrap_or(USUAL).to_string());
    if let Some(words) = asked.query.as_deref().map(str::trim).filter(|words| !words.is_empty()) {
        query.append_pair("query", words);
        if let Some(mode) = asked.mode {
            query.append_pair("mode", mode.name());
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
    let text = &whole[begin..];
    let fence = Fence::around(EARLIER, [text]);
    let more = if beyond > 0 { "\n\n[Cut at its beginning; raise `max_chars` for more.]" } else { "" };
    let read = Read { untrusted: fence.notice(), text: fence.quoted(text), characters, truncated: beyond > 0 };
    Ok(Outcome::new(format!("{}{more}", fence.told(text)), &read))
}
