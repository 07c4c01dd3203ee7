//! Short-lived tokens: of this gateway's own, which open one session here, or of a provider's, which open one there. Neither
//! tells a client the key that stands behind it.

use std::time::Duration;

use axum::Json;
use axum::extract::{Request, State};
use mediary_core::{Failure, ProviderId};

use super::super::error::{ApiError, ErrorBody};
use super::super::guard::{admitted, client_of};
use super::super::state::AppState;
use super::super::tasks::{bounds, refused};
use super::super::unpacked::json_body;
use crate::gateway::realtime::Grant;
use crate::gateway::{Bounds, new_id, unix_seconds};
use crate::protocol::realtime::{SecretWish, older_session, secret, secret_wish, vendor_secret};

/// A request has no more bytes: what it says is kept as long as its token waits.
const MOST_BYTES: usize = 64 << 10;
/// What providers are called as well.
const ALSO: [(&str, &str); 1] = [("google", "gemini")];

/// Gives a client secret: a token that opens one live conversation, held as is said here.
#[utoipa::path(
    post,
    path = "/v1/realtime/client_secrets",
    tag = "realtime",
    request_body(content = Object, description = "OpenAI's request: `session` as in session.update, `expires_after.seconds` \
        (600). `provider` (openai or gemini): a token of that provider's instead, which opens a conversation there"),
    responses(
        (status = 200, description = "`value` is the token, `expires_at` when it ends, `session` what it opens; a \
            provider's comes with its `connect_url`", body = Object),
        (status = 400, description = "A field is wrong", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 403, description = "This key may have no token of a provider's", body = ErrorBody),
        (status = 503, description = "Too many tokens are waiting, or the provider gives none", body = ErrorBody),
    )
)]
pub(in super::super) async fn client_secrets(
    State(state): State<AppState>,
    request: Request,
) -> Result<Json<serde_json::Value>, ApiError> {
    given(&state, request, Form::Newer).await
}

/// The same in the words of the older interface: the body is the session, and so is the answer.
#[utoipa::path(
    post,
    path = "/v1/realtime/sessions",
    tag = "realtime",
    request_body(content = Object, description = "`model`, `instructions`, `voice`, `modalities`, `tools`, \
        `input_audio_transcription`, `turn_detection`, `provider`, `expires_in_seconds`"),
    responses(
        (status = 200, description = "The session, with its `client_secret`", body = Object),
        (status = 400, description = "A field is wrong", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 403, description = "This key may have no token of a provider's", body = ErrorBody),
        (status = 503, description = "Too many tokens are waiting, or the provider gives none", body = ErrorBody),
    )
)]
pub(in super::super) async fn sessions(
    State(state): State<AppState>,
    request: Request,
) -> Result<Json<serde_json::Value>, ApiError> {
    given(&state, request, Form::Older).await
}

/// The same for a session that only writes down what is said.
#[utoipa::path(
    post,
    path = "/v1/realtime/transcription_sessions",
    tag = "realtime",
    request_body(content = Object, description = "`input_audio_format`, `input_audio_transcription`, `turn_detection`"),
    responses(
        (status = 200, description = "The session, with its `client_secret`", body = Object),
        (status = 400, description = "A field is wrong", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 503, description = "Too many tokens are waiting", body = ErrorBody),
    )
)]
pub(in super::super) async fn transcription_sessions(
    State(state): State<AppState>,
    request: Request,
) -> Result<Json<serde_json::Value>, ApiError> {
    given(&state, request, Form::Transcription).await
}

/// By which route a token is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Newer,
    Older,
    Transcription,
}

async fn given(state: &AppState, request: Request, form: Form) -> Result<Json<serde_json::Value>, ApiError> {
    let bounds = bounds(request.headers())?;
    let known_by = client_of(request.headers());
    let body = json_body(request, state).await?;
    if body.text.len() > MOST_BYTES {
        let detail = format!("the request for a token has {} kB at most", MOST_BYTES >> 10);
        return Err(Failure::too_large(detail).into());
    }
    let mut wish = secret_wish(&body.text, form != Form::Newer)?;
    wish.settings.only_transcribes |= form == Form::Transcription;
    let SecretWish { settings, seconds, provider } = wish;
    let now = u64::try_from(unix_seconds()).unwrap_or_default();
    let session_id = new_id("sess");
    let answer = match provider {
        Some(name) => {
            let name = ALSO.iter().find(|(also, _)| *also == name).map_or(name.as_str(), |(_, name)| name);
            let provider = ProviderId::new(name);
            let token = state.gateway.provider_token(&provider, &settings, bounds, (now, now + seconds)).await;
            let (target, token) = token.map_err(refused)?;
            vendor_secret(&token, target.provider.as_str(), target.model.as_str(), &settings)
        }
        None => {
            let client = admitted().map(|admitted| admitted.client().clone());
            // A token that waits keeps no place among the requests at once.
            let bounds = Bounds { account: bounds.account.alone(), ..bounds };
            let grant = Grant { settings: settings.clone(), bounds, client, known_by };
            let life = Duration::from_secs(seconds);
            let value = state.gateway.realtime.secrets.give(grant, life)?;
            secret(&value, now + seconds, &session_id, &settings)
        }
    };
    Ok(Json(if form == Form::Newer { answer } else { older_session(&answer, &session_id) }))
}
