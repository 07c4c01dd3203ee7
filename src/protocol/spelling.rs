//! Names of fields as a client writes them, where another format is its own.
//!
//! Everything behind the door names fields as OpenAI's chats do, and messages by their places among all. What is told a
//! client is said in its own words: which field of its request was wrong, left out or treated.

use std::borrow::Cow;

use mediary_core::task::{PartPath, Task, Written};

/// A name within OpenAI's chats, and the same in another format.
pub type Spelled = (&'static str, &'static str);

/// What fields of one request are called by the client that wrote it.
#[derive(Debug, Clone, Default)]
pub struct Spelling {
    fields: &'static [Spelled],
    /// The messages of the conversation; empty where they stand as they do in OpenAI's chats.
    messages: Vec<Option<Written>>,
}

impl Spelling {
    /// The words of a format for fields, and what the messages of a task are called in it.
    #[must_use]
    pub fn of(fields: &'static [Spelled], task: &Task) -> Self {
        let messages = match task {
            Task::Chat(chat) if chat.messages.iter().any(|message| message.written.is_some()) => {
                chat.messages.iter().map(|message| message.written.clone()).collect()
            }
            _ => Vec::new(),
        };
        Self { fields, messages }
    }

    /// What a place is called.
    #[must_use]
    pub fn place(&self, place: PartPath) -> String {
        match place {
            PartPath::Content { message, part } => self.part(message, Some(part)),
            PartPath::Field(_) | PartPath::Item(..) => None,
        }
        .unwrap_or_else(|| place.to_string())
    }

    /// What a field is called that is left out or wrong.
    #[must_use]
    pub fn field<'a>(&self, name: &'a str) -> Cow<'a, str> {
        if let Some((_, its)) = self.fields.iter().find(|(known, _)| *known == name) {
            return Cow::Borrowed(its);
        }
        // What stands in a part is named in its client's words already.
        match !self.messages.is_empty() && name.starts_with(MESSAGES) && !name.contains(CONTENT) {
            true => Cow::Owned(self.sentence(name)),
            false => Cow::Borrowed(name),
        }
    }

    /// The field that an error is about.
    #[must_use]
    pub fn blamed(&self, name: &str) -> String {
        match name.starts_with(MESSAGES) {
            true => self.sentence(name),
            false => self.field(name).into_owned(),
        }
    }

    /// A sentence with its places as they are called.
    #[must_use]
    pub fn sentence(&self, text: &str) -> String {
        let mut told = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find(MESSAGES).filter(|_| !self.messages.is_empty()) {
            let (before, here) = rest.split_at(at);
            told.push_str(before);
            let found = numbered(here, MESSAGES).and_then(|(message, after)| match numbered(after, CONTENT) {
                Some((part, behind)) => Some((self.part(message, Some(part))?, behind)),
                None => Some((self.part(message, None)?, after)),
            });
            let (spelled, after) = found.unwrap_or_else(|| (MESSAGES.to_owned(), &here[MESSAGES.len()..]));
            told.push_str(&spelled);
            rest = after;
        }
        told.push_str(rest);
        told
    }

    fn part(&self, message: usize, part: Option<usize>) -> Option<String> {
        let written = self.messages.get(message)?.as_ref()?;
        let medium = |part| written.media.iter().find(|(its, _)| Some(*its) == part).map(|(_, place)| place);
        Some(medium(part).unwrap_or(&written.at).clone())
    }
}

const MESSAGES: &str = "messages[";
const CONTENT: &str = ".content[";

/// The number behind a beginning and what follows its bracket.
fn numbered<'a>(text: &'a str, beginning: &str) -> Option<(usize, &'a str)> {
    let (number, after) = text.strip_prefix(beginning)?.split_once(']')?;
    Some((number.parse().ok()?, after))
}

#[cfg(test)]
mod tests {
    use mediary_core::task::{Chat, Message, Role};

    use super::*;

    fn spelling() -> Spelling {
        let media = vec![(1, "input[3].content[2]".to_owned())];
        let said =
            Message { written: Some(Written { at: "input[3]".to_owned(), media }), ..Message::text(Role::User, "Hm.") };
        let told = Message {
            written: Some(Written { at: "instructions".to_owned(), media: Vec::new() }),
            ..Message::text(Role::System, "Hm.")
        };
        let task = Task::Chat(Chat { messages: vec![told, said], ..Chat::default() });
        Spelling::of(&[("max_tokens", "max_output_tokens"), ("messages", "input")], &task)
    }

    #[test]
    fn places_are_called_what_their_client_calls_them() {
        let spelling = spelling();
        let rows = [
            ("messages[1].content[1]", "input[3].content[2]"),
            ("messages[1].content[0]", "input[3]"),
            ("messages[1].order", "input[3].order"),
            ("messages[0]", "instructions"),
            ("messages[9]", "messages[9]"),
            ("messages", "input"),
            ("max_tokens", "max_output_tokens"),
            ("seed", "seed"),
        ];
        for (name, expected) in rows {
            assert_eq!(spelling.blamed(name), expected, "{name}");
        }
        let place = PartPath::Content { message: 1, part: 1 };
        assert_eq!(spelling.place(place), "input[3].content[2]");
        assert_eq!(spelling.place(PartPath::Field("file")), "file");
        let told = spelling.sentence("a cannot be given messages[1].content[1], b messages[0].content[0]; messages[x]");
        assert_eq!(told, "a cannot be given input[3].content[2], b instructions; messages[x]");
    }

    #[test]
    fn what_its_client_named_itself_stays_and_so_does_what_is_openais() {
        assert_eq!(spelling().field("messages[1].content[1].citations"), "messages[1].content[1].citations");
        assert_eq!(spelling().field("messages[1].order"), "input[3].order");
        assert_eq!(Spelling::default().blamed("messages[1].content[1]"), "messages[1].content[1]");
    }
}
