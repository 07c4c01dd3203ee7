//! What is found and told with the browser: searches whose pages are opened, summaries of pages; and how the browser stands.

use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use mediary_remote::{SearchEngine, SearchQuery};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::super::error::{ApiError, ErrorBody};
use super::super::super::guard::{client_of, owner_of};
use super::super::super::state::AppState;
use super::super::super::tasks::{bounds, price, refused};
use super::super::search::unsearched;
use super::super::{body, wrong};
use super::USUAL_CHARS;
use crate::gateway::web::{SearchWish, TellWish};

/// What is shown of each page of a search.
const CHARS_OF_EACH: usize = 3_000;
/// What is read of a page that is summarised.
const CHARS_TO_SUMMARISE: usize = 40_000;
const MOST_PAGES: u32 = 5;

/// A search whose pages are opened.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct BrowseSearch {
    /// The words.
    query: String,
    /// How many of the pages that are found are opened, 1 to 5; else 3.
    #[serde(default)]
    max_results_pages: Option<u32>,
    /// As of `/v1/search/web`.
    #[serde(default)]
    backend: Option<String>,
}

/// What was found and seen.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct BrowseSearchBody {
    /// Always `browser_search`.
    object: &'static str,
    /// The words.
    query: String,
    /// The engine that found the pages.
    backend_used: &'static str,
    /// The pages, in its order.
    pages: Vec<FoundBody>,
}

/// A page that was found, and what is seen of it.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct FoundBody {
    /// Its title.
    title: String,
    /// Its address.
    url: String,
    /// What the engine says of it.
    snippet: String,
    /// Its text, as far as it has room; nothing where it did not come.
    snapshot: Option<String>,
    /// Why it did not come.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// Searches the web and looks at the first pages in the browser, which are closed again.
#[utoipa::path(
    post,
    path = "/v1/browser/search",
    tag = "browser",
    request_body = BrowseSearch,
    responses(
        (status = 200, description = "The pages, each with its text or why it did not come", body = BrowseSearchBody),
        (status = 400, description = "A field is wrong", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 403, description = "Nothing of the request may leave this machine", body = ErrorBody),
        (status = 429, description = "All engines want to be left alone for a while (see Retry-After)", body = ErrorBody),
        (status = 502, description = "No engine answered; `tried` says why", body = ErrorBody),
        (status = 503, description = "No search engine is set up", body = ErrorBody),
        (status = 504, description = "The engine that was named took too long", body = ErrorBody),
    )
)]
pub(in crate::http) async fn search(
    State(state): State<AppState>,
    request: Request,
) -> Result<Json<BrowseSearchBody>, ApiError> {
    let bounds = bounds(request.headers())?;
    let client = owner_of(request.headers(), &state.config.server);
    let BrowseSearch { query: text, max_results_pages, backend } = body(request, &state, "a search").await?;
    let most = max_results_pages.unwrap_or(3);
    if !(1..=MOST_PAGES).contains(&most) {
        return Err(wrong("max_results_pages", &format!("a whole number from 1 to {MOST_PAGES}")));
    }
    if text.trim().is_empty() {
        return Err(wrong("query", "a text"));
    }
    let engine = match backend.as_deref().filter(|name| !matches!(*name, "" | "auto")) {
        Some(name) => Some(SearchEngine::named(name).ok_or_else(|| wrong("backend", "auto or the name of an engine"))?),
        None => None,
    };
    let query = SearchQuery { text: text.trim().to_owned(), most, page: 1, language: None, period: None, safe: None };
    let wish =
        SearchWish { query, engine, client: client.clone(), privacy: bounds.privacy, account: bounds.account.clone() };
    let found = Box::pin(state.gateway.search_web(&wish)).await.map_err(unsearched)?;
    let mut pages = Vec::new();
    for page in found.pages {
        let seen = Box::pin(state.gateway.look_at_page(&client, &page.url, CHARS_OF_EACH)).await;
        let (snapshot, error) = match seen {
            Ok(seen) => (Some(seen.text), None),
            Err(failure) => (None, Some(failure.to_string())),
        };
        pages.push(FoundBody { title: page.title, url: page.url, snippet: page.snippet, snapshot, error });
    }
    Ok(Json(BrowseSearchBody {
        object: "browser_search",
        query: wish.query.text,
        backend_used: found.engine.name(),
        pages,
    }))
}

/// A page to summarise.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct SummaryRequest {
    /// Where it lies.
    url: String,
    /// Which model; else the tier `fast`.
    #[serde(default)]
    model: Option<String>,
    /// What it is asked; else for a summary.
    #[serde(default)]
    prompt: Option<String>,
}

/// A summary of a page.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct SummaryBody {
    /// Always `browser_summary`.
    object: &'static str,
    /// Always `ok`.
    status: &'static str,
    /// Its address.
    url: String,
    /// Its title.
    title: String,
    /// What a model says of it.
    summary: String,
    /// Which.
    model: String,
    /// The beginning of its text.
    snapshot: String,
}

/// Opens a page, has a model say what it says, and closes it.
#[utoipa::path(
    post,
    path = "/v1/browser/summarize",
    tag = "browser",
    request_body = SummaryRequest,
    responses(
        (status = 200, description = "The summary. `X-Routed-Via` is said as `model`", body = SummaryBody),
        (status = 400, description = "A field is wrong, or the address may not be gone to", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "There is no such model", body = ErrorBody),
        (status = 429, description = "This key has too many pages open, or every target's rate limit is reached", body = ErrorBody),
        (status = 502, description = "The page cannot be reached", body = ErrorBody),
        (status = 503, description = "There is no browser, or no target answered; `tried` names the calls that failed", body = ErrorBody),
        (status = 504, description = "It took too long", body = ErrorBody),
    )
)]
pub(in crate::http) async fn summarize(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    let bounds = bounds(request.headers())?;
    let (owner, client) = (owner_of(request.headers(), &state.config.server), client_of(request.headers()));
    let SummaryRequest { url, model, prompt } = body(request, &state, "a page to summarise").await?;
    let seen = Box::pin(state.gateway.look_at_page(&owner, &url, CHARS_TO_SUMMARISE)).await?;
    let account = bounds.account.clone();
    let wish = TellWish { model: model.unwrap_or_else(|| "fast".to_owned()), prompt, bounds, client };
    let told = Box::pin(state.gateway.tell_of_page(&seen, wish)).await.map_err(refused)?;
    let told = SummaryBody {
        object: "browser_summary",
        status: "ok",
        summary: told.reply.choices.first().map(|choice| choice.text.clone()).unwrap_or_default(),
        model: told.route.target.to_string(),
        snapshot: seen.text.chars().take(USUAL_CHARS).collect(),
        url: seen.url,
        title: seen.title,
    };
    let mut response = Json(told).into_response();
    price(&account, response.headers_mut());
    Ok(response)
}

/// How the browser stands.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct BrowserHealthBody {
    /// Whether pages can be opened, as far as that is known.
    ok: bool,
    /// off, missing, asleep (it starts with the first page), ready or unreachable.
    status: &'static str,
    /// chromium or camofox.
    engine: Option<&'static str>,
    /// How many pages are open.
    tabs: usize,
    /// What is amiss.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

/// How the browser stands.
#[utoipa::path(
    get,
    path = "/v1/browser/health",
    tag = "browser",
    responses(
        (status = 200, body = BrowserHealthBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
    )
)]
pub(in crate::http) async fn health(State(state): State<AppState>) -> Json<BrowserHealthBody> {
    let health = state.gateway.browser_health().await;
    Json(BrowserHealthBody {
        ok: matches!(health.status, "asleep" | "ready"),
        status: health.status,
        engine: health.engine,
        tabs: health.tabs,
        detail: health.trouble.map(|failure| failure.to_string()),
    })
}
