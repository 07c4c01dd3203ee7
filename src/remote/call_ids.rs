//! Ids of function calls, each only once in a conversation.
//!
//! Providers that count calls anew in each turn, and models that repeat themselves, give the same id twice. Each call is
//! written with one of its own, and results are handed out in the order of the calls they answer. Calls of an answer that
//! came without an id are given one that no turn before has.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet, VecDeque};

use mediary_core::task::{Chat, Role};

/// The chat with ids that differ, as they are `spelled`. Messages that go as a client of this format wrote them keep theirs.
pub(crate) fn told_apart<'a>(
    chat: Cow<'a, Chat>,
    wire_format: &str,
    spelled: impl Fn(&str) -> String,
) -> Cow<'a, Chat> {
    let mut ids = Ids { spelled, taken: HashSet::new(), written: HashMap::new() };
    let mut changes = Vec::new();
    for (at, message) in chat.messages.iter().enumerate() {
        let stays = message.original.as_ref().is_some_and(|original| original.pieces_for(wire_format).is_some());
        let its_ids: HashSet<&str> = message.tool_calls.iter().map(|call| call.id.as_str()).collect();
        // What an earlier turn still waited for is not answered after this one.
        its_ids.into_iter().for_each(|id| ids.begins(id));
        for (index, call) in message.tool_calls.iter().enumerate() {
            let id = ids.call(&call.id, stays);
            if id != call.id {
                changes.push((at, Some(index), id));
            }
        }
        if message.role == Role::Tool {
            let said = message.tool_call_id.as_deref().unwrap_or_default();
            let id = ids.result(said);
            if id != said && !stays {
                changes.push((at, None, id));
            }
        }
    }
    if changes.is_empty() {
        return chat;
    }
    let mut chat = chat.into_owned();
    for (at, call, id) in changes {
        let message = &mut chat.messages[at];
        match call {
            Some(index) => message.tool_calls[index].id = id,
            None => message.tool_call_id = Some(id),
        }
    }
    Cow::Owned(chat)
}

/// The ids of an answer, which begin where those of its conversation end: the same answer to the same conversation has the
/// same ids whenever it is read.
#[derive(Debug, Default)]
pub(crate) struct AnswerIds {
    taken: HashSet<String>,
    calls: usize,
}

impl AnswerIds {
    /// Those of an answer to this chat.
    pub(crate) fn after(chat: &Chat) -> Self {
        let calls = chat.messages.iter().flat_map(|message| &message.tool_calls);
        Self { taken: calls.map(|call| call.id.clone()).collect(), calls: 0 }
    }

    /// The id of its next call: the one that it was given if no other call has it, else the first of these that none has,
    /// from the call's own number on.
    pub(crate) fn of(&mut self, given: Option<String>, made_up: impl Fn(usize) -> String) -> String {
        let given = given.filter(|id| !id.is_empty());
        let mut spellings = given.into_iter().chain((self.calls..).map(made_up));
        let id = spellings.find(|id| !self.taken.contains(id)).unwrap_or_default();
        self.taken.insert(id.clone());
        self.calls += 1;
        id
    }
}

/// The ids so far.
struct Ids<S> {
    spelled: S,
    taken: HashSet<String>,
    written: HashMap<String, Written>,
}

/// How calls of an id were written.
#[derive(Default)]
struct Written {
    /// Those of the latest turn that have no result yet.
    waiting: VecDeque<String>,
    latest: String,
}

impl<S: Fn(&str) -> String> Ids<S> {
    fn begins(&mut self, id: &str) {
        if let Some(written) = self.written.get_mut(id) {
            written.waiting.clear();
        }
    }

    fn call(&mut self, id: &str, stays: bool) -> String {
        let free = if stays { id.to_owned() } else { self.free(id) };
        self.taken.insert(free.clone());
        let written = self.written.entry(id.to_owned()).or_default();
        written.waiting.push_back(free.clone());
        written.latest.clone_from(&free);
        free
    }

    fn free(&self, id: &str) -> String {
        let numbered = (2_u32..).map(|number| format!("{id}_{number}"));
        let mut spellings = std::iter::once(id.to_owned()).chain(numbered).map(|id| (self.spelled)(&id));
        spellings.find(|spelling| !self.taken.contains(spelling)).unwrap_or_default()
    }

    fn result(&mut self, id: &str) -> String {
        match self.written.get_mut(id) {
            Some(written) => written.waiting.pop_front().unwrap_or_else(|| written.latest.clone()),
            None => (self.spelled)(id),
        }
    }
}

#[cfg(test)]
mod tests {
    use mediary_core::task::{Message, ToolCall};

    use super::*;

    /// A conversation in short: `a,b` are calls of one turn, `=a` a result, and what it becomes.
    fn apart(turns: &str) -> String {
        let call = |id: &str| ToolCall { id: id.into(), name: "f".into(), arguments: "{}".into(), signature: None };
        let messages = turns.split(' ').map(|turn| match turn.strip_prefix('=') {
            Some(id) => Message { tool_call_id: Some(id.into()), ..Message::new(Role::Tool) },
            None => Message { tool_calls: turn.split(',').map(call).collect(), ..Message::new(Role::Assistant) },
        });
        let chat = Chat { messages: messages.collect(), ..Chat::default() };
        let apart = told_apart(Cow::Borrowed(&chat), "x", |id| id.replace('.', "_"));
        let shown = |message: &Message| match &message.tool_call_id {
            Some(id) => format!("={id}"),
            None => message.tool_calls.iter().map(|call| call.id.as_str()).collect::<Vec<_>>().join(","),
        };
        apart.messages.iter().map(shown).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn each_call_has_an_id_of_its_own_and_each_result_its_call() {
        let rows = [
            ("a,b =b =a", "a,b =b =a"),
            ("a,a =a =a", "a,a_2 =a =a_2"),
            ("a =a a =a", "a =a a_2 =a_2"),
            // One that was never answered, and a result too many.
            ("a a =a", "a a_2 =a_2"),
            ("a,a =a =a =a", "a,a_2 =a =a_2 =a_2"),
            ("a,a =a a,b =a =b", "a,a_2 =a a_3,b =a_3 =b"),
            ("a_2,a,a =a =a_2 =a", "a_2,a,a_3 =a =a_2 =a_3"),
            // Spelled alike.
            ("a.1,a_1 =a_1 =a.1", "a_1,a_1_2 =a_1_2 =a_1"),
            ("=a", "=a"),
        ];
        for (turns, expected) in rows {
            assert_eq!(apart(turns), expected, "{turns}");
        }
    }

    #[test]
    fn calls_of_an_answer_have_ids_that_no_turn_before_has() {
        let call = |id: &str| ToolCall { id: id.into(), name: "f".into(), arguments: "{}".into(), signature: None };
        let turn = |ids: &[&str]| Message {
            tool_calls: ids.iter().map(|id| call(id)).collect(),
            ..Message::new(Role::Assistant)
        };
        let chat = Chat { messages: vec![turn(&["a", "call_0"]), turn(&["call_2"])], ..Chat::default() };
        let given = [None, Some(""), Some("b"), Some("a"), Some("b"), None];
        let ids = || {
            let mut ids = AnswerIds::after(&chat);
            given.map(|id| ids.of(id.map(str::to_owned), |number| format!("call_{number}")))
        };
        assert_eq!(ids(), ["call_1", "call_3", "b", "call_4", "call_5", "call_6"]);
        assert_eq!(ids(), ids(), "the same whenever it is read");
    }

    #[test]
    fn a_chat_without_doubles_is_not_copied() {
        let chat = Chat::default();
        assert!(matches!(told_apart(Cow::Borrowed(&chat), "x", str::to_owned), Cow::Borrowed(_)));
    }
}
