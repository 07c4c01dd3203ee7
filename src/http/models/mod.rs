//! `GET /v1/models` and `/v1/models/{id}`: what can be asked for, in OpenAI's shape with our fields beside it.
//!
//! The gateway knows the targets; this only writes them down. Ids contain slashes, so the single route takes the rest of
//! the path.

mod anthropic;
mod body;
mod capabilities;
mod filter;
mod google;

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use mediary_core::capability::{Lifecycle, TaskKind, Tier};

use super::error::{ApiError, ErrorBody};
use super::state::AppState;
pub(super) use body::{Model, ModelList};
pub(super) use filter::Filter;
pub(super) use google::{__path_google_list, __path_google_one, google_list, google_one};

/// How alike a name must be to be suggested, from 0 to 1.
const NEAR: f64 = 0.75;

/// Lists the tiers, models and engines there are, with their abilities.
#[utoipa::path(get, path = "/v1/models", tag = "models", params(Filter), responses(
    (status = 200, body = ModelList),
    (status = 400, description = "A filter has a value it cannot have", body = ErrorBody),
))]
pub(super) async fn list(
    State(state): State<AppState>,
    headers: HeaderMap,
    page: Result<Query<anthropic::Page>, QueryRejection>,
    filter: Result<Query<Filter>, QueryRejection>,
) -> Result<Response, ApiError> {
    let Query(filter) = filter.map_err(|error| ApiError::malformed(format!("the query is malformed: {error}")))?;
    state.gateway.router.discover().await;
    let models = filter.apply(all(&state))?;
    if anthropic::is_wanted(&headers) {
        let Query(page) = page.map_err(|error| ApiError::malformed(format!("the query is malformed: {error}")))?;
        return Ok(Json(anthropic::page(&models, &page)?).into_response());
    }
    Ok(Json(ModelList { object: "list", data: models }).into_response())
}

/// Everything that can be asked for: tiers, engines of this process, models of providers.
pub(super) fn all(state: &AppState) -> Vec<Model> {
    let gateway = &state.gateway;
    let matrix = gateway.router.known();
    let mut models = Vec::new();
    // A tier that no target serves cannot be asked for.
    if matrix.rows().iter().any(|row| row.does(TaskKind::Chat)) {
        // A chat that is too long for one of its targets goes to another.
        let context_tokens =
            matrix.rows().iter().filter(|row| row.does(TaskKind::Chat)).filter_map(|row| row.context_tokens);
        let context_tokens = context_tokens.max();
        for tier in Tier::ALL {
            models.extend(
                [Some(tier.name()), tier.spanish()]
                    .into_iter()
                    .flatten()
                    .map(|name| Model::tier(tier, name, context_tokens)),
            );
        }
        models.push(Model::fusion(context_tokens));
    }
    let health = gateway.router.health();
    let infos = &gateway.router.providers().infos;
    // Retired models cannot be asked any more.
    let rows = matrix.rows().iter().enumerate().filter(|(_, row)| row.lifecycle != Lifecycle::Retired);
    let mut targets: Vec<Model> = Vec::new();
    for (row, abilities) in rows {
        let model = Model::target(abilities, infos.get(&abilities.target), health.of(row));
        match gateway.engines().iter().find(|engine| engine.target == abilities.target) {
            // Engines of this process come before the models of providers.
            Some(engine) => models.push(model.described_by(engine)),
            None => targets.push(model),
        }
    }
    models.extend(targets);
    models
}

/// One model and its abilities. The id's slashes may be sent as they are.
#[utoipa::path(get, path = "/v1/models/{id}", tag = "models",
    params(("id" = String, Path, description = "The model's id", example = "local/paddleocr:fast")),
    responses(
        (status = 200, body = Model),
        (status = 404, description = "No such model; near names are suggested", body = ErrorBody),
    ))]
pub(super) async fn one(
    State(state): State<AppState>,
    headers: HeaderMap,
    id: Result<Path<String>, PathRejection>,
) -> Result<Response, ApiError> {
    let Path(id) = id.map_err(|_| ApiError::malformed("The model's id is not valid UTF-8."))?;
    state.gateway.router.discover().await;
    let models = all(&state);
    if let Some(model) = models.iter().find(|model| model.id == id) {
        return Ok(match anthropic::is_wanted(&headers) {
            true => Json(anthropic::Listed::of(model)).into_response(),
            false => Json(model.clone()).into_response(),
        });
    }
    let near = near(&id, models.iter().map(|model| model.id.as_str()));
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
