//! Names of functions as some vendors take them: of few letters, and not too long. Those that would be refused go out
//! changed, each still told from all others, and come back as the client wrote them.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use mediary_core::ContentHash;
use mediary_core::task::{Chat, Original, Role, ToolChoice};

/// So many digits of its hash tell a name from one that would be written alike.
const MARK_DIGITS: usize = 8;

/// Names as OpenAI takes them.
pub(crate) const OPENAI: Spelling = Spelling { marks: "_-", begins_freely: true, most_chars: 64 };

/// What a vendor takes as a name, beside letters and digits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spelling {
    /// Marks that may stand in it.
    pub(crate) marks: &'static str,
    /// Whether it may begin with anything of these, and not only with a letter or `_`.
    pub(crate) begins_freely: bool,
    /// Longer names are refused.
    pub(crate) most_chars: usize,
}

impl Spelling {
    /// A name as it may be written; always the same for the same name.
    pub(crate) fn written(self, name: &str) -> Cow<'_, str> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || self.marks.contains(c);
        let begins = self.begins_freely || name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        if begins && !name.is_empty() && name.chars().all(is_plain) && name.len() <= self.most_chars {
            return name.into();
        }
        let plain = name.chars().map(|c| if is_plain(c) { c } else { '_' });
        let first = (!begins || name.is_empty()).then_some('_');
        first.into_iter().chain(plain).take(self.most_chars).collect::<String>().into()
    }

    /// The same for a name that would be written as another is.
    fn told_apart(self, name: &str) -> String {
        let mut mark = ContentHash::of(name.as_bytes()).to_string();
        mark.truncate(MARK_DIGITS);
        let plain: String = self.written(name).chars().take(self.most_chars - MARK_DIGITS - 1).collect();
        format!("{plain}_{mark}")
    }
}

/// The names of a chat's functions that are written otherwise.
#[derive(Debug, Default)]
pub(crate) struct Renamed {
    written: HashMap<String, String>,
    original: HashMap<String, String>,
}

impl Renamed {
    /// Those of a chat that goes out in this format. What a client of the format wrote by itself stays as it is.
    pub(crate) fn of(chat: &Chat, spelling: Spelling, wire_format: &str) -> Self {
        let names = || names(chat, wire_format);
        if names().all(|(name, stays)| stays || matches!(spelling.written(name), Cow::Borrowed(_))) {
            return Self::default();
        }
        let mut taken: HashSet<Cow<'_, str>> = HashSet::new();
        let mut changed: Vec<(&str, Cow<'_, str>)> = Vec::new();
        for (name, stays) in names() {
            match spelling.written(name) {
                Cow::Owned(written) if !stays => changed.push((name, Cow::Owned(written))),
                Cow::Owned(_) | Cow::Borrowed(_) => drop(taken.insert(Cow::Borrowed(name))),
            }
        }
        changed.retain(|(name, _)| !taken.contains(*name));
        changed.sort_unstable();
        changed.dedup();
        let mut alike: HashMap<&str, usize> = HashMap::new();
        for (_, written) in &changed {
            *alike.entry(written).or_default() += 1;
        }
        let mut renamed = Self::default();
        for (name, written) in &changed {
            let is_alone = alike[&**written] == 1 && !taken.contains(written);
            let written = if is_alone { written.to_string() } else { spelling.told_apart(name) };
            renamed.original.insert(written.clone(), (*name).to_owned());
            renamed.written.insert((*name).to_owned(), written);
        }
        renamed
    }

    /// Whether there are any.
    pub(crate) fn is_any(&self) -> bool {
        !self.written.is_empty()
    }

    /// The name as the client wrote it.
    pub(crate) fn back(&self, name: String) -> String {
        self.original.get(&name).cloned().unwrap_or(name)
    }
}

/// The chat with names of functions that are taken, wherever they stand in it.
pub(crate) fn spelled<'a>(chat: Cow<'a, Chat>, spelling: Spelling, wire_format: &str) -> Cow<'a, Chat> {
    let renamed = Renamed::of(&chat, spelling, wire_format);
    if !renamed.is_any() {
        return chat;
    }
    let rename = |name: &mut String| {
        if let Some(written) = renamed.written.get(name) {
            name.clone_from(written);
        }
    };
    let mut chat = chat.into_owned();
    let withheld = chat.withheld_tools.iter_mut().map(|(_, tool)| tool);
    chat.tools.iter_mut().chain(withheld).for_each(|tool| rename(&mut tool.name));
    if let ToolChoice::Named(name) = &mut chat.tool_choice {
        rename(name);
    }
    for message in &mut chat.messages {
        message.tool_calls.iter_mut().for_each(|call| rename(&mut call.name));
        if message.role == Role::Tool {
            message.name.as_mut().into_iter().for_each(rename);
        }
    }
    Cow::Owned(chat)
}

/// All names of functions in a chat, and whether each stays as it is.
fn names<'c>(chat: &'c Chat, wire_format: &str) -> impl Iterator<Item = (&'c str, bool)> {
    let stays =
        |original: &Option<Original>| original.as_ref().is_some_and(|its| its.pieces_for(wire_format).is_some());
    let withheld = chat.withheld_tools.iter().map(|(_, tool)| tool);
    let tools = chat.tools.iter().chain(withheld).map(move |tool| (tool.name.as_str(), stays(&tool.original)));
    let calls = chat.messages.iter().flat_map(move |message| {
        let stays = stays(&message.original);
        message.tool_calls.iter().map(move |call| (call.name.as_str(), stays))
    });
    tools.chain(calls)
}

#[cfg(test)]
mod tests {
    use mediary_core::task::{Message, Tool, ToolCall};

    use super::*;

    const MANY: Spelling = Spelling { marks: "_.:-", begins_freely: false, most_chars: 64 };
    const FEW: Spelling = Spelling { marks: "_-", begins_freely: true, most_chars: 128 };

    fn chat(names: &[&str]) -> Chat {
        let tools = names.iter().map(|name| Tool { name: (*name).into(), ..Tool::default() });
        Chat { tools: tools.collect(), ..Chat::default() }
    }

    #[test]
    fn names_go_out_as_they_are_taken_and_come_back_as_they_were() {
        let long = "f".repeat(140);
        let rows = [
            (MANY, "look_up", "look_up"),
            (MANY, "mcp:files.read-all", "mcp:files.read-all"),
            (MANY, "3d/render", "_3d_render"),
            (MANY, "suche nach größe", "suche_nach_gr__e"),
            (MANY, long.as_str(), &long[..64]),
            (FEW, "look_up", "look_up"),
            (FEW, "3d-render", "3d-render"),
            (FEW, "mcp:files.read all", "mcp_files_read_all"),
            (FEW, long.as_str(), &long[..128]),
        ];
        for (spelling, name, expected) in rows {
            let chat = chat(&[name]);
            assert_eq!(spelled(Cow::Borrowed(&chat), spelling, "x").tools[0].name, expected, "{name}");
            let renamed = Renamed::of(&chat, spelling, "x");
            assert_eq!(renamed.back(expected.to_owned()), name);
            assert_eq!(renamed.is_any(), name != expected);
        }
    }

    #[test]
    fn names_that_would_be_written_alike_stay_apart_in_whatever_order_they_come() {
        let long = ["a", "b"].map(|end| format!("{}{end}", "f".repeat(70)));
        let rows: [&[&str]; 4] = [
            &["a.b", "a/b", "a b"],
            &["a.b", "a_b"],
            &["a_b", "a.b", "c.d"],
            &[long[0].as_str(), long[1].as_str(), "g"],
        ];
        for names in rows {
            let mut reversed = names.to_vec();
            reversed.reverse();
            let (one, other) = (chat(names), chat(&reversed));
            let written = |chat: &Chat| -> Vec<String> {
                let spelled = spelled(Cow::Borrowed(chat), OPENAI, "x");
                spelled.tools.iter().map(|tool| tool.name.clone()).collect()
            };
            let mut again = written(&other);
            again.reverse();
            assert_eq!(written(&one), again);
            let renamed = Renamed::of(&one, OPENAI, "x");
            let mut seen = HashSet::new();
            for (name, written) in names.iter().zip(written(&one)) {
                assert!(matches!(OPENAI.written(&written), Cow::Borrowed(_)), "{written} is taken");
                assert_eq!(
                    OPENAI.written(name) == *name,
                    written == *name,
                    "{name} is changed only if need be: {written}"
                );
                assert_eq!(renamed.back(written.clone()), *name);
                assert!(seen.insert(written), "{names:?}");
            }
        }
        assert_eq!(spelled(Cow::Owned(chat(&["a_b", "a.b", "c.d"])), OPENAI, "x").tools[2].name, "c_d");
    }

    #[test]
    fn calls_results_and_choices_are_renamed_with_their_functions() {
        let call = ToolCall { id: "1".into(), name: "a.b".into(), arguments: "{}".into(), signature: None };
        let result = Message { name: Some("a.b".into()), tool_call_id: Some("1".into()), ..Message::new(Role::Tool) };
        let messages = vec![
            Message { name: Some("a.b".into()), ..Message::text(Role::User, "Hi") },
            Message { tool_calls: vec![call], ..Message::new(Role::Assistant) },
            result,
        ];
        let choice = ToolChoice::Named("a.b".into());
        let withheld_tools = vec![(1, Tool { name: "a/b".into(), ..Tool::default() })];
        let asked = Chat { messages, tool_choice: choice, withheld_tools, ..chat(&["a.b"]) };
        let sent = spelled(Cow::Borrowed(&asked), OPENAI, "x");
        let name = sent.tools[0].name.clone();
        assert_ne!(sent.withheld_tools[0].1.name, name);
        assert_eq!(
            (&sent.messages[1].tool_calls[0].name, &sent.tool_choice),
            (&name, &ToolChoice::Named(name.clone()))
        );
        assert_eq!(sent.messages[2].name.as_ref(), Some(&name));
        assert_eq!(sent.messages[0].name.as_deref(), Some("a.b"), "a speaker is no function");
        let plain = chat(&["look_up"]);
        assert!(matches!(spelled(Cow::Borrowed(&plain), OPENAI, "x"), Cow::Borrowed(_)));
    }
}
