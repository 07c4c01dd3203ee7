//! What a plan needs to know of a request's media: fetched where they were only named, then measured.
//!
//! Little more than headers is looked at. A size that cannot be told cheaply is left open; a target that minds says so
//! itself.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::stream::{self, StreamExt, TryStreamExt};
use mediary_convert::audio::{Recording, SoundLimits};
use mediary_convert::av::{Ffmpeg, VideoFacts};
use mediary_core::capability::{Abilities, CapabilityMatrix, PartShape};
use mediary_core::task::{Chat, MediaPart, Part, PartPath, Role};
use mediary_core::{Blob, Claim, ContentHash, Failure, FailureKind, Media, MediaFormat, MediaKind, classify};
use mediary_remote::Fetcher;
use quick_cache::sync::Cache;
use tokio::time::timeout;

use super::Gateway;
use super::admission::Admission;
use super::blocking;
use super::documents::Reader;
use super::treatments::opened;

/// So many files of a chat are fetched side by side.
const MOST_AT_ONCE: usize = 4;
/// The lengths of so many files are remembered.
const MOST_LENGTHS: usize = 1_000;

/// What the files that one request names may be together.
#[derive(Debug, Clone, Copy)]
pub(super) struct FetchBounds {
    /// How many.
    pub(super) files: usize,
    /// How many bytes.
    pub(super) bytes: u64,
    /// How long fetching them may take.
    pub(super) total: Duration,
}

/// Takes in the media of requests.
#[derive(Debug)]
pub(super) struct Intake {
    fetcher: Fetcher,
    bounds: FetchBounds,
    admission: Admission,
    reader: Arc<Reader>,
    ffmpeg: Option<Ffmpeg>,
    /// How many pages PDFs and how many seconds recordings have that were sent before.
    lengths: Cache<ContentHash, Option<u32>>,
}

impl Gateway {
    /// What fetches files by their addresses.
    #[must_use]
    pub fn fetcher(&self) -> &Fetcher {
        self.intake.fetcher()
    }

    /// Fetches the files that one request names: each address once, within `[fetch]`'s bounds on all of them together.
    ///
    /// # Errors
    /// When there are too many, one cannot be fetched, or they are too large or take too long together.
    pub async fn fetch_named(&self, urls: &[String]) -> Result<HashMap<String, FetchedFile>, Unfetched> {
        self.intake.fetch_named(urls).await
    }
}

impl Intake {
    pub(super) fn new(
        fetcher: Fetcher,
        bounds: FetchBounds,
        admission: Admission,
        reader: Arc<Reader>,
        ffmpeg: Option<Ffmpeg>,
    ) -> Self {
        Self { fetcher, bounds, admission, reader, ffmpeg, lengths: Cache::new(MOST_LENGTHS) }
    }

    /// What fetches files by their addresses.
    pub(super) fn fetcher(&self) -> &Fetcher {
        &self.fetcher
    }

    /// Fetches the media that a chat only names, each address once, within bounds on all of them together.
    ///
    /// # Errors
    /// When an address may not be fetched, does not answer, or holds no medium; the part is named. When there are too
    /// many, they are too large together, or take too long together.
    pub(super) async fn fetch_parts(&self, chat: &mut Chat) -> Result<(), Failure> {
        let (mut urls, mut places) = (Vec::new(), Vec::new());
        for (message, each) in chat.messages.iter().enumerate() {
            for (part, each) in each.parts.iter().enumerate() {
                if let Part::Remote { url, .. } = each {
                    urls.push(url.clone());
                    places.push(PartPath::Content { message, part });
                }
            }
        }
        if urls.is_empty() {
            return Ok(());
        }
        // Boxed: most chats name nothing, and their futures need not have room for this.
        let fetched = Box::pin(self.fetch_named(&urls)).await.map_err(|unfetched| match unfetched.index {
            Some(index) => unfetched.failure.at(places[index]),
            None => unfetched.failure,
        })?;
        for (message, each) in chat.messages.iter_mut().enumerate() {
            for (part, each) in each.parts.iter_mut().enumerate() {
                let Part::Remote { url, name, detail } = each else { continue };
                let Some(file) = fetched.get(url) else { continue };
                let named = file.part(url, name.take());
                let named = named.map_err(|failure| failure.at(PartPath::Content { message, part }))?;
                *each = Part::Media(MediaPart { detail: *detail, ..named });
            }
        }
        Ok(())
    }

    /// Fetches the files that one request names, each address once, a few at a time.
    ///
    /// # Errors
    /// When an address may not be fetched or does not answer; which one is told. When there are too many, they are too
    /// large together, or take too long together.
    pub(super) async fn fetch_named(&self, urls: &[String]) -> Result<HashMap<String, FetchedFile>, Unfetched> {
        let mut known = HashSet::new();
        let different: Vec<_> = urls.iter().enumerate().filter(|(_, url)| known.insert(url.as_str())).collect();
        if let Some((index, _)) = different.get(self.bounds.files) {
            let most = self.bounds.files;
            let detail = format!(
                "more than {most} files are named by their addresses; send fewer in one request, or raise [fetch] files"
            );
            return Err(Unfetched { failure: Failure::too_large(detail), index: Some(*index) });
        }
        let taken = AtomicU64::new(0);
        let fetching = different.iter().map(|&(index, url)| {
            let taken = &taken;
            async move {
                let file = self.fetch_file(url, taken).await;
                let file = file.map_err(|failure| Unfetched { failure, index: Some(index) })?;
                Ok::<_, Unfetched>((url.clone(), file))
            }
        });
        let all = stream::iter(fetching.collect::<Vec<_>>()).buffered(MOST_AT_ONCE).try_collect();
        timeout(self.bounds.total, all).await.unwrap_or_else(|_| {
            let seconds = self.bounds.total.as_secs_f32();
            let detail = format!(
                "fetching the files of this request took longer than {seconds} s; send the files themselves, or raise \
                 [fetch] seconds"
            );
            Err(Unfetched { failure: Failure::new(FailureKind::TimedOut, detail), index: None })
        })
    }

    /// Fetches a file. `taken` counts the bytes of all files of its request.
    async fn fetch_file(&self, url: &str, taken: &AtomicU64) -> Result<FetchedFile, Failure> {
        let mut spool = self.admission.spool();
        let most = self.bounds.bytes;
        let mut keep = |chunk: &[u8]| {
            let bytes = chunk.len() as u64;
            if taken.fetch_add(bytes, Ordering::Relaxed) + bytes > most {
                return Err(Failure::too_large(format!(
                    "the files that this request names have more than {most} bytes together; send fewer, or raise [limits] \
                     upload_bytes"
                )));
            }
            spool.write(chunk)
        };
        let fetched = self.fetcher.fetch(url, &mut keep).await?;
        Ok(FetchedFile {
            blob: spool.finish(),
            media_type: fetched.media_type,
            name: fetched.file_name,
            url: fetched.url,
        })
    }
}

/// A file that was fetched, before it is known what it is.
#[derive(Debug, Clone)]
pub struct FetchedFile {
    /// Its bytes.
    pub blob: Blob,
    /// The type that its host gave it.
    pub media_type: Option<String>,
    /// What its address ends with, or its host calls it.
    pub name: Option<String>,
    /// The address that answered, redirects followed.
    pub url: String,
}

/// Why the files that a request names are not there.
#[derive(Debug)]
pub struct Unfetched {
    /// What failed.
    pub failure: Failure,
    /// With which of the addresses, where it was one of them.
    pub index: Option<usize>,
}

impl FetchedFile {
    /// The file as a part that named it, which may have a name of its own for it.
    fn part(&self, url: &str, name: Option<String>) -> Result<MediaPart, Failure> {
        let name = name.or_else(|| self.name.clone());
        let claim = Claim { mime: self.media_type.as_deref(), file_name: name.as_deref() };
        let media = classify(self.blob.clone(), claim).map_err(|refusal| Failure::unsupported(refusal.to_string()))?;
        Ok(MediaPart { media, name, detail: None, url: Some(url.to_owned()) })
    }
}

impl Intake {
    /// A chat's media, measured.
    ///
    /// # Errors
    /// When the file of a picture is cut off: what a target sees of it is not what its client sent.
    pub(super) async fn measured(&self, chat: &Chat, matrix: &CapabilityMatrix) -> Result<Vec<PartShape>, Failure> {
        let mut shapes = Vec::new();
        for (index, message) in chat.messages.iter().enumerate() {
            for (at, part) in message.parts.iter().enumerate() {
                let Part::Media(part) = part else { continue };
                let media = &part.media;
                let (mut side_pixels, mut pages, mut seconds) = (None, None, None);
                match media.kind() {
                    MediaKind::Image => side_pixels = mediary_convert::image::longest_side(media),
                    MediaKind::Document if media.format == MediaFormat::Pdf => {
                        pages = Box::pin(self.pages_of(media)).await;
                    }
                    MediaKind::Audio | MediaKind::Video => seconds = Box::pin(self.seconds_of(media, matrix)).await,
                    MediaKind::Document | MediaKind::Text => {}
                }
                let is_image = media.kind() == MediaKind::Image;
                let place = PartPath::Content { message: index, part: at };
                if is_image {
                    mediary_convert::image::whole(media).map_err(|failure| failure.at(place))?;
                }
                shapes.push(PartShape {
                    side_pixels,
                    seconds,
                    pages,
                    in_tool_result: message.role == Role::Tool,
                    animated: is_image && self.is_animated(media).await,
                    has_metadata: is_image && mediary_convert::image::has_metadata(media),
                    ..PartShape::of(place, media.format, media.blob.len_bytes())
                });
            }
        }
        Ok(shapes)
    }

    /// How many pages a PDF has; `None` where PDFium is not installed, has no worker free or cannot open it. Agents
    /// send a document again with every turn, so it is opened once.
    pub(super) async fn pages_of(&self, media: &Media) -> Option<u32> {
        if !self.reader.pdf().are_startable() {
            return None;
        }
        blocking::hashed(&media.blob).await;
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

    /// The same of a PDF in which there are no files; `None` where there are some.
    pub(super) async fn pages_without_files(&self, media: &Media) -> Option<u32> {
        if !self.reader.pdf().are_startable() {
            return None;
        }
        let document = self.reader.open_if_free(&media.blob, None).await?;
        let pages = (document.attachments() == 0).then(|| document.pages());
        document.close().await;
        u32::try_from(pages?).ok()
    }

    /// Whether a picture moves. Agents send a picture again with every turn, so it is looked at once.
    async fn is_animated(&self, media: &Media) -> bool {
        if !mediary_convert::image::may_be_animated(media) {
            return false;
        }
        blocking::hashed(&media.blob).await;
        let hash = media.blob.hash();
        if let Some(count) = self.lengths.get(&hash) {
            return count > Some(1);
        }
        let picture = media.clone();
        let is_animated = blocking::run(move || Ok(mediary_convert::image::is_animated(&picture))).await;
        let is_animated = is_animated.unwrap_or(false);
        self.lengths.insert(hash, Some(1 + u32::from(is_animated)));
        is_animated
    }

    /// How many seconds a recording plays; `None` where no target minds or it cannot be told. A video may play longer
    /// than its sound, which ffmpeg can tell.
    async fn seconds_of(&self, media: &Media, matrix: &CapabilityMatrix) -> Option<u32> {
        let minds = |row: &Abilities| row.acceptance(media.format).is_some_and(|accepted| accepted.seconds.is_some());
        if !matrix.rows().iter().any(minds) {
            return None;
        }
        blocking::hashed(&media.blob).await;
        let hash = media.blob.hash();
        if let Some(seconds) = self.lengths.get(&hash) {
            return seconds;
        }
        let seconds = match media.kind() {
            MediaKind::Video if self.ffmpeg.is_some() => self.measured_by_ffmpeg(media).await,
            _ => match self.seconds_of_sound(media).await {
                Some(seconds) => Some(seconds),
                None => self.measured_by_ffmpeg(media).await,
            },
        };
        let seconds = seconds?.ceil() as u32;
        self.lengths.insert(hash, Some(seconds));
        Some(seconds)
    }

    async fn seconds_of_sound(&self, media: &Media) -> Option<f64> {
        let recording = Recording::new(media.clone(), SoundLimits::of_seconds(u64::MAX));
        blocking::run(move || recording.facts()).await.ok().flatten()?.seconds
    }

    /// What a video says of itself; `None` where nothing here can tell.
    ///
    /// # Errors
    /// `Unreadable` when it is damaged, or shows nothing.
    pub(super) async fn video_facts(&self, media: &Media) -> Result<Option<VideoFacts>, Failure> {
        let Some(ffmpeg) = &self.ffmpeg else { return Ok(None) };
        let looking = async {
            let input = opened(media).await?;
            let _child = self.admission.child().await?;
            ffmpeg.facts(&input).await
        };
        match looking.await {
            Ok(Some(facts)) if !facts.has_picture => Err(Failure::unreadable("there are no pictures in this video")),
            Err(failure) if failure.kind != FailureKind::Unreadable => {
                tracing::info!(
                    failure.kind = failure.kind.name(),
                    "what a video says of itself was not to be found out"
                );
                Ok(None)
            }
            looked => looked,
        }
    }

    async fn measured_by_ffmpeg(&self, media: &Media) -> Option<f64> {
        let ffmpeg = self.ffmpeg.as_ref()?;
        let input = opened(media).await.ok()?;
        let _child = self.admission.child().await.ok()?;
        Some(ffmpeg.length(&input).await.ok()?.as_secs_f64())
    }
}
