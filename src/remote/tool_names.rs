//! Names of functions as some vendors take them: of few letters, and not too long. Those that would be refused go out
//! changed and come back as the client wrote them.

use std::borrow::Cow;

use mediary_core::task::Chat;

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
}

/// The names that are written otherwise, with what they were.
#[derive(Debug, Default)]
pub(crate) struct Renamed(Vec<(String, String)>);

impl Renamed {
    /// Those of a chat's functions.
    pub(crate) fn of(chat: &Chat, spelling: Spelling) -> Self {
        let names = chat.tools.iter().filter_map(|tool| match spelling.written(&tool.name) {
            Cow::Owned(written) => Some((written, tool.name.clone())),
            Cow::Borrowed(_) => None,
        });
        Self(names.collect())
    }

    /// Whether there are any.
    pub(crate) fn is_any(&self) -> bool {
        !self.0.is_empty()
    }

    /// The name as the client wrote it.
    pub(crate) fn back(&self, name: String) -> String {
        let known = self.0.iter().find(|(written, _)| *written == name);
        known.map_or(name, |(_, original)| original.clone())
    }
}

#[cfg(test)]
mod tests {
    use mediary_core::task::Tool;

    use super::*;

    const MANY: Spelling = Spelling { marks: "_.:-", begins_freely: false, most_chars: 64 };
    const FEW: Spelling = Spelling { marks: "_-", begins_freely: true, most_chars: 128 };

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
            assert_eq!(spelling.written(name), expected, "{name}");
            let chat = Chat { tools: vec![Tool { name: name.into(), ..Tool::default() }], ..Chat::default() };
            let renamed = Renamed::of(&chat, spelling);
            assert_eq!(renamed.back(spelling.written(name).into_owned()), name);
            assert_eq!(renamed.is_any(), name != expected);
        }
    }
}
