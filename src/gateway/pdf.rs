//! Reading a PDF: while one page is recognised the next is rendered; pages with text of their own are
//! read by two workers at once.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use mediary_convert::pdf::{OpenPdf, PageOrder, PageReply};
use mediary_core::document::{Page, Source, arrange_layer};
use mediary_core::{Failure, FailureKind, Media, Raster};
use mediary_local::{PaddleOcr, Ticket};

use super::Gateway;
use super::read::{Frame, ReadOptions, TEXT_LAYER};
use super::reading::{AttemptLog, Outcome, PageOutcome};

/// A4 at 400 DPI; more makes no text readable that this does not.
const MAX_PAGE_PIXELS: u32 = 16_000_000;

/// Below so many pages a second worker is not started: it would open the document in vain.
const WORTH_TWO_WORKERS: usize = 16;

/// What the worker gave for a page, and how long that took.
struct Drawn {
    index: usize,
    answer: Result<(PageReply, Option<Raster>), Failure>,
    duration: Duration,
}

impl Gateway {
    pub(super) async fn read_pdf(
        &self,
        media: &Media,
        options: &ReadOptions,
        progress: &(dyn Fn(usize, usize) + Sync),
        attempts: &mut AttemptLog,
    ) -> Result<(usize, Vec<PageOutcome>), Failure> {
        if !self.pdf.are_startable() {
            return Err(Failure::new(
                FailureKind::NotInstalled,
                "PDFium is not installed; run `mediary models pull pdfium`, then start Mediary anew",
            ));
        }
        let mut document = self.pdf.open(&media.blob, options.password.as_deref()).await?;
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
        let mut ticket = None;
        let mut outcomes = Vec::with_capacity(indices.len());
        let first = draw(&mut document, options, indices[0]).await;
        let has_own_text = first.answer.as_ref().is_ok_and(|(_, raster)| raster.is_none());
        let mut lanes = vec![document];
        if has_own_text && indices.len() >= WORTH_TWO_WORKERS {
            // Where every worker is taken, one goes on alone.
            lanes.extend(self.pdf.open_if_free(&media.blob, options.password.as_deref()).await);
        }
        // As many pages are drawn at once as there are lanes, each of them to its end, while those before are
        // finished: a page that was begun and left alone would run into its time limit.
        let mut groups = indices[1..].chunks(lanes.len());
        let lanes = Mutex::new(lanes);
        let mut drawn = vec![first];
        while !drawn.is_empty() {
            let group = groups.next().unwrap_or_default().iter();
            let coming = try_join_all(group.map(|&index| draw_in_a_lane(&lanes, options, index)));
            let finished = async {
                for page in drawn {
                    outcomes.push(self.finish(page, &mut ticket, options, attempts).await?);
                    progress(outcomes.len(), indices.len());
                }
                Ok::<_, Failure>(())
            };
            let (finished, coming) = tokio::join!(finished, coming);
            finished?;
            drawn = coming?;
        }
        let lanes = std::mem::take(&mut *lanes.lock().unwrap_or_else(PoisonError::into_inner));
        for lane in lanes {
            lane.close().await;
        }
        Ok((total, outcomes))
    }

    /// Takes a page's own text, or has its picture read. Fails only where the whole document has to.
    async fn finish<'a>(
        &'a self,
        drawn: Drawn,
        ticket: &mut Option<Ticket<'a, PaddleOcr>>,
        options: &ReadOptions,
        attempts: &mut AttemptLog,
    ) -> Result<PageOutcome, Failure> {
        let Drawn { index, answer, duration } = drawn;
        let (reply, raster) = match answer {
            Ok(answer) => answer,
            Err(failure) => {
                attempts.note(TEXT_LAYER, Outcome::Failed, Some(&failure.detail), index, duration);
                return Ok(PageOutcome { index, page: Err(failure), needs_ocr: false });
            }
        };
        let Some(raster) = raster else {
            return Ok(own_text(index, reply, options, duration, attempts));
        };
        if let Some(doubt) = reply.doubt.filter(|_| !options.force_ocr) {
            attempts.note(TEXT_LAYER, Outcome::Rejected, Some(doubt.name()), index, duration);
        }
        let ticket = match ticket {
            Some(ticket) => ticket,
            None => ticket.insert(self.ocr.enter()?),
        };
        let frame = Frame { index, dpi: Some(reply.dpi) };
        let page = self.recognise(ticket, raster, frame, options.words, attempts).await;
        if let Err(failure) = &page
            && failure.kind == FailureKind::NotInstalled
        {
            return Err(failure.clone());
        }
        // Recognition that found nothing leaves whatever the document itself said.
        let is_better = |page: &Page| !page.is_blank() || reply.layer.lines.is_empty();
        match page {
            Ok(page) if is_better(&page) => Ok(PageOutcome { index, page: Ok(page), needs_ocr: false }),
            Ok(_) | Err(_) if !reply.layer.lines.is_empty() => {
                Ok(PageOutcome { index, page: Ok(layer_page(index, reply)), needs_ocr: true })
            }
            other => Ok(PageOutcome { index, page: other, needs_ocr: false }),
        }
    }
}

/// Draws a page in whichever lane is free; there are as many lanes as pages are drawn at once.
async fn draw_in_a_lane(lanes: &Mutex<Vec<OpenPdf>>, options: &ReadOptions, index: usize) -> Result<Drawn, Failure> {
    let free = lanes.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let mut lane = free.ok_or_else(|| Failure::broken("more pages are being drawn than there are workers"))?;
    let drawn = draw(&mut lane, options, index).await;
    lanes.lock().unwrap_or_else(PoisonError::into_inner).push(lane);
    Ok(drawn)
}

async fn draw(document: &mut OpenPdf, options: &ReadOptions, index: usize) -> Drawn {
    let started = Instant::now();
    let order = PageOrder {
        index,
        dpi: options.dpi,
        text: options.text_policy(),
        words: options.words,
        max_pixels: MAX_PAGE_PIXELS,
    };
    let answer = document.page(order).await;
    Drawn { index, answer, duration: started.elapsed() }
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
    let needs_ocr = doubt.is_some();
    PageOutcome { index, page: Ok(layer_page(index, reply)), needs_ocr }
}

fn layer_page(index: usize, reply: PageReply) -> Page {
    Page {
        index,
        source: Source::TextLayer,
        engine: TEXT_LAYER.to_owned(),
        confidence: None,
        width_px: reply.width_px,
        height_px: reply.height_px,
        dpi: Some(reply.dpi),
        rotation_deg: 0,
        blocks: arrange_layer(reply.layer.lines, reply.width_px, reply.height_px),
    }
}
