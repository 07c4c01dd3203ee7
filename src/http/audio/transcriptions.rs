//! `POST /v1/audio/transcriptions` and `POST /v1/audio/translations`: a recording in, its words out, as OpenAI has it.
//!
//! The recording comes as `file` in a form, which is spooled as it arrives, or its address as `url`.

use axum::Extension;
use axum::extract::{Request, State};
use axum::response::Response;
use mediary_core::Hold;

use super::super::body;
use super::super::error::ApiError;
use super::super::files::{self, SentForm, content_type};
use super::super::google;
use super::super::kept_files;
use super::super::request_id::RequestId;
use super::super::state::AppState;
use super::super::tasks::{Asked, Asker, bounds, carry_out};
use super::statuses::{Refused, RefusedFile};
use crate::protocol::openai::{TRANSCRIPTIONS, TranscriptionForm};

/// Writes down what is said in a recording.
#[utoipa::path(
    post,
    path = "/v1/audio/transcriptions",
    tag = "audio",
    params(
        ("X-Mediary-Privacy" = Option<String>, Header, description = "local: nothing leaves this machine"),
        ("X-Mediary-Cost" = Option<String>, Header, description = "free: only targets that are known to be free; free_first: those before all others"),
        ("X-Mediary-Allow-Paid" = Option<bool>, Header, description = "true: it may cost, where routing.confirm_paid asks"),
        ("X-Mediary-Provider" = Option<String>, Header, description = "only these providers, by commas"),
    ),
    request_body(content = Object, content_type = "multipart/form-data", description = "OpenAI's form: `file` (sound or \
        video) or `url`, `model` (a target, or auto), `language`, `prompt`, `temperature`, `response_format` (json, text, \
        srt, vtt, verbose_json, or diarized_json where a target says who speaks), `timestamp_granularities[]`, \
        `chunking_strategy`, `stream`"),
    responses(
        (status = 200, description = "The words in the form that was asked for, or as server-sent events. `X-Routed-Via` \
            names the target, `X-Mediary-Treatments` what was done to the recording, `X-Mediary-Dropped` what the target \
            lacks: with timestamp_granularities in it, times are estimates; `X-Mediary-Status` is no_speech where there \
            is none", content(
                (Object = "application/json"), (String = "text/plain"), (String = "text/event-stream"))),
        Refused,
        RefusedFile,
    )
)]
pub(in super::super) async fn transcriptions(
    State(state): State<AppState>,
    Extension(request_id): Extension<RequestId>,
    request: Request,
) -> Result<Response, ApiError> {
    answer(state, request_id, request, false).await
}

/// Writes down in English what is said in a recording.
#[utoipa::path(
    post,
    path = "/v1/audio/translations",
    tag = "audio",
    request_body(content = Object, content_type = "multipart/form-data", description = "As for \
        /v1/audio/transcriptions; `language` is what is spoken"),
    responses(
        (status = 200, description = "The words in English, in the form that was asked for", content(
                (Object = "application/json"), (String = "text/plain"), (String = "text/event-stream"))),
        Refused,
        RefusedFile,
    )
)]
pub(in super::super) async fn translations(
    State(state): State<AppState>,
    Extension(request_id): Extension<RequestId>,
    request: Request,
) -> Result<Response, ApiError> {
    answer(state, request_id, request, true).await
}

async fn answer(
    state: AppState,
    request_id: RequestId,
    request: Request,
    into_english: bool,
) -> Result<Response, ApiError> {
    let bounds = bounds(request.headers())?;
    let Asker { client, owner, .. } = Asker::of(request.headers(), &state.config.server);
    let (head, body) = request.into_parts();
    if content_type(&head.headers) != "multipart/form-data" {
        let message = "send a form (multipart/form-data) with the recording as `file`, or its address as `url`";
        return Err(ApiError::malformed(message));
    }
    let limits = &state.config.limits;
    body::announced(&head.headers, limits)?;
    let entered = state.gateway.admission().enter().await?;
    let stream = Box::pin(body::chunks(body, limits));
    let SentForm { files, fields } = files::form(stream, &head.headers, state.gateway.admission()).await?;
    drop(entered);
    let form = TranscriptionForm::decode(fields, into_english)?;
    let mut files = files.into_iter();
    let file = match (files.next(), &form.url, &form.file_id) {
        (Some(file), None, None) => file,
        (None, Some(url), None) => {
            let about = |failure| ApiError::from(failure).about("url");
            match google::named(&state, &owner, url).await.map_err(about)? {
                Some(file) => file,
                None => files::fetched(&state, url).await.map_err(about)?,
            }
        }
        (None, None, Some(id)) => {
            kept_files::named(&state, &owner, id).await.map_err(|error| error.about("file_id"))?
        }
        (None, None, None) => {
            let message = "there is no recording; send one as the field `file`, its address as `url`, or the id of one that \
                           was sent before as `file_id`";
            return Err(ApiError::malformed(message).about("file"));
        }
        (_, url, _) => {
            let field = if url.is_some() { "url" } else { "file_id" };
            return Err(ApiError::malformed("send one of `file`, `url` and `file_id`").about(field));
        }
    };
    if files.next().is_some() {
        return Err(ApiError::malformed("there are several files; send them one by one").about("file"));
    }
    let recording = file.classified().map_err(|failure| ApiError::from(failure).about("file"))?;
    let asked = Asked { decoded: form.of(recording), bounds, client, owner: Vec::new(), held: Hold::default() };
    carry_out(&TRANSCRIPTIONS, &state, request_id, asked).await
}
