//! `mediary keys list`: every key, where it comes from, and how it stood when a server last told.

use std::fmt::Write as _;

use mediary_core::ContentHash;
use mediary_store::KeptKeyState;
use serde::Serialize;

use super::super::Context;
use super::Kept;
use crate::gateway::KeyStanding;
use crate::providers::KeySource;

/// A key as it is listed.
#[derive(Debug, Serialize)]
struct Row {
    /// Its id in the store; those of the configuration and the environment have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    provider: String,
    /// Its last four characters.
    key: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    label: String,
    /// `store`, `configuration`, or the variable.
    source: String,
    /// How it stood, or why it is not used.
    state: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_try: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wants_master_key: Option<String>,
}

/// All keys, for people or as JSON.
pub(super) fn told(context: &Context, kept: &Kept, json: bool) -> Result<String, String> {
    let rows = rows(context, kept)?;
    if json {
        let text = serde_json::to_string_pretty(&rows).map_err(|error| error.to_string())?;
        return Ok(format!("{text}\n"));
    }
    if rows.is_empty() {
        return Ok("there are no keys; `mediary keys add PROVIDER` adds one\n".to_owned());
    }
    let width = |of: fn(&Row) -> usize| rows.iter().map(of).max().unwrap_or(0);
    let id_width = width(|row| row.id.as_deref().unwrap_or("-").len());
    let provider_width = width(|row| row.provider.len());
    let state_width = width(|row| row.state.len());
    let mut text = String::new();
    for row in &rows {
        let id = row.id.as_deref().unwrap_or("-");
        let Row { provider, key, state, source, label, .. } = row;
        // Writing to a text does not fail.
        let _ = write!(text, "{id:id_width$}  {provider:provider_width$}  {key:5}  {state:state_width$}  {source}");
        let _ = writeln!(text, "{}", if label.is_empty() { String::new() } else { format!("  {label}") });
    }
    Ok(text)
}

fn rows(context: &Context, kept: &Kept) -> Result<Vec<Row>, String> {
    let (all, trouble) = kept.wait(kept.keys.all_that_open())?;
    if let Some(trouble) = trouble {
        super::complain(&trouble.to_string());
    }
    let states = kept.wait(kept.keys.states().all())?;
    let providers = context.providers(&kept.config, &kept.source)?;
    let given = providers.enabled.iter().flat_map(|setup| setup.keys.iter().map(move |key| (&setup.id, key)));
    let given = given.filter_map(|(provider, key)| {
        let source = match &key.source {
            KeySource::Configuration => "configuration".to_owned(),
            KeySource::Variable(name) => name.clone(),
            KeySource::Store(_) => return None,
        };
        let row = Row::new(provider.as_str(), key.secret.masked(), source);
        Some(row.standing(&states, key.expose()))
    });
    let stored = all.into_iter().map(|key| {
        let row = Row::new(&key.listed.provider, format!("…{}", key.listed.tail), "store".to_owned());
        let row = match &key.secret {
            Some(secret) => row.standing(&states, secret),
            None => Row { state: "undecipherable".to_owned(), ..row },
        };
        let state = if key.listed.is_disabled { "disabled".to_owned() } else { row.state };
        Row {
            id: Some(key.listed.id),
            label: key.listed.label,
            wants_master_key: key.listed.wants_master,
            state,
            ..row
        }
    });
    let mut rows: Vec<Row> = given.chain(stored).collect();
    rows.sort_by(|one, other| one.provider.cmp(&other.provider));
    Ok(rows)
}

impl Row {
    fn new(provider: &str, key: String, source: String) -> Self {
        Self {
            id: None,
            provider: provider.to_owned(),
            key,
            label: String::new(),
            source,
            state: KeyStanding::default().health.name().to_owned(),
            since: None,
            last_used: None,
            last_error: None,
            next_try: None,
            wants_master_key: None,
        }
    }

    /// The same with how the key stood when a server last told.
    fn standing(self, states: &[KeptKeyState], secret: &str) -> Self {
        let fingerprint = ContentHash::of(secret.as_bytes()).to_string();
        let its = states.iter().find(|state| state.provider == self.provider && state.key == fingerprint);
        let Some(standing) = its.and_then(|its| serde_json::from_str::<KeyStanding>(&its.state).ok()) else {
            return self;
        };
        let time = |ms: u64| Some(ms / 1_000).filter(|seconds| *seconds > 0);
        Self {
            state: standing.health.name().to_owned(),
            since: time(standing.since),
            last_used: time(standing.last_used),
            last_error: standing.last_error.map(|(kind, _)| kind),
            next_try: standing.next_try.and_then(time),
            ..self
        }
    }
}
