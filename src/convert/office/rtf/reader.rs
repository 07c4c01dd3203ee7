//! The reader: tokens change the state or add to the text; ends of paragraphs, entries and rows write blocks.

use std::collections::HashMap;

use encoding_rs::Encoding;
use mediary_core::document::{BlockKind, Hidden};

use super::super::draft::Draft;
use super::super::embedded;
use super::super::limits::Refusal;
use super::super::text::Text;
use super::lexer::{Lexer, Token};
use super::state::{Destination, State};
use super::table::Rows;

/// Groups within groups; writers of deep lists and tables reach a few dozen.
const MAX_GROUPS: usize = 2_000;
/// No item stands deeper.
const DEEPEST: usize = 8;
/// The data of a picture or an object.
const MAX_DATA_BYTES: usize = 64 * 1024 * 1024;

/// What reads a document.
pub(super) struct Reader<'d> {
    pub(super) draft: &'d mut Draft,
    pub(super) state: State,
    pub(super) stack: Vec<(State, Ending)>,
    /// Bytes in the state's encoding that are not text yet.
    pub(super) bytes: Vec<u8>,
    /// Bytes still to be passed over after `\u`, and half of a pair of them.
    pub(super) to_skip: usize,
    pub(super) high: Option<u16>,
    pub(super) text: Text,
    pub(super) mark: String,
    pub(super) code: String,
    /// Where the result of the innermost field began.
    pub(super) result: Option<usize>,
    /// Text around the note or margin that is being read.
    pub(super) outer: Vec<Text>,
    pub(super) notes: usize,
    pub(super) table: Option<Rows>,
    pub(super) entry: Text,
    /// Of the picture or the object that is being read.
    pub(super) data: Vec<u8>,
    pub(super) is_picture_known: bool,
    pub(super) objects: usize,
    pub(super) fonts: HashMap<i32, &'static Encoding>,
    pub(super) styles: HashMap<i32, u8>,
    pub(super) name: String,
    /// How far in the items stand around the last one, from the outermost, where nothing else says how deep they are.
    pub(super) indents: Vec<i32>,
}

/// What is to be done when a group ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Nothing,
    Field,
    Result,
    Note,
    Margin(bool),
    Picture,
    Object,
    Style,
}

impl<'d> Reader<'d> {
    pub(super) fn new(draft: &'d mut Draft) -> Self {
        Self {
            draft,
            state: State::default(),
            stack: Vec::new(),
            bytes: Vec::new(),
            to_skip: 0,
            high: None,
            text: Text::default(),
            mark: String::new(),
            code: String::new(),
            result: None,
            outer: Vec::new(),
            notes: 0,
            table: None,
            entry: Text::default(),
            data: Vec::new(),
            is_picture_known: false,
            objects: 0,
            fonts: HashMap::new(),
            styles: HashMap::new(),
            name: String::new(),
            indents: Vec::new(),
        }
    }

    /// Reads the whole document.
    pub(super) fn through(mut self, bytes: &[u8]) -> Result<(), Refusal> {
        let mut is_optional = false;
        for token in Lexer::new(bytes) {
            if !matches!(token, Token::Byte(_) | Token::Text(_)) {
                self.flush_bytes();
            }
            match token {
                Token::Open => {
                    if self.stack.len() >= MAX_GROUPS {
                        return Err(Refusal::TooDeep);
                    }
                    self.stack.push((self.state, Ending::Nothing));
                    self.to_skip = 0;
                }
                Token::Close => self.close()?,
                Token::Symbol(b'*') => {
                    is_optional = true;
                    continue;
                }
                Token::Symbol(symbol) => self.symbol(symbol),
                Token::Word(name, number) => self.word(name, number, is_optional)?,
                Token::Byte(byte) => self.byte(byte),
                Token::Text(text) => text.iter().for_each(|byte| self.byte(*byte)),
                Token::Binary(data) if self.state.destination.is_data() => {
                    self.data.extend(&data[..data.len().min(MAX_DATA_BYTES)]);
                }
                Token::Binary(_) => {}
            }
            is_optional = false;
        }
        self.flush_bytes();
        self.end_paragraph();
        self.end_table()
    }

    fn byte(&mut self, byte: u8) {
        if self.to_skip > 0 {
            self.to_skip -= 1;
            return;
        }
        match self.state.destination {
            destination if destination.is_data() => {
                if byte.is_ascii_hexdigit() && self.bytes.len() < 2 * MAX_DATA_BYTES {
                    self.bytes.push(byte);
                }
            }
            Destination::Nowhere => {}
            _ => self.bytes.push(byte),
        }
    }

    fn flush_bytes(&mut self) {
        if self.bytes.is_empty() {
            return;
        }
        let bytes = std::mem::take(&mut self.bytes);
        if self.state.destination.is_data() {
            let digit = |byte: u8| char::from(byte).to_digit(16).unwrap_or(0) as u8;
            self.data.extend(bytes.chunks_exact(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])));
            return;
        }
        let (text, ..) = self.state.encoding.decode(&bytes);
        self.push(&text);
    }

    pub(super) fn push(&mut self, text: &str) {
        match self.state.destination {
            Destination::Body | Destination::Note | Destination::Margin if !self.state.is_hidden => {
                self.text.push(text);
            }
            Destination::Body | Destination::Note | Destination::Margin => self.text.hides(text, Hidden::Invisible),
            Destination::Mark => self.mark.push_str(text),
            Destination::Code => self.code.push_str(text),
            Destination::Styles => self.name.push_str(text),
            _ => {}
        }
    }

    fn symbol(&mut self, symbol: u8) {
        match symbol {
            b'~' => self.push(" "),
            b'_' => self.push("-"),
            b'{' | b'}' | b'\\' => self.push(char::from(symbol).encode_utf8(&mut [0; 4])),
            b'\r' | b'\n' => self.end_paragraph(),
            _ => {}
        }
    }

    pub(super) fn ends_with(&mut self, ending: Ending) {
        if let Some((_, at_end)) = self.stack.last_mut() {
            *at_end = ending;
        }
    }

    pub(super) fn go(&mut self, destination: Destination) {
        if self.state.destination != Destination::Nowhere {
            self.state.destination = destination;
        }
    }

    fn close(&mut self) -> Result<(), Refusal> {
        let Some((outer, ending)) = self.stack.pop() else { return Ok(()) };
        let is_listened_to = self.state.destination != Destination::Nowhere;
        match ending {
            Ending::Nothing => {}
            Ending::Result => {
                let start = self.result.take().unwrap_or(0);
                let address = self.code.trim_start().strip_prefix("HYPERLINK").map(str::trim_start).unwrap_or_default();
                let address = match address.strip_prefix('"') {
                    Some(quoted) => quoted.split('"').next(),
                    None => address.split_whitespace().next(),
                };
                let start = start.min(self.text.here());
                self.text.link_since(start, address.unwrap_or_default());
            }
            Ending::Field => self.code.clear(),
            Ending::Note => {
                let note = std::mem::replace(&mut self.text, self.outer.pop().unwrap_or_default());
                if is_listened_to {
                    self.draft.note(&self.notes.to_string(), note);
                }
            }
            Ending::Margin(is_header) => {
                let margin = std::mem::replace(&mut self.text, self.outer.pop().unwrap_or_default());
                self.draft.margin(if is_header { BlockKind::Header } else { BlockKind::Footer }, margin);
            }
            Ending::Picture => {
                let picture = std::mem::take(&mut self.data);
                match self.is_picture_known {
                    true if is_listened_to => self.draft.picture(picture),
                    false if is_listened_to => self.draft.unread_picture(),
                    _ => {}
                }
            }
            Ending::Object => {
                let data = std::mem::take(&mut self.data);
                if is_listened_to {
                    self.objects += 1;
                    embedded::attach_object(self.objects, &data, self.draft)?;
                }
            }
            Ending::Style => {
                let name = self.name.trim().trim_end_matches(';').to_ascii_lowercase();
                let level = name.strip_prefix("heading ").and_then(|level| level.trim().parse().ok());
                let level = level.or_else(|| (name == "title").then_some(1));
                if let Some(level) = level.or(self.state.outline.map(|outline| outline + 1)) {
                    self.styles.insert(self.state.style, level);
                }
            }
        }
        self.state = outer;
        Ok(())
    }

    pub(super) fn end_paragraph(&mut self) {
        match self.state.destination {
            Destination::Note | Destination::Margin => {
                self.text.line_break();
                return;
            }
            Destination::Body => {}
            _ => return,
        }
        if self.state.is_in_table && self.table.is_some() {
            let text = std::mem::take(&mut self.text);
            self.entry.append_line(text);
            return;
        }
        let _ = self.end_table();
        let text = std::mem::take(&mut self.text);
        let mark = std::mem::take(&mut self.mark);
        self.draft.hides_of(&text);
        if text.is_blank() {
            return;
        }
        let heading =
            self.state.outline.map(|outline| outline + 1).or_else(|| self.styles.get(&self.state.style).copied());
        let mark = mark.trim();
        match heading {
            Some(level) => {
                let mut numbered = Text::default();
                if mark.chars().any(char::is_alphanumeric) {
                    numbered.push(&format!("{mark} "));
                }
                numbered.append(text);
                self.draft.heading(level, numbered);
            }
            None if !mark.is_empty() || self.state.is_listed => {
                let is_label = mark.chars().any(char::is_alphanumeric);
                // Lists that stand within another by their place only say nothing of a level.
                let by_place = self.depth();
                let depth = if self.state.is_listed { self.state.level.max(by_place) } else { by_place };
                self.draft.item(depth, if is_label { mark } else { "•" }, text);
            }
            None => {
                self.indents.clear();
                self.draft.paragraph(text);
            }
        }
    }

    /// Whether what was written of a paragraph, whose first line hangs out, is the mark of an item.
    pub(super) fn ends_mark(&self) -> bool {
        let written = self.text.as_str().trim();
        let is_bullet = |text: &str| text.chars().count() == 1 && !text.chars().any(char::is_alphanumeric);
        let is_number = |text: &str| {
            let label = text.trim_start_matches('(').trim_end_matches(['.', ')']);
            label.len() < text.len() && (1..=4).contains(&label.len()) && label.chars().all(char::is_alphanumeric)
        };
        self.state.destination == Destination::Body
            && !self.state.is_in_table
            && self.state.first < 0
            && self.mark.is_empty()
            && (is_bullet(written) || is_number(written))
    }

    /// How deep the paragraph stands below the items before it.
    fn depth(&mut self) -> u8 {
        let left = self.state.left;
        self.indents.retain(|outer| *outer < left);
        self.indents.truncate(DEEPEST);
        self.indents.push(left);
        u8::try_from(self.indents.len() - 1).unwrap_or(u8::MAX)
    }

    pub(super) fn end_table(&mut self) -> Result<(), Refusal> {
        match self.table.take() {
            Some(rows) => self.draft.table(rows.grid()?),
            None => Ok(()),
        }
    }
}
