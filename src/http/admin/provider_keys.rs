//! Keys of providers: listed by their last four characters, added, changed and removed.

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use mediary_core::{ContentHash, ProviderId};
use mediary_remote::SearchEngine;
use mediary_store::{KeyFailed, ProviderKeys};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::error::{ApiError, ErrorBody};
use super::super::state::AppState;
use super::{body, failed, guard, no_such_key};
use crate::config::sendable;
use crate::gateway::{Administration, KeyCheck, KeyStanding, NotKept, NumberedSettings, new_id, unix_seconds};
use crate::providers::{KeySource, ProviderKey, Providers, search_store_name};

/// So often a change is begun anew that another one came before.
const TRIES: usize = 5;

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
    /// Its id: in the store, or made of the key where that stands in the configuration or the environment.
    #[schema(example = "pk_0123456789ab")]
    id: String,
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
    Ok(Json(ProviderKeyList { object: "list", data: all(&state, administration).await? }))
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
    if !providers.takes_keys_of(&id) {
        return Err(ApiError::malformed("no provider has this id; GET /v1/providers names them all").about("provider"));
    }
    let wrong = || ApiError::malformed("a key has visible ASCII characters and no spaces").about("key");
    let secret = sendable(&key).ok_or_else(wrong)?;
    let added = keys.add(&new_id("pk"), &provider, secret.expose(), &label, unix_seconds()).await.map_err(not_kept)?;
    let body = ProviderKeyBody {
        label: added.label,
        ..ProviderKeyBody::new(added.id, added.provider, format!("…{}", added.tail), "store".to_owned())
    };
    Ok((StatusCode::CREATED, Json(body)))
}

/// Labels a key, or has it left out for now. One of the configuration or the environment can only be left out.
#[utoipa::path(patch, path = "/api/admin/provider-keys/{key}", tag = "admin", request_body = ProviderKeyChange, responses(
    (status = 200, description = "The key as it is listed", body = ProviderKeyBody),
    (status = 401, description = "No administrator's request", body = ErrorBody),
    (status = 404, description = "No such key", body = ErrorBody),
    (status = 409, description = "A label for a key that is not in the store", body = ErrorBody),
))]
pub(in crate::http) async fn change_provider_key(
    State(state): State<AppState>,
    Path(key): Path<String>,
    request: Request,
) -> Result<Json<ProviderKeyBody>, ApiError> {
    let administration = guard::may_change(&state, request.headers())?;
    let keys = stored(administration)?;
    let ProviderKeyChange { label, is_disabled } = body(request, &state).await?;
    let mut is_known = true;
    if let Some((_, given)) = given(&state, &key) {
        if label.is_some() {
            return Err(stands_elsewhere(given, "it has no label"));
        }
        if let Some(is_disabled) = is_disabled {
            leave_out(administration, &key, is_disabled).await?;
        }
        return listed(&state, administration, &key).await.map(Json);
    }
    if let Some(label) = label {
        is_known &= keys.label(&key, &label).await.map_err(failed)?;
    }
    if let Some(is_disabled) = is_disabled {
        is_known &= keys.disable(&key, is_disabled).await.map_err(failed)?;
    }
    if !is_known {
        return Err(no_such_key(&key));
    }
    listed(&state, administration, &key).await.map(Json)
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
    (status = 404, description = "No such key", body = ErrorBody),
    (status = 409, description = "It is left out: disabled, or not to be opened with the master key", body = ErrorBody),
))]
pub(in crate::http) async fn check_provider_key(
    State(state): State<AppState>,
    Path(key): Path<String>,
    request: Request,
) -> Result<Json<KeyCheckBody>, ApiError> {
    let administration = guard::may_change(&state, request.headers())?;
    let left_out = || {
        let message = "This key is left out for now: it is disabled, cannot be opened, or was added a moment ago.";
        ApiError::new(StatusCode::CONFLICT, "key_not_in_use", message)
    };
    let (provider, fingerprint) = if let Some((provider, given)) = given(&state, &key) {
        (provider.clone(), ContentHash::of(given.expose().as_bytes()))
    } else {
        let (kept, _) = stored(administration)?.all_that_open().await.map_err(failed)?;
        let its = kept.into_iter().find(|its| its.listed.id == key).ok_or_else(|| no_such_key(&key))?;
        let secret = its.secret.ok_or_else(left_out)?;
        (ProviderId::new(&its.listed.provider), ContentHash::of(secret.as_bytes()))
    };
    let mut engines = SearchEngine::ALL.into_iter().filter_map(search_store_name);
    if engines.any(|engine| engine == provider.as_str()) {
        let message = "Keys of search engines are tried by searching: POST /v1/search/web.";
        return Err(ApiError::new(StatusCode::CONFLICT, "key_not_checked", message));
    }
    let checked = state.gateway.router.check_key(&provider, &fingerprint.to_string()).await;
    let KeyCheck { outcome, why, .. } = checked.ok_or_else(left_out)?;
    Ok(Json(KeyCheckBody { outcome, why, key: listed(&state, administration, &key).await? }))
}

/// Removes a key from the store.
#[utoipa::path(delete, path = "/api/admin/provider-keys/{key}", tag = "admin", responses(
    (status = 204, description = "It is gone"),
    (status = 401, description = "No administrator's request", body = ErrorBody),
    (status = 404, description = "No such key", body = ErrorBody),
    (status = 409, description = "It is not in the store", body = ErrorBody),
))]
pub(in crate::http) async fn remove_provider_key(
    State(state): State<AppState>,
    Path(key): Path<String>,
    request: Request,
) -> Result<StatusCode, ApiError> {
    let keys = stored(guard::may_change(&state, request.headers())?)?;
    if let Some((_, given)) = given(&state, &key) {
        return Err(stands_elsewhere(given, "it is taken away there"));
    }
    match keys.remove(&key).await.map_err(failed)? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(no_such_key(&key)),
    }
}

fn stored(administration: &Administration) -> Result<&ProviderKeys, ApiError> {
    let none = || failed("there is no place for a master key; name a file with [store] master_key_file");
    administration.provider_keys.as_ref().ok_or_else(none)
}

/// The key of the configuration or the environment that has this id, used or left out.
fn given<'a>(state: &'a AppState, id: &str) -> Option<(&'a ProviderId, &'a ProviderKey)> {
    all_given(state.gateway.router.providers()).find(|(provider, key)| key.id(provider) == id)
}

fn all_given(providers: &Providers) -> impl Iterator<Item = (&ProviderId, &ProviderKey)> {
    let used = providers.enabled.iter().flat_map(|setup| setup.keys.iter().map(move |key| (&setup.id, key)));
    let left_out = providers.signing.iter().flat_map(|(id, its)| its.left_out.iter().map(move |key| (id, key)));
    used.chain(left_out).filter(|(_, key)| !matches!(key.source, KeySource::Store(_)))
}

/// What a key of the store has, and this one has not.
fn stands_elsewhere(key: &ProviderKey, so: &str) -> ApiError {
    let message = match &key.source {
        KeySource::Variable(name) => format!("This key stands in the variable {name}: {so}. Here it can be left out."),
        KeySource::Configuration | KeySource::Store(_) => {
            format!("This key stands in the configuration: {so}. Here it can be left out.")
        }
    };
    ApiError::new(StatusCode::CONFLICT, "key_not_in_store", message)
}

/// Leaves a key of the configuration or the environment out, or has it used again, whatever else is set meanwhile.
async fn leave_out(administration: &Administration, id: &str, is_disabled: bool) -> Result<(), ApiError> {
    for _ in 0..TRIES {
        let NumberedSettings { revision, mut settings } = administration.kept_settings().await.map_err(failed)?;
        if is_disabled {
            settings.keys_off.insert(id.to_owned());
        } else {
            settings.keys_off.remove(id);
        }
        match administration.keep_settings(revision, settings).await {
            Ok(_) => return Ok(()),
            Err(NotKept::Changed(_)) => {}
            Err(NotKept::Store(error)) => return Err(failed(error)),
        }
    }
    let message = "The settings are being changed elsewhere again and again; try once more.";
    Err(ApiError::new(StatusCode::CONFLICT, "settings_changed", message))
}

async fn listed(state: &AppState, administration: &Administration, id: &str) -> Result<ProviderKeyBody, ApiError> {
    let found = all(state, administration).await?.into_iter().find(|body| body.id == id);
    found.ok_or_else(|| no_such_key(id))
}

/// Those of the configuration and the environment, then those of the store.
async fn all(state: &AppState, administration: &Administration) -> Result<Vec<ProviderKeyBody>, ApiError> {
    let NumberedSettings { settings, .. } = administration.kept_settings().await.map_err(failed)?;
    let given = all_given(state.gateway.router.providers()).map(|(provider, key)| {
        let source = match &key.source {
            KeySource::Variable(name) => name.clone(),
            KeySource::Configuration | KeySource::Store(_) => "configuration".to_owned(),
        };
        let id = key.id(provider);
        let is_disabled = settings.keys_off.contains(&id);
        let body = ProviderKeyBody::new(id, provider.as_str().to_owned(), key.secret.masked(), source);
        ProviderKeyBody { is_disabled, ..body.standing(state, key.expose()) }
    });
    let mut all: Vec<ProviderKeyBody> = given.collect();
    let (kept, _) = stored(administration)?.all_that_open().await.map_err(failed)?;
    all.extend(kept.into_iter().map(|key| {
        let listed = key.listed;
        let tail = format!("…{}", listed.tail);
        let body = ProviderKeyBody::new(listed.id, listed.provider, tail, "store".to_owned());
        let body = match &key.secret {
            Some(secret) => body.standing(state, secret),
            None => ProviderKeyBody { state: "undecipherable", ..body },
        };
        ProviderKeyBody { label: listed.label, is_disabled: listed.is_disabled, ..body }
    }));
    all.sort_by(|one, other| one.provider.cmp(&other.provider));
    Ok(all)
}

impl ProviderKeyBody {
    fn new(id: String, provider: String, key: String, source: String) -> Self {
        Self {
            id,
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
