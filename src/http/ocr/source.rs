//! A document that a request names by its source: in a data: URL, or elsewhere.
//!
//! Either way its bytes are spooled as they come, and what was claimed of them is kept for classification.

use mediary_core::Failure;

use super::super::AppState;
use super::super::error::ApiError;
use super::upload::{UploadedFile, decode_base64};
use crate::protocol::mistral::Source;

/// Gets the document. `name` wins over what its address ends with.
pub(super) async fn open(state: &AppState, source: Source<'_>, name: Option<String>) -> Result<UploadedFile, ApiError> {
    let admission = state.gateway.admission();
    match source {
        Source::Inline { mime, base64, field } => {
            let blob = decode_base64(field, &base64, admission).await?;
            Ok(UploadedFile { blob, mime, name })
        }
        Source::Remote(url) => {
            let mut spool = admission.spool();
            let fetched =
                state.gateway.fetcher().fetch(&url, &mut |chunk| spool.write(chunk)).await.map_err(about_url)?;
            Ok(UploadedFile { blob: spool.finish(), mime: fetched.media_type, name: name.or(fetched.file_name) })
        }
    }
}

fn about_url(failure: Failure) -> ApiError {
    ApiError::from(failure).about("document")
}
