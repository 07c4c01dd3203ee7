//! A read document as the XML formats tell it: paragraphs of lines of words that show something.
//!
//! Decides what is left out, where spaces stand between words and which way a paragraph runs, so
//! that the formats cannot differ in it. Reads nothing and writes nothing.

use mediary_core::Failure;
use mediary_core::document::{Block, Line, Page, Rect};

use super::writer::is_permitted;

/// A document as hOCR and ALTO need it.
#[derive(Debug, Clone)]
pub(in crate::protocol::process) struct Transcript<'a> {
    /// The name the file was sent with.
    pub(in crate::protocol::process) file_name: Option<&'a str>,
    /// The version of Mediary that read it.
    pub(in crate::protocol::process) version: &'a str,
    /// The pages in order, each of them once. Both formats want at least one.
    pub(in crate::protocol::process) pages: Vec<TranscriptPage<'a>>,
}

/// One page of a transcript.
#[derive(Debug, Clone, Copy)]
pub(in crate::protocol::process) struct TranscriptPage<'a> {
    /// Place in the document, from 0.
    pub(in crate::protocol::process) index: usize,
    /// The page, or why it was not read.
    pub(in crate::protocol::process) page: Result<&'a Page, &'a Failure>,
}

impl<'a> Transcript<'a> {
    /// What read the pages, in the order of their first page.
    pub(in crate::protocol::process) fn engines(&self) -> Vec<&'a str> {
        let mut engines: Vec<&str> = Vec::new();
        for page in self.pages.iter().filter_map(|page| page.page.ok()) {
            if !engines.contains(&page.engine.as_str()) {
                engines.push(&page.engine);
            }
        }
        engines
    }
}

/// A block of which something can be seen.
#[derive(Debug)]
pub(in crate::protocol::process) struct Paragraph<'a> {
    pub(in crate::protocol::process) block: &'a Block,
    pub(in crate::protocol::process) direction: Direction,
    /// Never empty. The words of a line are, where the reader gave none.
    pub(in crate::protocol::process) lines: Vec<(&'a Line, Vec<Spaced<'a>>)>,
}

/// Which way a paragraph runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::protocol::process) enum Direction {
    LeftToRight,
    RightToLeft,
}

/// A word, and whether a space stands before it in its line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::protocol::process) struct Spaced<'a> {
    pub(in crate::protocol::process) text: &'a str,
    pub(in crate::protocol::process) bbox: Rect,
    pub(in crate::protocol::process) confidence: Option<f32>,
    pub(in crate::protocol::process) after_space: bool,
}

/// The paragraphs of a page, without lines and words that show nothing.
pub(in crate::protocol::process) fn paragraphs(page: &Page) -> Vec<Paragraph<'_>> {
    let paragraph = |block| {
        let lines: Vec<_> = visible_lines(block).collect();
        (!lines.is_empty()).then(|| Paragraph { block, direction: direction(block), lines })
    };
    page.blocks.iter().filter_map(paragraph).collect()
}

fn visible_lines(block: &Block) -> impl Iterator<Item = (&Line, Vec<Spaced<'_>>)> {
    let lines = block.lines.iter().map(|line| (line, words(line)));
    lines.filter(|(line, words)| !words.is_empty() || is_visible(&line.text))
}

fn is_visible(text: &str) -> bool {
    text.chars().any(|character| is_permitted(character) && !character.is_whitespace())
}

/// The words of a line. The line's own text knows whether a space is between two of them; Chinese has none.
fn words(line: &Line) -> Vec<Spaced<'_>> {
    let mut rest = line.text.as_str();
    let mut words: Vec<Spaced<'_>> = Vec::new();
    for word in line.words.iter().filter(|word| is_visible(&word.text)) {
        let between = rest.split_once(word.text.as_str());
        let has_space = between.is_none_or(|(between, _)| between.contains(char::is_whitespace));
        rest = between.map_or(rest, |(_, behind)| behind);
        let after_space = has_space && !words.is_empty();
        words.push(Spaced { text: &word.text, bbox: word.bbox, confidence: word.confidence, after_space });
    }
    words
}

/// The direction of the block's first letter, as the Unicode bidirectional algorithm decides it for paragraphs.
fn direction(block: &Block) -> Direction {
    let mut letters =
        block.lines.iter().flat_map(|line| line.text.chars()).filter(|character| character.is_alphabetic());
    match letters.next() {
        Some(letter) if runs_leftwards(letter) => Direction::RightToLeft,
        Some(_) | None => Direction::LeftToRight,
    }
}

/// Whether a letter belongs to one of the blocks that Unicode reserves for scripts written right to left.
fn runs_leftwards(letter: char) -> bool {
    matches!(letter,
        '\u{0590}'..='\u{08FF}'
        | '\u{FB1D}'..='\u{FDFF}'
        | '\u{FE70}'..='\u{FEFF}'
        | '\u{10800}'..='\u{10FFF}'
        | '\u{1E800}'..='\u{1EFFF}')
}

/// A confidence between 0 and 1; `None` for what is no number.
pub(in crate::protocol::process) fn certainty(confidence: Option<f32>) -> Option<f32> {
    confidence.filter(|confidence| !confidence.is_nan()).map(|confidence| confidence.clamp(0.0, 1.0))
}

/// A place in whole pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::protocol::process) struct PixelBox {
    pub(in crate::protocol::process) left: u32,
    pub(in crate::protocol::process) top: u32,
    pub(in crate::protocol::process) right: u32,
    pub(in crate::protocol::process) bottom: u32,
}

impl PixelBox {
    /// All of `page`.
    pub(in crate::protocol::process) fn whole(page: &Page) -> Self {
        Self { left: 0, top: 0, right: page.width_px, bottom: page.height_px }
    }

    /// The pixels of `page` that `rect` touches: rounding outwards keeps a word inside its line.
    pub(in crate::protocol::process) fn on(page: &Page, rect: Rect) -> Self {
        let across = |x: f32| (x as u32).min(page.width_px);
        let down = |y: f32| (y as u32).min(page.height_px);
        let (left, top) = (across(rect.left.floor()), down(rect.top.floor()));
        Self { left, top, right: across(rect.right.ceil()).max(left), bottom: down(rect.bottom.ceil()).max(top) }
    }

    pub(in crate::protocol::process) fn width(self) -> u32 {
        self.right - self.left
    }

    pub(in crate::protocol::process) fn height(self) -> u32 {
        self.bottom - self.top
    }

    /// What lies between two boxes side by side, whichever comes first; `None` if they touch.
    pub(in crate::protocol::process) fn between(self, other: Self) -> Option<Self> {
        let (first, second) = if self.left <= other.left { (self, other) } else { (other, self) };
        let (top, bottom) = (self.top.min(other.top), self.bottom.max(other.bottom));
        (first.right < second.left).then_some(Self { left: first.right, top, right: second.left, bottom })
    }
}
