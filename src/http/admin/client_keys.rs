//! Keys of clients: listed with their limits and what was used of them, made, changed, replaced and removed.

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use mediary_core::capability::Usd;
use mediary_store::ClientKey;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::super::error::{ApiError, ErrorBody};
use super::super::projects::no_project;
use super::super::state::AppState;
use super::super::threads::no_thread;
use super::{body, failed, guard, no_such_key};
use crate::gateway::{NewKey, Rules, Spent, new_id, unix_seconds};

/// The keys of clients.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct ClientKeyList {
    /// Always `list`.
    object: &'static str,
    data: Vec<ClientKeyBody>,
}

/// A key of a client. The key itself is told once, when it is made.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct ClientKeyBody {
    #[schema(example = "ck_0123456789ab")]
    id: String,
    name: String,
    /// The key, in the answer that makes it; else its last four characters.
    #[schema(example = "…cdef")]
    key: String,
    /// `active`, `disabled` or `expired`.
    state: &'static str,
    is_admin: bool,
    /// What it may do: `requests_per_minute`, `tokens_per_minute`, `requests_at_once`, `day` and `month` (`usd`, `pages`,
    /// `seconds`, `images`), `endpoints`, `tiers`, `targets`, `local_only`, `redact`, `system_prompt`.
    #[schema(value_type = Object)]
    rules: Rules,
    /// Seconds since 1970.
    created_at: i64,
    expires_at: Option<i64>,
    /// What it used today, by UTC.
    today: Option<UsedBody>,
    /// What it used this month.
    this_month: Option<UsedBody>,
}

/// What was used.
#[derive(Debug, Serialize, ToSchema)]
struct UsedBody {
    #[schema(value_type = f64)]
    usd: Usd,
    tokens: u64,
    pages: u64,
    seconds: f64,
    images: u64,
    /// Calls to targets.
    calls: u64,
}

/// A new key.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct NewClientKey {
    #[serde(default)]
    name: String,
    /// Whether it may administer the server.
    #[serde(default)]
    is_admin: bool,
    #[serde(default)]
    #[schema(value_type = Object)]
    rules: Rules,
    /// Seconds since 1970.
    expires_at: Option<i64>,
}

/// What is to be different of a key. Rules replace all that were there.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct ClientKeyChange {
    name: Option<String>,
    is_disabled: Option<bool>,
    #[schema(value_type = Option<Object>)]
    rules: Option<Rules>,
    /// The rules as they were read: they are replaced only if they still are these.
    #[schema(value_type = Option<Object>)]
    was: Option<Rules>,
    /// Seconds since 1970; `null`: it has no end.
    #[serde(default, deserialize_with = "said")]
    expires_at: Option<Option<i64>>,
}

/// What is said, be it `null`, told apart from what is not.
fn said<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Option<i64>>, D::Error> {
    Option::deserialize(value).map(Some)
}

/// For how long a key is taken that another one replaces.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Rotation {
    #[serde(default)]
    grace_hours: u32,
}

/// Every key of a client, with its limits and what was used of them.
#[utoipa::path(get, path = "/api/admin/client-keys", tag = "admin", responses(
    (status = 200, body = ClientKeyList), (status = 401, description = "No administrator's request", body = ErrorBody),
))]
pub(in crate::http) async fn client_keys(
    State(state): State<AppState>,
    request: Request,
) -> Result<Json<ClientKeyList>, ApiError> {
    let administration = guard::may_look(&state, request.headers()).await?;
    let all = administration.client_keys.all().await.map_err(failed)?;
    let data = all.into_iter().map(|key| ClientKeyBody::of(&state, key)).collect();
    Ok(Json(ClientKeyList { object: "list", data }))
}

/// Makes a key; this answer is the only one that holds it.
#[utoipa::path(post, path = "/api/admin/client-keys", tag = "admin", request_body = NewClientKey, responses(
    (status = 201, description = "The key, this once", body = ClientKeyBody),
    (status = 400, description = "A rule cannot be kept to", body = ErrorBody),
    (status = 401, description = "No administrator's request", body = ErrorBody),
))]
pub(in crate::http) async fn create_client_key(
    State(state): State<AppState>,
    request: Request,
) -> Result<(StatusCode, Json<ClientKeyBody>), ApiError> {
    let clients = guard::may_change(&state, request.headers())?.client_keys.clone();
    let NewClientKey { name, is_admin, rules, expires_at } = body(request, &state).await?;
    let new = NewKey::generate().map_err(failed)?;
    let row = ClientKey {
        id: new_id("ck"),
        name: name.trim().to_owned(),
        digest: new.digest.clone(),
        previous: None,
        tail: new.tail().to_owned(),
        rules: written(rules)?,
        is_admin,
        is_disabled: false,
        created_at: unix_seconds(),
        expires_at,
    };
    clients.add(row.clone()).await.map_err(failed)?;
    Ok((StatusCode::CREATED, Json(ClientKeyBody { key: new.text, ..ClientKeyBody::of(&state, row) })))
}

/// Changes the name, the rules or the end of a key, or whether it is taken.
#[utoipa::path(patch, path = "/api/admin/client-keys/{key}", tag = "admin", request_body = ClientKeyChange, responses(
    (status = 200, body = ClientKeyBody),
    (status = 400, description = "A rule cannot be kept to", body = ErrorBody),
    (status = 401, description = "No administrator's request", body = ErrorBody),
    (status = 404, description = "No such key", body = ErrorBody),
    (status = 409, description = "Its rules were changed since they were read", body = ErrorBody),
))]
pub(in crate::http) async fn change_client_key(
    State(state): State<AppState>,
    Path(key): Path<String>,
    request: Request,
) -> Result<Json<ClientKeyBody>, ApiError> {
    let clients = guard::may_change(&state, request.headers())?.client_keys.clone();
    let ClientKeyChange { name, is_disabled, rules, was, expires_at } = body(request, &state).await?;
    let all = clients.all().await.map_err(failed)?;
    let mut row = all.into_iter().find(|row| row.id == key).ok_or_else(|| no_such_key(&key))?;
    if was.is_some_and(|was| was != Rules::read(&row.rules).unwrap_or_default()) {
        let message = "The rules of this key were changed meanwhile; GET them again and make the change anew.";
        return Err(ApiError::new(StatusCode::CONFLICT, "client_key_changed", message).about("was"));
    }
    row.name = name.unwrap_or(row.name);
    row.is_disabled = is_disabled.unwrap_or(row.is_disabled);
    row.expires_at = expires_at.unwrap_or(row.expires_at);
    if let Some(rules) = rules {
        row.rules = written(rules)?;
    }
    match clients.change(&row).await.map_err(failed)? {
        true => Ok(Json(ClientKeyBody::of(&state, row))),
        false => Err(no_such_key(&key)),
    }
}

/// Puts a new key in the place of one: its id, rules and history stay. This answer is the only one that holds it.
#[utoipa::path(post, path = "/api/admin/client-keys/{key}/rotate", tag = "admin", request_body = Rotation, responses(
    (status = 200, description = "The new key, this once", body = ClientKeyBody),
    (status = 401, description = "No administrator's request", body = ErrorBody),
    (status = 404, description = "No such key", body = ErrorBody),
))]
pub(in crate::http) async fn rotate_client_key(
    State(state): State<AppState>,
    Path(key): Path<String>,
    request: Request,
) -> Result<Json<ClientKeyBody>, ApiError> {
    let clients = guard::may_change(&state, request.headers())?.client_keys.clone();
    let Rotation { grace_hours } = body(request, &state).await?;
    let new = NewKey::generate().map_err(failed)?;
    let until = unix_seconds() + i64::from(grace_hours) * 3_600;
    if !clients.rotate(&key, new.digest.clone(), new.tail(), until).await.map_err(failed)? {
        return Err(no_such_key(&key));
    }
    let all = clients.all().await.map_err(failed)?;
    let row = all.into_iter().find(|row| row.id == key).ok_or_else(|| no_such_key(&key))?;
    Ok(Json(ClientKeyBody { key: new.text, ..ClientKeyBody::of(&state, row) }))
}

/// Removes a key; what was used with it stays known.
#[utoipa::path(delete, path = "/api/admin/client-keys/{key}", tag = "admin", responses(
    (status = 204, description = "It is gone"),
    (status = 401, description = "No administrator's request", body = ErrorBody),
    (status = 404, description = "No such key", body = ErrorBody),
))]
pub(in crate::http) async fn remove_client_key(
    State(state): State<AppState>,
    Path(key): Path<String>,
    request: Request,
) -> Result<StatusCode, ApiError> {
    let administration = guard::may_change(&state, request.headers())?;
    match administration.client_keys.remove(&key).await.map_err(failed)? {
        true => {
            // With a key goes what was said with it, and what it was said for.
            if let Some(threads) = &state.threads {
                threads.forget_key(&key).await.map_err(no_thread)?;
            }
            if let Some(projects) = &state.projects {
                for content in projects.forget_key(&key).await.map_err(no_project)? {
                    state.gateway.router.forget_given(&content).await;
                }
            }
            if let Some(reminders) = &state.reminders {
                reminders.forget_key(&key).await.map_err(failed)?;
            }
            Ok(StatusCode::NO_CONTENT)
        }
        false => Err(no_such_key(&key)),
    }
}

/// Rules as they are kept, if they can be kept to.
fn written(rules: Rules) -> Result<String, ApiError> {
    let rules = rules.checked().map_err(|error| ApiError::malformed(error.to_string()).about("rules"))?;
    serde_json::to_string(&rules).map_err(failed)
}

impl ClientKeyBody {
    fn of(state: &AppState, key: ClientKey) -> Self {
        let used = state.gateway.clients.of(&key.id).map(|client| client.spent());
        Self {
            state: match (key.is_disabled, key.expires_at) {
                (true, _) => "disabled",
                (false, Some(at)) if at <= unix_seconds() => "expired",
                (false, _) => "active",
            },
            rules: Rules::read(&key.rules).unwrap_or_default(),
            key: format!("…{}", key.tail),
            id: key.id,
            name: key.name,
            is_admin: key.is_admin,
            created_at: key.created_at,
            expires_at: key.expires_at,
            today: used.map(|(today, _)| UsedBody::of(&today)),
            this_month: used.map(|(_, this_month)| UsedBody::of(&this_month)),
        }
    }
}

impl UsedBody {
    fn of(spent: &Spent) -> Self {
        Self {
            usd: spent.usd(),
            tokens: spent.tokens,
            pages: spent.pages,
            seconds: spent.milliseconds as f64 / 1_000.0,
            images: spent.images,
            calls: spent.calls,
        }
    }
}
