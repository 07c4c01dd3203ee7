//! The OpenAPI document and the pages that show it, all from this executable: no page of it loads anything from elsewhere.
//!
//! Handlers describe themselves beside their code; this only collects them. Public even with keys: it shows nothing that
//! the source does not.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::Read;
use std::sync::{Arc, LazyLock};

use axum::Json;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use axum::response::{Html, IntoResponse, Response};
use flate2::read::GzDecoder;
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};
use utoipa_swagger_ui::Config;

use super::dashboard::takes;
use super::error::{ApiError, ErrorBody};
use super::{
    admin, audio, batches, content, fleet, forks, health, images, kept_files, landing, mcp, metrics, models, ocr,
    ollama, plan, realtime, tasks, threads, videos, web,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Mediary",
        description = "One local endpoint for every medium. Errors have the shape of the protocol that was spoken. Every answer \
                       carries `X-Request-Id`; send your own to find it again in the server's log.",
    ),
    servers((url = "/")),
    paths(
        tasks::completions, tasks::prompts::prompts, tasks::embeddings, tasks::ranking::rerank, tasks::ranking::moderations,
        tasks::interpret::interpret, tasks::messages::messages,
        tasks::messages::count_tokens, tasks::messages::events, tasks::responses::create, tasks::responses::one, tasks::responses::remove,
        tasks::responses::input_items, tasks::responses::cancel, tasks::responses::input_tokens, tasks::responses::compact,
        tasks::gemini::call, models::google_list, models::google_one,
        ollama::chat, ollama::generate, ollama::embed, ollama::embeddings,
        ollama::tags, ollama::show, ollama::ps, ollama::version, ollama::pull, ollama::create, ollama::copy, ollama::delete,
        ollama::push, ollama::push_blob,
        audio::transcriptions, audio::translations, plan::plan,
        audio::speech, audio::tts, audio::voices,
        images::generations, images::edits, images::variations,
        videos::create, videos::generations, videos::list, videos::one, videos::content, videos::remove, videos::remix,
        kept_files::create, kept_files::list, kept_files::one, kept_files::content, kept_files::remove,
        realtime::socket, realtime::client_secrets, realtime::sessions, realtime::transcription_sessions,
        realtime::calls,
        kept_files::begin, kept_files::add_part, kept_files::complete, kept_files::cancel,
        threads::create, threads::list, threads::one, threads::change, threads::rename, threads::remove, threads::messages,
        threads::export, threads::media, threads::obsidian,
        batches::openai::create, batches::openai::list, batches::openai::one, batches::openai::cancel, batches::openai::remove,
        batches::messages::create, batches::messages::list, batches::messages::one, batches::messages::cancel,
        batches::messages::results, batches::messages::remove,
        ocr::process, ocr::mistral::mistral, mcp::streamable, mcp::open, mcp::message,
        ocr::drawing, content::content,
        admin::set_up, admin::log_in, admin::log_out, admin::session, admin::provider_keys, admin::add_provider_key,
        admin::change_provider_key, admin::check_provider_key, admin::remove_provider_key, admin::client_keys, admin::create_client_key,
        admin::change_client_key, admin::remove_client_key, admin::rotate_client_key, admin::requests, admin::request,
        admin::usage, admin::admin_health, admin::engines, admin::install_engines, admin::restart, admin::settings, admin::change_settings, admin::change_password,
        forks::fork, forks::compare, web::search, web::read, web::transcript,
        web::browser::open, web::browser::act, web::browser::snapshot, web::browser::screenshot, web::browser::search,
        web::browser::summarize, web::browser::health,
        fleet::capabilities, fleet::summary, fleet::providers, fleet::stats, fleet::profiles, fleet::refresh,
        fleet::verify, fleet::quarantines, fleet::release,
        models::list, models::one,
        landing::landing, health::health, health::livez, health::readyz, metrics::metrics, document,
    ),
    components(schemas(ErrorBody)),
    tags(
        (name = "chat", description = "Any medium to any model"),
        (name = "responses", description = "Chats as OpenAI's Responses API has them, kept by their ids"),
        (name = "gemini", description = "Chats, vectors and models for Google's clients"),
        (name = "ollama", description = "Chats, vectors and models for Ollama's clients"),
        (name = "embeddings", description = "Texts become vectors"),
        (name = "audio", description = "Recordings become text, texts become sound"),
        (name = "images", description = "Words and pictures become pictures"),
        (name = "videos", description = "Words and pictures become videos, as jobs"),
        (name = "files", description = "Files that are sent ahead of the requests that name them"),
        (name = "threads", description = "Conversations that are kept, and come back as context"),
        (name = "batches", description = "Many requests that need no answer at once"),
        (name = "content", description = "Files that were made, by their links"),
        (name = "ocr", description = "Documents and pictures become text"),
        (name = "mcp", description = "Tools for agents"),
        (name = "web", description = "The web is searched, and its pages are read"),
        (name = "browser", description = "Pages are opened in a browser, seen and acted on"),
        (name = "models", description = "What can be asked for"),
        (name = "admin", description = "Keys, requests and usage, for administrators"),
        (name = "server", description = "The server itself"),
    ),
    security(("bearer" = []), ("x-api-key" = [])),
    modifiers(&Keys, &SecondNames, &OwnNames),
)]
struct Api;

/// The two ways to send a key. A server without keys asks for neither.
struct Keys;

impl Modify for Keys {
    fn modify(&self, document: &mut Document) {
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        let header = ApiKey::Header(ApiKeyValue::new("x-api-key"));
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
        components.add_security_scheme("x-api-key", SecurityScheme::ApiKey(header));
    }
}

/// Routes that answer under a second name.
struct SecondNames;

impl Modify for SecondNames {
    fn modify(&self, document: &mut Document) {
        let paths = &mut document.paths.paths;
        let mut called = paths.get("/v1beta/models/{id}").and_then(|path| path.post.clone());
        if let Some(called) = &mut called {
            called.operation_id = Some("call_v1".to_owned());
        }
        if let Some(one) = paths.get_mut("/v1/models/{id}") {
            one.post = called;
        }
        if let Some(mut rerank) = document.paths.paths.get("/v1/rerank").cloned() {
            if let Some(post) = &mut rerank.post {
                post.operation_id = Some("rerank_v2".to_owned());
            }
            document.paths.paths.insert("/v2/rerank".to_owned(), rerank);
        }
        if let Some(mut transcript) = document.paths.paths.get("/v1/youtube/transcript").cloned() {
            if let Some(post) = &mut transcript.post {
                post.operation_id = Some("transcript_browser".to_owned());
            }
            document.paths.paths.insert("/v1/browser/youtube/transcript".to_owned(), transcript);
        }
        let Some(mut explain) = document.paths.paths.get("/v1/plan").cloned() else { return };
        if let Some(post) = &mut explain.post {
            // Ids are of one operation each; programs that write clients insist on it.
            post.operation_id = Some("explain".to_owned());
        }
        document.paths.paths.insert("/v1/routing/explain".to_owned(), explain);
    }
}

/// Operations whose handlers are called alike: programs that write clients insist on a name for each.
struct OwnNames;

impl Modify for OwnNames {
    fn modify(&self, document: &mut Document) {
        let paths = document.paths.paths.iter_mut();
        let operations = paths.flat_map(|(path, item)| {
            let methods = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
            methods.into_iter().flatten().map(move |operation| (path.as_str(), operation))
        });
        let mut taken = BTreeSet::new();
        for (path, operation) in operations {
            let Some(name) = operation.operation_id.clone() else { continue };
            if !taken.insert(name.clone()) {
                let words = path.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
                let own = format!("{name}_{}", words.collect::<Vec<_>>().join("_"));
                taken.insert(own.clone());
                operation.operation_id = Some(own);
            }
        }
    }
}

/// The description of the whole interface.
pub fn openapi() -> Document {
    Api::openapi()
}

/// This document.
#[utoipa::path(get, path = "/openapi.json", tag = "server", security(()), responses(
    (status = 200, description = "The OpenAPI document", body = Object, content_type = "application/json"),
))]
pub(super) async fn document() -> Json<Document> {
    Json(openapi())
}

/// References are absolute, so that the page is the same with and without the final slash.
const PAGE: &str = r#"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Mediary: the interface</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="stylesheet" href="/docs/index.css">
<link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/swagger-ui-standalone-preset.js"></script>
<script src="/docs/swagger-initializer.js"></script>
</body>
</html>
"#;

/// The page on which the interface can be read and tried.
pub(super) async fn page() -> Html<&'static str> {
    Html(PAGE)
}

/// A script or a style of that page.
pub(super) async fn asset(headers: HeaderMap, path: Result<Path<String>, PathRejection>) -> Result<Response, ApiError> {
    static CONFIG: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| {
        // Without this the page would ask a public validator what it thinks of a server that has a public name.
        Arc::new(Config::from("/openapi.json").validator_url("none").use_base_layout().persist_authorization(true))
    });
    let none = || ApiError::not_found("unknown_route", "There is no such file; the pages begin at /docs.");
    let Path(path) = path.map_err(|_| none())?;
    let file = utoipa_swagger_ui::serve(&path, CONFIG.clone())
        .map_err(|error| ApiError::broken(format!("a file of /docs cannot be made: {error}")))?
        .ok_or_else(none)?;
    let mut response = [(CONTENT_TYPE, file.content_type), (VARY, ACCEPT_ENCODING.to_string())].into_response();
    let bytes = match file.bytes {
        packed if file.gzpipped && takes(&headers, "gzip") => {
            response.headers_mut().insert(CONTENT_ENCODING, const { axum::http::HeaderValue::from_static("gzip") });
            packed
        }
        packed if file.gzpipped => Cow::Owned(unpack(&packed)?),
        plain => plain,
    };
    *response.body_mut() = match bytes {
        Cow::Borrowed(bytes) => bytes.into(),
        Cow::Owned(bytes) => bytes.into(),
    };
    Ok(response)
}

fn unpack(packed: &[u8]) -> Result<Vec<u8>, ApiError> {
    let mut bytes = Vec::new();
    let read = GzDecoder::new(packed).read_to_end(&mut bytes);
    read.map_err(|error| ApiError::broken(format!("a file of /docs cannot be unpacked: {error}")))?;
    Ok(bytes)
}
