//! Running text with its links, as readers put it together: line ends where the author set them, nothing that is invisible.
//!
//! Knows nothing of blocks; `draft` makes them from it.

use std::collections::BTreeSet;

use mediary_core::document::{Hidden, Link, LinkTarget};
use mediary_core::is_hidden_in_text;

/// A longer address is no address.
const MAX_ADDRESS_BYTES: usize = 2_048;

/// Text with links.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Text {
    text: String,
    links: Vec<(usize, usize, LinkTarget)>,
    /// Why text that it carries is left out.
    hidden: BTreeSet<Hidden>,
}

/// A line or an entry with its links.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) links: Vec<(usize, usize, LinkTarget)>,
}

impl Piece {
    /// The links of the piece of this number.
    pub(super) fn links_at(self, piece: usize) -> (String, impl Iterator<Item = Link>) {
        let links = self.links.into_iter().map(move |(start, end, to)| Link { piece, start, end, to });
        (self.text, links)
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        let mut made = Self::default();
        made.push(text);
        made
    }
}

impl Text {
    /// Adds characters as they are; what shows nothing is left out, and spaces are spaces.
    pub(super) fn push(&mut self, text: &str) {
        self.look_at(text);
        self.text.extend(text.chars().filter_map(shown));
    }

    /// Text that would stand here, and is left out.
    pub(super) fn hides(&mut self, text: &str, why: Hidden) {
        if !text.trim().is_empty() {
            self.hidden.insert(why);
        }
    }

    /// Why text that it carries is left out.
    pub(super) fn hidden(&self) -> &BTreeSet<Hidden> {
        &self.hidden
    }

    fn look_at(&mut self, text: &str) {
        if text.contains(is_hidden_in_text) {
            self.hidden.insert(Hidden::ZeroWidth);
        }
    }

    /// Adds characters of which white space counts as one space at most.
    pub(super) fn push_flowing(&mut self, text: &str) {
        self.look_at(text);
        for character in text.chars().filter_map(shown) {
            if !character.is_whitespace() {
                self.text.push(character);
            } else if !self.text.is_empty() && !self.text.ends_with([' ', '\n']) {
                self.text.push(' ');
            }
        }
    }

    /// Ends the line.
    pub(super) fn line_break(&mut self) {
        self.text.push('\n');
    }

    /// Where the next character will stand.
    pub(super) fn here(&self) -> usize {
        self.text.len()
    }

    /// Makes a link of what was added since `start`, if it leads to an address that may be followed.
    pub(super) fn link_since(&mut self, start: usize, address: &str) {
        if let Some(address) = followable(address).filter(|_| start < self.here()) {
            self.links.push((start, self.here(), LinkTarget::Address(address)));
        }
    }

    /// Refers to a note.
    pub(super) fn refer(&mut self, label: &str) {
        let start = self.here();
        self.push(&format!("[{label}]"));
        self.links.push((start, self.here(), LinkTarget::Note(label.to_owned())));
    }

    /// Adds another text.
    pub(super) fn append(&mut self, other: Self) {
        let by = self.here();
        self.text.push_str(&other.text);
        self.hidden.extend(other.hidden);
        self.links.extend(other.links.into_iter().map(|(start, end, to)| (start + by, end + by, to)));
    }

    /// Adds another text on lines of its own.
    pub(super) fn append_line(&mut self, other: Self) {
        if !self.is_blank() && !other.is_blank() {
            self.line_break();
        }
        self.append(other);
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether there is nothing but white space.
    pub(super) fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// Its lines without the empty ones, each trimmed, with the links within it.
    pub(super) fn lines(mut self) -> Vec<Piece> {
        // An outer link gives way to the one within it, and none overlaps another.
        self.links.sort_by_key(|(start, end, _)| (*start, *end));
        let mut lines = Vec::new();
        let (mut start, mut first) = (0, 0);
        for line in self.text.split('\n') {
            let end = start + line.len();
            let from = start + line.len() - line.trim_start().len();
            let until = from.max(start + line.trim_end().len());
            if from < until {
                let links = &self.links[first..];
                let mut kept: Vec<(usize, usize, LinkTarget)> = Vec::new();
                for (begins, ends, to) in links.iter().take_while(|(begins, _, _)| *begins < until) {
                    let (begins, ends) = ((*begins).max(from) - from, (*ends).clamp(from, until) - from);
                    if begins < ends && kept.last().is_none_or(|(_, last, _)| *last <= begins) {
                        kept.push((begins, ends, to.clone()));
                    }
                }
                lines.push(Piece { text: self.text[from..until].to_owned(), links: kept });
            }
            start = end + 1;
            while self.links.get(first).is_some_and(|(_, ends, _)| *ends <= start) {
                first += 1;
            }
        }
        lines
    }

    /// Its lines as one piece.
    pub(super) fn joined(self, by: &str) -> Piece {
        let mut whole = Piece::default();
        for line in self.lines() {
            if !whole.text.is_empty() {
                whole.text.push_str(by);
            }
            let at = whole.text.len();
            whole.links.extend(line.links.into_iter().map(|(start, end, to)| (start + at, end + at, to)));
            whole.text.push_str(&line.text);
        }
        whole
    }
}

/// A character as it is shown; `None` if it is not.
fn shown(character: char) -> Option<char> {
    match character {
        '\n' | '\t' => Some(character),
        '\r' | '\u{ad}' => None,
        character if is_hidden_in_text(character) => None,
        '\u{a0}' | '\u{2007}' | '\u{202f}' | '\u{b}' | '\u{c}' => Some(' '),
        character if character.is_control() => None,
        character => Some(character),
    }
}

/// An address that may be followed, written so that it can stand between the brackets of Markdown.
fn followable(address: &str) -> Option<String> {
    let address = address.trim();
    let (scheme, rest) = address.split_once(':')?;
    let is_known = ["http", "https", "mailto", "tel", "ftp"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    if !is_known || rest.is_empty() || address.len() > MAX_ADDRESS_BYTES {
        return None;
    }
    let mut written = String::with_capacity(address.len());
    for character in address.chars().filter(|character| !character.is_control()) {
        match character {
            ' ' => written.push_str("%20"),
            '(' => written.push_str("%28"),
            ')' => written.push_str("%29"),
            '<' => written.push_str("%3C"),
            '>' => written.push_str("%3E"),
            '\\' => written.push_str("%5C"),
            other => written.push(other),
        }
    }
    Some(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_trimmed_and_keep_their_links() {
        let mut text = Text::from("  one ");
        let start = text.here();
        text.push("two\nthree");
        text.link_since(start, "https://a.example/x y");
        text.push(" four\n \nfive");
        text.refer("7");
        let to = LinkTarget::Address("https://a.example/x%20y".to_owned());
        let lines = text.clone().lines();
        let expected = [
            Piece { text: "one two".to_owned(), links: vec![(4, 7, to.clone())] },
            Piece { text: "three four".to_owned(), links: vec![(0, 5, to.clone())] },
            Piece { text: "five[7]".to_owned(), links: vec![(4, 7, LinkTarget::Note("7".to_owned()))] },
        ];
        assert_eq!(lines, expected);
        let joined = text.joined(" ");
        assert_eq!(joined.text, "one two three four five[7]");
        assert_eq!(joined.links[1], (8, 13, to));
    }

    #[test]
    fn only_addresses_that_may_be_followed_are_links() {
        for address in ["javascript:alert(1)", "data:text/html,x", "#top", "file:///etc/passwd", "http:", "x"] {
            assert_eq!(followable(address), None, "{address}");
        }
        assert_eq!(followable(" HTTPS://a.example/(b)").as_deref(), Some("HTTPS://a.example/%28b%29"));
        assert_eq!(followable("mailto:a@b.example").as_deref(), Some("mailto:a@b.example"));
    }

    #[test]
    fn what_shows_nothing_is_left_out() {
        let mut text = Text::from("in\u{ad}ves\u{200b}t\u{a0}\u{0}it");
        text.push_flowing("  \n more ");
        assert_eq!(text.as_str(), "invest it more ");
        assert!(text.hidden().contains(&Hidden::ZeroWidth));
        assert!(Text::from("in\u{ad}vest").hidden().is_empty());
    }

    #[test]
    fn links_within_links_do_not_overlap() {
        let mut text = Text::from("ab");
        text.link_since(1, "https://inner.example/");
        text.push("cd");
        text.link_since(0, "https://outer.example/");
        let links = text.joined(" ").links;
        assert!(links.windows(2).all(|pair| pair[0].1 <= pair[1].0), "{links:?}");
        assert_eq!(links.len(), 1);
    }
}
