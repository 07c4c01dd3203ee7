//! The beginning of a body, taken up while it passes: words, not media. A run of characters that is longer than any word
//! is a file in base64 or the like, and is left out with its length; so a picture does not take the place of the question.

use super::Body;
use super::redacted::redacted;
use crate::config::Secret;

/// Longer runs without a space or a sign between them are no words. Keys are shorter, or left out with them.
const LONGEST_WORD: usize = 128;
/// Of a run that is left out, so much is shown.
const SHOWN: usize = 16;

/// What is taken up of a body.
#[derive(Debug)]
pub struct Excerpt {
    media_type: String,
    is_text: bool,
    most_bytes: usize,
    bytes: u64,
    kept: Vec<u8>,
    /// How long the run at the end of what is kept has become.
    run: usize,
    is_cut: bool,
}

impl Excerpt {
    pub(super) fn new(media_type: &str, most_bytes: usize) -> Self {
        let bare = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let is_text = bare.starts_with("text/") || bare.ends_with("json") || bare.ends_with("xml") || bare.is_empty();
        let media_type = media_type.chars().take(100).collect();
        Self { media_type, is_text, most_bytes, bytes: 0, kept: Vec::new(), run: 0, is_cut: false }
    }

    /// A piece of the body passes.
    pub fn pass(&mut self, piece: &[u8]) {
        self.bytes += piece.len() as u64;
        if !self.is_text || self.is_cut {
            return;
        }
        for byte in piece {
            if byte.is_ascii_alphanumeric() || b"+/=_-".contains(byte) {
                self.run += 1;
                if self.run > LONGEST_WORD {
                    continue;
                }
            } else {
                self.end_run();
            }
            if self.kept.len() >= self.most_bytes {
                self.is_cut = true;
                return;
            }
            self.kept.push(*byte);
        }
    }

    fn end_run(&mut self) {
        let run = std::mem::take(&mut self.run);
        if run > LONGEST_WORD {
            let begin = self.kept.len().saturating_sub(LONGEST_WORD);
            self.kept.truncate(begin + SHOWN);
            self.kept.extend_from_slice(format!("…[{run} characters]").as_bytes());
        }
    }

    /// What is kept of it.
    pub(super) fn ended(mut self, secrets: &[Secret]) -> Body {
        self.end_run();
        // A character may have been cut in the middle.
        let text = String::from_utf8_lossy(&self.kept);
        let text = redacted(text.trim_end_matches('\u{fffd}'), secrets);
        Body { media_type: self.media_type, bytes: self.bytes, text, is_cut: self.is_cut }
    }
}
