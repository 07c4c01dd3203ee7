//! `POST /v1/ocr/process`: files in, their text out.
//!
//! The body may be multipart (one `file` or several, and fields), JSON (`file_data`) or the file itself.

use axum::extract::{Request, State};
use axum::http::header::ACCEPT;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use mediary_core::Failure;

use super::super::AppState;
use super::super::error::{ApiError, ErrorBody};
use super::super::files::UploadedFile;
use super::super::guard::owner_of;
use super::super::landing;
use super::super::request_id::RequestId;
use super::super::tasks::{bounds, price};
use super::accept::Preference;
use super::events::{self, Events};
use super::upload::{self, Upload};
use super::{album, answer, figures, new_id};
use crate::protocol::process::{Encoder, Form, Output, ReadingBody, ReadingList};

/// Reads documents: PDFs, files of an office (docx, xlsx, pptx, odt, ods, odp, rtf, epub, html, eml, msg, csv), archives of
/// such (zip), pictures and text files.
#[utoipa::path(
    post,
    path = "/v1/ocr/process",
    tag = "ocr",
    params(
        ("engine" = Option<String>, Query, description = "auto, local or a target such as local/paddleocr:fast"),
        ("output" = Option<String>, Query, description = "markdown (default), text, json, hocr, alto, pdf (searchable) \
            or image (links to pictures of the pages with what was read outlined)"),
        ("pages" = Option<String>, Query, description = "pages counted from 1: 1-3,7"),
        ("detail" = Option<String>, Query, description = "none (default), lines or words"),
        ("force_ocr" = Option<bool>, Query, description = "read pixels even where there is text"),
        ("text_layer_only" = Option<bool>, Query, description = "never read pixels"),
        ("dpi" = Option<u32>, Query, description = "resolution for rendering pages, 30 to 600"),
        ("cache" = Option<bool>, Query, description = "false: read anew even if these bytes were read before"),
        ("X-Mediary-Privacy" = Option<String>, Header, description = "local: no page leaves this machine"),
        ("stream" = Option<bool>, Query, description = "true: an event `page` for each finished page, then `done`"),
        ("pictures" = Option<bool>, Query, description = "true: pages of PDFs and pictures link to a picture of \
            themselves (`image_url`), kept for an hour"),
        ("images" = Option<bool>, Query, description = "true: figures come with their pictures (`images`), with `stream` \
            in the last event"),
    ),
    request_body(
        content(
            (crate::protocol::process::JsonRequest = "application/json"),
            (Vec<u8> = "multipart/form-data"),
            (Vec<u8> = "application/pdf"),
            (Vec<u8> = "application/octet-stream"),
        ),
        description = "multipart with one `file` or several and the fields, JSON with `file_data`, or the file itself; `file_id` names one that was sent to /v1/files, `file_url` one that is fetched"
    ),
    responses(
        (status = 200, description = "The text; a `ReadingList` for several files; bare text if `Accept` prefers it",
            body = ReadingBody),
        (status = 400, description = "A field is wrong", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 408, description = "The body stopped arriving", body = ErrorBody),
        (status = 403, description = "A foreign Origin or Host", body = ErrorBody),
        (status = 404, description = "There is no such engine", body = ErrorBody),
        (status = 413, description = "A limit was passed; the message names it", body = ErrorBody),
        (status = 415, description = "Not a document, picture or text; the message names what it is", body = ErrorBody),
        (status = 422, description = "Encrypted, damaged or without pages", body = ErrorBody),
        (status = 500, description = "A fault of Mediary's own", body = ErrorBody),
        (status = 503, description = "Busy (see Retry-After), or something is not installed", body = ErrorBody),
        (status = 504, description = "A page took longer than its limit", body = ErrorBody),
    )
)]
pub(in super::super) async fn process(
    State(state): State<AppState>,
    Extension(request_id): Extension<RequestId>,
    request: Request,
) -> Result<Response, ApiError> {
    let base = landing::base_url(&state.config.server, request.headers());
    let preference = Preference::of(request.headers().get_all(ACCEPT).iter());
    let bounds = bounds(request.headers())?.of_reading();
    let client = owner_of(request.headers(), &state.config.server);
    let Upload { files, fields } = upload::receive(request, &state, &client).await?;
    let mut form = fields.decode(preference.output())?;
    form.options.bounds = bounds;
    form.options.client = client;
    let encoder = Encoder { output: form.output, detail: form.detail };
    let mut files = files.into_iter();
    let Some(first) = files.next() else {
        return Err(Failure::malformed("there is no file; send one as the multipart field `file`").into());
    };
    if files.len() == 0 {
        let name = first.name.clone();
        let media = first.classified()?;
        let id = new_id();
        if form.stream {
            let events = Events {
                id,
                file_name: name,
                encoder,
                pictures: form.pictures,
                images: form.images,
                request: request_id,
                base,
            };
            return events::answer(state, media, form.options, events).await;
        }
        let reading = state.gateway.reader.read(media, &form.options, &|_, _| ()).await?;
        let mut response = answer::of(&state, preference, &form, id, name, &reading, &base).await?;
        price(&form.options.bounds.account, response.headers_mut());
        return Ok(response);
    }
    if form.stream {
        return Err(ApiError::malformed("a stream is of one file; send several without `stream`").about("stream"));
    }
    if form.output == Output::Pdf || (preference != Preference::Json && form.output.is_one_file()) {
        return Err(Failure::malformed("several files do not fit into one document; send them one by one").into());
    }
    let mut data = Vec::new();
    let mut texts = Vec::new();
    for file in std::iter::once(first).chain(files) {
        let name = file.name.clone();
        match one_of_several(&state, &encoder, file, &form, &base).await {
            Ok((body, text)) => {
                texts.push(text);
                data.push(body);
            }
            // With one status for all, bare text could not say which file failed.
            Err(failure) if preference != Preference::Json => return Err(failure.into()),
            Err(failure) => {
                let error = ApiError::from(failure);
                error.log();
                data.push(encoder.failed(new_id(), name, error.naming(&request_id).body()));
            }
        }
    }
    let mut response = match preference {
        Preference::Json | Preference::Picture => Json(ReadingList { object: "list", data }).into_response(),
        Preference::Text(mime) => answer::text(mime, &texts.join("\n\n")),
    };
    price(&form.options.bounds.account, response.headers_mut());
    Ok(response)
}

async fn one_of_several(
    state: &AppState,
    encoder: &Encoder,
    file: UploadedFile,
    form: &Form,
    base: &str,
) -> Result<(ReadingBody, String), Failure> {
    let name = file.name.clone();
    let reading = state.gateway.reader.read(file.classified()?, &form.options, &|_, _| ()).await?;
    let text = encoder.content(name.as_deref(), &reading);
    let mut body = answer::body(state, encoder, new_id(), name, &reading, &form.options, base).await?;
    if form.images {
        figures::add(&state.gateway.reader, &reading, &form.options, &mut body).await;
    }
    if form.pictures {
        album::pictured(&state.gateway.reader, &reading, &form.options, base, &mut body).await;
    }
    Ok((body, text))
}
