//! Reading the files of an office: a worker takes them apart, the pictures in them are read as pages are, and the files that
//! come along are read as documents of their own.

use std::sync::Arc;
use std::time::Instant;

use mediary_convert::Keep;
use mediary_convert::office::{Item, KeptDocument, LibreOffice, OfficeFile, OfficeLimits, OfficePage, WebPage};
use mediary_core::document::{Block, BlockKind, Line, Page, Rect, Source};
use mediary_core::{Blob, Claim, Failure, FailureKind, Hold, Media, MediaFormat, MediaKind, classify};
use mediary_layout::to_one_line;

use super::super::{Spool, blocking};
use super::Reader;
use super::attached::{ComesAlong, Contents};
use super::engine::Picture;
use super::options::ReadOptions;
use super::page_reader::PageReader;
use super::picture_parts::SURE;
use super::read::{OnPage, Progress, TEXT_LAYER};
use super::reading::{AttemptLog, Outcome, PageOutcome, Reason};

/// A picture with a shorter side is a bullet, a rule or an icon.
const SMALLEST_SIDE_PX: u32 = 24;

/// What a picture says; `None`: nothing could look at it.
type Said = Option<Vec<Block>>;

impl Reader {
    pub(super) async fn read_office(
        &self,
        media: &Media,
        options: &ReadOptions,
        on_page: OnPage<'_>,
        reader: &mut PageReader<'_>,
        attempts: &mut AttemptLog,
    ) -> Result<Contents, Failure> {
        let started = Instant::now();
        let KeptDocument { pages, pictures, attachments, facts } =
            self.office_document(media, options.page.as_ref()).await?;
        let total_pages = pages.len();
        let indices = options.pages.indices(total_pages).map_err(|error| Failure::malformed(error.to_string()))?;
        let limit = self.limits.document.pages as usize;
        if indices.len() > limit {
            return Err(Failure::too_large(format!(
                "{} pages are more than the limit of {limit}; select some with `pages`, for example 1-{limit}, or raise \
                 [limits.document] pages",
                indices.len()
            )));
        }
        let each = started.elapsed() / u32::try_from(indices.len().max(1)).unwrap_or(u32::MAX);
        let mut said: Vec<Option<Said>> = vec![None; pictures.len()];
        let mut pages: Vec<Option<OfficePage>> = pages.into_iter().map(Some).collect();
        let mut outcomes = Vec::with_capacity(indices.len());
        for &index in &indices {
            let OfficePage { items, has_unread_pictures, hidden } = pages[index].take().unwrap_or_default();
            attempts.note(TEXT_LAYER, Outcome::Accepted, None, index, each);
            let (mut blocks, mut is_unread, mut source) = (Vec::new(), has_unread_pictures, Source::TextLayer);
            for item in items {
                match item {
                    Item::Block(block) => blocks.push(block),
                    Item::Picture(_) if options.text_layer_only => {}
                    Item::Picture(at) => {
                        let (Some(blob), Some(known)) = (pictures.get(at), said.get_mut(at)) else { continue };
                        let found = match known {
                            Some(found) => found.clone(),
                            None => known.insert(self.said_by(blob, index, options, reader, attempts).await?).clone(),
                        };
                        is_unread |= found.is_none();
                        let found = found.unwrap_or_default();
                        if !found.is_empty() {
                            source = Source::Mixed;
                        }
                        blocks.extend(found);
                    }
                }
            }
            let unread = (is_unread && !options.text_layer_only).then_some(Reason::UnreadPictures);
            let reasons = unread.into_iter().chain(hidden.into_iter().map(Reason::Hidden)).collect();
            outcomes.push(PageOutcome { reasons, ..PageOutcome::read(flowing(index, source, blocks)) });
            on_page(&outcomes[outcomes.len() - 1], Progress { done: outcomes.len(), total: indices.len() });
        }
        let files = attachments.into_iter().map(ComesAlong::File).collect();
        Ok(Contents { total_pages, pages: outcomes, files, facts })
    }

    /// The document as a worker takes it apart; older formats are converted first.
    async fn office_document(&self, media: &Media, page: Option<&WebPage>) -> Result<KeptDocument, Failure> {
        let keep = || -> Box<dyn Keep> { Box::new(Kept(self.admission.spool())) };
        let limits = OfficeLimits {
            unpacked_bytes: self.limits.archive.bytes.get(),
            attachments: self.limits.archive.files as usize,
        };
        let (mut format, mut blob) = (media.format, media.blob.clone());
        if let Some(successor) = LibreOffice::successor(format) {
            blob = self.converted(media, successor).await?;
            format = successor;
        }
        let place = self.office.place().await?;
        let child = self.admission.child().await?;
        let page = page.filter(|_| format == MediaFormat::Html);
        self.office.read(place, child, OfficeFile { format, blob: &blob, page }, limits, &keep).await
    }

    async fn converted(&self, media: &Media, successor: MediaFormat) -> Result<Blob, Failure> {
        let Some(office) = &self.libreoffice else {
            return Err(Failure::unsupported(format!(
                "this is an older binary {} file, which only LibreOffice reads here, and that is not on the search path; install \
                 it and start Mediary anew, or save the file as {successor}",
                media.format
            )));
        };
        let _child: Hold = self.admission.child().await?;
        let most = self.limits.document.bytes.get();
        let bytes = office.converted(&media.blob, (media.format, successor), most).await?;
        let hold = self.admission.holding(bytes.len() as u64)?;
        Ok(Blob::in_memory(bytes).held(hold))
    }

    /// What a picture in a document says. Nothing: it is too small to say anything.
    async fn said_by(
        &self,
        blob: &Blob,
        index: usize,
        options: &ReadOptions,
        reader: &mut PageReader<'_>,
        attempts: &mut AttemptLog,
    ) -> Result<Said, Failure> {
        let Ok(media) = classify(blob.clone(), Claim::default()) else { return Ok(None) };
        if media.kind() != MediaKind::Image {
            return Ok(None);
        }
        let Ok(pictures) = self.pictures(&media).await else { return Ok(None) };
        let hold = self.room_for_picture(&pictures, 0).await?;
        let decoded = blocking::run({
            let pictures = pictures.clone();
            move || Ok(pictures.decode(0).map(|raster| raster.held(hold)))
        });
        let Ok(raster) = decoded.await? else { return Ok(None) };
        if raster.width().min(raster.height()) < SMALLEST_SIDE_PX {
            return Ok(Some(Vec::new()));
        }
        let picture =
            Picture { raster: Arc::new(raster), index, dpi: pictures.dpi(0), words: options.words, is_whole: false };
        let read = match reader.part(&picture, attempts).await {
            Ok(read) => read,
            Err(failure) if matches!(failure.kind, FailureKind::Busy { .. } | FailureKind::ClientGone) => {
                return Err(failure);
            }
            Err(_) => None,
        };
        Ok(read.map(|read| read.moved(0.0, 0.0).into_iter().filter_map(unplaced).collect()))
    }
}

/// A page that has no size: its text flows.
pub(super) fn flowing(index: usize, source: Source, blocks: Vec<Block>) -> Page {
    Page {
        index,
        source,
        engine: TEXT_LAYER.to_owned(),
        confidence: Page::confidence_of(&blocks),
        width_px: 0,
        height_px: 0,
        dpi: None,
        rotation_deg: 0,
        blocks,
    }
}

/// A block of a picture as a block of the text around it, which has no places. Photographs give engines ideas; what they are
/// not sure of is left out.
fn unplaced(mut block: Block) -> Option<Block> {
    block.lines.retain(|line| line.confidence.is_none_or(|confidence| confidence >= SURE));
    if block.lines.is_empty() {
        return None;
    }
    if block.kind == BlockKind::Text {
        // Its lines were broken by the picture's width.
        let (text, confidence) = (to_one_line(&block), block.confidence());
        let words = block.lines.drain(..).flat_map(|line| line.words).collect();
        block.lines = vec![Line { text, bbox: Rect::default(), confidence, words }];
    }
    block.bbox = Rect::default();
    for line in &mut block.lines {
        line.bbox = Rect::default();
        line.words.iter_mut().for_each(|word| word.bbox = Rect::default());
    }
    Some(block)
}

/// What comes out of a file, spooled like an upload.
pub(super) struct Kept(pub(super) Spool);

impl Keep for Kept {
    fn write(&mut self, chunk: &[u8]) -> Result<(), Failure> {
        self.0.write(chunk)
    }

    fn finish(self: Box<Self>) -> Blob {
        self.0.finish()
    }
}
