//! How the server stands, for administrators: more than `/health` tells, which everyone may ask.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Request, State};
use mediary_core::ContentHash;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::VERSION;
use super::super::error::{ApiError, ErrorBody};
use super::super::state::AppState;
use super::{failed, guard};
use crate::config::Limits;

/// How the server stands.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct AdminHealth {
    version: &'static str,
    /// Providers that can be called, and those that cannot.
    providers_on: usize,
    providers_off: usize,
    /// Keys of providers that are called, by how they stand.
    #[schema(value_type = Object)]
    provider_keys: BTreeMap<&'static str, usize>,
    /// Keys in the store that the master key does not open.
    undecipherable_keys: usize,
    /// Keys of clients.
    client_keys: usize,
    /// Targets that cool down.
    targets_cooling: usize,
    /// Workers that died with a document open, since the start.
    workers_lost: u64,
    /// Whether requests are logged, and how many rows were lost since the start.
    logs_requests: bool,
    rows_dropped: u64,
    /// How large files may be, so that a page can say so before it sends one.
    limits: FileLimits,
}

/// How large files may be.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct FileLimits {
    /// A whole request.
    upload_bytes: u64,
    /// One document, and its pages.
    document_bytes: u64,
    document_pages: u32,
    /// One picture, recording, video or text.
    image_bytes: u64,
    audio_bytes: u64,
    video_bytes: u64,
    text_bytes: u64,
}

impl FileLimits {
    fn of(limits: &Limits) -> Self {
        Self {
            upload_bytes: limits.upload_bytes.get(),
            document_bytes: limits.document.bytes.get(),
            document_pages: limits.document.pages,
            image_bytes: limits.image.bytes.get(),
            audio_bytes: limits.audio.bytes.get(),
            video_bytes: limits.video.bytes.get(),
            text_bytes: limits.text.bytes.get(),
        }
    }
}

/// How providers, keys, targets and the log stand.
#[utoipa::path(get, path = "/api/admin/health", tag = "admin", responses(
    (status = 200, body = AdminHealth), (status = 401, description = "No administrator's request", body = ErrorBody),
))]
pub(in crate::http) async fn admin_health(
    State(state): State<AppState>,
    request: Request,
) -> Result<Json<AdminHealth>, ApiError> {
    let administration = guard::may_look(&state, request.headers()).await?;
    let undecipherable_keys = match &administration.provider_keys {
        Some(keys) => {
            let (kept, _) = keys.all_that_open().await.map_err(failed)?;
            kept.iter().filter(|key| key.secret.is_none()).count()
        }
        None => 0,
    };
    let router = &state.gateway.router;
    let providers = router.providers();
    let mut provider_keys: BTreeMap<&'static str, usize> = BTreeMap::new();
    for (setup, key) in providers.enabled.iter().flat_map(|setup| setup.keys.iter().map(move |key| (setup, key))) {
        let fingerprint = ContentHash::of(key.expose().as_bytes()).to_string();
        let standing = router.key_standing(&setup.id, &fingerprint).unwrap_or_default();
        *provider_keys.entry(standing.health.name()).or_default() += 1;
    }
    Ok(Json(AdminHealth {
        version: VERSION,
        providers_on: providers.enabled.len(),
        providers_off: providers.disabled.len(),
        provider_keys,
        undecipherable_keys,
        client_keys: state.gateway.clients.all().len(),
        targets_cooling: router.health().0.iter().filter(|health| health.cools_for().is_some()).count(),
        workers_lost: state.gateway.workers_lost(),
        logs_requests: state.request_log.is_some(),
        rows_dropped: state.request_log.as_ref().map_or(0, |log| log.dropped()),
        limits: FileLimits::of(&state.config.limits),
    }))
}
