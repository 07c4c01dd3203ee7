//! A provider as it is written in a catalog or under `[[providers]]`.
//!
//! Everything but the id may be missing: what the configuration leaves out comes from the catalog of that id.

use mediary_core::ProviderId;
use mediary_remote::Auth;
use serde::{Deserialize, Serialize};
use toml::{Spanned, Table};

use super::fields;
use super::{DialectName, Headers, KeyList, ModelEntry, ProxyChoice};

/// A provider as written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderEntry {
    /// Its id, the first part of its targets' names.
    #[serde(deserialize_with = "fields::provider_id")]
    pub id: ProviderId,
    /// Its name for people.
    pub name: Option<String>,
    /// Its wire format.
    pub dialect: Option<DialectName>,
    /// Where it is.
    #[serde(default, deserialize_with = "fields::base_url")]
    pub base_url: Option<String>,
    /// How its key travels.
    pub auth: Option<Auth>,
    /// Its keys; asked in turn.
    pub api_keys: Option<KeyList>,
    /// Variables that may hold its key; the first that is set counts.
    #[serde(default, deserialize_with = "fields::variables")]
    pub key_env: Option<Vec<String>>,
    /// Variables that may hold its address. What such an address leaves out is taken from `base_url`.
    #[serde(default, deserialize_with = "fields::variables")]
    pub url_env: Option<Vec<String>>,
    /// Where people get a key.
    pub key_url: Option<String>,
    /// Its place in the order; lower is asked first.
    pub priority: Option<u32>,
    /// Whether it may be called at all.
    pub enabled: Option<bool>,
    /// Whether it is asked which models it has.
    pub discovers: Option<bool>,
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

/// What a provider gives for nothing. A limit that is not published is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FreeLimits {
    /// Requests a minute.
    #[serde(rename = "rpm")]
    pub requests_per_minute: Option<u32>,
    /// Requests a day.
    #[serde(rename = "rpd")]
    pub requests_per_day: Option<u32>,
    /// Tokens a minute.
    #[serde(rename = "tpm")]
    pub tokens_per_minute: Option<u32>,
    /// Tokens a day.
    #[serde(rename = "tpd")]
    pub tokens_per_day: Option<u32>,
}
