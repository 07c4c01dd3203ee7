//! Which providers are on and which are off, for people and programs: what `mediary providers` and `mediary check-config`
//! tell. Holds no secrets; of a long key its last characters.

use std::collections::BTreeMap;

use mediary_core::capability::Lifecycle;
use serde::Serialize;

use super::{Checked, FreeLimits, KeySource, Off, ProviderKey, ProviderSetup, Providers, Terms};

/// What there is to say of a provider.
#[derive(Debug, Serialize)]
pub struct ProviderReport {
    /// Its id.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Whether it can be called.
    pub enabled: bool,
    /// Why it cannot, and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Its wire format.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dialect: Option<&'static str>,
    /// Where it is, without paths and passwords.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The proxy it is reached through, without its password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy: Option<String>,
    /// Its keys, masked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<String>,
    /// How they stood when a server last told.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub key_states: Vec<KeyState>,
    /// Its place in the order; lower is asked first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<u32>,
    /// How many of its models can be asked, by task.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub models: BTreeMap<String, usize>,
    /// How many those are together: a model may do several tasks.
    pub model_count: usize,
    /// Whether it is asked which models it has, now or from time to time.
    pub asked_for_models: bool,
    /// What all its models give for nothing.
    #[serde(skip_serializing_if = "FreeLimits::is_empty")]
    pub free_limits: FreeLimits,
    /// What is left of it with each key, and of what models give for nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub quota_left: Vec<QuotaLeft>,
    /// What its terms say of gateways.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terms: Option<Terms>,
    /// What its facts were checked against, and when.
    #[serde(flatten)]
    pub checked: Checked,
    /// Variables that would hold its key.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub key_env: Vec<String>,
    /// Where people get a key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_url: Option<String>,
}

/// How a key stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeyState {
    /// The end of the key.
    pub key: String,
    /// `unknown`, `healthy`, `rate_limited`, `out_of_quota`, `invalid` or `unreachable`.
    pub state: &'static str,
    /// When it is tried again, where it rests, in milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_try: Option<u64>,
}

/// How a limit of a key stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QuotaLeft {
    /// The end of the key; empty where its provider is called without one.
    pub key: String,
    /// The model; `None`: all of them together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Which limit: `requests_per_day`.
    pub limit: &'static str,
    /// What is allowed.
    pub allowed: u64,
    /// What of it is left.
    pub left: u64,
    /// In how many seconds all of it is there again; `None`: it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub whole_in_seconds: Option<u64>,
}

impl Providers {
    /// All providers: those that are on by priority, then those that are off by id.
    #[must_use]
    pub fn reports(&self) -> Vec<ProviderReport> {
        let on = self.enabled.iter().map(|setup| self.on(setup));
        on.chain(self.disabled.iter().map(off)).collect()
    }

    fn on(&self, setup: &ProviderSetup) -> ProviderReport {
        let mut models: BTreeMap<String, usize> = BTreeMap::new();
        let mut model_count = 0;
        for row in self.matrix.rows().iter().filter(|row| row.target.provider == setup.id) {
            if row.lifecycle == Lifecycle::Retired {
                continue;
            }
            model_count += 1;
            for task in &row.tasks {
                *models.entry(task.name().to_owned()).or_default() += 1;
            }
        }
        ProviderReport {
            id: setup.id.as_str().to_owned(),
            name: setup.name.clone(),
            enabled: true,
            why: None,
            dialect: Some(setup.dialect.as_str()),
            host: host(&setup.endpoint.base_url),
            proxy: setup.proxy.as_ref().map(ToString::to_string),
            keys: setup.keys.iter().map(shown).collect(),
            key_states: Vec::new(),
            priority: Some(setup.priority),
            models,
            model_count,
            asked_for_models: setup.discovers || setup.lists_models,
            free_limits: setup.free_limits,
            quota_left: Vec::new(),
            terms: setup.terms.clone(),
            checked: setup.checked.clone(),
            key_env: Vec::new(),
            key_url: setup.key_url.clone(),
        }
    }
}

fn off(off: &Off) -> ProviderReport {
    ProviderReport {
        id: off.id.as_str().to_owned(),
        name: off.name.clone(),
        enabled: false,
        why: Some(off.why.clone()),
        dialect: None,
        host: None,
        proxy: None,
        keys: Vec::new(),
        key_states: Vec::new(),
        priority: None,
        models: BTreeMap::new(),
        model_count: 0,
        asked_for_models: false,
        free_limits: FreeLimits::default(),
        quota_left: Vec::new(),
        terms: off.terms.clone(),
        checked: off.checked.clone(),
        key_env: off.key_env.clone(),
        key_url: off.key_url.clone(),
    }
}

impl ProviderReport {
    /// How it stands, in a line.
    #[must_use]
    pub fn line(&self) -> String {
        if let Some(why) = &self.why {
            return format!("off, {why}");
        }
        let keys = match self.keys.len() {
            0 => "no key needed".to_owned(),
            1 => "1 key".to_owned(),
            count => format!("{count} keys"),
        };
        let models = match (self.model_count, self.asked_for_models) {
            (0, true) => "asked for its models".to_owned(),
            (1, _) => "1 model".to_owned(),
            (count, _) => format!("{count} models"),
        };
        let proxy = self.proxy.as_ref().map(|proxy| format!(", through {proxy}")).unwrap_or_default();
        format!("on, {keys}, {models}{proxy}")
    }
}

impl ProviderReport {
    /// What else there is to say, each with what it is about.
    #[must_use]
    pub fn details(&self) -> Vec<(&'static str, String)> {
        let tasks: Vec<String> = self.models.iter().map(|(task, count)| format!("{count} {task}")).collect();
        let terms = self.terms.as_ref().map(|terms| {
            let note = terms.note.as_ref().map(|note| format!(": {note}")).unwrap_or_default();
            let checked = terms.checked.map(|day| format!(" ({day})")).unwrap_or_default();
            format!("{}{note}{checked}", terms.proxies.as_str())
        });
        let states = self.key_states.iter().map(|its| format!("{} {}", its.key, its.state));
        let key_from = self.key_url.clone().filter(|_| !self.enabled);
        let all = [
            ("keys", self.keys.join(", ")),
            ("key states", states.collect::<Vec<_>>().join(", ")),
            ("models", tasks.join(", ")),
            ("quota left", self.quota_left.iter().map(left).collect::<Vec<_>>().join(", ")),
            ("key from", key_from.unwrap_or_default()),
            ("terms", terms.unwrap_or_default()),
            ("checked", self.checked.day.map(|day| day.to_string()).unwrap_or_default()),
        ];
        all.into_iter().filter(|(_, text)| !text.is_empty()).collect()
    }
}

/// A key as it is shown: its end, and whether it is in the store.
fn shown(key: &ProviderKey) -> String {
    match &key.source {
        KeySource::Configuration | KeySource::Variable(_) => key.secret.masked(),
        KeySource::Store(id) => format!("{} ({id})", key.secret.masked()),
    }
}

/// What is left of a limit: `12 of 30 requests_per_minute of m with …cdef`.
fn left(its: &QuotaLeft) -> String {
    let QuotaLeft { key, model, limit, allowed, left, .. } = its;
    let of = model.as_ref().map(|model| format!(" of {model}")).unwrap_or_default();
    let with = if key.is_empty() { String::new() } else { format!(" with {key}") };
    format!("{left} of {allowed} {limit}{of}{with}")
}

fn host(base_url: &str) -> Option<String> {
    let (_, rest) = base_url.split_once("://")?;
    let authority = rest.split('/').next()?;
    Some(authority.rsplit('@').next()?.to_owned())
}
