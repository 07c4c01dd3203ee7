//! Files of requests, however they come: as parts of a form, in base64, or by their address. Each is spooled as it arrives,
//! and what was claimed of it is kept for classification.
//!
//! What a file is for is its handler's affair: `ocr` and `audio` next door.

mod inline;
mod multipart;

pub(super) use inline::{decode_base64, inline};

use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use bytes::Bytes;
use futures_util::Stream;
use mediary_core::{Blob, Claim, Failure, Media, classify};

use super::body::{self, BodyError};
use super::error::ApiError;
use super::state::AppState;
use crate::gateway::{Admission, FetchedFile};

/// One file and what was said of it.
pub(super) struct UploadedFile {
    /// The field that it came in; empty if it came in none.
    pub(super) field: String,
    pub(super) blob: Blob,
    pub(super) mime: Option<String>,
    pub(super) name: Option<String>,
}

impl UploadedFile {
    /// What it is.
    ///
    /// # Errors
    /// When it is empty, or nothing that is known here.
    pub(super) fn classified(self) -> Result<Media, Failure> {
        let claim = Claim { mime: self.mime.as_deref(), file_name: self.name.as_deref() };
        classify(self.blob, claim).map_err(|refusal| match refusal {
            mediary_core::Unclassifiable::Empty => Failure::malformed(refusal.to_string()),
            other => Failure::unsupported(other.to_string()),
        })
    }
}

/// A form that was sent.
pub(super) struct SentForm {
    pub(super) files: Vec<UploadedFile>,
    /// Everything else in it, as pairs of a name and a value in the order in which they came.
    pub(super) fields: Vec<(String, String)>,
}

/// Takes in a form (`multipart/form-data`) as it arrives.
///
/// # Errors
/// When it is malformed, too large or broken off.
pub(super) async fn form(
    stream: impl Stream<Item = Result<Bytes, BodyError>> + Send + 'static,
    headers: &HeaderMap,
    admission: &Admission,
) -> Result<SentForm, ApiError> {
    let boundary = boundary(headers)?;
    let mut fields = Vec::new();
    let files = multipart::files(stream, boundary, admission, &mut fields, multipart::is_the_file).await?;
    Ok(SentForm { files, fields })
}

/// The same for a form in which any field may hold a file.
///
/// # Errors
/// As [`form`].
async fn form_of_any_files(
    stream: impl Stream<Item = Result<Bytes, BodyError>> + Send + 'static,
    headers: &HeaderMap,
    admission: &Admission,
) -> Result<SentForm, ApiError> {
    let boundary = boundary(headers)?;
    let mut fields = Vec::new();
    let files = multipart::files(stream, boundary, admission, &mut fields, |_, has_name| has_name).await?;
    Ok(SentForm { files, fields })
}

/// Takes in a request that is a form, any field of which may hold a file.
///
/// # Errors
/// As [`form`]; or when there is no room for more requests.
pub(super) async fn sent_form(state: &AppState, request: Request) -> Result<SentForm, ApiError> {
    let limits = &state.config.limits;
    let (head, body) = request.into_parts();
    body::announced(&head.headers, limits)?;
    let entered = state.gateway.admission().enter().await?;
    let stream = Box::pin(body::chunks(body, limits));
    let form = form_of_any_files(stream, &head.headers, state.gateway.admission()).await?;
    drop(entered);
    Ok(form)
}

fn boundary(headers: &HeaderMap) -> Result<String, Failure> {
    let header = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    multer::parse_boundary(header)
        .map_err(|_| Failure::malformed("the multipart Content-Type has no boundary; let the client set it"))
}

/// Fetches the file that a request names by its address.
///
/// # Errors
/// When it may not be fetched, does not answer, is too large or takes too long.
pub(super) async fn fetched(state: &AppState, url: &str) -> Result<UploadedFile, Failure> {
    let fetched = state.gateway.fetch_named(&[url.to_owned()]).await;
    let file = fetched.map_err(|unfetched| unfetched.failure)?.remove(url);
    file.map(UploadedFile::from).ok_or_else(|| Failure::broken("a file that was fetched is not there"))
}

impl From<FetchedFile> for UploadedFile {
    fn from(file: FetchedFile) -> Self {
        Self { field: String::new(), blob: file.blob, mime: file.media_type, name: file.name }
    }
}

/// The media type of a body, without its parameters, in lower case.
pub(super) fn content_type(headers: &HeaderMap) -> String {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}
