//! Media in turns that a dialect knows only words for: they go into a turn of the user's, right after the turn they were in.
//!
//! A picture that a function gave back, or that stands in an answer, is seen so by the model that was asked for, instead
//! of being described by another. Results of one answer stay together, since their calls wait for all of them.

use std::borrow::Cow;

use mediary_core::task::{Chat, Message, Part, Role};

/// What the user says before media out of a function's result …
const OF_A_RESULT: &str = "(From the result of the function above:)";
/// … and before those out of an answer.
const OF_AN_ANSWER: &str = "(From the answer above:)";
/// What is left of a turn that held nothing but media.
const FOLLOWS: &str = "(See the next message.)";

/// The chat with the media of these roles in turns of the user's, and the indices of the messages they were in.
pub(crate) fn to_the_user<'a>(chat: &'a Chat, roles: &[Role]) -> (Cow<'a, Chat>, Vec<usize>) {
    let is_moved = |message: &Message| roles.contains(&message.role) && message.parts.iter().any(is_medium);
    let from: Vec<usize> = (0..chat.messages.len()).filter(|index| is_moved(&chat.messages[*index])).collect();
    if from.is_empty() {
        return (Cow::Borrowed(chat), from);
    }
    let mut messages = Vec::with_capacity(chat.messages.len() + from.len());
    let mut waiting: Vec<Part> = Vec::new();
    for message in &chat.messages {
        if message.role != Role::Tool {
            messages.extend(said_by_user(&mut waiting));
        }
        match is_moved(message) {
            false => messages.push(message.clone()),
            true => {
                let words = if message.role == Role::Tool { OF_A_RESULT } else { OF_AN_ANSWER };
                let (media, mut rest): (Vec<Part>, Vec<Part>) = message.parts.iter().cloned().partition(is_medium);
                if rest.is_empty() && message.tool_calls.is_empty() {
                    rest.push(Part::Text(FOLLOWS.to_owned()));
                }
                waiting.push(Part::Text(words.to_owned()));
                waiting.extend(media);
                let mut message = Message { parts: rest, cache_marks: Vec::new(), ..message.clone() };
                message.is_changed();
                messages.push(message);
            }
        }
    }
    messages.extend(said_by_user(&mut waiting));
    (Cow::Owned(Chat { messages, ..chat.clone() }), from)
}

fn said_by_user(waiting: &mut Vec<Part>) -> Option<Message> {
    let parts = std::mem::take(waiting);
    (!parts.is_empty()).then(|| Message { parts, ..Message::new(Role::User) })
}

fn is_medium(part: &Part) -> bool {
    matches!(part, Part::Media(_) | Part::Remote { .. })
}

#[cfg(test)]
mod tests {
    use mediary_core::MediaFormat;
    use mediary_core::task::ToolCall;

    use super::*;
    use crate::golden::media;

    #[test]
    fn media_follow_the_turns_they_were_in_and_results_stay_together() {
        let picture = || Part::Media(media(MediaFormat::Png));
        let call = |id: &str| ToolCall { id: id.into(), name: "f".into(), arguments: "{}".into(), signature: None };
        let chat = Chat {
            messages: vec![
                Message::text(Role::User, "Look."),
                Message { tool_calls: vec![call("a"), call("b")], ..Message::new(Role::Assistant) },
                Message { parts: vec![Part::Text("one".into()), picture()], ..Message::new(Role::Tool) },
                Message { parts: vec![picture()], ..Message::new(Role::Tool) },
                Message { parts: vec![picture()], ..Message::new(Role::Assistant) },
                Message::text(Role::User, "And?"),
            ],
            ..Chat::default()
        };
        let shown = |chat: &Chat| {
            let one = |message: &Message| {
                let parts = message.parts.iter().map(|part| match part {
                    Part::Text(text) => text.clone(),
                    Part::Media(_) | Part::Remote { .. } => "#".to_owned(),
                });
                format!("{:?} {}", message.role, parts.collect::<Vec<_>>().join(" "))
            };
            chat.messages.iter().map(one).collect::<Vec<_>>()
        };
        let (moved, from) = to_the_user(&chat, &[Role::Tool, Role::Assistant]);
        assert_eq!(from, [2, 3, 4]);
        assert_eq!(
            shown(&moved),
            [
                "User Look.",
                "Assistant ",
                "Tool one",
                "Tool (See the next message.)",
                "User (From the result of the function above:) # (From the result of the function above:) #",
                "Assistant (See the next message.)",
                "User (From the answer above:) #",
                "User And?",
            ]
        );
        let (same, from) = to_the_user(&chat, &[Role::System]);
        assert!(matches!(same, Cow::Borrowed(_)) && from.is_empty());
    }
}
