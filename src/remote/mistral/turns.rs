//! The order of a conversation as Mistral takes it: the system first, no assistant that says nothing, and no user right
//! after a function's result.

use mediary_core::task::{Message, Part, Role};

/// What the assistant says between a function's result and a user that did not wait for it.
pub(super) const BETWEEN: &str = "OK.";

/// A turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// The message of this index.
    Said(usize),
    /// The assistant, between a result and the user.
    Between,
}

/// The turns of a conversation.
pub(super) fn turns(messages: &[Message]) -> Vec<Turn> {
    let is_system = |index: &usize| messages[*index].role == Role::System;
    let (systems, others): (Vec<usize>, Vec<usize>) = (0..messages.len()).partition(is_system);
    let mut turns: Vec<Turn> = systems.into_iter().map(Turn::Said).collect();
    let mut before = Role::System;
    for index in others.into_iter().filter(|index| !is_nothing(&messages[*index])) {
        let role = messages[index].role;
        if before == Role::Tool && role == Role::User {
            turns.push(Turn::Between);
        }
        turns.push(Turn::Said(index));
        before = role;
    }
    turns
}

/// Whether an assistant neither says nor calls anything.
fn is_nothing(message: &Message) -> bool {
    let is_empty = |part: &Part| matches!(part, Part::Text(text) if text.is_empty());
    message.role == Role::Assistant
        && message.tool_calls.is_empty()
        && message.refusal.is_none()
        && message.parts.iter().all(is_empty)
}

#[cfg(test)]
mod tests {
    use mediary_core::task::ToolCall;

    use super::*;

    #[test]
    fn the_order_is_one_that_is_taken() {
        let said = |role: Role| Message::text(role, "a");
        let call = ToolCall { id: "c".into(), name: "f".into(), arguments: "{}".into(), signature: None };
        let calling = || Message { tool_calls: vec![call.clone()], ..Message::new(Role::Assistant) };
        let (system, user, tool) = (|| said(Role::System), || said(Role::User), || said(Role::Tool));
        let rows: [(Vec<Message>, &str); 6] = [
            (vec![system(), user(), said(Role::Assistant)], "0 1 2"),
            (vec![user(), system(), said(Role::Assistant), user()], "1 0 2 3"),
            (vec![user(), Message::new(Role::Assistant), user()], "0 2"),
            (vec![user(), Message::text(Role::Assistant, ""), user()], "0 2"),
            (vec![user(), calling(), tool(), user()], "0 1 2 - 3"),
            (vec![user(), calling(), tool(), said(Role::Assistant), user()], "0 1 2 3 4"),
        ];
        for (messages, expected) in rows {
            let shown = |turn: &Turn| match turn {
                Turn::Said(index) => index.to_string(),
                Turn::Between => "-".to_owned(),
            };
            let order: Vec<String> = turns(&messages).iter().map(shown).collect();
            assert_eq!(order.join(" "), expected);
        }
    }
}
