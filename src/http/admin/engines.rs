//! What the engines of this process want, fetched by an administrator's request, and the server started anew with it.
//!
//! Engines look for their files when they start. A restart takes place in order: what runs is answered, what comes meanwhile
//! is refused a connection for a moment, and the process and its arguments stay the same.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::error::{ApiError, ErrorBody};
use super::super::state::{AppState, Upkeep};
use super::guard;
use crate::models::{Installing, Piece, Step};

/// What engines want, and how far fetching it came.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct EnginePieces {
    /// Whether pieces are being fetched.
    is_running: bool,
    /// Whether pieces have come that are of use after a restart.
    wants_restart: bool,
    /// Bytes still to be fetched, of archives that are missing.
    missing_bytes: u64,
    data: Vec<EnginePiece>,
}

/// Libraries or weights that are fetched together.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct EnginePiece {
    name: String,
    purpose: String,
    /// The size of what is fetched.
    archive_bytes: u64,
    /// `installed`, `missing`, `waiting`, `fetching`, `unpacking` or `failed`.
    state: &'static str,
    /// Of one that is being fetched: how much of it is there.
    received_bytes: Option<u64>,
    /// Of one that failed: why, and what is to be done.
    why: Option<String>,
}

impl EnginePiece {
    fn of(piece: Piece) -> Self {
        let (state, received_bytes, why) = match piece.step {
            Step::Installed => ("installed", None, None),
            Step::Missing => ("missing", None, None),
            Step::Waiting => ("waiting", None, None),
            Step::Fetching(bytes) => ("fetching", Some(bytes), None),
            Step::Unpacking => ("unpacking", None, None),
            Step::Failed(why) => ("failed", None, Some(why)),
        };
        let Piece { name, purpose, archive_bytes, .. } = piece;
        Self { name, purpose, archive_bytes, state, received_bytes, why }
    }
}

impl EnginePieces {
    fn of(installing: &Installing) -> Self {
        let data: Vec<_> = installing.pieces().into_iter().map(EnginePiece::of).collect();
        let missing = data.iter().filter(|piece| piece.state != "installed").map(|piece| piece.archive_bytes);
        Self {
            is_running: installing.is_running(),
            wants_restart: installing.wants_restart(),
            missing_bytes: missing.sum(),
            data,
        }
    }
}

/// The libraries and weights of engines, and how far fetching what is missing came.
#[utoipa::path(get, path = "/api/admin/engines", tag = "admin", responses(
    (status = 200, body = EnginePieces), (status = 401, description = "No administrator's request", body = ErrorBody),
    (status = 503, description = "This server installs nothing", body = ErrorBody),
))]
pub(in crate::http) async fn engines(
    State(state): State<AppState>,
    request: Request,
) -> Result<Json<EnginePieces>, ApiError> {
    guard::may_look(&state, request.headers()).await?;
    Ok(Json(EnginePieces::of(&upkeep(&state)?.installing)))
}

/// Fetches what is missing, as `mediary models pull` does; the answer tells how it stands, and the list how it goes on.
#[utoipa::path(post, path = "/api/admin/engines", tag = "admin", responses(
    (status = 202, body = EnginePieces), (status = 401, description = "No administrator's request", body = ErrorBody),
    (status = 503, description = "This server installs nothing", body = ErrorBody),
))]
pub(in crate::http) async fn install_engines(
    State(state): State<AppState>,
    request: Request,
) -> Result<(StatusCode, Json<EnginePieces>), ApiError> {
    guard::may_change(&state, request.headers())?;
    let installing = &upkeep(&state)?.installing;
    installing.start().map_err(|error| {
        tracing::error!(error.detail = %error, "nothing is installed");
        ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "not_installed", "The system gives no thread; try again later.")
    })?;
    Ok((StatusCode::ACCEPTED, Json(EnginePieces::of(installing))))
}

/// Starts the server anew in its place, when what runs is answered or the grace of a stop is over.
#[utoipa::path(post, path = "/api/admin/restart", tag = "admin", responses(
    (status = 202, description = "It will"), (status = 401, description = "No administrator's request", body = ErrorBody),
    (status = 409, description = "Pieces are being fetched", body = ErrorBody),
    (status = 503, description = "This server cannot start itself", body = ErrorBody),
))]
pub(in crate::http) async fn restart(State(state): State<AppState>, request: Request) -> Result<StatusCode, ApiError> {
    guard::may_change(&state, request.headers())?;
    let Upkeep { installing, restart } = upkeep(&state)?;
    if installing.is_running() {
        let message = "Pieces for engines are being fetched; restart when they are there.";
        return Err(ApiError::new(StatusCode::CONFLICT, "installing", message));
    }
    tracing::info!("an administrator starts the server anew");
    restart.cancel();
    Ok(StatusCode::ACCEPTED)
}

fn upkeep(state: &AppState) -> Result<&Upkeep, ApiError> {
    state.upkeep.as_ref().ok_or_else(|| {
        let message = "This server neither installs anything nor starts itself anew.";
        ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "no_upkeep", message)
    })
}
