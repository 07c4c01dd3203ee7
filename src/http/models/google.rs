//! `GET /v1beta/models` and `/v1beta/models/{id}`: the models that chat or embed, as Google's clients read them, page by
//! page. They are the same as those of `GET /v1/models`.

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::error::{ApiError, GeminiErrorBody};
use super::super::state::AppState;
use super::{Model, all, near, no_such_model};

/// Models on a page where the client does not say, and the most.
const PAGE: usize = 50;
const MOST: usize = 1_000;
/// The folder that all models are listed in.
const FOLDER: &str = "models/";

/// Which page.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct GooglePage {
    /// How many models, 1 to 1000; 50 unless it is said.
    #[serde(alias = "page_size")]
    page_size: Option<usize>,
    /// Where the page begins: `nextPageToken` of the page before.
    #[serde(alias = "page_token")]
    page_token: Option<String>,
}

/// A page of models.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct GoogleModels {
    models: Vec<GoogleModel>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_page_token: Option<String>,
}

/// A model as it is listed there.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct GoogleModel {
    /// `models/` and its id.
    name: String,
    base_model_id: String,
    version: &'static str,
    display_name: String,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    input_token_limit: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_token_limit: Option<u32>,
    #[schema(value_type = Vec<String>)]
    supported_generation_methods: Vec<&'static str>,
    thinking: bool,
}

impl GoogleModel {
    fn of(model: &Model) -> Self {
        let does = |task: &str| model.tasks.contains(&task);
        let mut methods = Vec::new();
        if does("chat") {
            methods.extend(["generateContent", "streamGenerateContent", "countTokens"]);
        }
        if does("embedding") {
            methods.extend(["embedContent", "batchEmbedContents"]);
        }
        Self {
            name: format!("{FOLDER}{}", model.id),
            base_model_id: model.id.clone(),
            version: "001",
            display_name: model.id.clone(),
            description: model.description.clone(),
            input_token_limit: model.context_tokens,
            output_token_limit: model.output_tokens,
            supported_generation_methods: methods,
            thinking: model.abilities.contains(&"reasoning"),
        }
    }
}

/// Lists the models and tiers that chat or embed, in Google's words.
#[utoipa::path(get, path = "/v1beta/models", tag = "gemini", params(GooglePage), responses(
    (status = 200, body = GoogleModels),
    (status = 400, description = "The page has an impossible size, or begins nowhere", body = GeminiErrorBody),
    (status = 401, description = "A key is missing or wrong", body = GeminiErrorBody),
))]
pub(in crate::http) async fn google_list(
    State(state): State<AppState>,
    page: Result<Query<GooglePage>, QueryRejection>,
) -> Result<Json<GoogleModels>, ApiError> {
    let Query(page) = page.map_err(|error| ApiError::malformed(format!("the query is malformed: {error}")))?;
    state.gateway.router.discover().await;
    let mut models = all(&state);
    models.retain(|model| model.tasks.iter().any(|task| matches!(*task, "chat" | "embedding")));
    Ok(Json(of_page(&models, &page)?))
}

fn of_page(models: &[Model], page: &GooglePage) -> Result<GoogleModels, ApiError> {
    let size = page.page_size.filter(|size| *size > 0).unwrap_or(PAGE).min(MOST);
    let start = match page.page_token.as_deref().filter(|token| !token.is_empty()) {
        None => 0,
        // A page begins behind the last model of the one before, so that one more of them moves nothing.
        Some(last) => models.iter().position(|model| model.id == last).map(|at| at + 1).ok_or_else(|| {
            ApiError::malformed("there is no page with this token; ask for the first one again").about("pageToken")
        })?,
    };
    let shown = &models[start..models.len().min(start + size)];
    let next = (start + shown.len() < models.len()).then(|| shown.last().map(|model| model.id.clone())).flatten();
    Ok(GoogleModels { models: shown.iter().map(GoogleModel::of).collect(), next_page_token: next })
}

/// One model, in Google's words. The id's slashes may be sent as they are.
#[utoipa::path(get, path = "/v1beta/models/{id}", tag = "gemini",
    params(("id" = String, Path, description = "The model's id", example = "auto")),
    responses(
        (status = 200, body = GoogleModel),
        (status = 401, description = "A key is missing or wrong", body = GeminiErrorBody),
        (status = 404, description = "No such model; near names are suggested", body = GeminiErrorBody),
    ))]
pub(in crate::http) async fn google_one(
    State(state): State<AppState>,
    id: Result<Path<String>, PathRejection>,
) -> Result<Json<GoogleModel>, ApiError> {
    let Path(id) = id.map_err(|_| ApiError::malformed("The model's id is not valid UTF-8."))?;
    state.gateway.router.discover().await;
    let models = all(&state);
    let id = id.trim_start_matches(FOLDER);
    let bare = |model: &&Model| model.id.split_once('/').is_some_and(|(_, model)| model == id);
    let found = models.iter().find(|model| model.id == id).or_else(|| models.iter().find(bare));
    found.map(|model| Json(GoogleModel::of(model))).ok_or_else(|| {
        let near = near(id, models.iter().map(|model| model.id.as_str()));
        ApiError::not_found("model_not_found", no_such_model(&near))
    })
}
