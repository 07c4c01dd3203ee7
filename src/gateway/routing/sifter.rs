//! Pictures among the words of a reply: Markdown whose address is a data URL, as some models and the gateways before them
//! write what they drew, becomes a picture like that of any other target.
//!
//! A picture that Markdown names by an address elsewhere stays where it is: it may as well be a part of a text about
//! pictures. What may be the beginning of a picture is held back until it is known to be one.

use std::collections::BTreeMap;

use mediary_core::task::{ReplyEvent, ReplyFrame};
use serde_json::json;

const OPENING: &str = "![";
/// What a picture's address begins with.
const DATA: &str = "data:image/";
/// A longer description belongs to no picture.
const MOST_NAME_BYTES: usize = 512;
/// More is not held back.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// Finds pictures in the words of one answer.
#[derive(Debug, Default)]
pub(super) struct Sifter {
    /// What is held back, by reply.
    held: BTreeMap<u32, Held>,
}

impl Sifter {
    /// A frame as it is handed out. One in which nothing was found, and nothing held back, is as it was.
    pub(super) fn frame(&mut self, mut frame: ReplyFrame) -> ReplyFrame {
        let is_touched = |event: &ReplyEvent| match event {
            ReplyEvent::Text { choice, text } => may_begin(text) || self.held.contains_key(choice),
            ReplyEvent::Finish { choice, .. } => self.held.contains_key(choice),
            _ => false,
        };
        if !frame.events.iter().any(is_touched) {
            return frame;
        }
        let (mut events, mut has_changed) = (Vec::with_capacity(frame.events.len()), false);
        for event in std::mem::take(&mut frame.events) {
            match event {
                ReplyEvent::Text { choice, text } => {
                    let before = text.len();
                    let held = self.held.entry(choice).or_default();
                    let had = held.text.len();
                    held.push(&text);
                    let count = events.len();
                    held.tell(choice, &mut events);
                    let is_as_it_was = had == 0
                        && held.text.is_empty()
                        && matches!(&events[count..], [ReplyEvent::Text { text, .. }] if text.len() == before);
                    has_changed |= !is_as_it_was;
                    if held.text.is_empty() {
                        self.held.remove(&choice);
                    }
                }
                ReplyEvent::Finish { choice, .. } => {
                    if let Some(held) = self.held.remove(&choice) {
                        has_changed = true;
                        events.push(ReplyEvent::Text { choice, text: held.text });
                    }
                    events.push(event);
                }
                other => events.push(other),
            }
        }
        let is_canonical = frame.is_canonical && !has_changed;
        ReplyFrame { events, is_canonical, ..frame }
    }

    /// What was held back to the end.
    pub(super) fn rest(&mut self) -> Option<ReplyFrame> {
        let held = std::mem::take(&mut self.held).into_iter();
        let events: Vec<_> = held.map(|(choice, held)| ReplyEvent::Text { choice, text: held.text }).collect();
        (!events.is_empty()).then(|| ReplyFrame { events, ..ReplyFrame::default() })
    }
}

/// Whether a picture may begin in a text. An exclamation mark at its end is the beginning of one only where no word stands
/// before it.
fn may_begin(text: &str) -> bool {
    text.contains(OPENING) || ends_with_mark(text)
}

fn ends_with_mark(text: &str) -> bool {
    let before = text.strip_suffix('!').map(|before| before.chars().next_back());
    before.is_some_and(|before| before.is_none_or(|last| !last.is_alphanumeric() && !matches!(last, '!' | '?')))
}

/// Words that may be a picture.
#[derive(Debug, Default)]
struct Held {
    text: String,
    /// So much of it was looked through for the end of an address.
    looked_at: usize,
}

/// What words are that begin like a picture.
enum Look {
    /// A picture: its address, and where the words go on.
    Picture { url: std::ops::Range<usize>, end: usize },
    /// None.
    Words,
    /// Its end is to be waited for; of the address so much was looked at.
    Open(usize),
}

impl Held {
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Tells what is known to be words or a picture.
    fn tell(&mut self, choice: u32, into: &mut Vec<ReplyEvent>) {
        let mut said = String::new();
        loop {
            let Some(at) = self.text.find(OPENING) else {
                let keeps = usize::from(ends_with_mark(&self.text));
                said.extend(self.text.drain(..self.text.len() - keeps));
                break;
            };
            said.extend(self.text.drain(..at));
            self.looked_at = self.looked_at.saturating_sub(at);
            match look(&self.text, self.looked_at) {
                Look::Open(looked_at) if self.text.len() <= MOST_BYTES => {
                    self.looked_at = looked_at;
                    break;
                }
                Look::Open(_) | Look::Words => said.extend(self.text.drain(..OPENING.len())),
                Look::Picture { url, end } => {
                    if !said.is_empty() {
                        into.push(ReplyEvent::Text { choice, text: std::mem::take(&mut said) });
                    }
                    let image = json!([{ "type": "image_url", "image_url": { "url": &self.text[url] } }]);
                    into.push(ReplyEvent::Extra { choice, name: "images", value: image });
                    self.text.drain(..end);
                }
            }
            self.looked_at = 0;
        }
        if !said.is_empty() {
            into.push(ReplyEvent::Text { choice, text: said });
        }
    }
}

/// Looks at words that begin with the opening of a picture. `looked_at` of them hold no end of an address.
fn look(text: &str, looked_at: usize) -> Look {
    let name = &text[OPENING.len()..];
    let Some(close) = name.find([']', '\n']) else {
        return if name.len() > MOST_NAME_BYTES { Look::Words } else { Look::Open(0) };
    };
    let start = OPENING.len() + close + "](".len();
    match &name[close..] {
        "]" => return Look::Open(0),
        after if !after.starts_with("](") => return Look::Words,
        _ => {}
    }
    let address = &text[start..];
    if !address.starts_with(DATA) {
        return if DATA.starts_with(address) { Look::Open(0) } else { Look::Words };
    }
    let from = looked_at.max(start);
    let Some(found) = text[from..].find(|letter: char| letter == ')' || letter.is_whitespace()) else {
        return Look::Open(text.len());
    };
    let url = start..from + found;
    if !text[url.clone()].contains(";base64,") {
        return Look::Words;
    }
    match text[url.end..].find(')') {
        Some(end) => Look::Picture { end: url.end + end + 1, url },
        // A title stands between.
        None if text.len() - url.end <= MOST_NAME_BYTES => Look::Open(from),
        None => Look::Words,
    }
}

#[cfg(test)]
mod tests {
    use mediary_core::task::Finish;

    use super::*;

    /// What comes of words that arrive in these pieces: pictures in angle brackets.
    fn sifted(pieces: &[&str]) -> (String, bool) {
        let mut sifter = Sifter::default();
        let (mut out, mut is_canonical) = (String::new(), true);
        let mut take = |frame: ReplyFrame| {
            is_canonical &= frame.is_canonical;
            for event in frame.events {
                match event {
                    ReplyEvent::Text { text, .. } => out.push_str(&text),
                    ReplyEvent::Extra { value, .. } => {
                        out.push_str(&format!("<{}>", value[0]["image_url"]["url"].as_str().unwrap()));
                    }
                    _ => {}
                }
            }
        };
        for piece in pieces {
            let events = vec![ReplyEvent::Text { choice: 0, text: (*piece).to_owned() }];
            take(sifter.frame(ReplyFrame { events, is_canonical: true, ..ReplyFrame::default() }));
        }
        let events = vec![ReplyEvent::Finish { choice: 0, finish: Finish::Stop }];
        take(sifter.frame(ReplyFrame { events, is_canonical: true, ..ReplyFrame::default() }));
        assert!(sifter.rest().is_none(), "nothing is held behind the end");
        (out, is_canonical)
    }

    #[test]
    fn data_urls_become_pictures_wherever_the_words_are_cut() {
        let rows = [
            ("Here: ![a fox](data:image/png;base64,YWJj)\nDone!", "Here: <data:image/png;base64,YWJj>\nDone!"),
            (
                "![](data:image/webp;base64,AA==)![b](data:image/png;base64,BB==)",
                "<data:image/webp;base64,AA==><data:image/png;base64,BB==>",
            ),
            ("![a](data:image/png;base64,AA== \"a fox\") ü", "<data:image/png;base64,AA==> ü"),
        ];
        for (text, expected) in rows {
            assert_eq!(sifted(&[text]), (expected.to_owned(), false));
            for at in (1..text.len()).filter(|at| text.is_char_boundary(*at)) {
                assert_eq!(sifted(&[&text[..at], &text[at..]]).0, expected, "cut at {at}");
            }
            let letters: Vec<String> = text.chars().map(String::from).collect();
            let letters: Vec<&str> = letters.iter().map(String::as_str).collect();
            assert_eq!(sifted(&letters).0, expected);
        }
    }

    #[test]
    fn other_words_stay_as_they_are() {
        let rows = [
            "Hello!",
            "No! Well, [a link](https://a.example)!",
            "![a](https://a.example/b.png)",
            "![a](data:text/plain;base64,AA==)",
            "![a](data:image/svg+xml,<svg/>)",
            "![never closed](data:image/png;base64,AAAA",
            "if (!",
            "![",
            "![two\nlines](data:image/png;base64,AA==)",
        ];
        for text in rows {
            assert_eq!(sifted(&[text]).0, text);
            let letters: Vec<String> = text.chars().map(String::from).collect();
            let letters: Vec<&str> = letters.iter().map(String::as_str).collect();
            assert_eq!(sifted(&letters).0, text);
        }
        assert!(sifted(&["Hello!", " A [link](b).", "![a](https://b.example)"]).1, "they pass as they came");
    }
}
