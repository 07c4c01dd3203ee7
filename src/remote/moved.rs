//! What a dialect cannot let its speaker say, in turns of the user's.
//!
//! Media in turns that it knows only words for go right after the turn they were in.
//! A picture that a function gave back, or that stands in an answer, is seen so by the model that was asked for, instead
//! of being described by another. Results of one answer stay together, since their calls wait for all of them.
//!
//! Where the system is heard only at the beginning, what it says after an answer is said by the user: moved to the
//! beginning it would leave the assistant with the last word, which the model would go on from.

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

/// The chat with what the system says after the last answer said by the user, and the indices of those messages.
pub(crate) fn last_words(chat: &Chat) -> (Cow<'_, Chat>, Vec<usize>) {
    let messages = &chat.messages;
    let last = messages.iter().rposition(|message| message.role != Role::System);
    let answer = last.filter(|last| messages[*last].role == Role::Assistant);
    let from = answer.map_or(messages.len(), |answer| answer + 1);
    by_the_user(chat, from)
}

/// The same, and with the last of the system's words said by the user if there are no others, where one has to speak.
pub(crate) fn last_or_only_words(chat: &Chat) -> (Cow<'_, Chat>, Vec<usize>) {
    match chat.messages.iter().all(|message| message.role == Role::System) {
        true => by_the_user(chat, chat.messages.len().saturating_sub(1)),
        false => last_words(chat),
    }
}

fn by_the_user(chat: &Chat, from: usize) -> (Cow<'_, Chat>, Vec<usize>) {
    let whose: Vec<usize> = (from..chat.messages.len()).collect();
    if whose.is_empty() {
        return (Cow::Borrowed(chat), whose);
    }
    let mut chat = chat.clone();
    for message in &mut chat.messages[from..] {
        message.role = Role::User;
        message.is_changed();
    }
    (Cow::Owned(chat), whose)
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
    #[test]
    fn what_the_system_says_last_stays_the_last_word() {
        let of = |turns: &str| {
            let message = |turn| match turn {
                's' => Message::text(Role::System, "s"),
                'u' => Message::text(Role::User, "u"),
                't' => Message::text(Role::Tool, "t"),
                _ => Message::text(Role::Assistant, "a"),
            };
            Chat { messages: turns.chars().map(message).collect(), ..Chat::default() }
        };
        let roles = |chat: &Chat| -> String {
            let letter = |message: &Message| match message.role {
                Role::System => 's',
                Role::User => 'u',
                Role::Tool => 't',
                Role::Assistant => 'a',
            };
            chat.messages.iter().map(letter).collect()
        };
        let rows: [(&str, &str, &[usize]); 8] = [
            ("uas", "uau", &[2]),
            ("suass", "suauu", &[3, 4]),
            ("us", "us", &[]),
            ("uats", "uats", &[]),
            ("usa", "usa", &[]),
            ("uasu", "uasu", &[]),
            ("s", "s", &[]),
            ("", "", &[]),
        ];
        for (turns, expected, moved) in rows {
            let chat = of(turns);
            let (words, whose) = last_words(&chat);
            assert_eq!((roles(&words).as_str(), whose.as_slice()), (expected, moved), "{turns}");
        }
        let rows: [(&str, &str, &[usize]); 4] =
            [("s", "u", &[0]), ("ss", "su", &[1]), ("uas", "uau", &[2]), ("", "", &[])];
        for (turns, expected, moved) in rows {
            let chat = of(turns);
            let (words, whose) = last_or_only_words(&chat);
            assert_eq!((roles(&words).as_str(), whose.as_slice()), (expected, moved), "{turns}");
        }
    }
}
