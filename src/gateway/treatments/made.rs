//! What a part becomes: words of ours, quoted text, media; and the parts of a message that these are.
//!
//! Names of files are not in here, so that the same bytes are treated once whatever they are called.

use std::sync::Arc;

use mediary_core::Media;
use mediary_core::document::Hidden;
use mediary_core::task::{MediaPart, Part, PartPath};

use super::super::routing::TreatmentNote;
use super::extract::Extract;
use super::fence::{self, Source};

/// What a part became.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) pieces: Vec<Piece>,
    /// What did it.
    pub(super) by: String,
    /// Why text that it carries was left out.
    pub(super) hidden: Vec<Hidden>,
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

impl Made {
    /// Nothing but quoted text.
    pub(super) fn quoted(extract: Arc<Extract>) -> Self {
        let (by, hidden) = (extract.by.clone(), extract.hidden.clone());
        Self { by, hidden, pages: extract.pages, pieces: vec![Piece::Quoted(extract)] }
    }

    /// One medium in the place of another.
    pub(super) fn media(media: Media, by: &str) -> Self {
        Self { pieces: vec![Piece::Media(media)], by: by.to_owned(), hidden: Vec::new(), pages: None }
    }

    /// What is noted of it.
    pub(super) fn note(&self, place: PartPath, does: &'static str) -> TreatmentNote {
        let hidden = self.hidden.iter().map(|hidden| hidden.name()).collect();
        TreatmentNote { place, does, by: self.by.clone(), pages: self.pages, hidden }
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
