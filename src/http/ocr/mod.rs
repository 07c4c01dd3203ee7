//! Reading documents over HTTP: our own route, Mistral's, and pictures of pages.
//!
//! Nothing is decided here: bytes are spooled and classified, the gateway reads, the answer is encoded as the client
//! prefers it.

mod accept;
mod answer;
mod drawing;
mod events;
pub(super) mod mistral;
mod place;
mod process;
mod upload;

use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use mediary_core::{Claim, Failure, Media, classify};
use uuid::Uuid;

pub(super) use drawing::{__path_drawing, drawing};
pub(super) use process::{__path_process, process};
use upload::UploadedFile;
pub(super) use upload::whole as whole_body;

fn classified(file: UploadedFile) -> Result<Media, Failure> {
    let claim = Claim { mime: file.mime.as_deref(), file_name: file.name.as_deref() };
    classify(file.blob, claim).map_err(|refusal| match refusal {
        mediary_core::Unclassifiable::Empty => Failure::malformed(refusal.to_string()),
        other => Failure::unsupported(other.to_string()),
    })
}

fn new_id() -> String {
    format!("ocr-{}", Uuid::now_v7())
}

/// The media type of a body, without its parameters, in lower case.
fn content_type(headers: &HeaderMap) -> String {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}
