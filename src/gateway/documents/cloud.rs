//! Engines beyond this process: a provider's document reader, or a model that looks at pictures and is asked to copy.
//!
//! What comes back is Markdown without places. It becomes blocks that lie below one another over the page, so that
//! every output can be written from it; boxes of such a page say no more than the order. A model says nothing of how
//! sure it is.

use mediary_convert::image::encode_jpeg;
use mediary_core::capability::{Abilities, TaskKind};
use mediary_core::document::{Page, Source};
use mediary_core::plan::Privacy;
use mediary_core::task::{Chat, MediaPart, Message, Part, Role};
use mediary_core::{Blob, Failure, Media, MediaFormat, Target};

use super::super::{Gateway, blocking};
use super::engine::{EngineRead, Picture};
use super::markdown::blocks;
use super::recipe::Copying;

/// Of pages as they are sent to providers.
const JPEG_QUALITY: u8 = 90;

/// Why a target is passed over.
pub(super) type PassedOver = &'static str;

impl Gateway {
    /// Whether a target can be asked to read pages that may go so far.
    ///
    /// # Errors
    /// Why it cannot, in a word for the list of attempts.
    pub(super) fn reads_pages(&self, target: &Target, privacy: Privacy) -> Result<(), PassedOver> {
        let known = self.known();
        let row = known.get(target).ok_or("no_provider")?;
        if !looks_at_pages(row) {
            return Err("reads_no_pictures");
        }
        if privacy == Privacy::Local && !row.is_local {
            return Err("privacy");
        }
        if !self.is_awake(target) {
            return Err("rests");
        }
        Ok(())
    }

    /// Has a target read a picture of a page.
    ///
    /// # Errors
    /// As any call to a provider.
    pub(super) async fn read_elsewhere(&self, target: &Target, picture: &Picture) -> Result<EngineRead, Failure> {
        let raster = picture.raster.clone();
        let jpeg = blocking::run(move || encode_jpeg(&raster, JPEG_QUALITY)).await?;
        let media = Media { format: MediaFormat::Jpeg, blob: Blob::in_memory(jpeg) };
        let reads_documents = self.known().get(target).is_some_and(|row| row.does(TaskKind::Ocr));
        let (markdown, confidence) = match reads_documents {
            true => self.read_plainly(target, &media).await?,
            false => {
                let asked = self.ask_plainly(target, &question(&self.recipe.copying, media)).await?;
                // A model that was told to say so of an empty page.
                (if asked.trim() == self.recipe.copying.blank { String::new() } else { asked }, None)
            }
        };
        let (width_px, height_px) = (picture.raster.width(), picture.raster.height());
        let page = Page {
            index: picture.index,
            source: Source::Ocr,
            engine: target.to_string(),
            confidence,
            width_px,
            height_px,
            dpi: picture.dpi,
            rotation_deg: 0,
            blocks: blocks(unfenced(&markdown), width_px as f32, height_px as f32, confidence),
        };
        Ok(EngineRead { page, unknown_script: 0.0 })
    }
}

/// Whether a target can be given pictures of pages.
pub(super) fn looks_at_pages(row: &Abilities) -> bool {
    row.does(TaskKind::Ocr) || (row.does(TaskKind::Chat) && row.acceptance(MediaFormat::Jpeg).is_some())
}

fn question(copying: &Copying, page: Media) -> Chat {
    let parts = vec![Part::Text(copying.prompt.clone()), Part::Media(MediaPart::new(page))];
    let mut chat = Chat { messages: vec![Message { parts, ..Message::new(Role::User) }], ..Chat::default() };
    chat.sampling.max_tokens = Some(copying.most_tokens);
    chat.sampling.temperature = Some(0.0);
    chat
}

/// Models like to put a whole page between fences.
fn unfenced(markdown: &str) -> &str {
    let text = markdown.trim();
    let inner = text.strip_prefix("```").and_then(|rest| rest.strip_suffix("```"));
    let inner = inner.and_then(|inner| inner.split_once('\n')).filter(|(language, _)| !language.contains(' '));
    match inner {
        Some((_, inner)) if !inner.contains("```") => inner,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_around_the_whole_page_is_taken_off_and_no_other() {
        let rows = [
            ("```markdown\n# A\n\nb\n```", "# A\n\nb\n"),
            ("```\nplain\n```\n", "plain\n"),
            ("text\n```\ncode\n```", "text\n```\ncode\n```"),
            ("```\na\n```\nb\n```\nc\n```", "```\na\n```\nb\n```\nc\n```"),
            ("plain", "plain"),
        ];
        for (markdown, expected) in rows {
            assert_eq!(unfenced(markdown), expected, "{markdown}");
        }
    }
}
