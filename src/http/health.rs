//! Whether the server lives and can work, for people and for whatever restarts it.
//!
//! `/livez` says only that requests are answered: restarting cannot heal more. `/readyz` asks the gateway. Both are
//! public, so they name checks and failures but no configuration.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::state::AppState;

/// That the server runs, and which.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Health {
    /// Always `ok`.
    status: &'static str,
    /// The version of Mediary.
    version: &'static str,
    /// What is there beside chats and documents; not in `/livez`, which looks at nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    services: Option<Services>,
}

/// What is there beside chats and documents, as far as it is known without asking another server.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Services {
    /// What opens pages.
    browser: BrowserService,
    /// The Model Context Protocol at `/mcp` and `/sse`.
    mcp: McpService,
}

/// What opens pages.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BrowserService {
    /// off, missing, asleep (it starts with the first page), starting or ready; of a camofox server configured, since
    /// `/v1/browser/health` alone asks it.
    #[schema(example = "asleep")]
    status: &'static str,
    /// chromium or camofox.
    #[schema(example = "chromium")]
    engine: Option<&'static str>,
}

/// The Model Context Protocol.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct McpService {
    /// ready or off.
    #[schema(example = "ready")]
    status: &'static str,
}

/// Whether the server can do its work now.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReadinessReport {
    /// `ready` or `not_ready`.
    status: &'static str,
    /// What was checked.
    checks: BTreeMap<String, Check>,
}

/// One thing that was checked.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Check {
    /// Whether it is as it should be.
    ok: bool,
    /// What was found.
    detail: String,
}

/// That the server runs, its version, and how its browser and its tools for agents stand.
#[utoipa::path(get, path = "/health", tag = "server", security(()), responses((status = 200, body = Health)))]
pub(super) async fn health(State(state): State<AppState>) -> Json<Health> {
    let (status, engine) = state.gateway.browser_state();
    let browser = BrowserService { status, engine };
    let mcp = McpService { status: if state.config.mcp.enabled { "ready" } else { "off" } };
    let services = Services { browser, mcp };
    Json(Health { status: "ok", version: super::VERSION, services: Some(services) })
}

/// That the server answers requests.
#[utoipa::path(get, path = "/livez", tag = "server", security(()), responses((status = 200, body = Health)))]
pub(super) async fn livez() -> Json<Health> {
    Json(Health { status: "ok", version: super::VERSION, services: None })
}

/// Whether the server can do its work now.
#[utoipa::path(get, path = "/readyz", tag = "server", security(()), responses(
    (status = 200, description = "Ready", body = ReadinessReport),
    (status = 503, description = "Not ready; `checks` says why", body = ReadinessReport),
))]
pub(super) async fn readyz(State(state): State<AppState>) -> (StatusCode, Json<ReadinessReport>) {
    let readiness = state.gateway.readiness();
    let (code, status) =
        if readiness.ready { (StatusCode::OK, "ready") } else { (StatusCode::SERVICE_UNAVAILABLE, "not_ready") };
    let checks = readiness.checks.into_iter().map(|(name, outcome)| (name, Check::from(outcome))).collect();
    (code, Json(ReadinessReport { status, checks }))
}

impl From<Result<String, String>> for Check {
    fn from(outcome: Result<String, String>) -> Self {
        let ok = outcome.is_ok();
        let (Ok(detail) | Err(detail)) = outcome;
        Self { ok, detail }
    }
}
