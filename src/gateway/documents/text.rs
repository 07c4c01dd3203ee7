//! Reading a text file: it is its own answer, in Unicode.

use std::time::Instant;

use mediary_core::document::{Block, BlockKind, Hidden, Line, Page, Rect, Source};
use mediary_core::media::decode_text;
use mediary_core::{Failure, Media, without_hidden};

use super::super::blocking;
use super::Reader;
use super::options::ReadOptions;
use super::read::{OnPage, Progress, TEXT_LAYER};
use super::reading::{AttemptLog, Outcome, PageOutcome, Reason};

impl Reader {
    pub(super) async fn read_text(
        &self,
        media: &Media,
        options: &ReadOptions,
        on_page: OnPage<'_>,
        attempts: &mut AttemptLog,
    ) -> Result<(usize, Vec<PageOutcome>), Failure> {
        let started = Instant::now();
        options.pages.indices(1).map_err(|error| Failure::malformed(error.to_string()))?;
        let blob = media.blob.clone();
        let text = blocking::run(move || {
            let bytes = blob
                .read_all()
                .map_err(|error| Failure::broken(format!("the uploaded text cannot be read back: {error}")))?;
            let text = decode_text(&bytes).text;
            Ok(match without_hidden(&text) {
                Some(shown) => (shown, vec![Reason::Hidden(Hidden::ZeroWidth)]),
                None => (text, Vec::new()),
            })
        });
        let (text, reasons) = text.await?;
        attempts.note(TEXT_LAYER, Outcome::Accepted, None, 0, started.elapsed());
        let page = Page {
            index: 0,
            source: Source::TextLayer,
            engine: TEXT_LAYER.to_owned(),
            confidence: None,
            width_px: 0,
            height_px: 0,
            dpi: None,
            rotation_deg: 0,
            blocks: blocks_of(&text),
        };
        let outcome = PageOutcome { reasons, ..PageOutcome::read(page) };
        on_page(&outcome, Progress { done: 1, total: 1 });
        Ok((1, vec![outcome]))
    }
}

/// A text has no places; all its boxes are empty. It is one block, so that its empty lines stay as
/// they are.
fn blocks_of(text: &str) -> Vec<Block> {
    let text = text.trim_end();
    if text.trim().is_empty() {
        return Vec::new();
    }
    let line = |text: &str| Line { text: text.to_owned(), bbox: Rect::default(), confidence: None, words: Vec::new() };
    vec![Block {
        kind: BlockKind::Text,
        bbox: Rect::default(),
        lines: text.lines().map(line).collect(),
        links: Vec::new(),
    }]
}
