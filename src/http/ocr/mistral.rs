//! `POST /v1/ocr`: one document in, its pages out, as Mistral has it.
//!
//! Nothing is decided here: the document is got from wherever it is, classified and read like any upload. Errors on
//! this route are told in Mistral's shape, which `visit` sees to.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use mediary_core::{Failure, FailureKind, Media};

use super::super::AppState;
use super::super::error::ApiError;
use super::super::files::content_type;
use super::super::guard::owner_of;
use super::super::tasks::{bounds, price};
use super::super::unpacked::json_body;
use super::{answer, figures, source};
use crate::gateway::ReadOptions;
use crate::protocol::mistral::{MistralError, OcrForm, OcrRequest, OcrResponse};
use crate::protocol::short_complaint;

/// Names what was asked for and not done.
const X_MEDIARY_DROPPED: HeaderName = HeaderName::from_static("x-mediary-dropped");

/// Reads one document, in the format of Mistral's OCR.
#[utoipa::path(
    post,
    path = "/v1/ocr",
    tag = "ocr",
    request_body = OcrRequest,
    responses(
        (status = 200, description = "The pages; the header X-Mediary-Status says how reading went (`no_text`: there is \
            ink and no text was found in it), X-Mediary-Dropped names `include_image_base64` where pictures are missing",
            body = OcrResponse),
        (status = 400, description = "A field is wrong, or the address may not be fetched or has nothing", body = MistralError),
        (status = 401, description = "A key is missing or wrong", body = MistralError),
        (status = 403, description = "A foreign Origin or Host", body = MistralError),
        (status = 404, description = "There is no such model", body = MistralError),
        (status = 408, description = "The body stopped arriving", body = MistralError),
        (status = 413, description = "A limit was passed; the message names it", body = MistralError),
        (status = 415, description = "Not a document, picture or text; the message names what it is", body = MistralError),
        (status = 422, description = "Encrypted, damaged or without pages", body = MistralError),
        (status = 500, description = "A fault of Mediary's own", body = MistralError),
        (status = 502, description = "The document's server cannot be reached, or fails", body = MistralError),
        (status = 503, description = "Busy (see Retry-After), or something is not installed", body = MistralError),
        (status = 504, description = "A page, or the document's server, took longer than its limit", body = MistralError),
    )
)]
pub(in crate::http) async fn mistral(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    let bounds = bounds(request.headers())?.of_reading();
    let client = owner_of(request.headers(), &state.config.server);
    if content_type(request.headers()).starts_with("multipart/") {
        let message = "this route takes JSON with a `document`; send forms with a file to /v1/ocr/process";
        return Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", message));
    }
    let body = json_body(request, &state).await?;
    let OcrForm { source, name, mut options, encoder, images } = parse(&body)?.decode()?;
    options.bounds = bounds;
    options.client = client;
    let selects_pages = options.pages != Default::default();
    let file = source::open(&state, &options.client, source, name).await?;
    // The document has been decoded out of it, and reading may take long.
    drop(body);
    let reading = state.gateway.reader.read(file.classified()?, &options, &|_, _| ()).await;
    let reading = reading.map_err(|failure| counted_from_zero(failure, selects_pages))?;
    let mut answer = encoder.answer(&reading)?;
    let mut is_short_of_pictures = false;
    if images {
        let pictures = figures::data_urls(&state.gateway.reader, &reading, &options, encoder.figures).await;
        for (image, picture) in answer.pages.iter_mut().flat_map(|page| &mut page.images).zip(pictures) {
            is_short_of_pictures |= picture.is_none();
            image.image_base64 = picture;
        }
    }
    let mut response = answer::with_status(Json(answer).into_response(), &reading);
    price(&options.bounds.account, response.headers_mut());
    if is_short_of_pictures {
        response.headers_mut().insert(X_MEDIARY_DROPPED, HeaderValue::from_static("include_image_base64"));
    }
    Ok(response)
}

/// The document of a body, and how it is to be read.
pub(in crate::http) async fn document(
    state: &AppState,
    owner: &[u8],
    body: &[u8],
) -> Result<(Media, ReadOptions), ApiError> {
    let OcrForm { source, name, options, .. } = parse(body)?.decode()?;
    let file = source::open(state, owner, source, name).await?;
    Ok((file.classified()?, options))
}

pub(super) fn parse(body: &[u8]) -> Result<OcrRequest<'_>, ApiError> {
    serde_json::from_slice(body)
        .map_err(|error| ApiError::malformed(format!("the JSON body is malformed: {}", short_complaint(&error))))
}

/// The house counts pages from 1, this format from 0.
fn counted_from_zero(mut failure: Failure, selects_pages: bool) -> Failure {
    if selects_pages && failure.kind == FailureKind::Malformed && failure.detail.contains("there is no page") {
        failure.detail.push_str(" (counted from 1; `pages` counts from 0)");
    }
    failure
}
