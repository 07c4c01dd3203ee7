//! Keys of providers: listed by their last four characters, added, changed and removed.

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use mediary_core::{ContentHash, ProviderId};
use mediary_store::{KeyFailed, ProviderKeys};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::error::{ApiError, ErrorBody};
use super::super::state::AppState;
use super::{body, failed, guard, no_such_key};
use crate::config::sendable;
use crate::gateway::{Administration, KeyCheck, KeyStanding, new_id, unix_seconds};
use crate::providers::KeySource;

/// The keys of providers.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct ProviderKeyList {
    /// Always `list`.
    object: &'static str,
    data: Vec<ProviderKeyBody>,
}

/// A key of a provider. The key itself is never told.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct ProviderKeyBody {
    /// Its id in the store; null: it stands in the configuration or the environment, and is changed there.
    #[schema(example = "pk_0123456789ab")]
    id: Option<String>,
    #[schema(example = "groq")]
    provider: String,
    /// Its last four characters, where that leaves enough unsaid.
    #[schema(example = "…cdef")]
    key: String,
    label: String,
    /// `store`, `configuration`, or the variable that it stands in.
    source: String,
    is_disabled: bool,
    /// `unknown`, `healthy`, `rate_limited`, `out_of_quota`, `invalid` (refused twice), `unreachable`, or `undecipherable`: the
    /// master key that is here does not open it.
    state: &'static str,
    /// Since when it stands so, in milliseconds since 1970.
    since: Option<u64>,
    /// When it was last called with.
    last_used: Option<u64>,
    /// What the last failure was, and when.
    last_error: Option<String>,
    last_error_at: Option<u64>,
    /// When it is tried again, where it rests.
    next_try: Option<u64>,
}

/// A new key.
#[derive(Deserialize, ToSchema)]
pub(in crate::http) struct NewProviderKey {
    provider: String,
    key: String,
    #[serde(default)]
    label: String,
}

/// What is to be different of a key.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct ProviderKeyChange {
    label: Option<String>,
    is_disabled: Option<bool>,
}

/// Every key of a provider, with how it stands.
#[utoipa::path(get, path = "/api/admin/provider-keys", tag = "admin", responses(
    (status = 200, body = ProviderKeyList), (status = 401, description = "No administrator's request", body = ErrorBody),
))]
pub(in crate::http) async fn provider_keys(
    State(state): State<AppState>,
    request: Request,
) -> Result<Json<ProviderKeyList>, ApiError> {
    let administration = guard::may_look(&state, request.headers()).await?;
    Ok(Json(ProviderKeyList { object: "list", data: all(&state, stored(administration)?).await? }))
}

/// Adds a key. It is used from the next moment on.
#[utoipa::path(post, path = "/api/admin/provider-keys", tag = "admin", request_body = NewProviderKey, responses(
    (status = 201, description = "The key as it is listed", body = ProviderKeyBody),
    (status = 400, description = "No such provider, or no key", body = ErrorBody),
    (status = 401, description = "No administrator's request", body = ErrorBody),
    (status = 409, description = "It is kept already, or the master key is not here", body = ErrorBody),
))]
pub(in crate::http) async fn add_provider_key(
    State(state): State<AppState>,
    request: Request,
) -> Result<(StatusCode, Json<ProviderKeyBody>), ApiError> {
    let keys = stored(guard::may_change(&state, request.headers())?)?.clone();
    let NewProviderKey { provider, key, label } = body(request, &state).await?;
    let providers = state.gateway.router.providers();
    let id = ProviderId::new(&provider);
    if providers.get(&id).is_none() && providers.disabled.iter().all(|off| off.id != id) {
        return Err(ApiError::malformed("no provider has this id; GET /v1/providers names them all").about("provider"));
    }
    let wrong = || ApiError::malformed("a key has visible ASCII characters and no spaces").about("key");
    let secret = sendable(&key).ok_or_else(wrong)?;
    let added = keys.add(&new_id("pk"), &provider, secret.expose(), &label, unix_seconds()).await.map_err(not_kept)?;
    let body = ProviderKeyBody {
        id: Some(added.id),
        label: added.label,
        ..ProviderKeyBody::new(added.provider, format!("…{}", added.tail), "store".to_owned())
    };
    Ok((StatusCode::CREATED, Json(body)))
}

/// Labels a key, or has it left out for now.
#[utoipa::path(patch, path = "/api/admin/provider-keys/{key}", tag = "admin", request_body = ProviderKeyChange, responses(
    (status = 200, description = "The key as it is listed", body = ProviderKeyBody),
    (status = 401, description = "No administrator's request", body = ErrorBody),
    (status = 404, description = "No such key in the store", body = ErrorBody),
))]
pub(in crate::http) async fn change_provider_key(
    State(state): State<AppState>,
    Path(key): Path<String>,
    request: Request,
) -> Result<Json<ProviderKeyBody>, ApiError> {
    let keys = stored(guard::may_change(&state, request.headers())?)?.clone();
    let ProviderKeyChange { label, is_disabled } = body(request, &state).await?;
    let mut is_known = true;
    if let Some(label) = label {
        is_known &= keys.label(&key, &label).await.map_err(failed)?;
    }
    if let Some(is_disabled) = is_disabled {
        is_known &= keys.disable(&key, is_disabled).await.map_err(failed)?;
    }
    let found = all(&state, &keys).await?.into_iter().find(|body| body.id.as_deref() == Some(&key));
    found.filter(|_| is_known).map(Json).ok_or_else(|| no_such_key(&key))
}

/// What came of a check.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct KeyCheckBody {
    /// `accepted`, `refused`, `rate_limited`, `out_of_quota`, `unreachable`, or `untold`: its provider answers what is asked
    /// here without a key as well.
    outcome: &'static str,
    /// What else there is to say.
    why: Option<String>,
    /// The key as it is listed, with its state as it is now.
    key: ProviderKeyBody,
}

/// Asks the provider whether a key is accepted, by what costs nothing: its list of models.
#[utoipa::path(post, path = "/api/admin/provider-keys/{key}/check", tag = "admin", responses(
    (status = 200, body = KeyCheckBody),
    (status = 401, description = "No administrator's request", body = ErrorBody),
    (status = 404, description = "No such key in the store", body = ErrorBody),
    (status = 409, description = "It is left out: disabled, or not to be opened with the master key", body = ErrorBody),
))]
pub(in crate::http) async fn check_provider_key(
    State(state): State<AppState>,
    Path(key): Path<String>,
    request: Request,
) -> Result<Json<KeyCheckBody>, ApiError> {
    let keys = stored(guard::may_change(&state, request.headers())?)?.clone();
    let (kept, _) = keys.all_that_open().await.map_err(failed)?;
    let its = kept.into_iter().find(|its| its.listed.id == key).ok_or_else(|| no_such_key(&key))?;
    let left_out = || {
        let message = "This key is left out for now: it is disabled, cannot be opened, or was added a moment ago.";
        ApiError::new(StatusCode::CONFLICT, "key_not_in_use", message)
    };
    let fingerprint = ContentHash::of(its.secret.ok_or_else(left_out)?.as_bytes()).to_string();
    let router = &state.gateway.router;
    let checked = router.check_key(&ProviderId::new(&its.listed.provider), &fingerprint).await;
    let KeyCheck { outcome, why, .. } = checked.ok_or_else(left_out)?;
    let listed = all(&state, &keys).await?.into_iter().find(|body| body.id.as_deref() == Some(&key));
    Ok(Json(KeyCheckBody { outcome, why, key: listed.ok_or_else(|| no_such_key(&key))? }))
}

/// Removes a key from the store.
#[utoipa::path(delete, path = "/api/admin/provider-keys/{key}", tag = "admin", responses(
    (status = 204, description = "It is gone"),
    (status = 401, description = "No administrator's request", body = ErrorBody),
    (status = 404, description = "No such key in the store", body = ErrorBody),
))]
pub(in crate::http) async fn remove_provider_key(
    State(state): State<AppState>,
    Path(key): Path<String>,
    request: Request,
) -> Result<StatusCode, ApiError> {
    let keys = stored(guard::may_change(&state, request.headers())?)?;
    match keys.remove(&key).await.map_err(failed)? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(no_such_key(&key)),
    }
}

fn stored(administration: &Administration) -> Result<&ProviderKeys, ApiError> {
    let none = || failed("there is no place for a master key; name a file with [store] master_key_file");
    administration.provider_keys.as_ref().ok_or_else(none)
}

/// Those of the configuration and the environment, then those of the store.
async fn all(state: &AppState, keys: &ProviderKeys) -> Result<Vec<ProviderKeyBody>, ApiError> {
    let router = &state.gateway.router;
    let given = router.providers().enabled.iter().flat_map(|setup| setup.keys.iter().map(move |key| (&setup.id, key)));
    let given = given.filter_map(|(provider, key)| {
        let source = match &key.source {
            KeySource::Configuration => "configuration".to_owned(),
            KeySource::Variable(name) => name.clone(),
            KeySource::Store(_) => return None,
        };
        let body = ProviderKeyBody::new(provider.as_str().to_owned(), key.secret.masked(), source);
        Some(body.standing(state, key.expose()))
    });
    let mut all: Vec<ProviderKeyBody> = given.collect();
    let (kept, _) = keys.all_that_open().await.map_err(failed)?;
    all.extend(kept.into_iter().map(|key| {
        let listed = key.listed;
        let body = ProviderKeyBody::new(listed.provider, format!("…{}", listed.tail), "store".to_owned());
        let body = match &key.secret {
            Some(secret) => body.standing(state, secret),
            None => ProviderKeyBody { state: "undecipherable", ..body },
        };
        ProviderKeyBody { id: Some(listed.id), label: listed.label, is_disabled: listed.is_disabled, ..body }
    }));
    all.sort_by(|one, other| one.provider.cmp(&other.provider));
    Ok(all)
}

impl ProviderKeyBody {
    fn new(provider: String, key: String, source: String) -> Self {
        Self {
            id: None,
            provider,
            key,
            label: String::new(),
            source,
            is_disabled: false,
            state: KeyStanding::default().health.name(),
            since: None,
            last_used: None,
            last_error: None,
            last_error_at: None,
            next_try: None,
        }
    }

    /// The same with how the key stands.
    fn standing(self, state: &AppState, secret: &str) -> Self {
        let fingerprint = ContentHash::of(secret.as_bytes()).to_string();
        let standing = state.gateway.router.key_standing(&ProviderId::new(&self.provider), &fingerprint);
        let standing = standing.unwrap_or_default();
        let time = |ms: u64| Some(ms).filter(|ms| *ms > 0);
        let (last_error, last_error_at) = standing.last_error.map_or((None, None), |(kind, at)| (Some(kind), Some(at)));
        Self {
            state: standing.health.name(),
            since: time(standing.since),
            last_used: time(standing.last_used),
            last_error,
            last_error_at,
            next_try: standing.next_try,
            ..self
        }
    }
}

fn not_kept(error: KeyFailed) -> ApiError {
    match error {
        KeyFailed::Known(_) | KeyFailed::OtherMaster(_) => {
            ApiError::new(StatusCode::CONFLICT, "key_not_kept", error.to_string())
        }
        KeyFailed::Store(_) | KeyFailed::Master(_) | KeyFailed::NoChance => failed(error),
    }
}
