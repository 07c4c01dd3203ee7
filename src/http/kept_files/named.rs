//! Files that requests name by their ids: to their tasks they are as if their bytes had been sent.

use std::collections::HashMap;

use mediary_core::task::{MediaPart, Message, Part, PartPath, Task};
use mediary_core::{Failure, Media};

use super::super::error::ApiError;
use super::super::files::UploadedFile;
use super::super::state::AppState;
use super::{files, no_file};
use crate::gateway::NoFile;
use crate::protocol::KEPT_FILE;

/// Brings the files that a chat names by their ids, each once, within the bounds on files that are named by addresses.
///
/// # Errors
/// When one is not there with this owner, or no medium; its place is told. When they are too many, or too large together.
pub(in super::super) async fn brought(state: &AppState, owner: &[u8], task: &mut Task) -> Result<(), Failure> {
    let Task::Chat(chat) = task else { return Ok(()) };
    let (most_files, most_bytes) = (state.config.fetch.files as usize, state.config.limits.upload_bytes.get());
    let mut brought: HashMap<String, (String, Media)> = HashMap::new();
    let mut bytes = 0_u64;
    for (at, message) in chat.messages.iter_mut().enumerate() {
        let mut is_changed = false;
        for (index, part) in message.parts.iter_mut().enumerate() {
            let Part::Remote { url, name, detail } = part else { continue };
            let Some(id) = url.strip_prefix(KEPT_FILE) else { continue };
            if !brought.contains_key(id) {
                let place = PartPath::Content { message: at, part: index };
                if brought.len() == most_files {
                    let detail = format!(
                        "more than {most_files} files are named by their ids; send fewer in one request, or raise [fetch] files"
                    );
                    return Err(Failure::too_large(detail).at(place));
                }
                let left = most_bytes.saturating_sub(bytes);
                let file = medium(state, owner, id, left).await.map_err(|failure| failure.at(place))?;
                bytes += file.1.blob.len_bytes();
                brought.insert(id.to_owned(), file);
            }
            let Some((its_name, media)) = brought.get(id) else { continue };
            let name = name.take().or_else(|| Some(its_name.clone()).filter(|name| !name.is_empty()));
            *part = Part::Media(MediaPart { media: media.clone(), name, detail: *detail, url: None });
            is_changed = true;
        }
        if is_changed {
            // As it was sent, only this server would understand it.
            Message::is_changed(message);
        }
    }
    Ok(())
}

/// A file that has so many bytes at most.
async fn medium(state: &AppState, owner: &[u8], id: &str, most_bytes: u64) -> Result<(String, Media), Failure> {
    let shown: String = id.chars().take(80).collect();
    let Some(kept) = &state.files else {
        let detail =
            format!("there is no file `{shown}`, since files are not kept here; send the bytes with the request");
        return Err(Failure::malformed(detail));
    };
    // Its length is known before any of it is copied.
    let found = match kept.get(id, owner).await {
        Ok(file) if u64::try_from(file.bytes).is_ok_and(|bytes| bytes <= most_bytes) => {
            kept.medium(id, owner, state.gateway.admission().spool()).await
        }
        Ok(_) => {
            let detail = "the files that this request names have more bytes together than a request may bring; name fewer, or \
                          raise [limits] upload_bytes";
            return Err(Failure::too_large(detail));
        }
        Err(error) => Err(error),
    };
    match found {
        Ok((file, media)) => Ok((file.name, media)),
        Err(NoFile::Unknown) => Err(Failure::malformed(format!(
            "there is no file `{shown}` with this key; GET /v1/files lists those that are there"
        ))),
        Err(NoFile::Failed(failure)) => Err(failure),
        Err(other) => Err(Failure::broken(other.to_string())),
    }
}

/// A file that a request names by its id.
///
/// # Errors
/// When it is not there with this owner.
pub(in super::super) async fn named(state: &AppState, owner: &[u8], id: &str) -> Result<UploadedFile, ApiError> {
    let copied = files(state)?.copy(id, owner, state.gateway.admission().spool()).await;
    let (file, blob) = copied.map_err(no_file)?;
    let said = |text: String| Some(text).filter(|text| !text.is_empty());
    Ok(UploadedFile { field: String::new(), blob, mime: said(file.mime), name: said(file.name) })
}
