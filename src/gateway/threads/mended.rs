//! Calls and their results belong together: what a thread has only one half of is left out of what targets get, since most of
//! them refuse it.

use mediary_core::task::{Message, Role};

/// Messages without calls that were never answered, and without results of calls that are not there. `answered`: the calls that
/// are answered by what comes behind.
pub(super) fn mended(messages: Vec<Message>, answered: &[String]) -> Vec<Message> {
    let mut mended: Vec<Message> = Vec::with_capacity(messages.len());
    let mut rest = messages.into_iter().peekable();
    while let Some(mut message) = rest.next() {
        if message.role == Role::Tool {
            // Its call is not there.
            continue;
        }
        let mut results: Vec<Message> = Vec::new();
        while let Some(result) = rest.next_if(|next| next.role == Role::Tool) {
            results.push(result);
        }
        let is_last = rest.peek().is_none();
        let id_of = |result: &Message| result.tool_call_id.clone().unwrap_or_default();
        let has_result =
            |id: &String| results.iter().any(|result| id_of(result) == *id) || (is_last && answered.contains(id));
        message.tool_calls.retain(|call| has_result(&call.id));
        results.retain(|result| message.tool_calls.iter().any(|call| call.id == id_of(result)));
        if message.tool_calls.is_empty() {
            message.reasoning = None;
            let is_nothing = message.is_nothing() && message.refusal.is_none();
            if message.role == Role::Assistant && is_nothing {
                continue;
            }
        }
        mended.push(message);
        mended.extend(results);
    }
    mended
}

#[cfg(test)]
mod tests {
    use mediary_core::task::{Part, ToolCall};

    use super::*;

    /// `u`: a user's message; `a`: an answer; `c1,2`: one with calls; `r1`: a result.
    fn messages(text: &str) -> Vec<Message> {
        let message = |word: &str| match word.split_at(1) {
            ("u", _) => Message::text(Role::User, word),
            ("a", _) => Message::text(Role::Assistant, word),
            ("r", id) => Message { tool_call_id: Some(id.to_owned()), ..Message::text(Role::Tool, word) },
            (_, ids) => {
                let call = |id: &str| ToolCall {
                    id: id.to_owned(),
                    name: "f".to_owned(),
                    arguments: String::new(),
                    signature: None,
                };
                Message { tool_calls: ids.split(',').map(call).collect(), ..Message::new(Role::Assistant) }
            }
        };
        text.split_whitespace().map(message).collect()
    }

    fn shown(messages: &[Message]) -> String {
        let one = |message: &Message| match message.parts.first() {
            Some(Part::Text(text)) => text.clone(),
            _ => format!("c{}", message.tool_calls.iter().map(|call| call.id.as_str()).collect::<Vec<_>>().join(",")),
        };
        messages.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn halves_are_left_out() {
        let rows = [
            ("u c1,2 r1 r2 a", "", "u c1,2 r1 r2 a"),
            ("u c1,2 r1", "", "u c1 r1"),
            ("u c1,2 r1", "2", "u c1,2 r1"),
            ("u c1 u a", "1", "u u a"),
            ("r1 a u", "", "a u"),
            ("u c1 r2 a", "", "u a"),
            ("u c1", "1", "u c1"),
        ];
        for (before, answered, after) in rows {
            let answered: Vec<String> = answered.split_whitespace().map(str::to_owned).collect();
            assert_eq!(shown(&mended(messages(before), &answered)), after, "{before}");
        }
    }
}
