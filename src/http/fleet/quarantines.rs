//! `GET /v1/quarantines` and `DELETE /v1/quarantines/{target}`: the models that are kept out of plans, and the end of that by
//! hand.

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use mediary_core::Target;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::error::{ApiError, ErrorBody};
use super::super::state::AppState;
use super::evidence::{QuarantineBody, now_seconds};
use super::verify::{probes, sentence};
use crate::gateway::NotReleased;

/// The models that are kept out of plans.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct Quarantines {
    /// Always `list`.
    object: &'static str,
    data: Vec<Kept>,
}

/// A model that is kept out of plans.
#[derive(Debug, Serialize, ToSchema)]
struct Kept {
    #[schema(example = "groq/openai/gpt-oss-20b")]
    target: String,
    #[serde(flatten)]
    quarantine: QuarantineBody,
}

/// That a quarantine has ended.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct Released {
    /// Always `quarantine`.
    object: &'static str,
    target: String,
    /// Always true.
    released: bool,
}

/// How a quarantine is ended.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Confirmation {
    /// Whether there is quota or credit again, where the quarantine is for that.
    #[serde(default)]
    confirm: bool,
}

/// The models that are kept out of plans since a probe found that they do not work.
#[utoipa::path(get, path = "/v1/quarantines", tag = "models", responses((status = 200, body = Quarantines)))]
pub(in crate::http) async fn quarantines(State(state): State<AppState>) -> Json<Quarantines> {
    let now = now_seconds();
    let all = state.gateway.router.findings().all().into_iter();
    let data = all.filter_map(|(target, dossier)| {
        let quarantine = QuarantineBody::of(&dossier, now)?;
        Some(Kept { target: target.to_string(), quarantine })
    });
    Json(Quarantines { object: "list", data: data.collect() })
}

/// Ends a model's quarantine, and forgets what was refuted of it.
#[utoipa::path(
    delete,
    path = "/v1/quarantines/{target}",
    tag = "models",
    params(("target" = String, Path, description = "the model", example = "groq/openai/gpt-oss-20b"), Confirmation),
    responses(
        (status = 200, body = Released),
        (status = 400, description = "The name or the query is malformed", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "It is in no quarantine", body = ErrorBody),
        (status = 409, description = "It is for spent quota or credit; say confirm=true when there is some again", body = ErrorBody),
        (status = 503, description = "What is found cannot be kept", body = ErrorBody),
    )
)]
pub(in crate::http) async fn release(
    State(state): State<AppState>,
    target: Result<Path<String>, PathRejection>,
    query: Result<Query<Confirmation>, QueryRejection>,
) -> Result<Json<Released>, ApiError> {
    let Path(name) = target.map_err(|_| ApiError::malformed("The model's id is not valid UTF-8."))?;
    let Query(Confirmation { confirm }) =
        query.map_err(|error| ApiError::malformed(format!("the query is malformed: {error}")))?;
    let target: Target = name.parse().map_err(|_| unknown())?;
    probes(&state)?.release(&target, confirm).await.map_err(|why| match why {
        NotReleased::None => unknown(),
        NotReleased::WantsConfirmation => {
            let message = format!("{} Send confirm=true in the query.", sentence(&why));
            ApiError::new(StatusCode::CONFLICT, "confirmation_required", message).about("confirm")
        }
        NotReleased::Store(error) => ApiError::broken(error.to_string()),
    })?;
    Ok(Json(Released { object: "quarantine", target: target.to_string(), released: true }))
}

fn unknown() -> ApiError {
    ApiError::not_found(
        "no_such_quarantine",
        "No such model is in quarantine. GET /v1/quarantines names those that are.",
    )
}
