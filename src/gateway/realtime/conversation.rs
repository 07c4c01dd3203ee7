//! What was said so far: items in order, as the client sees them and as a model is told them.

use mediary_core::live::{Content, Item, ItemKind, LiveError, LiveTurn};
use mediary_core::task::{MediaPart, Message, Part, Role, ToolCall};
use mediary_core::{Blob, Claim, Failure, MediaKind, classify};
use uuid::Uuid;

use super::error::refused;
use super::sound::wav;

/// More items are not kept: the oldest go.
const MOST_ITEMS: usize = 1_000;
/// Nor more bytes of words, sound and pictures.
const MOST_BYTES: usize = 16 << 20;
/// The name of the beginning, where an item is to be put.
const ROOT: &str = "root";

/// A conversation.
#[derive(Debug)]
pub(super) struct Conversation {
    pub(super) id: String,
    items: Vec<Item>,
}

/// A new name of this kind.
pub(super) fn new_id(kind: &str) -> String {
    format!("{kind}_{}", Uuid::now_v7().simple())
}

impl Conversation {
    pub(super) fn new() -> Self {
        Self { id: new_id("conv"), items: Vec::new() }
    }

    /// The last item's name.
    pub(super) fn last(&self) -> Option<String> {
        self.items.last().map(|item| item.id.clone())
    }

    /// Adds an item behind another; gives the name of the one that it follows.
    ///
    /// # Errors
    /// When there is no such item to follow, or one of its name.
    pub(super) fn add(&mut self, item: Item, after: Option<&str>) -> Result<Option<String>, LiveError> {
        if self.items.iter().any(|other| other.id == item.id) {
            return Err(refused("item.id", format!("there is an item `{}` already", item.id)));
        }
        let at = match after {
            None => self.items.len(),
            Some(ROOT) => 0,
            Some(after) => self.place(after).ok_or_else(|| missing("previous_item_id", after))? + 1,
        };
        let before = at.checked_sub(1).map(|before| self.items[before].id.clone());
        self.items.insert(at, item);
        if self.items.len() > MOST_ITEMS {
            self.items.remove(0);
        }
        self.shed(0);
        while self.items.len() > 1 && self.bytes() > MOST_BYTES {
            self.items.remove(0);
        }
        Ok(before)
    }

    /// Makes room for an item of the client's.
    ///
    /// # Errors
    /// When there is none.
    pub(super) fn make_room(&mut self, item: &Item) -> Result<(), LiveError> {
        let more = bytes_of(item);
        self.shed(more);
        if self.bytes() + more > MOST_BYTES {
            let most = MOST_BYTES >> 20;
            let message = format!(
                "the items of a conversation hold {most} MiB together; remove some with conversation.item.delete, or say it \
                 with input_audio_buffer.append"
            );
            return Err(refused("item", message));
        }
        Ok(())
    }

    /// Lets go of sound whose words are known, as far as room is needed for so many bytes.
    fn shed(&mut self, more: usize) {
        let mut over = (self.bytes() + more).saturating_sub(MOST_BYTES);
        for item in &mut self.items {
            let ItemKind::Message { content, .. } = &mut item.kind else { continue };
            for content in content {
                if over > 0
                    && let Content::Sound { samples, words: Some(_) } = content
                {
                    over = over.saturating_sub(std::mem::take(samples).len());
                }
            }
        }
    }

    fn bytes(&self) -> usize {
        self.items.iter().map(bytes_of).sum()
    }

    /// Whether an item may be put behind this one.
    pub(super) fn knows(&self, id: &str) -> bool {
        id == ROOT || self.place(id).is_some()
    }

    fn place(&self, id: &str) -> Option<usize> {
        self.items.iter().position(|item| item.id == id)
    }

    /// The item of a name.
    ///
    /// # Errors
    /// When there is none.
    pub(super) fn item(&mut self, id: &str) -> Result<&mut Item, LiveError> {
        self.items.iter_mut().find(|item| item.id == id).ok_or_else(|| missing("item_id", id))
    }

    /// Removes the item of a name.
    ///
    /// # Errors
    /// When there is none.
    pub(super) fn remove(&mut self, id: &str) -> Result<(), LiveError> {
        let at = self.place(id).ok_or_else(|| missing("item_id", id))?;
        self.items.remove(at);
        Ok(())
    }

    /// Notes what was heard in an item.
    pub(super) fn heard(&mut self, id: &str, words: &str) {
        let Ok(Item { kind: ItemKind::Message { content, .. }, .. }) = self.item(id) else { return };
        for content in content {
            if let Content::Sound { words: its, .. } = content {
                *its = Some(words.to_owned());
            }
        }
    }

    /// The name of the function that a call is of.
    pub(super) fn function(&self, call: &str) -> String {
        let names = self.items.iter().rev().filter_map(|item| match &item.kind {
            ItemKind::Call { call: its, name, .. } if its == call => Some(name.clone()),
            ItemKind::Call { .. } | ItemKind::Message { .. } | ItemKind::Result { .. } => None,
        });
        names.into_iter().next().unwrap_or_default()
    }

    /// What was said so far, in words.
    pub(super) fn turns(&self) -> Vec<LiveTurn> {
        let turns = self.items.iter().map(|item| match &item.kind {
            ItemKind::Message { role, .. } => LiveTurn { role: *role, text: item.words() },
            ItemKind::Call { name, arguments, .. } => {
                let text = format!("(calls the function {name} with {arguments})");
                LiveTurn { role: Role::Assistant, text }
            }
            ItemKind::Result { call, output } => result_in_words(&self.function(call), output),
        });
        turns.filter(|turn| !turn.text.is_empty()).collect()
    }

    /// Its items.
    pub(super) fn items(&self) -> &[Item] {
        &self.items
    }
}

/// What a function gave, for a target that did not call it.
pub(super) fn result_in_words(name: &str, output: &str) -> LiveTurn {
    LiveTurn { role: Role::User, text: format!("(the function {name} gave: {output})") }
}

/// How much an item holds, about.
fn bytes_of(item: &Item) -> usize {
    match &item.kind {
        ItemKind::Message { content, .. } => {
            let bytes = content.iter().map(|content| match content {
                Content::Text(words) | Content::Written(words) | Content::Spoken(words) => words.len(),
                Content::Sound { samples, words } => samples.len() + words.as_ref().map_or(0, String::len),
                // As it was written, and what was read from that.
                Content::Picture(picture) => 2 * picture.url.len(),
            });
            bytes.sum()
        }
        ItemKind::Call { call, name, arguments } => call.len() + name.len() + arguments.len(),
        ItemKind::Result { call, output } => call.len() + output.len(),
    }
}

fn missing(param: &str, id: &str) -> LiveError {
    let id: String = id.chars().take(80).collect();
    refused(param, format!("there is no item `{id}` in this conversation"))
}

/// Items as a model is told them. `rate_hz`: that of sound that was sent with an item.
///
/// # Errors
/// When a medium cannot be made of what was sent.
pub(super) fn messages(items: &[Item], rate_hz: u32) -> Result<Vec<Message>, Failure> {
    let mut messages: Vec<Message> = Vec::new();
    for item in items {
        match &item.kind {
            ItemKind::Message { role, content } => {
                let mut message = Message::new(*role);
                for content in content {
                    message.parts.extend(part(content, rate_hz)?);
                }
                if !message.parts.is_empty() {
                    messages.push(message);
                }
            }
            ItemKind::Call { call, name, arguments } => {
                let call =
                    ToolCall { id: call.clone(), name: name.clone(), arguments: arguments.clone(), signature: None };
                match messages.last_mut().filter(|last| last.role == Role::Assistant) {
                    Some(last) => last.tool_calls.push(call),
                    None => messages.push(Message { tool_calls: vec![call], ..Message::new(Role::Assistant) }),
                }
            }
            ItemKind::Result { call, output } => {
                let message = Message::text(Role::Tool, output.clone());
                messages.push(Message { tool_call_id: Some(call.clone()), ..message });
            }
        }
    }
    Ok(messages)
}

/// The same without sound: of what was said and not written down it is said that it was.
pub(super) fn in_words(messages: &mut [Message]) {
    for part in messages.iter_mut().flat_map(|message| &mut message.parts) {
        if matches!(part, Part::Media(part) if part.media.kind() == MediaKind::Audio) {
            *part = Part::Text("(Something was said here that could not be written down.)".to_owned());
        }
    }
}

fn part(content: &Content, rate_hz: u32) -> Result<Option<Part>, Failure> {
    let text = |text: &String| Some(Part::Text(text.clone())).filter(|_| !text.is_empty());
    Ok(match content {
        Content::Text(words) | Content::Written(words) | Content::Spoken(words) => text(words),
        Content::Sound { words: Some(words), .. } => text(words),
        Content::Sound { samples, words: None } if !samples.is_empty() => {
            let file = Blob::in_memory(wav(samples, rate_hz));
            let media = classify(file, Claim { mime: None, file_name: None });
            let media = media.map_err(|_| Failure::broken("a sound that was written here is none"))?;
            Some(Part::Media(MediaPart::new(media)))
        }
        Content::Sound { .. } => None,
        Content::Picture(picture) => picture.part.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use mediary_core::live::ItemState;

    fn item(id: &str, kind: ItemKind) -> Item {
        Item { id: id.to_owned(), state: ItemState::Completed, kind }
    }

    fn said(id: &str, role: Role, text: &str) -> Item {
        let content = if role == Role::Assistant { Content::Spoken(text.into()) } else { Content::Text(text.into()) };
        item(id, ItemKind::Message { role, content: vec![content] })
    }

    #[test]
    fn items_stand_where_they_are_put() {
        let mut conversation = Conversation::new();
        assert_eq!(conversation.add(said("a", Role::User, "1"), None), Ok(None));
        assert_eq!(conversation.add(said("b", Role::User, "2"), None), Ok(Some("a".to_owned())));
        assert_eq!(conversation.add(said("c", Role::User, "3"), Some("a")), Ok(Some("a".to_owned())));
        assert_eq!(conversation.add(said("d", Role::User, "0"), Some("root")), Ok(None));
        let order: Vec<&str> = conversation.items().iter().map(|item| item.id.as_str()).collect();
        assert_eq!(order, ["d", "a", "c", "b"]);
        let twice = conversation.add(said("a", Role::User, ""), None).unwrap_err();
        assert_eq!(twice.param.as_deref(), Some("item.id"));
        let nowhere = conversation.add(said("e", Role::User, ""), Some("x")).unwrap_err();
        assert_eq!(nowhere.param.as_deref(), Some("previous_item_id"));
        conversation.remove("a").unwrap();
        assert_eq!(conversation.remove("a").unwrap_err().param.as_deref(), Some("item_id"));
    }

    #[test]
    fn a_model_is_told_words_calls_and_results() {
        let call = |id: &str| ItemKind::Call { call: id.into(), name: "f".into(), arguments: "{}".into() };
        let items = [
            said("a", Role::User, "hi"),
            said("b", Role::Assistant, "one moment"),
            item("c", call("1")),
            item("d", call("2")),
            item("e", ItemKind::Result { call: "1".into(), output: "x".into() }),
            item(
                "f",
                ItemKind::Message {
                    role: Role::User,
                    content: vec![Content::Sound { samples: vec![0; 64].into(), words: None }],
                },
            ),
            item(
                "g",
                ItemKind::Message {
                    role: Role::User,
                    content: vec![Content::Sound { samples: vec![].into(), words: None }],
                },
            ),
        ];
        let mut told = messages(&items, 24_000).unwrap();
        let roles: Vec<Role> = told.iter().map(|message| message.role).collect();
        assert_eq!(roles, [Role::User, Role::Assistant, Role::Tool, Role::User]);
        assert_eq!(told[1].tool_calls.len(), 2);
        assert_eq!(told[2].tool_call_id.as_deref(), Some("1"));
        assert!(matches!(&told[3].parts[..], [Part::Media(_)]));
        in_words(&mut told);
        assert!(matches!(&told[3].parts[..], [Part::Text(words)] if words.contains("could not be written down")));
    }

    #[test]
    fn items_hold_so_much_and_no_more() {
        let sound = |id: &str, words: Option<&str>| {
            let samples = vec![0; MOST_BYTES / 2].into();
            let content = vec![Content::Sound { samples, words: words.map(str::to_owned) }];
            item(id, ItemKind::Message { role: Role::User, content })
        };
        let mut conversation = Conversation::new();
        for id in ["a", "b"] {
            conversation.make_room(&sound(id, None)).unwrap();
            conversation.add(sound(id, None), None).unwrap();
        }
        let error = conversation.make_room(&said("c", Role::User, "x")).unwrap_err();
        assert_eq!(error.param.as_deref(), Some("item"));
        // Whose words are known needs its sound no more.
        conversation.heard("a", "Hello.");
        conversation.make_room(&said("c", Role::User, "x")).unwrap();
        conversation.add(said("c", Role::User, "x"), None).unwrap();
        assert_eq!(conversation.items().len(), 3);
        assert_eq!(conversation.item("a").unwrap().words(), "Hello.");
        // What was answered stands, and what is oldest goes.
        conversation.add(sound("d", None), None).unwrap();
        let left: Vec<&str> = conversation.items().iter().map(|item| item.id.as_str()).collect();
        assert_eq!(left, ["c", "d"]);
    }
}
