//! `GET /v1/providers`: which can be called, and what would set the others up.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::state::AppState;
use crate::providers::KeyNeed;

/// The providers.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct ProviderList {
    /// Always `list`.
    object: &'static str,
    data: Vec<Provider>,
}

/// A provider. Keys are counted, never shown.
#[derive(Debug, Serialize, ToSchema)]
struct Provider {
    #[schema(example = "groq")]
    id: String,
    name: String,
    /// Whether it can be called.
    enabled: bool,
    /// Why it cannot, and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    /// Its wire format.
    #[serde(skip_serializing_if = "Option::is_none")]
    dialect: Option<&'static str>,
    /// Its host; paths and credentials of an address are not shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    host: Option<String>,
    /// How many keys it has.
    keys: usize,
    /// Its place in the order; lower is asked first.
    #[serde(skip_serializing_if = "Option::is_none")]
    priority: Option<u32>,
    /// How many targets it has.
    targets: usize,
    /// Variables that may hold its key.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    key_env: Vec<String>,
    /// Whether it wants a key: `needed`, `optional` or `none`.
    key: &'static str,
    /// Whether a model of its catalog chats for nothing.
    free: bool,
    /// Where people get a key; of one that takes none, where they get the program.
    #[serde(skip_serializing_if = "Option::is_none")]
    key_url: Option<String>,
    /// What its terms say of gateways, in short: `private` (one of one's own is fine), `limited` or `unknown`.
    #[serde(skip_serializing_if = "Option::is_none")]
    terms: Option<&'static str>,
    /// The day on which its facts were checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    checked: Option<String>,
    /// How old its last good list of models is, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    list_age_seconds: Option<u64>,
}

/// The providers, on and off.
#[utoipa::path(get, path = "/v1/providers", tag = "models", responses((status = 200, body = ProviderList)))]
pub(in crate::http) async fn providers(State(state): State<AppState>) -> Json<ProviderList> {
    let all = state.gateway.router.providers();
    let matrix = state.gateway.router.known();
    let rows = matrix.rows();
    let key = |id| all.signing.get(id).map_or(KeyNeed::Needed, |its| its.need).as_str();
    let free = |id| all.signing.get(id).is_some_and(|its| its.is_free);
    let on = all.enabled.iter().map(|setup| Provider {
        id: setup.id.as_str().to_owned(),
        name: setup.name.clone(),
        enabled: true,
        why: None,
        dialect: Some(setup.dialect.as_str()),
        host: host(&setup.endpoint.base_url),
        keys: setup.keys.len(),
        priority: Some(setup.priority),
        targets: rows.iter().filter(|row| row.target.provider == setup.id).count(),
        key_env: Vec::new(),
        key: key(&setup.id),
        free: free(&setup.id),
        key_url: setup.key_url.clone(),
        terms: setup.terms.as_ref().map(|terms| terms.proxies.as_str()),
        checked: setup.checked.day.map(|day| day.to_string()),
        list_age_seconds: state.gateway.router.list_age(&setup.id).map(|age| age.as_secs()),
    });
    let off = all.disabled.iter().map(|off| Provider {
        id: off.id.as_str().to_owned(),
        name: off.name.clone(),
        enabled: false,
        why: Some(off.why.clone()),
        dialect: None,
        host: None,
        keys: 0,
        priority: None,
        targets: 0,
        key_env: off.key_env.clone(),
        key: key(&off.id),
        free: free(&off.id),
        key_url: off.key_url.clone(),
        terms: off.terms.as_ref().map(|terms| terms.proxies.as_str()),
        checked: off.checked.day.map(|day| day.to_string()),
        list_age_seconds: None,
    });
    Json(ProviderList { object: "list", data: on.chain(off).collect() })
}

fn host(base_url: &str) -> Option<String> {
    let (_, rest) = base_url.split_once("://")?;
    let authority = rest.split('/').next()?;
    Some(authority.rsplit('@').next()?.to_owned())
}
