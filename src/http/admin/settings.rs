//! The settings of the server and the password, changed while it runs.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::error::{ApiError, ErrorBody};
use super::super::state::AppState;
use super::sessions::{opened, refused};
use super::{body, failed, guard};
use crate::config::KeptSettings;
use crate::gateway::{NotKept, NumberedSettings};

/// What is set by administrators, and what is in force.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct SettingsBody {
    /// The number of the last change, to be sent along with the next one.
    revision: i64,
    /// What is set: `routing` (`privacy`, `cost`, `confirm_paid`, `preset`, `model_routing`, `sticky_minutes`), `log`
    /// (`requests`, `days`, `rows`) and `chains`, by tier (`order` and `off`, names of targets, and `preset`). What is missing
    /// is as configured.
    #[schema(value_type = Object)]
    settings: KeptSettings,
    /// What is in force, with what the configuration says of the rest.
    #[schema(value_type = Object)]
    in_force: KeptSettings,
}

/// Settings, instead of those that were seen.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct SettingsChange {
    /// The number of the change that was seen last.
    revision: i64,
    /// All that is to be set.
    #[schema(value_type = Object)]
    settings: KeptSettings,
}

/// Another password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct PasswordChange {
    /// The one that is set.
    current: String,
    /// The new one: at least eight characters.
    password: String,
}

/// The settings, with the number of their last change.
#[utoipa::path(get, path = "/api/admin/settings", tag = "admin", responses(
    (status = 200, body = SettingsBody), (status = 401, description = "No administrator's request", body = ErrorBody),
))]
pub(in crate::http) async fn settings(
    State(state): State<AppState>,
    request: Request,
) -> Result<Json<SettingsBody>, ApiError> {
    let administration = guard::may_look(&state, request.headers()).await?;
    let NumberedSettings { revision, settings } = administration.kept_settings().await.map_err(failed)?;
    Ok(Json(answer(&state, revision, settings)))
}

/// Sets them, all at once. They are in force a moment later.
#[utoipa::path(put, path = "/api/admin/settings", tag = "admin", request_body = SettingsChange, responses(
    (status = 200, description = "They are kept", body = SettingsBody),
    (status = 400, description = "One of them cannot be", body = ErrorBody),
    (status = 401, description = "No administrator's request", body = ErrorBody),
    (status = 409, description = "They were changed since they were read", body = ErrorBody),
))]
pub(in crate::http) async fn change_settings(
    State(state): State<AppState>,
    request: Request,
) -> Result<Json<SettingsBody>, ApiError> {
    let administration = guard::may_change(&state, request.headers())?;
    let SettingsChange { revision, settings } = body(request, &state).await?;
    settings.check().map_err(|bad| ApiError::malformed(bad.to_string()).about(bad.field))?;
    let kept = administration.keep_settings(revision, settings.clone()).await;
    let revision = kept.map_err(|why| match why {
        NotKept::Changed(now) => {
            let message = format!(
                "The settings were changed meanwhile; GET them again (their revision is {now}) and make the change anew."
            );
            ApiError::new(StatusCode::CONFLICT, "settings_changed", message).about("revision")
        }
        NotKept::Store(error) => failed(error),
    })?;
    Ok(Json(answer(&state, revision, settings)))
}

/// Sets another password. Every session ends, but for a new one.
#[utoipa::path(put, path = "/api/admin/password", tag = "admin", request_body = PasswordChange, responses(
    (status = 200, description = "The new session; its cookie is set", body = super::sessions::SessionBody),
    (status = 400, description = "It cannot be a password", body = ErrorBody),
    (status = 401, description = "The current one is wrong", body = ErrorBody),
    (status = 429, description = "Too many were wrong (see Retry-After)", body = ErrorBody),
))]
pub(in crate::http) async fn change_password(
    State(state): State<AppState>,
    request: Request,
) -> Result<Response, ApiError> {
    let administration = guard::may_change(&state, request.headers())?;
    let from = guard::peer(&request);
    let PasswordChange { current, password } = body(request, &state).await?;
    let session = administration.change_password(from, &current, &password).await.map_err(refused)?;
    Ok(opened(&state, session))
}

/// What is in force once the change is taken up.
fn answer(state: &AppState, revision: i64, settings: KeptSettings) -> SettingsBody {
    let mut config = (*state.configured).clone();
    settings.lay_over(&mut config);
    SettingsBody { revision, in_force: KeptSettings::in_force(&config), settings }
}
