//! What clients are told of files: in their own words, and why there is none.

use std::sync::Arc;

use axum::http::{HeaderMap, StatusCode};
use mediary_store::FileRow;
use serde_json::Value;

use super::super::error::ApiError;
use super::super::state::AppState;
use crate::gateway::{KeptFiles, NoFile};
use crate::protocol::anthropic::files as anthropic;
use crate::protocol::openai;

/// The header by which Anthropic's clients are known.
const ANTHROPIC_VERSION: &str = "anthropic-version";

/// In whose words a client is answered.
#[derive(Debug, Clone, Copy)]
pub(super) enum Says {
    OpenAi,
    Anthropic,
}

impl Says {
    pub(super) fn to(headers: &HeaderMap) -> Self {
        if headers.contains_key(ANTHROPIC_VERSION) { Self::Anthropic } else { Self::OpenAi }
    }

    pub(super) fn file(self, file: &FileRow) -> Value {
        match self {
            Self::OpenAi => openai::file_json(file),
            Self::Anthropic => anthropic::file_json(file),
        }
    }
}

/// The files of this server.
pub(in crate::http) fn files(state: &AppState) -> Result<&Arc<KeptFiles>, ApiError> {
    state.files.as_ref().ok_or_else(|| {
        let message = "This server keeps no files: the folder of its database or of [content] is not to be had, or another \
                       server uses it; the log of its start says which. Name folders of its own as [store] dir and [content] \
                       dir and start it again, or send the bytes with the request.";
        ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "files_not_kept", message)
    })
}

/// Why there is no file, for a client.
pub(in crate::http) fn no_file(why: NoFile) -> ApiError {
    match why {
        NoFile::Unknown => ApiError::not_found(
            "file_not_found",
            "There is no such file with this key: it was removed, its time is over, or another key made it. GET /v1/files lists \
             yours.",
        ),
        NoFile::Full { most_bytes } => {
            let message = format!(
                "All files that are kept here may have {most_bytes} bytes together. Remove some (DELETE /v1/files/…), or raise \
                 `bytes` in [files]."
            );
            ApiError::new(StatusCode::INSUFFICIENT_STORAGE, "files_full", message)
        }
        NoFile::Unfit(message) => ApiError::malformed(message),
        NoFile::Failed(failure) => failure.into(),
        NoFile::Store(error) => ApiError::broken(error.to_string()),
    }
}
