//! `GET /`: what answers here and how to use it; a small page for browsers, JSON for programs.
//!
//! The page loads nothing, from here or from elsewhere. Its example is meant to be pasted into a shell as it stands.

use axum::Json;
use axum::extract::State;
use axum::http::header::{ACCEPT, CONTENT_SECURITY_POLICY, HOST, USER_AGENT, VARY};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{Html, IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::state::AppState;
use crate::config::Server;

const WHAT: &str = "One local endpoint for every medium: send text, pictures, PDFs, sound or video to any model.";

/// The endpoints worth a line on the first page.
const ENDPOINTS: [(&str, &str, &str); 28] = [
    ("POST", "/v1/chat/completions", "text, pictures, PDFs, sound and video to any model, in OpenAI's format"),
    ("POST", "/v1/chat/completions/fork", "the same question to several models at once, and the best answer"),
    ("POST", "/v1/diligence/compare", "models compared at a task, as a table"),
    ("POST", "/v1/embeddings", "texts become vectors, in OpenAI's format"),
    ("POST", "/v1/rerank", "documents are ranked by a query, in Cohere's and Jina's format"),
    ("POST", "/v1/moderations", "what texts and pictures show, in OpenAI's format"),
    ("POST", "/v1/audio/transcriptions", "what is said in a recording or a video, in OpenAI's format"),
    ("POST", "/v1/audio/speech", "a text is spoken, in OpenAI's format"),
    ("GET", "/v1/realtime", "a live conversation over a WebSocket, in OpenAI's format, with any model"),
    ("POST", "/v1/images/generations", "pictures are made from words, in OpenAI's format"),
    ("POST", "/v1/videos", "a job makes a video, in OpenAI's format; GET it until it is completed"),
    ("POST", "/v1/files", "a file is kept, for requests that name it"),
    ("GET", "/v1/threads", "conversations that are kept, listed and searched; chats name theirs by `thread_id`"),
    ("POST", "/v1/batches", "many requests in a file are answered beside others, in OpenAI's format"),
    ("POST", "/v1/images/edits", "pictures are changed as words say"),
    ("POST", "/v1/plan", "where such a request would go, spending nothing"),
    ("POST", "/v1/ocr/process", "a PDF or a picture becomes text"),
    ("POST", "/v1/ocr", "the same in Mistral's format"),
    ("POST", "/v1/search/web", "the web is searched, by the engines that are set up"),
    ("POST", "/v1/pages/read", "what lies at an address is read, as Markdown"),
    ("POST", "/v1/youtube/transcript", "what is said in a video"),
    ("GET", "/v1/models", "what can be asked for"),
    ("POST", "/v1/models/verify", "models are tried, and what is true of them is written down"),
    ("POST", "/mcp", "the same as tools of agents, by the Model Context Protocol"),
    ("GET", "/docs", "the interface, to read and to try"),
    ("GET", "/openapi.json", "the same for programs"),
    ("GET", "/health", "whether the server runs; also /livez and /readyz"),
    ("GET", "/metrics", "counters and timings for Prometheus"),
];

/// What answers here.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Landing {
    /// Always `Mediary`.
    name: &'static str,
    /// Its version.
    version: &'static str,
    /// What it is for.
    description: &'static str,
    /// Where to read on.
    docs: String,
    /// What there is to call.
    endpoints: Vec<Endpoint>,
    /// A command to try.
    example: String,
}

/// Something to call.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Endpoint {
    /// The HTTP method.
    method: &'static str,
    /// The path on this server.
    path: &'static str,
    /// What it does.
    description: &'static str,
}

/// What answers here: a page for browsers, JSON for programs.
#[utoipa::path(get, path = "/", tag = "server", responses(
    (status = 200, description = "What answers here", content((Landing = "application/json"), (String = "text/html"))),
))]
pub(super) async fn landing(State(state): State<AppState>, headers: HeaderMap) -> Response {
    if is_ollamas(&headers) {
        return "Ollama is running".into_response();
    }
    let base = base_url(&state.config.server, &headers);
    let example = example(&base, !state.config.server.api_keys.is_empty());
    let answer = if wants_html(&headers) {
        let policy = HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'");
        ([(CONTENT_SECURITY_POLICY, policy)], Html(html(&example))).into_response()
    } else {
        let endpoints =
            ENDPOINTS.iter().map(|&(method, path, description)| Endpoint { method, path, description }).collect();
        let docs = format!("{base}/docs");
        Json(Landing { name: "Mediary", version: super::VERSION, description: WHAT, docs, endpoints, example })
            .into_response()
    };
    ([(VARY, "accept")], answer).into_response()
}

/// Whether a client of Ollama's asks, which wants to read what that says.
fn is_ollamas(headers: &HeaderMap) -> bool {
    headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).is_some_and(|agent| agent.starts_with("ollama"))
}

fn wants_html(headers: &HeaderMap) -> bool {
    // Only browsers name it; programs that take anything write `*/*`.
    headers.get_all(ACCEPT).iter().any(|value| value.to_str().is_ok_and(|text| text.contains("text/html")))
}

/// How links begin: as configured, else by the name the client used, else by the address we listen on.
pub(super) fn base_url(server: &Server, headers: &HeaderMap) -> String {
    if let Some(url) = &server.public_url {
        return url.clone();
    }
    let asked_for = headers.get(HOST).and_then(|value| value.to_str().ok()).filter(|host| is_plain(host));
    match asked_for {
        Some(host) => format!("http://{host}"),
        None => format!("http://{}", server.host.socket_address(server.port)),
    }
}

/// Whether a `Host` can be shown in a command and on a page without changing their meaning.
fn is_plain(host: &str) -> bool {
    let safe = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'[' | b']');
    !host.is_empty() && host.bytes().all(safe)
}

fn example(base: &str, keyed: bool) -> String {
    let key = if keyed { " -H \"Authorization: Bearer $MEDIARY_API_KEY\"" } else { "" };
    format!("curl{key} -H \"Accept: text/plain\" -F file=@scan.pdf \"{base}/v1/ocr/process\"")
}

fn html(example: &str) -> String {
    use std::fmt::Write;
    let mut rows = String::new();
    for (method, path, description) in ENDPOINTS {
        let path = if method == "GET" { format!("<a href=\"{path}\">{path}</a>") } else { path.to_owned() };
        writeln!(rows, "<tr><td>{method}</td><td>{path}</td><td>{description}</td></tr>")
            .expect("a string takes what is written to it");
    }
    let (version, example) = (super::VERSION, escape(example));
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Mediary</title>\n\
         <style>\nbody{{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem;\
         color:#1b1b1f;background:#fff}}\ntd{{padding:.15rem 1rem .15rem 0;vertical-align:top}}\n\
         td:nth-child(-n+2),pre{{font-family:ui-monospace,monospace}}\n\
         pre{{padding:1rem;border-radius:.5rem;background:#f2f2f6;white-space:pre-wrap;overflow-wrap:anywhere}}\n\
         @media(prefers-color-scheme:dark){{body{{color:#e6e6ea;background:#16161a}}pre{{background:#26262c}}\
         a{{color:#8ab4f8}}}}\n</style>\n</head>\n<body>\n<h1>Mediary <small>{version}</small></h1>\n<p>{WHAT}</p>\n\
         <pre>{example}</pre>\n<table>\n{rows}</table>\n\
         <p>The whole interface is described at <a href=\"/docs\">/docs</a>.</p>\n</body>\n</html>\n"
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Host, Secret};

    #[test]
    fn links_begin_as_configured_or_by_a_harmless_host_or_by_our_address() {
        let open = Server { host: Host::Localhost, port: 8001, ..Server::default() };
        let public = Server { public_url: Some("https://ai.example".to_owned()), ..open.clone() };
        let rows: &[(&Server, Option<&str>, &str)] = &[
            (&open, None, "http://127.0.0.1:8001"),
            (&open, Some("localhost:9000"), "http://localhost:9000"),
            (&open, Some("[::1]:9000"), "http://[::1]:9000"),
            (&open, Some("a\"; rm -rf \""), "http://127.0.0.1:8001"),
            (&open, Some("$(id)"), "http://127.0.0.1:8001"),
            (&open, Some("<b>"), "http://127.0.0.1:8001"),
            (&open, Some(""), "http://127.0.0.1:8001"),
            (&public, Some("localhost:9000"), "https://ai.example"),
        ];
        for (server, host, expected) in rows {
            let headers = host.map(|host| (HOST, HeaderValue::from_str(host).unwrap()));
            assert_eq!(base_url(server, &HeaderMap::from_iter(headers)), *expected, "{host:?}");
        }
    }

    #[test]
    fn the_example_carries_a_key_only_where_one_is_wanted_and_never_the_key_itself() {
        let server = Server { api_keys: vec![Secret::new("hidden")], ..Server::default() };
        let keyed = example("http://localhost", !server.api_keys.is_empty());
        assert!(keyed.contains("Bearer $MEDIARY_API_KEY") && !keyed.contains("hidden"), "{keyed}");
        assert!(!example("http://localhost", false).contains("Bearer"));
    }

    #[test]
    fn the_page_refers_to_nothing_elsewhere() {
        let page = html(&example("https://ai.example/<script>", false));
        assert!(!page.contains("src=") && !page.contains("href=\"http") && !page.contains("<script"), "{page}");
    }
}
