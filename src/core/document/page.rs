//! What reading a page gives: blocks of lines of words, each with its box and confidence.

use serde::{Deserialize, Serialize};

use super::{Link, Rect};

/// Where a page's text comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Source {
    /// The document's own characters.
    TextLayer,
    /// Characters recognised in pixels.
    Ocr,
    /// Both, merged.
    Mixed,
}

impl Source {
    /// The source as answers and metrics spell it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::TextLayer => "text_layer",
            Self::Ocr => "ocr",
            Self::Mixed => "mixed",
        }
    }
}

/// One page, read. Boxes are in pixels of a page `width_px` × `height_px` large.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// Place in the document, from 0.
    pub index: usize,
    /// Where the text comes from.
    pub source: Source,
    /// The engine that read it: `local/paddleocr`, or `text-layer`.
    pub engine: String,
    /// How sure the reader is, from 0 to 1; `None` where there is nothing to be sure of.
    pub confidence: Option<f32>,
    /// Width at `dpi`.
    pub width_px: u32,
    /// Height at `dpi`.
    pub height_px: u32,
    /// Pixels per inch of the boxes; `None` for a picture that does not say.
    pub dpi: Option<u32>,
    /// How the page was turned before reading, clockwise, in degrees.
    pub rotation_deg: u16,
    /// Paragraphs and the like, in reading order.
    pub blocks: Vec<Block>,
}

impl Page {
    /// The page's text: a line per line, an empty line between blocks.
    #[must_use]
    pub fn text(&self) -> String {
        let written = self.blocks.iter().filter(|block| !block.lines.is_empty());
        let blocks: Vec<String> = written.map(Block::text).collect();
        blocks.join("\n\n")
    }

    /// Whether there is no text on it.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.blocks
            .iter()
            .all(|block| matches!(&block.kind, BlockKind::Figure { described, .. } if described.is_empty()))
    }
}

/// What a block is. Whatever structure it has beside its lines is here; the lines hold all of its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum BlockKind {
    /// Running text.
    Text,
    /// A heading.
    Heading {
        /// From 1, the uppermost.
        level: u8,
    },
    /// Items with bullets, numbers or letters.
    List(Vec<ListItem>),
    /// Rows of entries in columns.
    Table(Table),
    /// Labels and their values, as in a form.
    KeyValue(Vec<(String, String)>),
    /// What is printed above the text of every page.
    Header,
    /// What is printed below it.
    Footer,
    /// Characters whose spaces and line ends count: a program, a listing.
    Code,
    /// A picture, with what the document says of it for those who do not see it. It has no lines, and no place where
    /// the document does not say where it stands.
    Figure {
        /// Mostly a sentence; may be empty.
        described: String,
        /// Its number among the figures of its document that have a place, from 0.
        #[serde(default)]
        number: Option<usize>,
    },
    /// Mathematics, as it was read: the characters in their order, which say less than the formula shows.
    Formula {
        /// Whether its text is TeX, which whatever read it wrote.
        is_tex: bool,
    },
    /// A footnote or endnote.
    Note {
        /// By which the text refers to it: `1`, `*`.
        label: String,
    },
}

impl BlockKind {
    /// The kind as answers spell it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Heading { .. } => "heading",
            Self::List(_) => "list",
            Self::Table(_) => "table",
            Self::KeyValue(_) => "key_value",
            Self::Header => "header",
            Self::Footer => "footer",
            Self::Code => "code",
            Self::Figure { .. } => "figure",
            Self::Formula { .. } => "formula",
            Self::Note { .. } => "note",
        }
    }
}

/// One item of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListItem {
    /// How deeply it is nested; 0 for the outermost.
    pub depth: u8,
    /// What it is marked with: `•`, `2.`, `(b)`.
    pub marker: String,
    /// Its text without the mark, on one line.
    pub text: String,
}

/// Entries in rows and columns.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Table {
    /// From top to bottom; each has an entry, maybe empty, for every column. Entries of several lines
    /// keep their line ends.
    pub rows: Vec<Vec<String>>,
    /// Whether the first row names the columns.
    pub has_header: bool,
    /// Entries that take more than one place; each of their places holds their text.
    #[serde(default)]
    pub spans: Vec<Span>,
}

/// An entry of a table that takes several places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// The uppermost row it lies in, from 0.
    pub row: usize,
    /// The leftmost column, from 0.
    pub column: usize,
    /// How many rows it takes, 1 or more.
    pub rows: usize,
    /// How many columns it takes, 1 or more.
    pub columns: usize,
}

impl Table {
    /// Number of columns: that of the longest row.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.rows.iter().map(Vec::len).max().unwrap_or(0)
    }
}

/// Lines that belong together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// Around all its lines.
    pub bbox: Rect,
    /// In reading order.
    pub lines: Vec<Line>,
    /// What leads elsewhere, in the order of its pieces and within them.
    #[serde(default)]
    pub links: Vec<Link>,
}

impl Block {
    /// A figure at this place, of which nothing is said.
    #[must_use]
    pub fn figure(bbox: Rect) -> Self {
        let kind = BlockKind::Figure { described: String::new(), number: None };
        Self { kind, bbox, lines: Vec::new(), links: Vec::new() }
    }

    /// The block's lines, one per line.
    #[must_use]
    pub fn text(&self) -> String {
        let lines: Vec<&str> = self.lines.iter().map(|line| line.text.as_str()).collect();
        lines.join("\n")
    }

    /// Mean confidence over characters; `None` if no line has one.
    #[must_use]
    pub fn confidence(&self) -> Option<f32> {
        mean_confidence(&self.lines)
    }
}

/// One line of text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Its characters.
    pub text: String,
    /// Around its characters.
    pub bbox: Rect,
    /// From 0 to 1; `None` for a document's own characters.
    pub confidence: Option<f32>,
    /// Its words; empty unless asked for.
    pub words: Vec<Word>,
}

/// One word of a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// Its characters.
    pub text: String,
    /// Around its characters.
    pub bbox: Rect,
    /// From 0 to 1; `None` for a document's own characters.
    pub confidence: Option<f32>,
}

/// Mean confidence of lines, weighted by their characters; `None` if no line has one.
#[must_use]
pub fn mean_confidence<'a>(lines: impl IntoIterator<Item = &'a Line>) -> Option<f32> {
    let (mut sum, mut weight) = (0.0, 0.0);
    for line in lines {
        if let Some(confidence) = line.confidence {
            let characters = line.text.chars().count() as f32;
            sum += confidence * characters;
            weight += characters;
        }
    }
    (weight > 0.0).then(|| sum / weight)
}

impl Page {
    /// Mean confidence over all characters of the blocks; `None` if no line has one.
    #[must_use]
    pub fn confidence_of(blocks: &[Block]) -> Option<f32> {
        mean_confidence(blocks.iter().flat_map(|block| &block.lines))
    }
}
