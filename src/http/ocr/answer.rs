//! The forms an answer takes: JSON, bare text, a PDF, pictures.
//!
//! What is in them is the gateway's and the protocol's business; here they get their media types and links.

use axum::Json;
use axum::body::Body;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use mediary_core::Failure;
use tokio_util::io::ReaderStream;

use super::super::state::AppState;
use super::accept::Preference;
use super::album::pictured;
use super::figures;
use crate::gateway::{ReadOptions, Reading};
use crate::protocol::process::{Encoder, Form, Output, ReadingBody};

/// How reading went, for forms that have no place for it.
const X_MEDIARY_STATUS: HeaderName = HeaderName::from_static("x-mediary-status");

/// Says in a header how reading went.
pub(super) fn with_status(mut response: Response, reading: &Reading) -> Response {
    response.headers_mut().insert(X_MEDIARY_STATUS, HeaderValue::from_static(reading.status().name()));
    response
}

/// The answer for one file that was read.
///
/// # Errors
/// When a PDF or a picture was asked for and cannot be made.
pub(super) async fn of(
    state: &AppState,
    preference: Preference,
    form: &Form,
    id: String,
    name: Option<String>,
    reading: &Reading,
    base: &str,
) -> Result<Response, Failure> {
    let encoder = Encoder { output: form.output, detail: form.detail };
    let response = match (form.output, preference) {
        (Output::Pdf, _) => {
            let pdf = state.gateway.reader.searchable(reading, &form.options).await?;
            let body = Body::from_stream(ReaderStream::new(tokio::fs::File::from_std(pdf)));
            Ok(file("application/pdf", &file_name(name.as_deref(), "pdf"), body))
        }
        (Output::Image, Preference::Picture) => {
            let mut pages = state.gateway.reader.draw(reading, &form.options).await?;
            match (pages.pop(), pages.is_empty()) {
                (Some((_, png)), true) => Ok(file("image/png", &file_name(name.as_deref(), "png"), png)),
                _ => Err(Failure::malformed(
                    "one picture is one page; select it with `pages`, or ask for JSON, which links to all of them",
                )),
            }
        }
        (_, Preference::Json | Preference::Picture) => {
            let mut body = body(state, &encoder, id, name, reading, &form.options, base).await?;
            if form.images {
                figures::add(&state.gateway.reader, reading, &form.options, &mut body).await;
            }
            if form.pictures {
                pictured(&state.gateway.reader, reading, &form.options, base, &mut body).await;
            }
            Ok(Json(body).into_response())
        }
        (_, Preference::Text(mime)) => Ok(text(mime, &encoder.content(name.as_deref(), reading))),
    };
    response.map(|response| with_status(response, reading))
}

/// The whole answer as JSON; with `output=image` its pages link to their pictures, at the server's address `base`.
///
/// # Errors
/// When pictures were asked for and cannot be made.
pub(super) async fn body(
    state: &AppState,
    encoder: &Encoder,
    id: String,
    name: Option<String>,
    reading: &Reading,
    options: &ReadOptions,
    base: &str,
) -> Result<ReadingBody, Failure> {
    let mut body = encoder.reading(id.clone(), name, reading);
    if encoder.output == Output::Image {
        let pages = state.gateway.reader.draw(reading, options).await?;
        for page in &mut body.pages {
            page.image_url = Some(format!("{base}/v1/ocr/images/{id}/{}", page.index));
        }
        state.gateway.reader.keep_drawings(&options.client, id, pages).await?;
    }
    Ok(body)
}

/// Bare text ends with a line end, as terminals and tools expect of a text.
pub(super) fn text(mime: &'static str, text: &str) -> Response {
    let end = if text.is_empty() { "" } else { "\n" };
    ([(CONTENT_TYPE, mime)], format!("{text}{end}")).into_response()
}

fn file(mime: &'static str, name: &str, body: impl Into<Body>) -> Response {
    let headers: [(HeaderName, HeaderValue); 2] = [
        (CONTENT_TYPE, HeaderValue::from_static(mime)),
        (
            CONTENT_DISPOSITION,
            HeaderValue::from_str(&format!("inline; filename=\"{name}\""))
                .unwrap_or(HeaderValue::from_static("inline")),
        ),
    ];
    (headers, body.into()).into_response()
}

/// What a client would call the file: its own name with another ending, or a plain one.
fn file_name(name: Option<&str>, ending: &str) -> String {
    let stem = name.and_then(|name| name.rsplit('/').next()).unwrap_or("document");
    let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
    let plain: String = stem.chars().filter(|c| c.is_ascii_alphanumeric() || " ._-".contains(*c)).collect();
    format!("{}.{ending}", if plain.trim().is_empty() { "document" } else { plain.trim() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_after_what_was_sent() {
        let rows = [
            (None, "document.pdf"),
            (Some("scan.tiff"), "scan.pdf"),
            (Some("a/b/c d.PDF"), "c d.pdf"),
            (Some("\"\r\nX-Evil: 1"), "X-Evil 1.pdf"),
            (Some("скан.png"), "document.pdf"),
        ];
        for (name, expected) in rows {
            assert_eq!(file_name(name, "pdf"), expected, "{name:?}");
        }
    }
}
