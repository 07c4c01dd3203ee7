//! A document that a request names by its source: in a data: URL, sent here before, or elsewhere.
//!
//! Either way its bytes are spooled as they come, and what was claimed of them is kept for classification.

use super::super::AppState;
use super::super::error::ApiError;
use super::super::files::{self, UploadedFile, decode_base64};
use super::super::google;
use super::super::kept_files;
use crate::protocol::mistral::Source;

/// Gets the document. `name` wins over what its address ends with.
pub(super) async fn open(
    state: &AppState,
    owner: &[u8],
    source: Source<'_>,
    name: Option<String>,
) -> Result<UploadedFile, ApiError> {
    let admission = state.gateway.admission();
    match source {
        Source::Inline { mime, base64, field } => {
            let blob = decode_base64(field, &base64, admission).await?;
            Ok(UploadedFile { field: String::new(), blob, mime, name })
        }
        Source::Kept(id) => {
            let file = kept_files::named(state, owner, &id).await;
            let file = file.map_err(|error| error.about("document.file_id"))?;
            Ok(UploadedFile { name: name.or(file.name), ..file })
        }
        Source::Remote(url) => {
            let about = |failure| ApiError::from(failure).about("document");
            if let Some(file) = google::named(state, owner, &url).await.map_err(about)? {
                return Ok(UploadedFile { name: name.or(file.name), ..file });
            }
            let file =
                files::fetched(state, &url).await.map_err(|failure| ApiError::from(failure).about("document"))?;
            Ok(UploadedFile { name: name.or(file.name), ..file })
        }
    }
}
