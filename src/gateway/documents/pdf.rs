//! Reading a PDF: while one page is recognised the next is rendered; pages with text of their own are
//! read by two workers at once.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use mediary_convert::pdf::{OpenPdf, PageOrder, PageReply};
use mediary_core::document::{Doubt, Page, Quad, Rect, Source, TextLayer, Turn};
use mediary_core::{Failure, FailureKind, Media, Raster};
use mediary_layout::{Arranged, HeadingLook, LayerPage, ReadPage, arrange_layer, arrange_read, settle_levels};

use super::super::admission::Permit;
use super::Reader;
use super::attached::{ComesAlong, Contents};
use super::engine::Picture;
use super::figures::{FigureNumbers, illustrated};
use super::office::Kept;
use super::options::ReadOptions;
use super::page_reader::PageReader;
use super::read::{OnPage, Progress, TEXT_LAYER};
use super::reading::{AttemptLog, Outcome, PageOutcome, Reason};
use super::{layer_sample, picture_parts};

/// Below so many pages a second worker is not started: it would open the document in vain.
const WORTH_TWO_WORKERS: usize = 16;

/// What the worker gave for a page, and how long that took.
struct Drawn {
    index: usize,
    answer: Result<(PageReply, Option<Raster>), Failure>,
    /// Whether it is a sheet for which there was not the room that it takes.
    is_too_small: bool,
    duration: Duration,
}

impl Reader {
    pub(super) async fn read_pdf(
        &self,
        media: &Media,
        options: &ReadOptions,
        on_page: OnPage<'_>,
        reader: &mut PageReader<'_>,
        attempts: &mut AttemptLog,
    ) -> Result<Contents, Failure> {
        if !self.pdf.are_startable() {
            return Err(Failure::new(
                FailureKind::NotInstalled,
                "PDFium is not installed; run `mediary models pull pdfium`, then start Mediary anew",
            ));
        }
        let mut document = self.open(&media.blob, options.password.as_deref()).await?;
        let total = document.pages();
        if total == 0 {
            document.close().await;
            return Err(Failure::unreadable("the PDF has no pages; save it anew with the program that made it"));
        }
        let indices = match options.pages.indices(total) {
            Ok(indices) => indices,
            Err(error) => {
                document.close().await;
                return Err(Failure::malformed(error.to_string()));
            }
        };
        let limit = self.limits.document.pages as usize;
        if indices.len() > limit {
            document.close().await;
            return Err(Failure::too_large(format!(
                "{} pages are more than the limit of {limit}; select some with `pages`, for example 1-{limit}, or raise \
                 [limits.document] pages",
                indices.len()
            )));
        }
        let (mut outcomes, mut numbers) = (Vec::with_capacity(indices.len()), FigureNumbers::default());
        let room = self.room_for_pages(1).await?;
        let first = self.drawn_page(&mut document, self.order(options, indices[0]), room, true).await;
        let has_own_text = first.answer.as_ref().is_ok_and(|(_, raster)| raster.is_none());
        let mut lanes = vec![document];
        if has_own_text && indices.len() >= WORTH_TWO_WORKERS {
            // Where every worker is taken, one goes on alone.
            lanes.extend(self.open_if_free(&media.blob, options.password.as_deref()).await);
        }
        // As many pages are drawn at once as there are lanes, each of them to its end, while those before are
        // finished: a page that was begun and left alone would run into its time limit.
        let mut groups = indices[1..].chunks(lanes.len());
        let lanes = Mutex::new(lanes);
        let mut drawn = vec![first];
        while !drawn.is_empty() {
            let group = groups.next().unwrap_or_default();
            let coming = async {
                // For all of them at once: pages that wait for one another's room would wait for ever.
                let mut room = self.room_for_pages(group.len()).await?;
                let each = self.recipe.render.most_pixels();
                let rooms: Vec<Permit> = group.iter().map(|_| room.split(each)).collect();
                let drawing = group.iter().zip(rooms);
                let is_alone = group.len() == 1;
                try_join_all(
                    drawing
                        .map(|(&index, room)| self.draw_in_a_lane(&lanes, self.order(options, index), room, is_alone)),
                )
                .await
            };
            let finished = async {
                for page in drawn {
                    let mut outcome = self.finish(page, reader, options, attempts).await?;
                    numbers.number(&mut outcome);
                    outcomes.push(outcome);
                    on_page(&outcomes[outcomes.len() - 1], Progress { done: outcomes.len(), total: indices.len() });
                }
                Ok::<_, Failure>(())
            };
            // Its workers are set to it before the pages are finished, which may not wait for anything.
            let (coming, finished) = tokio::join!(coming, finished);
            finished?;
            drawn = coming?;
        }
        let mut lanes = std::mem::take(&mut *lanes.lock().unwrap_or_else(PoisonError::into_inner));
        let files = match lanes.first_mut() {
            Some(document) => self.files_of(document).await?,
            None => Vec::new(),
        };
        for lane in lanes {
            lane.close().await;
        }
        settle(&mut outcomes);
        Ok(Contents { total_pages: total, pages: outcomes, files, facts: None })
    }

    /// The files that come with a document, each as far as it can be taken out.
    async fn files_of(&self, document: &mut OpenPdf) -> Result<Vec<ComesAlong>, Failure> {
        let (count, most) = (document.attachments(), self.limits.archive.files as usize);
        if count > most {
            return Err(Failure::too_large(format!(
                "{count} files come with this PDF and the limit is {most}; raise [limits.archive] files"
            )));
        }
        let mut left = self.limits.archive.bytes.get();
        let mut all = Vec::with_capacity(count);
        for index in 0..count {
            match document.attachment(index, left, Box::new(Kept(self.admission.spool()))).await {
                Ok(file) => {
                    left = left.saturating_sub(file.blob.len_bytes());
                    all.push(ComesAlong::File(file));
                }
                Err(failure) if matches!(failure.kind, FailureKind::Busy { .. }) => return Err(failure),
                Err(failure) => all.push(ComesAlong::Lost(format!("file {}", index + 1), failure)),
            }
        }
        Ok(all)
    }

    /// Draws a page in whichever lane is free; there are as many lanes as pages are drawn at once.
    async fn draw_in_a_lane(
        &self,
        lanes: &Mutex<Vec<OpenPdf>>,
        order: PageOrder,
        room: Permit,
        is_alone: bool,
    ) -> Result<Drawn, Failure> {
        let free = lanes.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut lane = free.ok_or_else(|| Failure::broken("more pages are being drawn than there are workers"))?;
        let drawn = self.drawn_page(&mut lane, order, room, is_alone).await;
        lanes.lock().unwrap_or_else(PoisonError::into_inner).push(lane);
        Ok(drawn)
    }

    /// Draws a page. A sheet is drawn large: in a room that is waited for, if no other page is drawn with it.
    async fn drawn_page(&self, document: &mut OpenPdf, order: PageOrder, room: Permit, is_alone: bool) -> Drawn {
        let started = Instant::now();
        let (index, mut is_too_small) = (order.index, false);
        let mut answer = Self::page(document, order.clone(), room).await;
        if let Ok((PageReply { needs_pixels: Some(pixels), .. }, _)) = answer {
            let room = match is_alone {
                true => self.room_for_sheet(pixels, 1).await.map(Some),
                false => Ok(self.room_for_sheet_now(pixels)),
            };
            answer = match room {
                Ok(Some((room, rendering))) => Self::page(document, PageOrder { rendering, ..order }, room).await,
                Ok(None) => {
                    is_too_small = true;
                    let rendering = order.rendering.without_sheets();
                    match self.room_for_pages(1).await {
                        Ok(room) => Self::page(document, PageOrder { rendering, ..order }, room).await,
                        Err(failure) => Err(failure),
                    }
                }
                Err(failure) => Err(failure),
            };
        }
        Drawn { index, answer, is_too_small, duration: started.elapsed() }
    }

    fn order(&self, options: &ReadOptions, index: usize) -> PageOrder {
        PageOrder {
            index,
            dpi: options.dpi,
            text: options.text_policy(),
            trust: self.recipe.text_layer,
            rendering: self.recipe.render,
        }
    }

    /// Takes a page's own text, or has its picture read. Fails only where the whole document has to.
    async fn finish(
        &self,
        drawn: Drawn,
        reader: &mut PageReader<'_>,
        options: &ReadOptions,
        attempts: &mut AttemptLog,
    ) -> Result<PageOutcome, Failure> {
        let Drawn { index, answer, is_too_small, duration } = drawn;
        let (reply, raster) = match answer {
            Ok(answer) => answer,
            Err(failure) => {
                attempts.note(TEXT_LAYER, Outcome::Failed, Some(&failure.detail), index, duration);
                return Ok(PageOutcome::failed(index, failure));
            }
        };
        let Some(raster) = raster else {
            return Ok(own_text(index, reply, options, duration, attempts));
        };
        let picture =
            Picture { raster: Arc::new(raster), index, dpi: Some(reply.dpi), words: options.words, is_whole: true };
        if !reply.pictures.is_empty() {
            attempts.note(TEXT_LAYER, Outcome::Accepted, None, index, duration);
            return with_pictures(index, reply, &picture, reader, attempts).await;
        }
        let least = self.recipe.text_layer.agreement;
        let is_kept = match reply.doubt.filter(|_| !options.force_ocr) {
            Some(Doubt::Invisible) => layer_sample::agrees(&reply.layer, &picture, least, reader, attempts).await?,
            Some(Doubt::Unlikely) => layer_sample::lines_agree(&reply.layer, &picture, least, reader, attempts).await?,
            _ => false,
        };
        if is_kept {
            attempts.note(TEXT_LAYER, Outcome::Accepted, Some("agrees_with_sample"), index, duration);
            return with_pictures(index, reply, &picture, reader, attempts).await;
        }
        if let Some(doubt) = reply.doubt.filter(|_| !options.force_ocr) {
            attempts.note(TEXT_LAYER, Outcome::Rejected, Some(doubt.name()), index, duration);
        }
        let mut noted = noted(&reply);
        noted.extend(is_too_small.then_some(Reason::SmallPrint));
        let outcome = reader.page(&picture, attempts).await?;
        // Recognition that found nothing leaves whatever the document itself said; so does one that knows not the script
        // of letters that are merely unlikely.
        let is_unread = reply.doubt == Some(Doubt::Unlikely) && outcome.reasons.contains(&Reason::Script);
        let found_nothing = outcome.page.as_ref().map_or(true, Page::is_blank) || (is_unread && !options.force_ocr);
        if found_nothing && !reply.layer.lines.is_empty() {
            let reasons = [noted, vec![Reason::TextLayer]].concat();
            let (page, headings) = layer_page(index, reply, options.words);
            return Ok(PageOutcome { reasons, headings, ..PageOutcome::read(page) });
        }
        Ok(PageOutcome { reasons: together(noted, outcome.reasons), ..outcome })
    }
}

/// Levels the headings of all pages alike.
pub(super) fn settle(outcomes: &mut [PageOutcome]) {
    settle_levels(outcomes.iter_mut().filter_map(|outcome| {
        let PageOutcome { page, headings, .. } = outcome;
        page.as_mut().ok().map(|page| (page.blocks.as_mut_slice(), headings.as_slice()))
    }));
}

/// A page whose own text was believed, or had to be.
fn own_text(
    index: usize,
    reply: PageReply,
    options: &ReadOptions,
    duration: Duration,
    attempts: &mut AttemptLog,
) -> PageOutcome {
    let doubt = reply.doubt.filter(|_| !reply.is_empty);
    match doubt {
        Some(doubt) => attempts.note(TEXT_LAYER, Outcome::Rejected, Some(doubt.name()), index, duration),
        None => attempts.note(TEXT_LAYER, Outcome::Accepted, None, index, duration),
    }
    debug_assert!(doubt.is_none() || options.text_layer_only, "a doubtful page is rendered unless that is forbidden");
    let reasons = noted(&reply).into_iter().chain(doubt.map(|_| Reason::TextLayer)).collect();
    let (figures, turn) = (reply.figures.clone(), reply.layer.turn);
    let (page, headings) = layer_page(index, reply, options.words);
    illustrated(PageOutcome { reasons, headings, ..PageOutcome::read(page) }, &figures, turn)
}

/// The page's own text, with what its pictures show, if there are any.
async fn with_pictures(
    index: usize,
    reply: PageReply,
    picture: &Picture,
    reader: &mut PageReader<'_>,
    attempts: &mut AttemptLog,
) -> Result<PageOutcome, Failure> {
    let (parts, noted) = (reply.pictures.clone(), noted(&reply));
    let (figures, turn) = (reply.figures.clone(), reply.layer.turn);
    let (page, headings) = layer_page(index, reply, picture.words);
    let outcome = match parts.is_empty() {
        true => PageOutcome::read(page),
        false => picture_parts::add(page, picture, &parts, reader, attempts).await?,
    };
    // After what was read in the pictures: those that are text are no figures.
    let reasons = together(noted, outcome.reasons.clone());
    Ok(illustrated(PageOutcome { reasons, headings, ..outcome }, &figures, turn))
}

/// What is said of a page, whichever engine reads it.
fn noted(reply: &PageReply) -> Vec<Reason> {
    let hidden = reply.layer.hidden.iter().map(|hidden| Reason::Hidden(*hidden));
    let lacks = reply.lacks_pictures.then_some(Reason::UnreadPictures);
    hidden.chain(reply.is_placeholder.then_some(Reason::Placeholder)).chain(lacks).collect()
}

/// Both, each reason once.
fn together(mut noted: Vec<Reason>, more: Vec<Reason>) -> Vec<Reason> {
    noted.extend(more);
    let mut seen = Vec::with_capacity(noted.len());
    noted.retain(|reason| {
        !seen.contains(reason) && {
            seen.push(*reason);
            true
        }
    });
    noted
}

/// The page as its own text has it, with the places of its words if they are wanted, and how its headings look.
fn layer_page(index: usize, reply: PageReply, words: bool) -> (Page, Vec<HeadingLook>) {
    let (width, height) = (reply.width_px as f32, reply.height_px as f32);
    let TextLayer { lines, turn, rules, shades, tags, .. } = reply.layer;
    let (upright_width, upright_height) = match turn {
        Turn::None | Turn::Half => (reply.width_px, reply.height_px),
        Turn::Quarter | Turn::ThreeQuarters => (reply.height_px, reply.width_px),
    };
    let sheet = LayerPage {
        rules: &rules,
        shades: &shades,
        outline: &reply.outline,
        tags: tags.as_ref(),
        width_px: reply.width_px,
        height_px: reply.height_px,
    };
    let Arranged { mut blocks, headings } = match turn {
        Turn::None => arrange_layer(lines, sheet),
        // The order that PDFium gives is that of the page as it lies.
        turn => {
            let upright = lines.into_iter().map(|set| {
                let mut line = set.line;
                line.bbox = turn.done(line.bbox, width, height);
                line.words.iter_mut().for_each(|word| word.bbox = turn.done(word.bbox, width, height));
                let Rect { left, top, right, bottom } = line.bbox;
                (Quad::upright(left, top, right, bottom), line)
            });
            let rules = turn.done_to_rules(&rules, width, height);
            let sheet = ReadPage { rules: &rules, faces: &[], width_px: upright_width, height_px: upright_height };
            let blocks = arrange_read(upright.collect(), sheet).blocks;
            Arranged { blocks: turn.undone_in(blocks, width, height), headings: Vec::new() }
        }
    };
    if !words {
        blocks.iter_mut().flat_map(|block| &mut block.lines).for_each(|line| line.words.clear());
    }
    let page = Page {
        index,
        source: Source::TextLayer,
        engine: TEXT_LAYER.to_owned(),
        confidence: None,
        width_px: reply.width_px,
        height_px: reply.height_px,
        dpi: Some(reply.dpi),
        rotation_deg: turn.degrees(),
        blocks,
    };
    (page, headings)
}
