//! Confidences in Mistral's words: of pages, blocks and words, and where in the text each word starts.
//!
//! A document's own characters have no confidence, and are given none.

use mediary_core::document::{Block, Line, Page};

use super::wire::{OcrBlockScores, OcrPageScores, OcrWordScore};

/// How far ahead of the last word the next one is looked for: past marks and the like, but not past other words.
const REACH_BYTES: usize = 160;

/// Mean and least confidence of a page; nothing where nothing was recognised. With `words`, those that stand in the
/// page's text, both are over all words, else over lines.
pub(super) fn of_page(page: &Page, words: Option<Vec<OcrWordScore>>) -> Option<OcrPageScores> {
    let lines = || page.blocks.iter().flat_map(|block| &block.lines);
    let of_words = || lines().flat_map(|line| &line.words).filter_map(|word| Some((word.confidence?, &word.text)));
    let (average, minimum) = match words.as_ref().and_then(|_| mean(of_words())) {
        Some(average) => (average, of_words().map(|(confidence, _)| confidence).reduce(f32::min)),
        None => (page.confidence?, least(lines())),
    };
    let minimum = minimum.unwrap_or(average);
    Some(OcrPageScores {
        average_page_confidence_score: thousandths(average),
        minimum_page_confidence_score: thousandths(minimum),
        word_confidence_scores: words,
    })
}

/// Mean and least confidence of a block.
pub(super) fn of_block(block: &Block) -> OcrBlockScores {
    OcrBlockScores {
        average_content_confidence_score: block.confidence().map(thousandths),
        minimum_content_confidence_score: least(&block.lines).map(thousandths),
        block_type_confidence_score: None,
    }
}

/// The recognised words of a block, found again in `text`, which starts `offset` characters into what is answered. A
/// word that is written otherwise there, parted or escaped, is said to start where the one before it ended.
pub(super) fn of_words(block: &Block, text: &str, offset: usize) -> Vec<OcrWordScore> {
    let mut scores = Vec::new();
    // Where the last word ended, in bytes and in characters.
    let (mut end, mut end_chars) = (0, 0);
    for word in block.lines.iter().flat_map(|line| &line.words) {
        let Some(confidence) = word.confidence else { continue };
        let mut start_chars = end_chars;
        let stem = word.text.trim_end_matches(['-', '\u{ad}']);
        if let Some((start, length)) = find(&text[end..], &word.text).or_else(|| find(&text[end..], stem)) {
            start_chars += text[end..end + start].chars().count();
            end_chars = start_chars + text[end + start..end + start + length].chars().count();
            end += start + length;
        }
        let start_index = offset + start_chars;
        scores.push(OcrWordScore { text: word.text.clone(), confidence: thousandths(confidence), start_index });
    }
    scores
}

/// The first place of `word` near the beginning of `text`, and its length.
fn find(text: &str, word: &str) -> Option<(usize, usize)> {
    if word.is_empty() {
        return None;
    }
    let mut reach = (REACH_BYTES + word.len()).min(text.len());
    while !text.is_char_boundary(reach) {
        reach -= 1;
    }
    text[..reach].find(word).map(|start| (start, word.len()))
}

/// Mean over characters.
fn mean<'a>(texts: impl Iterator<Item = (f32, &'a String)>) -> Option<f32> {
    let (mut sum, mut weight) = (0.0, 0.0);
    for (confidence, text) in texts {
        let characters = text.chars().count() as f32;
        sum += confidence * characters;
        weight += characters;
    }
    (weight > 0.0).then(|| sum / weight)
}

fn least<'a>(lines: impl IntoIterator<Item = &'a Line>) -> Option<f32> {
    lines.into_iter().filter_map(|line| line.confidence).reduce(f32::min)
}

/// More digits would pretend.
fn thousandths(value: f32) -> f32 {
    (value * 1_000.0).round() / 1_000.0
}
