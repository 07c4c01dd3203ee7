//! Files as Anthropic writes them.

use mediary_store::{FileList, FileRow};
use serde_json::{Value, json};

use super::super::process::BadField;
use crate::protocol::ollama::rfc3339;

/// Files in one page of a list.
const MOST_LISTED: u32 = 1_000;
const USUALLY_LISTED: u32 = 20;

/// Which files a query asks for.
///
/// # Errors
/// The first parameter that has a value it cannot have.
pub fn file_list(query: &str) -> Result<FileList, BadField> {
    let mut list = FileList { limit: USUALLY_LISTED, ..FileList::default() };
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "after_id" => list.after = Some(value.into_owned()),
            "before_id" => list.before = Some(value.into_owned()),
            "limit" => {
                let limit = value.parse().ok().filter(|limit| (1..=MOST_LISTED).contains(limit));
                let message = || format!("`limit` is a whole number from 1 to {MOST_LISTED}");
                list.limit = limit.ok_or_else(|| BadField { field: "limit".to_owned(), message: message() })?;
            }
            _ => {}
        }
    }
    Ok(list)
}

/// A file.
#[must_use]
pub fn file_json(file: &FileRow) -> Value {
    let mime = if file.mime.is_empty() { "application/octet-stream" } else { &file.mime };
    json!({
        "id": file.id,
        "type": "file",
        "filename": file.name,
        "mime_type": mime,
        "size_bytes": file.bytes,
        "created_at": rfc3339(u64::try_from(file.created_at).unwrap_or(0)),
        "downloadable": true,
    })
}

/// A page of a list.
#[must_use]
pub fn files_json(files: &[FileRow], has_more: bool) -> Value {
    let id = |file: Option<&FileRow>| file.map(|file| file.id.clone());
    json!({
        "data": files.iter().map(file_json).collect::<Vec<_>>(),
        "first_id": id(files.first()),
        "last_id": id(files.last()),
        "has_more": has_more,
    })
}

/// A file that was removed.
#[must_use]
pub fn file_removed(id: &str) -> Value {
    json!({ "id": id, "type": "file_deleted" })
}
