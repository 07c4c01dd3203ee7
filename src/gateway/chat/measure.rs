//! What a plan needs to know of a request's media: fetched where they were only named, then measured.
//!
//! Only headers are looked at. A size that nobody can tell cheaply is left open; a target that minds says so itself.

use mediary_core::capability::PartShape;
use mediary_core::task::{Chat, MediaPart, Part, Place, Role};
use mediary_core::{Claim, Failure, MediaKind, classify};

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
                let mut fetched = self.fetch_part(&url, name).await.map_err(|failure| at_place(failure, place))?;
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

/// A chat's media, measured.
pub(super) fn parts(chat: &Chat) -> Vec<PartShape> {
    let mut shapes = Vec::new();
    for (index, message) in chat.messages.iter().enumerate() {
        for (at, part) in message.parts.iter().enumerate() {
            let Part::Media(part) = part else { continue };
            let media = &part.media;
            let side_pixels = match media.kind() {
                MediaKind::Image => mediary_convert::image::longest_side(media),
                MediaKind::Text | MediaKind::Document | MediaKind::Audio | MediaKind::Video => None,
            };
            shapes.push(PartShape {
                place: Place { message: index, part: at },
                format: media.format,
                bytes: media.blob.len_bytes(),
                side_pixels,
                seconds: None,
                pages: None,
                in_tool_result: message.role == Role::Tool,
            });
        }
    }
    shapes
}
