//! Files of Drive that requests name as `drive:ID`: brought with the account of the key that names them, and to their tasks as if
//! their bytes had been sent.

use std::collections::HashMap;

use mediary_core::task::{MediaPart, Message, Part, PartPath, Task};
use mediary_core::{Claim, Failure, classify};
use mediary_remote::drive_reference;

use super::super::files::UploadedFile;
use super::super::state::AppState;
use super::said::as_failure;
use crate::gateway::FetchedFile;

/// Brings the files of Drive that a chat names, each once, within the bounds on files that are named by addresses.
///
/// # Errors
/// When one is not there with this account, or no medium; its place is told. When they are too many, or too large together.
pub(in super::super) async fn brought(state: &AppState, owner: &[u8], task: &mut Task) -> Result<(), Failure> {
    let Task::Chat(chat) = task else { return Ok(()) };
    let (most_files, most_bytes) = (state.config.fetch.files as usize, state.config.limits.upload_bytes.get());
    let mut brought: HashMap<String, FetchedFile> = HashMap::new();
    let mut bytes = 0_u64;
    for (at, message) in chat.messages.iter_mut().enumerate() {
        let mut is_changed = false;
        for (index, part) in message.parts.iter_mut().enumerate() {
            let Part::Remote { url, name, detail } = part else { continue };
            let Some(id) = drive_reference(url).map(str::to_owned) else { continue };
            let place = PartPath::Content { message: at, part: index };
            if !brought.contains_key(&id) {
                if brought.len() == most_files {
                    let detail = format!(
                        "more than {most_files} files of Drive are named; send fewer in one request, or raise [fetch] files"
                    );
                    return Err(Failure::too_large(detail).at(place));
                }
                let left = most_bytes.saturating_sub(bytes);
                let file = fetched(state, owner, &id, left).await.map_err(|failure| failure.at(place))?;
                bytes += file.blob.len_bytes();
                brought.insert(id.clone(), file);
            }
            let Some(file) = brought.get(&id) else { continue };
            let name = name.take().or_else(|| file.name.clone());
            let claim = Claim { mime: file.media_type.as_deref(), file_name: name.as_deref() };
            let media = classify(file.blob.clone(), claim);
            let media = media.map_err(|refusal| Failure::unsupported(refusal.to_string()).at(place))?;
            *part = Part::Media(MediaPart { media, name, detail: *detail, url: None });
            is_changed = true;
        }
        if is_changed {
            // As it was sent, only this server would understand it.
            Message::is_changed(message);
        }
    }
    Ok(())
}

async fn fetched(state: &AppState, owner: &[u8], id: &str, most_bytes: u64) -> Result<FetchedFile, Failure> {
    let none = || {
        Failure::malformed(match state.config.google.client {
            // Such as a node without the servers' database.
            Some(_) => {
                "the request names a file of Drive, and what answers it keeps no accounts of Google's: on a node, lines can name \
                 such files where [store] url names the database of the servers; or send the bytes with the request"
            }
            None => {
                "the request names a file of Drive, and Google is not set up on this server, or on the node that answers; GET \
                 /v1/google says how it is, or send the bytes with the request"
            }
        })
    };
    let google = state.google.clone().ok_or_else(none)?;
    let spool = state.gateway.admission().spool();
    let content = Box::pin(google.drive_content(owner, id, most_bytes, spool)).await;
    content.map(|(_, file)| file).map_err(as_failure)
}

/// A file of Drive that a request names, if it names one.
///
/// # Errors
/// When it is not there with this account.
pub(in super::super) async fn named(
    state: &AppState,
    owner: &[u8],
    reference: &str,
) -> Result<Option<UploadedFile>, Failure> {
    let Some(id) = drive_reference(reference) else { return Ok(None) };
    let file = fetched(state, owner, id, state.config.limits.upload_bytes.get()).await?;
    Ok(Some(file.into()))
}
