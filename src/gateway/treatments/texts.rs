//! Text, as far as text can say what a medium says; and files of text: in Unicode, quoted.

use std::sync::Arc;

use mediary_core::document::Hidden;
use mediary_core::media::decode_text;
use mediary_core::{Failure, Media, MediaKind, without_hidden};

use super::super::blocking;
use super::Treatments;
use super::available::{DOCUMENT_TO_TEXT, TEXT_TO_TEXT};
use super::extract::{Extract, Section};
use super::jobs::Job;

impl Treatments {
    /// The text that a recipe takes out of a medium.
    pub(super) async fn text_of(&self, Job { media, recipe, memo, .. }: Job<'_>) -> Result<Arc<Extract>, Failure> {
        match media.kind() {
            MediaKind::Document => self.document_text(media, memo).await,
            MediaKind::Image => self.picture_text(media, memo).await,
            MediaKind::Audio => self.transcript(media, memo).await,
            MediaKind::Video => self.video_text(media, memo).await,
            // One medium may be read in two ways: as it is, or taken apart.
            MediaKind::Text if recipe.as_str() == DOCUMENT_TO_TEXT => self.document_text(media, memo).await,
            MediaKind::Text => self.file_text(media).await.map(Arc::new),
        }
    }

    async fn file_text(&self, media: &Media) -> Result<Extract, Failure> {
        let (blob, most) = (media.blob.clone(), self.pipelines.text_to_text.most_characters);
        blocking::run(move || {
            let bytes = blob.read_all();
            let bytes = bytes.map_err(|error| Failure::broken(format!("the text cannot be read back: {error}")))?;
            let text = decode_text(&bytes).text;
            Ok(match without_hidden(&text) {
                Some(shown) => Extract { hidden: vec![Hidden::ZeroWidth], ..cut(shown, most) },
                None => cut(text, most),
            })
        })
        .await
    }
}

/// A text, cut if it is longer than allowed; then it says so. 0: nothing is cut.
fn cut(mut text: String, most_characters: usize) -> Extract {
    let Some((end, _)) = text.char_indices().nth(most_characters).filter(|_| most_characters > 0) else {
        return Extract::plain(text, TEXT_TO_TEXT);
    };
    let rest = text[end..].chars().count();
    text.truncate(end);
    let title =
        format!("the first {most_characters} of {} characters; the others are left out", most_characters + rest);
    Extract { sections: vec![Section::new(title, text)], ..Extract::plain(String::new(), TEXT_TO_TEXT) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_cut_says_so() {
        let rows =
            [("äöü", 0, None, "äöü"), ("äöü", 3, None, "äöü"), ("äöü", 2, Some("the first 2 of 3 characters"), "äö")];
        for (text, most, title, kept) in rows {
            let extract = cut(text.to_owned(), most);
            assert_eq!(extract.sections[0].text, kept);
            let said = extract.sections[0].title.as_deref();
            assert_eq!(said.map(|said| said.starts_with(title.unwrap_or("-"))), title.map(|_| true), "{said:?}");
        }
    }
}
