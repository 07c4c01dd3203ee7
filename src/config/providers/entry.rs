//! A provider as it is written in a catalog or under `[[providers]]`.
//!
//! Everything but the id may be missing: what the configuration leaves out comes from the catalog of that id. Fields whose
//! texts have a form of their own (ids, addresses, names of variables) are read here; complaints about them say what
//! would be right and never repeat the text, which may have come out of a variable.

use std::collections::BTreeMap;

use mediary_core::ProviderId;
use mediary_core::capability::Tier;
use mediary_remote::Auth;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use toml::{Spanned, Table, Value};

use super::{Day, DialectName, FreeLimits, ModelEntry, Terms};
use crate::config::address;
use crate::config::secret::{Headers, KeyList, ProxyChoice};

/// A provider as written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderEntry {
    /// Its id, the first part of its targets' names.
    #[serde(deserialize_with = "provider_id")]
    pub id: ProviderId,
    /// Its name for people.
    pub name: Option<String>,
    /// Its wire format.
    pub dialect: Option<DialectName>,
    /// Where it is.
    #[serde(default, deserialize_with = "base_url")]
    pub base_url: Option<String>,
    /// How its key travels.
    pub auth: Option<Auth>,
    /// Its keys; asked in turn.
    pub api_keys: Option<KeyList>,
    /// Variables that may hold its key; the first that is set counts.
    #[serde(default, deserialize_with = "variables")]
    pub key_env: Option<Vec<String>>,
    /// Variables that may hold its address. What such an address leaves out is taken from `base_url`.
    #[serde(default, deserialize_with = "variables")]
    pub url_env: Option<Vec<String>>,
    /// Where people get a key.
    pub key_url: Option<String>,
    /// Whether it answers without a key as well. Without one it is called only where the configuration names it.
    pub keyless: Option<bool>,
    /// What its facts were checked against.
    pub source: Option<String>,
    /// When that was done.
    pub checked: Option<Day>,
    /// What its terms say of gateways.
    pub terms: Option<Terms>,
    /// Its place in the order; lower is asked first.
    pub priority: Option<u32>,
    /// Whether it may be called at all.
    pub enabled: Option<bool>,
    /// Whether it is asked which models it has.
    pub discovers: Option<bool>,
    /// Whether it has a list of its models that is looked at from time to time, beside those that are listed here.
    pub lists_models: Option<bool>,
    /// Who owns the models of its list, in the words of the list: at a usual port another server may listen.
    pub owner: Option<String>,
    /// Headers that go with every call.
    pub headers: Option<Headers>,
    /// The proxy through which it is reached, instead of those of the environment.
    pub proxy: Option<ProxyChoice>,
    /// How it departs from its dialect. Read by [`ProviderEntry::quirks_over`], so that single ones can be overridden.
    pub quirks: Option<Quirks>,
    /// What it gives for nothing, all models together.
    pub free_limits: Option<FreeLimits>,
    /// Names of models that clients send without meaning them: on task endpoints they stand for `auto`.
    #[serde(default)]
    pub customary: Vec<String>,
    /// The tiers that stand in for its families of models, by the words of their names, for clients that only know those.
    #[serde(default)]
    pub stand_ins: BTreeMap<String, Tier>,
    /// What its models have in common.
    pub defaults: Option<Spanned<ModelEntry>>,
    /// Its models.
    #[serde(default)]
    pub models: Vec<Spanned<ModelEntry>>,
}

/// Departures that were written, known to be ones there are.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(try_from = "Table")]
pub struct Quirks(Table);

impl TryFrom<Table> for Quirks {
    type Error = String;

    fn try_from(table: Table) -> Result<Self, Self::Error> {
        match table.clone().try_into::<mediary_remote::Quirks>() {
            Ok(_) => Ok(Self(table)),
            Err(error) => Err(format!("quirks: {}", error.message())),
        }
    }
}

impl ProviderEntry {
    /// Its departures, laid over those of another entry.
    #[must_use]
    pub fn quirks_over(&self, below: Option<&Self>) -> mediary_remote::Quirks {
        let mut all = below.and_then(|below| below.quirks.clone()).unwrap_or_default().0;
        all.extend(self.quirks.clone().unwrap_or_default().0);
        all.try_into().expect("departures that were read one by one can be read together")
    }
}

fn provider_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ProviderId, D::Error> {
    let text = String::deserialize(deserializer)?;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
    if text == "local" {
        return Err(D::Error::custom("`local` is the engines in this process; give the provider another id"));
    }
    if text.is_empty() || !text.chars().all(plain) {
        return Err(D::Error::custom("`id` must be made of lower-case letters, digits, dots, dashes and underscores"));
    }
    Ok(ProviderId::new(&text))
}

fn base_url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let wants = "`base_url` must be an http or https address without user, query or fragment, such as \
                 \"http://127.0.0.1:9000/v1\"";
    let text = text.trim();
    // A catalog's may hold variables, in its host too; it is judged by what could stand for them, and filled in later.
    let judged = match text.contains("${") {
        true => address::base_url(&without_variables(text)).map(|_| text.trim_end_matches('/').to_owned()),
        false => address::base_url(text),
    };
    judged.map(Some).ok_or_else(|| D::Error::custom(wants))
}

/// An address with a letter in place of each variable.
fn without_variables(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        plain.push_str(before);
        let Some((_, after)) = after.split_once('}') else { break };
        plain.push('x');
        rest = after;
    }
    plain + rest
}

fn variables<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<String>>, D::Error> {
    let plain = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let names = match Value::deserialize(deserializer)? {
        Value::Array(names) => names,
        single => vec![single],
    };
    let names = names.into_iter().map(|name| match name {
        Value::String(name) if !name.is_empty() && name.chars().all(plain) => Some(name),
        // It may be a key, written where its variable belongs, and must not be repeated in a log.
        _ => None,
    });
    let wants = "must be a list of variables' names in upper case, such as [\"GROQ_API_KEY\"]";
    names.collect::<Option<_>>().map(Some).ok_or_else(|| D::Error::custom(wants))
}
