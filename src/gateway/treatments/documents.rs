//! Documents: as the text of their pages, or as pictures of them.
//!
//! Reading is done by the recipe `read-document` next door. Where there are more pages than pictures may be sent, the
//! rest follows as text, and it is said so.

use std::fmt::Write as _;
use std::sync::Arc;

use mediary_convert::image::{self, fit_raster};
use mediary_convert::pdf::{PageOrder, TextPolicy};
use mediary_core::document::{Page, PageSelection};
use mediary_core::{Failure, Media, MediaFormat};
use mediary_layout::to_markdown;

use super::super::blocking;
use super::super::documents::{Attached, ReadOptions, Reader, Reading};
use super::Treatments;
use super::available::{DOCUMENT_TO_TEXT, IMAGE_TO_FRAMES, IMAGE_TO_IMAGE, PDF_TO_IMAGES};
use super::extract::{Extract, Section};
use super::images::side_px;
use super::jobs::Job;
use super::made::{Made, Piece};
use super::memo::{self, Memo};
use super::recipes::{DocumentToText, Jpeg};

/// A page as a picture, or why there is none.
type Drawn = Result<Media, Failure>;

impl Treatments {
    /// The text of a document.
    pub(super) async fn document_text(&self, media: &Media, memo: &Memo) -> Result<Arc<Extract>, Failure> {
        let recipe = &self.pipelines.document_to_text;
        let key = memo::key(media, DOCUMENT_TO_TEXT, recipe, &memo.bounds).await;
        self.remembered.or_read(key, Box::pin(self.pages_text(media, PageSelection::all(), memo))).await
    }

    /// The text of some pages.
    async fn pages_text(&self, media: &Media, pages: PageSelection, memo: &Memo) -> Result<Extract, Failure> {
        let (engine, bounds) = (memo::engines_within(&memo.bounds), memo.bounds.of_reading());
        let options = ReadOptions { pages, engine, bounds, ..ReadOptions::default() };
        let reading = self.reader.read(media.clone(), &options, &|_, _| {}).await?;
        Ok(extract(&reading, &self.pipelines.document_to_text))
    }

    /// A PDF as pictures of its pages.
    pub(super) async fn pages_of_document(&self, job: Job<'_>) -> Result<Made, Failure> {
        let recipe = &self.pipelines.pdf_to_images;
        let fit = fit_for(job, &recipe.jpeg);
        let mut document = self.reader.open(&job.media.blob, None).await?;
        let (total, most) = (document.pages(), files(job, recipe.most_pages));
        let mut drawn: Vec<Drawn> = Vec::with_capacity(total.min(most));
        for index in 0..total.min(most) {
            let order = PageOrder {
                index,
                dpi: Some(recipe.dpi),
                text: TextPolicy::Ignore,
                trust: self.reader.recipe().text_layer,
                rendering: self.reader.recipe().render.without_sheets(),
            };
            let room = self.reader.room_for_pages(1).await?;
            let raster = match Reader::page(&mut document, order, room).await {
                Ok((_, Some(raster))) => raster,
                Ok((_, None)) => return Err(Failure::broken("the worker sent no picture")),
                Err(failure) => {
                    drawn.push(Err(failure));
                    continue;
                }
            };
            let fitted = blocking::run(move || fit_raster(&raster, &fit)).await;
            drawn.push(fitted.and_then(|media| self.reader.kept(media)));
        }
        document.close().await;
        self.shown(job, PDF_TO_IMAGES, total, drawn).await
    }

    /// A picture in a form that is taken; of a TIFF, its pages.
    pub(super) async fn pages_of_picture(&self, job: Job<'_>) -> Result<Made, Failure> {
        if job.recipe.as_str() == IMAGE_TO_FRAMES {
            return self.stills(job).await;
        }
        let recipe = &self.pipelines.image_to_image;
        let fit = fit_for(job, &recipe.jpeg);
        if let Some(bare) = self.bare(job).await? {
            return Ok(Made::media(bare, IMAGE_TO_IMAGE));
        }
        let pictures = self.reader.pictures(job.media).await?;
        let total = pictures.pages();
        let mut drawn = Vec::new();
        for index in 0..total.min(files(job, recipe.most_pages)) {
            let fitted =
                self.reader.with_picture(&pictures, index, move |pictures, _hold| Ok(pictures.fitted(index, &fit)));
            let fitted = fitted.await?;
            drawn.push(fitted.and_then(|media| self.reader.kept(media)));
        }
        self.shown(job, IMAGE_TO_IMAGE, total, drawn).await
    }

    /// The pages that were drawn, each with its number, and the text of those that were not.
    async fn shown(&self, job: Job<'_>, by: &str, total: usize, drawn: Vec<Drawn>) -> Result<Made, Failure> {
        let count = drawn.len();
        if let Some(Err(failure)) = drawn.first().filter(|_| drawn.iter().all(Result::is_err)) {
            return Err(failure.clone());
        }
        if total == 0 {
            return Err(Failure::unreadable("the document has no pages; save it anew with the program that made it"));
        }
        if total == 1 && job.media.format != MediaFormat::Pdf {
            let only = drawn.into_iter().next().ok_or_else(|| Failure::broken("a page went missing"))??;
            return Ok(Made::media(only, by));
        }
        let mut pieces = page_pieces(total, drawn);
        let (mut by, mut hidden) = (by.to_owned(), Vec::new());
        if count < total {
            let rest = format!("{}-{total}", count + 1).parse::<PageSelection>();
            let rest = rest.map_err(|error| Failure::broken(error.to_string()))?;
            let text = self.pages_text(job.media, rest, job.memo).await?;
            // Writing to a string cannot fail.
            let _ = write!(by, "+{}", text.by);
            hidden.clone_from(&text.hidden);
            pieces.push(Piece::Quoted(Arc::new(text)));
        }
        Ok(Made { pieces, by, hidden, pages: u32::try_from(total).ok() })
    }
}

/// Pages as pictures, each with its number, and how many of all they are.
fn page_pieces(total: usize, drawn: Vec<Drawn>) -> Vec<Piece> {
    let count = drawn.len();
    let mut pieces = Vec::with_capacity(2 * count + 2);
    if count < total {
        let pages = if count == 1 { "page 1".to_owned() } else { format!("pages 1-{count}") };
        let verb = if count == 1 { "is shown as a picture" } else { "are shown as pictures" };
        pieces.push(Piece::Note(format!("{pages} of {total} {verb}; the remaining pages follow as text")));
    }
    for (number, page) in (1..).zip(drawn) {
        match page {
            Ok(picture) => {
                pieces.push(Piece::Note(format!("page {number}")));
                pieces.push(Piece::Media(picture));
            }
            Err(failure) => pieces.push(Piece::Note(format!("page {number} cannot be shown: {}", failure.detail))),
        }
    }
    pieces
}

/// How large the pictures for a target may be. Where a limit is on PNG too, the lower one holds for both.
pub(super) fn fit_for(job: Job<'_>, jpeg: &Jpeg) -> image::Fit {
    let taken = |format| job.abilities.acceptance(format);
    let (as_jpeg, as_png) = (taken(MediaFormat::Jpeg), taken(MediaFormat::Png));
    let both = || [as_jpeg, as_png].into_iter().flatten();
    let side = both().filter_map(side_px).min();
    let bytes = both().filter_map(|acceptance| acceptance.bytes).min();
    jpeg.fit(side, bytes, as_png.is_some())
}

fn files(job: Job<'_>, most: u32) -> usize {
    job.files.clamp(1, most.max(1)) as usize
}

/// What was read, page by page.
pub(super) fn extract(reading: &Reading, recipe: &DocumentToText) -> Extract {
    let mut by: Vec<String> = Vec::new();
    let mut sections = page_sections(reading, recipe, &mut by);
    for (number, Attached { name, result }) in (1..).zip(&reading.attachments) {
        // The name is its sender's, so it stands inside, where it is quoted.
        let title = Some(format!("file {number} that came with it"));
        let text = match result {
            Ok(_) => name.clone(),
            Err(failure) => format!("{name}\n(this file could not be read: {})", failure.detail),
        };
        sections.push(Section { title, text });
        if let Ok(attached) = result {
            let attached = extract(attached, recipe);
            by.extend((!by.contains(&attached.by)).then_some(attached.by));
            sections.extend(attached.sections);
        }
    }
    let by = if by.is_empty() { DOCUMENT_TO_TEXT.to_owned() } else { by.join("+") };
    let pages = reading.all_pages();
    let settled = pages.iter().all(|outcome| outcome.page.is_ok());
    Extract { sections, by, hidden: reading.hidden(), pages: u32::try_from(pages.len()).ok(), settled }
}

/// The pages of a reading, and what read them.
fn page_sections(reading: &Reading, recipe: &DocumentToText, by: &mut Vec<String>) -> Vec<Section> {
    let text_of = |page: &Page| {
        if recipe.markdown && !reading.is_plain_text() { to_markdown(&page.blocks) } else { page.text() }
    };
    let has_pages = recipe.page_marks && reading.total_pages > 1;
    let mut sections = Vec::with_capacity(reading.pages.len());
    for outcome in &reading.pages {
        let number = outcome.index + 1;
        let (doubt, text) = match &outcome.page {
            Ok(page) if page.is_blank() => ("", "(nothing is written here)".to_owned()),
            Ok(page) => {
                if !by.contains(&page.engine) {
                    by.push(page.engine.clone());
                }
                (if outcome.needs_ocr() { ", read with doubt" } else { "" }, text_of(page))
            }
            Err(failure) => ("", format!("(this page could not be read: {})", failure.detail)),
        };
        let title = has_pages.then(|| format!("page {number}{doubt}"));
        sections.push(Section { title, text });
    }
    sections
}

#[cfg(test)]
mod tests {
    use mediary_core::Blob;

    use super::*;

    #[test]
    fn every_page_is_shown_or_accounted_for() {
        let page = || Ok(Media { format: MediaFormat::Jpeg, blob: Blob::in_memory(vec![1]) });
        let broken = || Err(Failure::unreadable("it hangs"));
        let rows: [(usize, Vec<Drawn>, &[&str]); 4] = [
            (2, vec![page(), page()], &["page 1", "*", "page 2", "*"]),
            (
                20,
                vec![page()],
                &["page 1 of 20 is shown as a picture; the remaining pages follow as text", "page 1", "*"],
            ),
            (
                3,
                vec![page(), page()],
                &[
                    "pages 1-2 of 3 are shown as pictures; the remaining pages follow as text",
                    "page 1",
                    "*",
                    "page 2",
                    "*",
                ],
            ),
            (2, vec![page(), broken()], &["page 1", "*", "page 2 cannot be shown: it hangs"]),
        ];
        for (total, drawn, expected) in rows {
            let pieces = page_pieces(total, drawn);
            let said = pieces.iter().map(|piece| match piece {
                Piece::Note(note) => note.as_str(),
                Piece::Media(_) => "*",
                Piece::Quoted(_) => "text",
            });
            assert_eq!(said.collect::<Vec<_>>(), expected);
        }
    }
}
