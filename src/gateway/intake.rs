//! What a plan needs to know of a request's media: fetched where they were only named, then measured.
//!
//! Little more than headers is looked at. A size that cannot be told cheaply is left open; a target that minds says so
//! itself.

use std::sync::Arc;

use futures_util::stream::{self, StreamExt, TryStreamExt};
use mediary_convert::av::Ffmpeg;
use mediary_core::capability::{Abilities, CapabilityMatrix, PartShape};
use mediary_core::task::{Chat, MediaPart, Part, PartPath, Role};
use mediary_core::{Claim, ContentHash, Failure, Media, MediaKind, classify};
use mediary_remote::Fetcher;
use quick_cache::sync::Cache;

use super::admission::Admission;
use super::documents::Reader;
use super::treatments::opened;

/// So many files of a chat are fetched side by side.
const MOST_AT_ONCE: usize = 4;
/// The lengths of so many files are remembered.
const MOST_LENGTHS: usize = 1_000;

/// Takes in the media of requests.
#[derive(Debug)]
pub(super) struct Intake {
    fetcher: Fetcher,
    admission: Admission,
    reader: Arc<Reader>,
    ffmpeg: Option<Ffmpeg>,
    /// How many pages PDFs and how many seconds recordings have that were sent before.
    lengths: Cache<ContentHash, Option<u32>>,
}

impl Intake {
    pub(super) fn new(fetcher: Fetcher, admission: Admission, reader: Arc<Reader>, ffmpeg: Option<Ffmpeg>) -> Self {
        Self { fetcher, admission, reader, ffmpeg, lengths: Cache::new(MOST_LENGTHS) }
    }

    /// What fetches files by their addresses.
    pub(super) fn fetcher(&self) -> &Fetcher {
        &self.fetcher
    }

    /// Fetches the media that a chat only names.
    ///
    /// # Errors
    /// When an address may not be fetched, does not answer, or holds no medium; the part is named.
    pub(super) async fn fetch_parts(&self, chat: &mut Chat) -> Result<(), Failure> {
        let mut fetching = Vec::new();
        for (message, each) in chat.messages.iter_mut().enumerate() {
            for (part, each) in each.parts.iter_mut().enumerate() {
                if matches!(each, Part::Remote { .. }) {
                    fetching.push(self.fetch_into(each, PartPath::Content { message, part }));
                }
            }
        }
        if fetching.is_empty() {
            return Ok(());
        }
        // Boxed: most chats name nothing, and their futures need not have room for this.
        Box::pin(stream::iter(fetching).buffered(MOST_AT_ONCE).try_collect::<()>()).await
    }

    /// Puts a medium in the place of its address.
    async fn fetch_into(&self, part: &mut Part, place: PartPath) -> Result<(), Failure> {
        let Part::Remote { url, name, detail } = part else { return Ok(()) };
        let fetched = self.fetch_part(url, name.take()).await.map_err(|failure| failure.at(place))?;
        *part = Part::Media(MediaPart { detail: *detail, ..fetched });
        Ok(())
    }

    async fn fetch_part(&self, url: &str, name: Option<String>) -> Result<MediaPart, Failure> {
        let mut spool = self.admission.spool();
        let fetched = self.fetcher.fetch(url, &mut |chunk| spool.write(chunk)).await?;
        let name = name.or(fetched.file_name);
        let claim = Claim { mime: fetched.media_type.as_deref(), file_name: name.as_deref() };
        let media = classify(spool.finish(), claim).map_err(|refusal| Failure::unsupported(refusal.to_string()))?;
        Ok(MediaPart { media, name, detail: None, url: Some(url.to_owned()) })
    }
}

impl Intake {
    /// A chat's media, measured.
    pub(super) async fn measured(&self, chat: &Chat, matrix: &CapabilityMatrix) -> Vec<PartShape> {
        let mut shapes = Vec::new();
        for (index, message) in chat.messages.iter().enumerate() {
            for (at, part) in message.parts.iter().enumerate() {
                let Part::Media(part) = part else { continue };
                let media = &part.media;
                let (mut side_pixels, mut pages, mut seconds) = (None, None, None);
                match media.kind() {
                    MediaKind::Image => side_pixels = mediary_convert::image::longest_side(media),
                    MediaKind::Document => pages = Box::pin(self.pages_of(media)).await,
                    MediaKind::Audio | MediaKind::Video => seconds = Box::pin(self.seconds_of(media, matrix)).await,
                    MediaKind::Text => {}
                }
                shapes.push(PartShape {
                    place: PartPath::Content { message: index, part: at },
                    format: media.format,
                    bytes: media.blob.len_bytes(),
                    side_pixels,
                    seconds,
                    pages,
                    in_tool_result: message.role == Role::Tool,
                });
            }
        }
        shapes
    }

    /// How many pages a PDF has; `None` where PDFium is not installed, has no worker free or cannot open it. Agents
    /// send a document again with every turn, so it is opened once.
    pub(super) async fn pages_of(&self, media: &Media) -> Option<u32> {
        if !self.reader.pdf().are_startable() {
            return None;
        }
        let hash = media.blob.hash();
        if let Some(pages) = self.lengths.get(&hash) {
            return pages;
        }
        let document = self.reader.open_if_free(&media.blob, None).await?;
        let pages = u32::try_from(document.pages()).ok();
        document.close().await;
        self.lengths.insert(hash, pages);
        pages
    }

    /// How many seconds a recording plays; `None` where no target minds, ffmpeg is not installed or cannot tell.
    async fn seconds_of(&self, media: &Media, matrix: &CapabilityMatrix) -> Option<u32> {
        let minds = |row: &Abilities| row.acceptance(media.format).is_some_and(|accepted| accepted.seconds.is_some());
        if !matrix.rows().iter().any(minds) {
            return None;
        }
        let hash = media.blob.hash();
        if let Some(seconds) = self.lengths.get(&hash) {
            return seconds;
        }
        let ffmpeg = self.ffmpeg.as_ref()?;
        let input = opened(media).await.ok()?;
        let _child = self.admission.child().await.ok()?;
        let length = ffmpeg.length(&input).await.ok()?;
        let seconds = length.as_secs_f64().ceil() as u32;
        self.lengths.insert(hash, Some(seconds));
        Some(seconds)
    }
}
