//! What elements of a document's structure are called, and what that makes of their text.
//!
//! ISO 32000-1, 14.8.4, with the names that its second part adds. Documents give names of their own and say in a map which
//! of the known ones they stand for.

use hayro_syntax::object::{Dict, Name};

/// Names may stand for names; few documents do that twice.
const MOST_STEPS: usize = 8;

/// What an element is to the text in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Holds others: a section, a division.
    Group,
    /// A part of a paragraph: a link, a span.
    Inline,
    /// A paragraph or the like.
    Text,
    /// A heading; without a level that of the section it stands in.
    Heading(Option<u8>),
    /// A list.
    List,
    /// An item of one.
    Item,
    /// Its mark.
    Label,
    /// A table.
    Table,
    /// A row of one.
    Row,
    /// An entry.
    Cell {
        /// Whether it names a row or column.
        is_header: bool,
    },
    /// A listing.
    Code,
    /// A picture.
    Figure,
    /// No part of the text.
    Artifact,
}

/// The role of an element by its name, after what the document says the name stands for.
pub(super) fn role_of(name: &Name<'_>, map: Option<&Dict<'_>>) -> Role {
    let mut name: Vec<u8> = AsRef::<[u8]>::as_ref(name).to_vec();
    for _ in 0..MOST_STEPS {
        if let Some(role) = known(&name) {
            return role;
        }
        let Some(next) = map.and_then(|map| map.get::<Name<'_>>(&name)) else { break };
        name = AsRef::<[u8]>::as_ref(&next).to_vec();
    }
    Role::Inline
}

fn known(name: &[u8]) -> Option<Role> {
    Some(match name {
        b"Document" | b"DocumentFragment" | b"Part" | b"Art" | b"Sect" | b"Div" | b"TOC" | b"Index" | b"NonStruct"
        | b"Aside" | b"THead" | b"TBody" | b"TFoot" | b"LBody" => Role::Group,
        b"P" | b"BlockQuote" | b"Caption" | b"TOCI" | b"Note" | b"FENote" | b"Formula" | b"Form" => Role::Text,
        b"Span" | b"Quote" | b"Reference" | b"BibEntry" | b"Link" | b"Annot" | b"Ruby" | b"RB" | b"RT" | b"RP"
        | b"Warichu" | b"WT" | b"WP" | b"Em" | b"Strong" | b"Sub" => Role::Inline,
        b"Title" | b"H1" => Role::Heading(Some(1)),
        b"H" => Role::Heading(None),
        [b'H', digits @ ..] => Role::Heading(Some(std::str::from_utf8(digits).ok()?.parse().ok()?)),
        b"L" => Role::List,
        b"LI" => Role::Item,
        b"Lbl" => Role::Label,
        b"Table" => Role::Table,
        b"TR" => Role::Row,
        b"TH" => Role::Cell { is_header: true },
        b"TD" => Role::Cell { is_header: false },
        b"Code" => Role::Code,
        b"Figure" => Role::Figure,
        b"Artifact" | b"Private" => Role::Artifact,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_nobody_knows_are_parts_of_their_paragraph() {
        let role = |name: &[u8]| role_of(&Name::new_unescaped(name), None);
        let rows = [
            (&b"H3"[..], Role::Heading(Some(3))),
            (b"H", Role::Heading(None)),
            (b"Hx", Role::Inline),
            (b"TH", Role::Cell { is_header: true }),
            (b"Emphasis", Role::Inline),
        ];
        for (name, expected) in rows {
            assert_eq!(role(name), expected, "{}", String::from_utf8_lossy(name));
        }
    }
}
