//! The name of the provider that answered, in the answer itself, where the configuration asks for it
//! (`routing.show_provider`): a field of its own beside those of the format. Headers name the target in any case.

use std::sync::Arc;

use axum::body::Bytes;
use mediary_core::Target;
use mediary_core::task::{ReplyEvent, Task};

use super::super::state::AppState;
use crate::gateway::Gateway;

/// The field.
const FIELD: &str = "provider_name";

/// Whether answers name their providers, and what those are called.
#[derive(Debug, Clone, Default)]
pub(super) struct ProviderNames(Option<Arc<Gateway>>);

impl ProviderNames {
    /// For a task: answers of chats name them.
    pub(super) fn of(state: &AppState, task: &Task) -> Self {
        let is_shown = state.config.routing.show_provider && matches!(task, Task::Chat(_));
        Self(is_shown.then(|| state.gateway.clone()))
    }

    /// What the provider of a target is called; `None`: it is not named.
    pub(super) fn name(&self, target: &Target) -> Option<String> {
        let gateway = self.0.as_ref()?;
        let setup = gateway.router.providers().get(&target.provider);
        Some(setup.map_or_else(|| target.provider.as_str().to_owned(), |setup| setup.name.clone()))
    }
}

/// An answer with the name in it, where it is an object in JSON.
pub(super) fn named(body: Bytes, name: Option<&str>) -> Bytes {
    let Some(name) = name else { return body };
    let mut bytes = body.to_vec();
    if name_last(&mut bytes, 0, name) { bytes.into() } else { body }
}

/// Whether these events end a reply, so that what is written of them is its last piece.
pub(super) fn is_last(events: &[ReplyEvent]) -> bool {
    events.iter().any(|event| matches!(event, ReplyEvent::Finish { .. } | ReplyEvent::Usage(_)))
}

/// Puts the name into the last object in JSON that stands in a line of its own behind `from`. Gives whether there is one.
pub(super) fn name_last(bytes: &mut Vec<u8>, from: usize, name: &str) -> bool {
    let Some(at) = last_brace(&bytes[from..]) else { return false };
    let at = from + at;
    let is_empty = bytes[..at].iter().rev().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    let comma = if is_empty { "" } else { "," };
    let field = format!("{comma}\"{FIELD}\":{}", serde_json::Value::from(name));
    bytes.splice(at..at, field.into_bytes());
    true
}

/// Where the last object ends that is all there is in its line, or in the whole text.
fn last_brace(text: &[u8]) -> Option<usize> {
    let trimmed = text.trim_ascii_end();
    if trimmed.starts_with(b"{") && trimmed.ends_with(b"}") {
        return Some(trimmed.len() - 1);
    }
    let mut end = trimmed.len();
    loop {
        let begin = trimmed[..end].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let line = trimmed[begin..end].trim_ascii_end();
        let data = line.strip_prefix(b"data:").unwrap_or(line).trim_ascii_start();
        if data.starts_with(b"{") && data.ends_with(b"}") {
            return Some(begin + line.len() - 1);
        }
        end = begin.checked_sub(1)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_object_is_given_the_name() {
        let rows = [
            ("{\"a\":1}", "{\"a\":1,\"provider_name\":\"My \\\"Box\\\"\"}"),
            ("{\n  \"a\": {}\n}\n", "{\n  \"a\": {}\n,\"provider_name\":\"My \\\"Box\\\"\"}\n"),
            ("{}", "{\"provider_name\":\"My \\\"Box\\\"\"}"),
            (
                "data: {\"a\":1}\n\ndata: [DONE]\n\n",
                "data: {\"a\":1,\"provider_name\":\"My \\\"Box\\\"\"}\n\ndata: [DONE]\n\n",
            ),
            ("event: e\ndata: {\"a\":{}}\n\n", "event: e\ndata: {\"a\":{},\"provider_name\":\"My \\\"Box\\\"\"}\n\n"),
            ("{\"a\":1}\n{\"b\":2}\n", "{\"a\":1}\n{\"b\":2,\"provider_name\":\"My \\\"Box\\\"\"}\n"),
            ("data: [DONE]\n\n", "data: [DONE]\n\n"),
            ("plain", "plain"),
            ("", ""),
        ];
        for (text, expected) in rows {
            let mut bytes = text.as_bytes().to_vec();
            assert_eq!(name_last(&mut bytes, 0, "My \"Box\""), text != expected, "{text}");
            assert_eq!(String::from_utf8(bytes).unwrap(), expected);
        }
    }
}
