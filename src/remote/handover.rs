//! Media that are handed to the provider beforehand, and named in the request by what they are called there: what is too large
//! for a request, and what is sent again and again where the provider keeps files.
//!
//! What was handed over is remembered by its caller, by key and content, so that an agent that sends a document with every turn
//! uploads it once.

use std::time::Duration;

use mediary_core::provider::{GivenFiles, Timeouts};
use mediary_core::task::{Chat, MediaPart, Part};
use mediary_core::{Blob, ContentHash, Failure};

use crate::uploads::FileForm;
use crate::{Remote, gemini, unwritable};

/// Uploading and the provider's own preparation of a long video.
const WITHIN: Duration = Duration::from_secs(600);
/// The same for what is sent in one request.
const SENDING: Timeouts = Timeouts { first_byte: WITHIN, stall: Duration::from_secs(60) };
/// What is smaller is sent sooner than it is named.
const LEAST_BYTES: u64 = 256 << 10;

impl Remote {
    /// How the provider takes files beforehand, where it does.
    fn files(&self) -> Option<FileForm> {
        self.dialect().files().filter(|form| self.endpoint().quirks.files || *form == FileForm::Gemini)
    }

    /// Whether a part may be named, rather than sent, where it is sent again.
    fn may_be_named(&self, form: FileForm, part: &MediaPart) -> bool {
        let is_large = part.media.blob.len_bytes() >= LEAST_BYTES;
        self.endpoint().quirks.files && part.url.is_none() && is_large && form.takes(part.media.format)
    }

    /// Whether a chat holds what may have to be handed over.
    pub(crate) fn may_hand_over(&self, chat: &Chat) -> bool {
        let Some(form) = self.files() else { return false };
        let is_too_large = self.dialect().inline_bytes().is_some_and(|most| inline_bytes(chat) > most);
        is_too_large || media(chat).any(|(_, _, part)| self.may_be_named(form, part))
    }

    /// Hands over what a chat holds beyond what a request can, the largest first, and what was sent before. `None`: it can be
    /// sent as it is.
    ///
    /// # Errors
    /// As any call, for what has to be handed over; unreadable when the provider cannot make use of a file.
    pub(crate) async fn hand_over(
        &self,
        chat: &Chat,
        key: Option<&str>,
        given: &dyn GivenFiles,
    ) -> Result<Option<Chat>, Failure> {
        let (Some(form), Some(key)) = (self.files(), key) else { return Ok(None) };
        let most = self.dialect().inline_bytes().unwrap_or(u64::MAX);
        let mut total = inline_bytes(chat);
        let mut parts: Vec<(usize, usize, &MediaPart)> =
            media(chat).filter(|(_, _, part)| part.url.is_none()).collect();
        parts.sort_by_key(|(_, _, part)| std::cmp::Reverse(part.media.blob.len_bytes()));
        let mut named = Vec::new();
        for (message, at, part) in parts {
            let must = total > most;
            if !must && !self.may_be_named(form, part) {
                continue;
            }
            let name = match self.name_of(form, part, key, given, must).await {
                Ok(name) => name,
                Err(failure) if must => return Err(failure),
                Err(failure) => {
                    tracing::info!(error.detail = %failure, "a file is sent, since it cannot be named");
                    None
                }
            };
            if let Some(name) = name {
                total -= part.media.blob.len_bytes();
                named.push((message, at, name));
            }
        }
        if named.is_empty() {
            return Ok(None);
        }
        let mut chat = chat.clone();
        for (message, at, name) in named {
            let message = &mut chat.messages[message];
            // What its client wrote holds the bytes.
            message.is_changed();
            if let Some(Part::Media(part)) = message.parts.get_mut(at) {
                part.url = Some(name);
            }
        }
        Ok(Some(chat))
    }

    /// What a file is called at the provider, where it is there or is to be.
    async fn name_of(
        &self,
        form: FileForm,
        part: &MediaPart,
        key: &str,
        given: &dyn GivenFiles,
        must: bool,
    ) -> Result<Option<String>, Failure> {
        let blob = part.media.blob.clone();
        #[expect(clippy::disallowed_methods, reason = "awaited at once; a long video takes a tenth of a second")]
        let content = tokio::task::spawn_blocking(move || blob.hash()).await;
        let content: ContentHash = content.map_err(|_| Failure::broken("a file of the request cannot be read back"))?;
        if let Some(name) = given.find(&content).await {
            return Ok(Some(name));
        }
        if !given.is_sent_again(&content) && !must {
            return Ok(None);
        }
        let name = match form.upload(part)? {
            Some(call) => FileForm::named(&self.posted(call, SENDING, Some(key)).await?)?,
            None => {
                let mime = gemini::mime(part.media.format);
                let mime = mime.ok_or_else(|| unwritable::medium(self.dialect().name(), &part.media))?;
                self.upload_in_pieces((mime, &part.media.blob), part.name.as_deref(), key).await?
            }
        };
        given.keep(&content, &name).await;
        Ok(Some(name))
    }

    /// Uploads a file of this media type in pieces; gives the address to name it by.
    ///
    /// # Errors
    /// As any call; unreadable when the provider cannot make use of it.
    pub(crate) async fn upload_in_pieces(
        &self,
        file: (&str, &Blob),
        name: Option<&str>,
        key: &str,
    ) -> Result<String, Failure> {
        gemini::upload(self.client().0.errands(), &self.endpoint().base_url, key, file, name, WITHIN).await
    }

    /// Removes a file that was handed over.
    ///
    /// # Errors
    /// As any call.
    pub(crate) async fn take_away(&self, name: &str, key: Option<&str>) -> Result<(), Failure> {
        let call = self.dialect().files().and_then(|form| form.remove(name));
        let Some((call, headers)) = call else { return Ok(()) };
        self.ask_about(call, &headers, key).await.map(drop)
    }
}

/// All media of a chat, with the places of their messages and theirs in these.
fn media(chat: &Chat) -> impl Iterator<Item = (usize, usize, &MediaPart)> {
    let messages = chat.messages.iter().enumerate();
    messages.flat_map(|(message, its)| {
        its.parts.iter().enumerate().filter_map(move |(at, part)| match part {
            Part::Media(part) => Some((message, at, part)),
            Part::Text(_) | Part::Remote { .. } => None,
        })
    })
}

/// How many bytes of media would go inside of a request.
fn inline_bytes(chat: &Chat) -> u64 {
    media(chat).filter(|(_, _, part)| part.url.is_none()).map(|(_, _, part)| part.media.blob.len_bytes()).sum()
}
