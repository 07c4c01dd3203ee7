//! What a plan needs to know of a request's media: fetched where they were only named, then measured.
//!
//! Only headers are looked at. A size that nobody can tell cheaply is left open; a target that minds says so itself.

use mediary_core::capability::PartShape;
use mediary_core::task::{Chat, MediaPart, Part, Place, Role};
use mediary_core::{Claim, Failure, Media, MediaKind, classify};

use crate::gateway::{Gateway, Spool};

impl Gateway {
    /// Fetches the media that a chat only names.
    ///
    /// # Errors
    /// When an address may not be fetched, does not answer, or holds no medium; the part is named.
    pub(super) async fn fetch_parts(&self, chat: &mut Chat) -> Result<(), Failure> {
        for (index, message) in chat.messages.iter_mut().enumerate() {
            for (at, part) in message.parts.iter_mut().enumerate() {
                let Part::Remote { url, name, detail } = part else { continue };
                let place = Place { message: index, part: at };
                let (url, name, detail) = (std::mem::take(url), name.take(), *detail);
                let mut fetched =
                    Box::pin(self.fetch_part(&url, name)).await.map_err(|failure| at_place(failure, place))?;
                fetched.detail = detail;
                *part = Part::Media(fetched);
            }
        }
        Ok(())
    }

    async fn fetch_part(&self, url: &str, name: Option<String>) -> Result<MediaPart, Failure> {
        let mut spool = Spool::new(self.limits.spool_bytes.get());
        let fetched = self
            .fetcher
            .fetch(url, &mut |chunk| {
                spool.write(chunk).map_err(|error| Failure::broken(format!("cannot keep a fetched file: {error}")))
            })
            .await?;
        let name = name.or(fetched.file_name);
        let claim = Claim { mime: fetched.media_type.as_deref(), file_name: name.as_deref() };
        let media = classify(spool.finish(), claim).map_err(|refusal| Failure::unsupported(refusal.to_string()))?;
        Ok(MediaPart { media, name, detail: None, url: Some(url.to_owned()) })
    }
}

/// Names the part a failure is about.
pub(in crate::gateway) fn at_place(mut failure: Failure, place: Place) -> Failure {
    failure.detail = format!("{place}: {}", failure.detail);
    failure
}

impl Gateway {
    /// A chat's media, measured.
    pub(super) async fn measured(&self, chat: &Chat) -> Vec<PartShape> {
        let mut shapes = Vec::new();
        for (index, message) in chat.messages.iter().enumerate() {
            for (at, part) in message.parts.iter().enumerate() {
                let Part::Media(part) = part else { continue };
                let media = &part.media;
                let (mut side_pixels, mut pages) = (None, None);
                match media.kind() {
                    MediaKind::Image => side_pixels = mediary_convert::image::longest_side(media),
                    MediaKind::Document => pages = Box::pin(self.pages_of(media)).await,
                    MediaKind::Text | MediaKind::Audio | MediaKind::Video => {}
                }
                shapes.push(PartShape {
                    place: Place { message: index, part: at },
                    format: media.format,
                    bytes: media.blob.len_bytes(),
                    side_pixels,
                    seconds: None,
                    pages,
                    in_tool_result: message.role == Role::Tool,
                });
            }
        }
        shapes
    }

    /// How many pages a PDF has; `None` where PDFium is not installed, has no worker free or cannot open it. Agents
    /// send a document again with every turn, so it is opened once.
    async fn pages_of(&self, media: &Media) -> Option<u32> {
        if !self.pdf.are_startable() {
            return None;
        }
        let hash = media.blob.hash();
        if let Some(pages) = self.chats.pages.get(&hash) {
            return pages;
        }
        let document = self.pdf.open_if_free(&media.blob, None).await?;
        let pages = u32::try_from(document.pages()).ok();
        document.close().await;
        self.chats.pages.insert(hash, pages);
        pages
    }
}
