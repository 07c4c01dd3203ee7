//! A note: front matter that says which thread it is of, from which message to which, and a hash of all the rest, by which it is
//! seen whether a person has changed anything.

use std::fmt::Write as _;

use mediary_core::{ContentHash, rfc3339};
use mediary_store::{MessageRow, ThreadRow};
use serde_json::{Value, json};

use super::super::export::said_in;
use super::super::record::RecordMedium;
use super::names::ending;

const FENCE: &str = "---";
const HASH: &str = "mediary_hash: ";
/// The most labels of a note.
const MOST_TAGS: usize = 20;

/// What a note in the vault says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Known {
    /// The short form of its owner.
    pub(super) owner: String,
    /// Its thread.
    pub(super) id: String,
    /// When its thread was made: one of the same id that was made later is another. `None`: it does not say.
    pub(super) created: Option<i64>,
    /// Behind which message it begins.
    pub(super) from: i64,
    /// Which message is its last.
    pub(super) last: i64,
    /// Whether it is as it was written here.
    pub(super) is_untouched: bool,
}

/// Reads what a note says of itself; `None`: it is none of ours.
pub(super) fn known(text: &str) -> Option<Known> {
    // Editors may write line ends of their own, which is no change of a person's.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace('\r', "");
    let rest = text.strip_prefix(FENCE)?.strip_prefix('\n')?;
    let (head, _) = rest.split_once("\n---")?;
    let field = |name: &str| {
        let line = head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.map(|value| unquoted(value.trim()))
    };
    let hash = field("mediary_hash").unwrap_or_default();
    let number = |name: &str| field(name).and_then(|text| text.parse::<i64>().ok());
    Some(Known {
        owner: field("mediary_owner")?,
        id: field("mediary_id")?,
        created: number("mediary_created"),
        from: number("mediary_from").unwrap_or(0),
        last: number("mediary_last").unwrap_or(i64::MAX),
        is_untouched: hash == hash_of(&text),
    })
}

/// A value as it stands in front matter, whether or not an editor has left its quotes.
fn unquoted(value: &str) -> String {
    serde_json::from_str(value).unwrap_or_else(|_| value.trim_matches(['"', '\'']).to_owned())
}

/// The hash of a note without the line that holds it.
fn hash_of(text: &str) -> String {
    let mut rest = String::with_capacity(text.len());
    let mut is_found = false;
    for line in text.split_inclusive('\n') {
        if !is_found && line.starts_with(HASH) {
            is_found = true;
            continue;
        }
        rest.push_str(line);
    }
    ContentHash::of(rest.as_bytes()).to_string()
}

/// The note of a thread, of the messages behind one.
pub(super) fn written(thread: &ThreadRow, owner: &str, from: i64, messages: &[MessageRow]) -> String {
    let quoted = |text: &str| json!(text).to_string();
    let at = |seconds: i64| rfc3339(u64::try_from(seconds).unwrap_or(0));
    let last = messages.last().map_or(from, |message| message.seq);
    let mut text = format!("{FENCE}\nmediary_id: {}\nmediary_owner: {}\n", quoted(&thread.id), quoted(owner));
    // Writing to a string cannot fail.
    let _ = writeln!(text, "title: {}", quoted(&thread.title));
    let _ = writeln!(text, "created: {}\nupdated: {}", at(thread.created_at), at(thread.updated_at));
    if !thread.model.is_empty() {
        let _ = writeln!(text, "model: {}", quoted(&thread.model));
    }
    if let Some(project) = &thread.project {
        let _ = writeln!(text, "project: {}", quoted(project));
    }
    let _ = writeln!(text, "tags: {}", json!(tags(thread)));
    let _ = writeln!(text, "mediary_created: {}\nmediary_from: {from}\nmediary_last: {last}", thread.created_at);
    let place = text.len();
    text.push_str(FENCE);
    text.push('\n');
    let title = if thread.title.is_empty() { &thread.id } else { &thread.title };
    let _ = write!(text, "\n# {title}\n");
    for message in messages {
        said_in(message, &mut text, linked);
    }
    let text = text.replace('\r', "");
    let line = format!("{HASH}{}\n", quoted(&ContentHash::of(text.as_bytes()).to_string()));
    let (head, body) = text.split_at(place);
    format!("{head}{line}{body}")
}

/// A thread's labels: its client's, and ours.
fn tags(thread: &ThreadRow) -> Vec<String> {
    let metadata: Value = serde_json::from_str(&thread.metadata).unwrap_or_default();
    let own = metadata["tags"].as_array().cloned().unwrap_or_default();
    let own = own.iter().filter_map(Value::as_str).map(|tag| {
        let plain = |c: char| if c.is_alphanumeric() || matches!(c, '-' | '_' | '/') { c } else { '-' };
        tag.trim().chars().take(60).map(plain).collect::<String>()
    });
    std::iter::once("mediary".to_owned()).chain(own.filter(|tag| !tag.is_empty()).take(MOST_TAGS)).collect()
}

/// The file of a medium.
pub(super) fn attachment(medium: &RecordMedium) -> String {
    format!("{}.{}", medium.hash, ending(&medium.mime, medium.name.as_deref()))
}

/// A link by the file's name alone, which stays true wherever the note is moved.
fn linked(medium: &RecordMedium) -> String {
    let file = attachment(medium);
    if medium.is_picture() {
        return format!("![[{file}]]");
    }
    let is_read = |c: char| matches!(c, '[' | ']' | '|' | '#' | '^') || c.is_control();
    let shown: String = medium.shown().chars().map(|c| if is_read(c) { ' ' } else { c }).collect();
    format!("[[{file}|{}]]", shown.trim())
}
