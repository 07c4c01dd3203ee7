//! Every route on one screen, and the layers around them.
//!
//! Routing only: handlers live in the files they are named after. [`super::serve()`] and tests call it.

use std::any::Any;
#[cfg(test)]
use std::sync::Arc;

use axum::Router;
use axum::http::{Method, Uri};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, patch, post, put};
use tower_http::catch_panic::CatchPanicLayer;

use super::error::ApiError;
use super::guard::{Known, guarded};
use super::logged::Witnesses;
use super::state::AppState;
use super::tasks::{gemini, messages, ranking, responses};
use super::{
    admin, audio, batches, content, dashboard, docs, fleet, forks, health, images, kept_files, landing, logged, mcp,
    metrics, models, ocr, ollama, plan, realtime, tasks, threads, videos, visit, web,
};
use crate::config::Server;
#[cfg(test)]
use crate::gateway::Clients;

/// The server as a service: all routes, all layers.
pub fn router(state: AppState) -> Router {
    let routes = Router::new()
        .route("/", get(landing::landing))
        .route("/health", get(health::health))
        .route("/livez", get(health::livez))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(metrics::metrics))
        .route("/openapi.json", get(docs::document))
        .route("/dashboard", get(dashboard::page))
        .route("/dashboard/", get(dashboard::page))
        .route("/dashboard/{*asset}", get(dashboard::asset))
        .route("/docs", get(docs::page))
        .route("/docs/", get(docs::page))
        .route("/docs/{*asset}", get(docs::asset))
        .route("/v1/chat/completions", post(tasks::completions))
        .route("/v1/completions", post(tasks::prompts::prompts))
        .route("/v1/embeddings", post(tasks::embeddings))
        .route("/v1/rerank", post(ranking::rerank))
        .route("/v2/rerank", post(ranking::rerank))
        .route("/v1/moderations", post(ranking::moderations))
        .route("/v1/messages", post(messages::messages).head(messages::probe).options(messages::probe))
        .route("/v1/messages/count_tokens", post(messages::count_tokens).head(messages::probe).options(messages::probe))
        .route("/api/event_logging/batch", post(messages::events))
        .route("/v1/responses", post(responses::create))
        .route("/v1/responses/input_tokens", post(responses::input_tokens))
        .route("/v1/responses/compact", post(responses::compact))
        .route("/v1/responses/{id}", get(responses::one).delete(responses::remove))
        .route("/v1/responses/{id}/input_items", get(responses::input_items))
        .route("/v1/responses/{id}/cancel", post(responses::cancel))
        .route("/v1beta/models", get(models::google_list))
        .route("/v1beta/models/{*id}", get(models::google_one).post(gemini::call))
        .route("/api/version", get(ollama::version))
        .route("/api/tags", get(ollama::tags))
        .route("/api/ps", get(ollama::ps))
        .route("/api/show", post(ollama::show))
        .route("/api/chat", post(ollama::chat))
        .route("/api/generate", post(ollama::generate))
        .route("/api/embed", post(ollama::embed))
        .route("/api/embeddings", post(ollama::embeddings))
        .route("/api/pull", post(ollama::pull))
        .route("/api/create", post(ollama::create))
        .route("/api/copy", post(ollama::copy))
        .route("/api/push", post(ollama::push))
        .route("/api/delete", delete(ollama::delete))
        .route("/api/blobs/{digest}", post(ollama::push_blob).head(ollama::has_blob))
        .route("/api/admin/setup", post(admin::set_up))
        .route("/api/admin/login", post(admin::log_in))
        .route("/api/admin/logout", post(admin::log_out))
        .route("/api/admin/session", get(admin::session))
        .route("/api/admin/provider-keys", get(admin::provider_keys).post(admin::add_provider_key))
        .route("/api/admin/provider-keys/{key}/check", post(admin::check_provider_key))
        .route("/api/admin/provider-keys/{key}", patch(admin::change_provider_key).delete(admin::remove_provider_key))
        .route("/api/admin/client-keys", get(admin::client_keys).post(admin::create_client_key))
        .route("/api/admin/client-keys/{key}", patch(admin::change_client_key).delete(admin::remove_client_key))
        .route("/api/admin/client-keys/{key}/rotate", post(admin::rotate_client_key))
        .route("/api/admin/requests", get(admin::requests))
        .route("/api/admin/requests/{key}", get(admin::request))
        .route("/api/admin/usage", get(admin::usage))
        .route("/api/admin/settings", get(admin::settings).put(admin::change_settings))
        .route("/api/admin/password", put(admin::change_password))
        .route("/api/admin/health", get(admin::admin_health))
        .route("/api/admin/engines", get(admin::engines).post(admin::install_engines))
        .route("/api/admin/restart", post(admin::restart))
        .route("/v1/audio/transcriptions", post(audio::transcriptions))
        .route("/v1/audio/translations", post(audio::translations))
        .route("/v1/audio/speech", post(audio::speech))
        .route("/v1/audio/voices", get(audio::voices))
        .route("/v1/tts", post(audio::tts))
        .route("/v1/interpret", post(tasks::interpret::interpret))
        .route("/v1/chat/completions/fork", post(forks::fork))
        .route("/v1/diligence/compare", post(forks::compare))
        .route("/v1/images/generations", post(images::generations))
        .route("/v1/images/edits", post(images::edits))
        .route("/v1/images/variations", post(images::variations))
        .route("/content/{token}", get(content::content))
        .route("/v1/files", post(kept_files::create).get(kept_files::list))
        .route("/v1/files/{id}", get(kept_files::one).delete(kept_files::remove))
        .route("/v1/files/{id}/content", get(kept_files::content))
        .route("/v1/uploads", post(kept_files::begin))
        .route("/v1/uploads/{id}/parts", post(kept_files::add_part))
        .route("/v1/uploads/{id}/complete", post(kept_files::complete))
        .route("/v1/uploads/{id}/cancel", post(kept_files::cancel))
        .route("/v1/threads", post(threads::create).get(threads::list))
        .route("/v1/threads/{id}", get(threads::one).patch(threads::change))
        .route("/v1/threads/{id}", post(threads::rename).delete(threads::remove))
        .route("/v1/threads/{id}/messages", get(threads::messages))
        .route("/v1/threads/{id}/export", get(threads::export))
        .route("/v1/threads/{id}/media/{hash}", get(threads::media))
        .route("/v1/sync/obsidian", post(threads::obsidian))
        .route("/v1/batches", post(batches::openai::create).get(batches::openai::list))
        .route("/v1/batches/{id}", get(batches::openai::one).delete(batches::openai::remove))
        .route("/v1/batches/{id}/cancel", post(batches::openai::cancel))
        .route("/v1/messages/batches", post(batches::messages::create).get(batches::messages::list))
        .route("/v1/messages/batches/{id}", get(batches::messages::one).delete(batches::messages::remove))
        .route("/v1/messages/batches/{id}/cancel", post(batches::messages::cancel))
        .route("/v1/messages/batches/{id}/results", get(batches::messages::results))
        .route("/v1/videos", post(videos::create).get(videos::list))
        .route("/v1/videos/generations", post(videos::generations))
        .route("/v1/videos/{id}", get(videos::one).delete(videos::remove))
        .route("/v1/videos/{id}/content", get(videos::content))
        .route("/v1/videos/{id}/remix", post(videos::remix))
        .route("/v1/realtime", get(realtime::socket))
        .route("/v1/realtime/client_secrets", post(realtime::client_secrets))
        .route("/v1/realtime/sessions", post(realtime::sessions))
        .route("/v1/realtime/transcription_sessions", post(realtime::transcription_sessions))
        .route("/v1/realtime/calls", post(realtime::calls))
        .route("/v1/search/web", post(web::search))
        .route("/v1/pages/read", post(web::read))
        .route("/v1/youtube/transcript", post(web::transcript))
        .route("/v1/browser/open", post(web::browser::open))
        .route("/v1/browser/act", post(web::browser::act))
        .route("/v1/browser/snapshot", post(web::browser::snapshot))
        .route("/v1/browser/screenshot", post(web::browser::screenshot))
        .route("/v1/browser/search", post(web::browser::search))
        .route("/v1/browser/summarize", post(web::browser::summarize))
        .route("/v1/browser/youtube/transcript", post(web::transcript))
        .route("/v1/browser/health", get(web::browser::health))
        .route("/v1/capabilities", get(fleet::capabilities))
        .route("/v1/capabilities/summary", get(fleet::summary))
        .route("/v1/providers", get(fleet::providers))
        .route("/v1/registry/refresh", post(fleet::refresh))
        .route("/v1/stats", get(fleet::stats))
        .route("/v1/routing/profiles", get(fleet::profiles))
        .route("/v1/plan", post(plan::plan))
        .route("/v1/routing/explain", post(plan::plan))
        .route("/v1/models/verify", post(fleet::verify))
        .route("/v1/quarantines", get(fleet::quarantines))
        .route("/v1/quarantines/{*target}", delete(fleet::release))
        .route("/v1/models", get(models::list))
        // Google's clients may ask for the stable version of their API, which has the address of this list.
        .route("/v1/models/{*id}", get(models::one).post(gemini::call))
        .route("/v1/ocr", post(ocr::mistral::mistral))
        .route("/v1/ocr/process", post(ocr::process))
        .route("/v1/ocr/images/{id}/{page}", get(ocr::drawing));
    let (config, known) = (state.config.clone(), Known::of(&state));
    let (beside, known_beside) = (state.clone(), Known::of(&state));
    let witnesses = Witnesses::of(&state);
    let live = state.batches.clone();
    let routes = routes.merge(tasks::behind_slashes()).with_state(state);
    let routes = match live {
        Some(batches) => routes.layer(from_fn_with_state(batches, batches::live)),
        None => routes,
    };
    mcp::beside(layered_with(routes, &config.server, known, witnesses), beside, known_beside)
}

/// The layers around routes of a test.
#[cfg(test)]
pub(super) fn layered(routes: Router, server: &Server, clients: Arc<Clients>) -> Router {
    layered_with(routes, server, Known { clients, ..Known::default() }, None)
}

/// Puts the layers around routes. Read from the bottom: a request passes the last one first.
fn layered_with(routes: Router, server: &Server, known: Known, witnesses: Option<Witnesses>) -> Router {
    let app = routes
        .fallback(no_such_route)
        .method_not_allowed_fallback(no_such_method)
        // Innermost, so that the answer to a panic passes through all the others.
        .layer(CatchPanicLayer::custom(panicked));
    let app = guarded(app, server, known);
    let app = match witnesses {
        Some(witnesses) => app.layer(from_fn_with_state(witnesses, logged::accompany)),
        None => app,
    };
    app.layer(from_fn(visit::accompany))
}

async fn no_such_route(method: Method, uri: Uri) -> ApiError {
    let path = uri.path();
    let message = format!("There is no route {method} {path} here. GET / names the endpoints, /docs describes them.");
    ApiError::not_found("unknown_route", message)
}

async fn no_such_method(method: Method) -> ApiError {
    ApiError::method_not_allowed(&method)
}

/// A bug of ours met one request; the others go on.
#[expect(clippy::needless_pass_by_value, reason = "the layer hands the payload over")]
fn panicked(payload: Box<dyn Any + Send>) -> Response {
    let text = payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    ApiError::broken(format!("a handler panicked: {}", text.unwrap_or("no message"))).into_response()
}
