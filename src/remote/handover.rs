//! Media too large for a request are handed to the provider beforehand, and named in the request by their address there.
//!
//! Only Gemini takes files so, and keeps them for two days for the project that the key belongs to; so what was handed
//! over is remembered by key and content, and an agent that sends a video with every turn uploads it once.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use mediary_core::task::{Chat, MediaPart, Message, Part};
use mediary_core::{ContentHash, Failure};

use crate::{Remote, gemini};

/// Files are gone after 48 hours.
const KEPT: Duration = Duration::from_secs(47 * 3600);
/// More files than this are not remembered.
const MOST: usize = 1_000;
/// Uploading and the provider's own preparation of a long video.
const WITHIN: Duration = Duration::from_secs(600);

/// By key and content: the file's address, and until when it is there.
type Files = HashMap<(u64, ContentHash), (String, Instant)>;

/// What was handed over.
#[derive(Debug, Clone, Default)]
pub(crate) struct HandedOver {
    hasher: RandomState,
    files: Arc<Mutex<Files>>,
}

impl HandedOver {
    fn find(&self, key: u64, content: ContentHash) -> Option<String> {
        let files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.get(&(key, content)).filter(|(_, until)| *until > Instant::now()).map(|(url, _)| url.clone())
    }

    fn keep(&self, key: u64, content: ContentHash, url: &str) {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if files.len() >= MOST {
            files.clear();
        }
        files.insert((key, content), (url.to_owned(), Instant::now() + KEPT));
    }
}

impl Remote {
    /// Whether a chat holds more than a request can.
    pub(crate) fn is_too_large(&self, chat: &Chat) -> bool {
        self.dialect().inline_bytes().is_some_and(|most| inline_bytes(chat) > most)
    }

    /// Hands over what a chat holds beyond what a request can, the largest first. `None`: it can be sent as it is.
    ///
    /// # Errors
    /// As any call; unreadable when the provider cannot make use of a file.
    pub(crate) async fn hand_over(&self, chat: &Chat, key: Option<&str>) -> Result<Option<Chat>, Failure> {
        let (Some(most), Some(key)) = (self.dialect().inline_bytes(), key) else { return Ok(None) };
        let mut total = inline_bytes(chat);
        if total <= most {
            return Ok(None);
        }
        let mut chat = chat.clone();
        // What their client wrote holds the bytes.
        let has_media = |message: &&mut Message| message.parts.iter().any(|part| matches!(part, Part::Media(_)));
        chat.messages.iter_mut().filter(has_media).for_each(Message::is_changed);
        let mut media: Vec<&mut MediaPart> = chat
            .messages
            .iter_mut()
            .flat_map(|message| &mut message.parts)
            .filter_map(|part| match part {
                Part::Media(media) if media.url.is_none() => Some(media),
                Part::Media(_) | Part::Text(_) | Part::Remote { .. } => None,
            })
            .collect();
        media.sort_by_key(|part| std::cmp::Reverse(part.media.blob.len_bytes()));
        for part in media {
            if total <= most {
                break;
            }
            total -= part.media.blob.len_bytes();
            part.url = Some(Box::pin(self.upload(part, key)).await?);
        }
        Ok(Some(chat))
    }

    async fn upload(&self, part: &MediaPart, key: &str) -> Result<String, Failure> {
        let blob = part.media.blob.clone();
        #[expect(clippy::disallowed_methods, reason = "awaited at once; a long video takes a tenth of a second")]
        let content = tokio::task::spawn_blocking(move || blob.hash()).await;
        let content = content.map_err(|_| Failure::broken("a file of the request cannot be read back"))?;
        let whose = self.handed_over.hasher.hash_one(key);
        if let Some(url) = self.handed_over.find(whose, content) {
            return Ok(url);
        }
        let base_url = &self.endpoint().base_url;
        let url =
            gemini::upload(self.client().0.errands(), base_url, key, &part.media, part.name.as_deref(), WITHIN).await?;
        self.handed_over.keep(whose, content, &url);
        Ok(url)
    }
}

/// How many bytes of media would go inside of a request.
fn inline_bytes(chat: &Chat) -> u64 {
    let parts = chat.messages.iter().flat_map(|message| &message.parts);
    let inline = parts.map(|part| match part {
        Part::Media(media) if media.url.is_none() => media.media.blob.len_bytes(),
        Part::Media(_) | Part::Text(_) | Part::Remote { .. } => 0,
    });
    inline.sum()
}
