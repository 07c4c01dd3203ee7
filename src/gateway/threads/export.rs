//! Threads as people read them: in Markdown.

use std::fmt::Write as _;

use mediary_core::rfc3339;
use mediary_store::{MessageRow, ThreadRow};

use super::record::{Record, RecordMedium, RecordPart};
use super::{NoThread, Threads, words};

/// So many messages are read at once.
pub(super) const PAGE: u32 = 500;
/// A fence longer than any run of backticks that is usual.
const FENCE: &str = "```";

/// The whole of a thread as Markdown. Media are told of by their names, and linked by their hashes.
#[must_use]
pub fn as_markdown(thread: &ThreadRow, messages: &[MessageRow]) -> String {
    let title = words::shortened(&thread.title, 200);
    let mut text = format!("# {}\n", if title.is_empty() { &thread.id } else { &title });
    let link = |medium: &RecordMedium| {
        let mark = if medium.is_picture() { "!" } else { "" };
        format!("{mark}[{}](/v1/threads/{}/media/{})", plain(medium.shown()), thread.id, medium.hash)
    };
    for message in messages {
        said_in(message, &mut text, link);
    }
    text
}

/// Adds a message to a text in Markdown; `link` says how a medium is shown.
pub(super) fn said_in(message: &MessageRow, text: &mut String, link: impl Fn(&RecordMedium) -> String) {
    let record = Record::read(message);
    let who = match message.role.as_str() {
        "user" => record.name.as_deref().map_or_else(|| "You".to_owned(), plain),
        "assistant" => {
            if message.model.is_empty() {
                "Assistant".to_owned()
            } else {
                plain(&message.model)
            }
        }
        _ => record.name.as_deref().map_or_else(|| "Tool".to_owned(), |name| format!("Tool {}", plain(name))),
    };
    let at = rfc3339(u64::try_from(message.created_at).unwrap_or(0));
    // Writing to a string cannot fail.
    let _ = write!(text, "\n## {who} · {at}\n");
    for part in &record.parts {
        let _ = match part {
            RecordPart::Text(words) if message.role == "tool" => write!(text, "\n{}\n", fenced(words)),
            RecordPart::Text(words) => write!(text, "\n{}\n", words.trim_end()),
            RecordPart::Medium(medium) => write!(text, "\n{}\n", link(medium)),
        };
    }
    if let Some(refusal) = &record.refusal {
        let _ = write!(text, "\n{}\n", refusal.trim_end());
    }
    for call in &record.calls {
        let _ = write!(text, "\nCalls `{}`:\n\n{}\n", call.name.replace('`', "'"), fenced(&call.arguments));
    }
    if message.is_incomplete {
        text.push_str("\n*The answer broke off here.*\n");
    }
}

/// A text between fences that it does not end itself.
fn fenced(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = if longest < FENCE.len() { FENCE.to_owned() } else { "`".repeat(longest + 1) };
    format!("{fence}\n{}\n{fence}", text.trim_end())
}

/// A name in one line, with nothing that Markdown reads.
fn plain(name: &str) -> String {
    let is_read = |c: char| matches!(c, '[' | ']' | '(' | ')' | '<' | '>' | '`' | '*' | '|' | '#') || c.is_control();
    name.chars().map(|c| if is_read(c) { ' ' } else { c }).collect::<String>().trim().to_owned()
}

impl Record {
    /// A message as it is kept; of one that cannot be read, its words.
    #[must_use]
    pub fn read(message: &MessageRow) -> Self {
        serde_json::from_str(&message.body).unwrap_or_else(|_| Self {
            is_local: false,
            parts: vec![RecordPart::Text(message.said.clone())],
            calls: Vec::new(),
            call_id: None,
            name: None,
            has_failed: false,
            refusal: None,
            thoughts: None,
        })
    }
}

impl Threads {
    /// The whole of a thread of this owner's.
    ///
    /// # Errors
    /// When there is none.
    pub async fn whole(&self, id: &str, owner: &[u8]) -> Result<(ThreadRow, Vec<MessageRow>), NoThread> {
        let thread = self.get(id, owner).await?;
        let messages = self.all_messages(thread.seq).await?;
        Ok((thread, messages))
    }

    pub(super) async fn all_messages(&self, thread: i64) -> Result<Vec<MessageRow>, NoThread> {
        let (mut messages, mut after) = (Vec::new(), None);
        loop {
            let (page, has_more) = self.rows.messages(thread, after, true, PAGE).await?;
            after = page.last().map(|last| last.seq);
            messages.extend(page);
            if !has_more {
                return Ok(messages);
            }
        }
    }
}
