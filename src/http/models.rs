//! `GET /v1/models` and `/v1/models/{id}`: what can be asked for, in OpenAI's shape with our fields beside it.
//!
//! The gateway knows the targets; this only writes them down. Ids contain a slash, so the single route takes the rest of
//! the path.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use mediary_core::{MediaFormat, MediaKind};
use serde::Serialize;
use utoipa::ToSchema;

use super::error::{ApiError, ErrorBody};
use super::state::AppState;
use crate::gateway::TargetInfo;

/// When this catalogue was drawn up. OpenAI's shape asks for a time, and clients only want it to be a number.
const CREATED: u64 = 1_795_219_200;

/// How alike a name must be to be suggested, from 0 to 1.
const NEAR: f64 = 0.75;

/// Everything that can be asked for.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ModelList {
    /// Always `list`.
    object: &'static str,
    /// The models, local ones first.
    data: Vec<Model>,
}

/// One model and its abilities.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Model {
    /// What to put into a request: `provider/model`, perhaps with a level.
    #[schema(example = "local/paddleocr:fast")]
    id: String,
    /// Always `model`.
    object: &'static str,
    /// Seconds since 1970.
    created: u64,
    /// The provider.
    #[schema(example = "local")]
    owned_by: String,
    /// One line about it.
    description: &'static str,
    /// What it does.
    #[schema(example = json!(["ocr"]))]
    tasks: Vec<&'static str>,
    /// The media it reads.
    #[schema(value_type = Vec<String>, example = json!(["image", "document"]))]
    accepts: Vec<MediaKind>,
    /// The formats it reads.
    #[schema(value_type = Vec<String>, example = json!(["png", "pdf"]))]
    formats: Vec<MediaFormat>,
    /// Whether its files are on this machine.
    installed: bool,
    /// What to know before using it, such as how to install it.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

impl From<&TargetInfo> for Model {
    fn from(target: &TargetInfo) -> Self {
        let owned_by = target.id.split('/').next().unwrap_or_default().to_owned();
        Self {
            object: "model",
            created: CREATED,
            owned_by,
            description: target.description,
            tasks: target.tasks.clone(),
            accepts: target.accepts.clone(),
            formats: target.formats.clone(),
            installed: target.installed,
            note: target.note.clone(),
            id: target.id.clone(),
        }
    }
}

/// Lists the models and their abilities.
#[utoipa::path(get, path = "/v1/models", tag = "models", responses((status = 200, body = ModelList)))]
pub(super) async fn list(State(state): State<AppState>) -> Json<ModelList> {
    let data = state.gateway.targets().iter().map(Model::from).collect();
    Json(ModelList { object: "list", data })
}

/// One model and its abilities. The id's slash may be sent as it is.
#[utoipa::path(get, path = "/v1/models/{id}", tag = "models",
    params(("id" = String, Path, description = "The model's id", example = "local/paddleocr:fast")),
    responses(
        (status = 200, body = Model),
        (status = 404, description = "No such model; near names are suggested", body = ErrorBody),
    ))]
pub(super) async fn one(
    State(state): State<AppState>,
    id: Result<Path<String>, PathRejection>,
) -> Result<Json<Model>, ApiError> {
    let Path(id) = id.map_err(|_| ApiError::malformed("The model's id is not valid UTF-8."))?;
    let targets = state.gateway.targets();
    if let Some(target) = targets.iter().find(|target| target.id == id) {
        return Ok(Json(target.into()));
    }
    let near = near(&id, targets.iter().map(|target| target.id.as_str()));
    Err(ApiError::not_found("model_not_found", no_such_model(&near)).about("id"))
}

fn no_such_model(near: &[&str]) -> String {
    let list = "GET /v1/models lists all of them.";
    match near {
        [] => format!("There is no such model. {list}"),
        near => format!("There is no such model. Did you mean {}? {list}", near.join(" or ")),
    }
}

/// At most three names that are like the wanted one, the likest first; the provider may be left out.
fn near<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let wanted = wanted.to_lowercase();
    let likeness = |name: &str| {
        let model = name.split_once('/').map_or(name, |(_, model)| model);
        let whole = strsim::jaro_winkler(&wanted, &name.to_lowercase());
        whole.max(strsim::jaro_winkler(&wanted, &model.to_lowercase()))
    };
    let mut near: Vec<(f64, &str)> =
        names.map(|name| (likeness(name), name)).filter(|(likeness, _)| *likeness >= NEAR).collect();
    near.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    near.into_iter().take(3).map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_suggested_likest_first() {
        let names = ["local/paddleocr:fast", "local/paddleocr:accurate", "local/parakeet"];
        let rows: &[(&str, &[&str])] = &[
            ("local/paddleocr:fsat", &["local/paddleocr:fast", "local/paddleocr:accurate", "local/parakeet"]),
            ("paddleocr:fast", &["local/paddleocr:fast", "local/paddleocr:accurate"]),
            ("PaddleOCR", &["local/paddleocr:fast", "local/paddleocr:accurate"]),
            ("parakete", &["local/parakeet"]),
            ("gpt-4o", &[]),
            ("", &[]),
        ];
        for (wanted, expected) in rows {
            assert_eq!(near(wanted, names.into_iter()), *expected, "{wanted}");
        }
    }
}
