//! Sessions of administrators: set up, opened, looked at and ended.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::error::{ApiError, ErrorBody, whole_seconds};
use super::super::state::AppState;
use super::guard::{self, COOKIE_NAME};
use super::{administration, body, failed};
use crate::gateway::{NotAdmitted, Session};

/// The first password.
#[derive(Deserialize, ToSchema)]
pub(in crate::http) struct SetUp {
    /// The code that the server printed at its start.
    code: String,
    /// At least eight characters.
    password: String,
}

/// The password.
#[derive(Deserialize, ToSchema)]
pub(in crate::http) struct LogIn {
    password: String,
}

/// How an administrator's session stands.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct SessionBody {
    /// Whether a password is set.
    password_is_set: bool,
    /// Whether the request came with a session.
    is_open: bool,
    /// What is sent along with changes, as `X-CSRF-Token`.
    #[serde(skip_serializing_if = "Option::is_none")]
    csrf_token: Option<String>,
    /// Seconds that the session lasts.
    #[serde(skip_serializing_if = "Option::is_none")]
    lasts_seconds: Option<u64>,
}

impl SessionBody {
    fn of(session: Session) -> Self {
        let lasts_seconds = Some(session.lasts.as_secs());
        Self { password_is_set: true, is_open: true, csrf_token: Some(session.csrf), lasts_seconds }
    }
}

/// Sets the first password, with the code that the server printed at its start.
#[utoipa::path(post, path = "/api/admin/setup", tag = "admin", request_body = SetUp, responses(
    (status = 200, description = "The session; its cookie is set", body = SessionBody),
    (status = 401, description = "The code is wrong", body = ErrorBody),
    (status = 409, description = "A password is set already", body = ErrorBody),
    (status = 429, description = "Too many were wrong (see Retry-After)", body = ErrorBody),
))]
pub(in crate::http) async fn set_up(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    guard::is_of_this_origin(request.headers())?;
    let from = guard::peer(&request);
    let SetUp { code, password } = body(request, &state).await?;
    let session = administration(&state)?.set_up(from, code.trim(), &password).await.map_err(refused)?;
    Ok(opened(&state, session))
}

/// Opens a session with the password.
#[utoipa::path(post, path = "/api/admin/login", tag = "admin", request_body = LogIn, responses(
    (status = 200, description = "The session; its cookie is set", body = SessionBody),
    (status = 401, description = "The password is wrong", body = ErrorBody),
    (status = 429, description = "Too many were wrong (see Retry-After)", body = ErrorBody),
))]
pub(in crate::http) async fn log_in(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    guard::is_of_this_origin(request.headers())?;
    let from = guard::peer(&request);
    let LogIn { password } = body(request, &state).await?;
    let session = administration(&state)?.log_in(from, &password).await.map_err(refused)?;
    Ok(opened(&state, session))
}

/// Ends the session.
#[utoipa::path(post, path = "/api/admin/logout", tag = "admin", responses((status = 204, description = "It has ended")))]
pub(in crate::http) async fn log_out(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    let administration = guard::may_change(&state, request.headers())?;
    if let Some(session) = guard::session(administration, request.headers()) {
        administration.log_out(&session.token);
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    set_cookie(&state, &mut response, "", 0);
    Ok(response)
}

/// How the session stands.
#[utoipa::path(get, path = "/api/admin/session", tag = "admin", responses((status = 200, body = SessionBody)))]
pub(in crate::http) async fn session(
    State(state): State<AppState>,
    request: Request,
) -> Result<Json<SessionBody>, ApiError> {
    guard::is_of_this_origin(request.headers())?;
    let administration = administration(&state)?;
    Ok(Json(match guard::session(administration, request.headers()) {
        Some(session) => SessionBody::of(session),
        None => SessionBody {
            password_is_set: administration.has_password().await.map_err(failed)?,
            is_open: false,
            csrf_token: None,
            lasts_seconds: None,
        },
    }))
}

pub(super) fn opened(state: &AppState, session: Session) -> Response {
    let (token, lasts) = (session.token.clone(), session.lasts.as_secs());
    let mut response = Json(SessionBody::of(session)).into_response();
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    set_cookie(state, &mut response, &token, lasts);
    response
}

fn set_cookie(state: &AppState, response: &mut Response, token: &str, seconds: u64) {
    let is_secure = state.config.server.public_url.as_ref().is_some_and(|url| url.starts_with("https://"));
    let secure = if is_secure { "; Secure" } else { "" };
    let cookie = format!("{COOKIE_NAME}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}");
    if let Ok(mut cookie) = HeaderValue::from_str(&cookie) {
        cookie.set_sensitive(true);
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
}

pub(super) fn refused(refused: NotAdmitted) -> ApiError {
    match refused {
        NotAdmitted::Wrong => ApiError::unauthorised("wrong_password", "The password or the code is wrong."),
        NotAdmitted::Locked(left) => {
            let message = format!("Too many passwords were wrong; try again in {} s.", whole_seconds(left));
            let error = ApiError::new(StatusCode::TOO_MANY_REQUESTS, "locked_out", message);
            ApiError { retry_after: Some(left), ..error }
        }
        NotAdmitted::IsSet => {
            let message = "A password is set already; `mediary admin password` sets another one.";
            ApiError::new(StatusCode::CONFLICT, "password_is_set", message)
        }
        NotAdmitted::Bad(why) => ApiError::malformed(why.to_string()).about("password"),
        NotAdmitted::Failed(why) => failed(why),
    }
}
