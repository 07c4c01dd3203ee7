//! Names of functions as Gemini takes them: of few letters, and not too long. Those it would refuse go out changed and come
//! back as the client wrote them.

use std::borrow::Cow;

use mediary_core::task::Chat;

/// Longer names are refused.
const MOST_CHARS: usize = 64;

/// A name as it may be written here; always the same for the same name.
pub(super) fn written(name: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ':' | '-');
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if begins && name.chars().all(is_plain) && name.len() <= MOST_CHARS {
        return name.into();
    }
    let plain = name.chars().map(|c| if is_plain(c) { c } else { '_' });
    let first = (!begins).then_some('_');
    first.into_iter().chain(plain).take(MOST_CHARS).collect::<String>().into()
}

/// The names that are written otherwise, with what they were.
#[derive(Debug, Default)]
pub(super) struct Renamed(Vec<(String, String)>);

impl Renamed {
    /// Those of a chat's functions.
    pub(super) fn of(chat: &Chat) -> Self {
        let names = chat.tools.iter().filter_map(|tool| match written(&tool.name) {
            Cow::Owned(written) => Some((written, tool.name.clone())),
            Cow::Borrowed(_) => None,
        });
        Self(names.collect())
    }

    /// Whether there are any.
    pub(super) fn is_any(&self) -> bool {
        !self.0.is_empty()
    }

    /// The name as the client wrote it.
    pub(super) fn back(&self, name: String) -> String {
        let known = self.0.iter().find(|(written, _)| *written == name);
        known.map_or(name, |(_, original)| original.clone())
    }
}

#[cfg(test)]
mod tests {
    use mediary_core::task::Tool;

    use super::*;

    #[test]
    fn names_go_out_as_they_are_taken_and_come_back_as_they_were() {
        let long = "f".repeat(70);
        let rows = [
            ("look_up", "look_up"),
            ("mcp:files.read-all", "mcp:files.read-all"),
            ("3d/render", "_3d_render"),
            ("suche nach größe", "suche_nach_gr__e"),
            (long.as_str(), &long[..64]),
        ];
        for (name, expected) in rows {
            assert_eq!(written(name).chars().count(), expected.chars().count(), "{name}");
            let chat = Chat { tools: vec![Tool { name: name.into(), ..Tool::default() }], ..Chat::default() };
            assert_eq!(Renamed::of(&chat).back(written(name).into_owned()), name);
        }
        assert_eq!(written("3d/render"), "_3d_render");
    }
}
