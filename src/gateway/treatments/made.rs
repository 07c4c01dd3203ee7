//! What a part becomes: words of ours, quoted text, media; and the parts of a message that these are.
//!
//! Names of files are not in here, so that the same bytes are treated once whatever they are called.

use std::sync::Arc;

use mediary_core::Media;
use mediary_core::task::{MediaPart, Part};

use super::fence::{self, Source};

/// What a part became.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) pieces: Vec<Piece>,
    /// What did it.
    pub(super) by: String,
    /// Pages, frames or files of it.
    pub(super) pages: Option<u32>,
}

/// A piece of what a part became.
#[derive(Debug)]
pub(super) enum Piece {
    /// A sentence of ours about what follows.
    Note(String),
    /// Quoted text.
    Quoted(Arc<Extract>),
    /// A medium.
    Media(Media),
}

/// Text that was taken out of a medium.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Extract {
    pub(super) sections: Vec<Section>,
    /// What read it.
    pub(super) by: String,
    /// How many pages were read, where there are such.
    pub(super) pages: Option<u32>,
    /// Whether another attempt would give the same; what is not settled is not remembered.
    pub(super) settled: bool,
}

/// A section of an extract.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Section {
    /// What it is, in words of ours: `page 3`.
    pub(super) title: Option<String>,
    /// What stands there.
    pub(super) text: String,
}

impl Section {
    pub(super) fn new(title: impl Into<String>, text: impl Into<String>) -> Self {
        Self { title: Some(title.into()), text: text.into() }
    }
}

impl Extract {
    /// A text in one piece.
    pub(super) fn plain(text: String, by: impl Into<String>) -> Self {
        Self { sections: vec![Section { title: None, text }], by: by.into(), pages: None, settled: true }
    }

    /// How much room it takes when it is remembered.
    pub(super) fn bytes(&self) -> u64 {
        let sections = self.sections.iter();
        let texts = sections.map(|section| section.text.len() + section.title.as_ref().map_or(0, String::len) + 64);
        (texts.sum::<usize>() + self.by.len() + 128) as u64
    }
}

impl Made {
    /// Nothing but quoted text.
    pub(super) fn quoted(extract: Arc<Extract>) -> Self {
        Self { by: extract.by.clone(), pages: extract.pages, pieces: vec![Piece::Quoted(extract)] }
    }

    /// One medium in the place of another.
    pub(super) fn media(media: Media, by: &str) -> Self {
        Self { pieces: vec![Piece::Media(media)], by: by.to_owned(), pages: None }
    }

    /// The parts of a message that take the place of the one that was treated.
    pub(super) fn parts(&self, original: &MediaPart) -> Vec<Part> {
        let source = Source::new(original.name.as_deref(), original.media.format);
        let part = |piece: &Piece| match piece {
            Piece::Note(note) => Part::Text(format!("{}: {note}", source.label)),
            Piece::Quoted(extract) => Part::Text(fence::fenced(&source, extract)),
            Piece::Media(media) => Part::Media(MediaPart {
                media: media.clone(),
                name: original.name.as_deref().map(|name| renamed(name, media)),
                detail: original.detail,
                url: None,
            }),
        };
        self.pieces.iter().map(part).collect()
    }
}

/// A file's name with the ending of what it has become.
fn renamed(name: &str, media: &Media) -> String {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    format!("{stem}.{}", media.format.name())
}
