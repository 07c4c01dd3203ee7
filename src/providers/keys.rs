//! Which keys a provider has: those of the configuration, else the first variable of its catalog that is set; behind them
//! those that were added to the store.

use std::collections::{BTreeMap, BTreeSet};

use mediary_core::{ContentHash, ProviderId};
use mediary_remote::Auth;

use crate::config::ConfiguredProvider;
use crate::config::sendable;
use crate::config::{Environment, Secret};

/// A key of a provider, and where it comes from.
#[derive(Debug, Clone)]
pub struct ProviderKey {
    /// The key.
    pub secret: Secret,
    /// Where it comes from.
    pub source: KeySource,
}

/// Where a key comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeySource {
    /// The configuration.
    Configuration,
    /// A variable of the environment.
    Variable(String),
    /// The store, under this id.
    Store(String),
}

impl ProviderKey {
    /// What it is called by where keys are managed: its id in the store; else one that is the same as long as the key is,
    /// and from which the key cannot be told.
    #[must_use]
    pub fn id(&self, provider: &ProviderId) -> String {
        match &self.source {
            KeySource::Store(id) => id.clone(),
            KeySource::Configuration | KeySource::Variable(_) => {
                let hash = ContentHash::of(format!("{}\n{}", provider.as_str(), self.expose()).as_bytes()).to_string();
                format!("given_{}", &hash[..ID_DIGITS])
            }
        }
    }

    /// The key itself, for sending; never for printing.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.secret.expose()
    }
}

/// Keys that were added to the store and can be used, by provider.
#[derive(Debug, Clone, Default)]
pub struct StoredKeys(BTreeMap<ProviderId, Vec<ProviderKey>>);

impl StoredKeys {
    /// Takes a key in, under its id. Gives whether it is one that can be sent.
    pub fn add(&mut self, provider: &str, id: String, secret: &str) -> bool {
        let Some(secret) = sendable(secret) else { return false };
        self.0.entry(ProviderId::new(provider)).or_default().push(ProviderKey { secret, source: KeySource::Store(id) });
        true
    }

    /// Those of a provider.
    pub(super) fn of(&self, provider: &ProviderId) -> &[ProviderKey] {
        self.0.get(provider).map_or(&[], Vec::as_slice)
    }
}

/// So many digits tell the keys of an operator apart.
const ID_DIGITS: usize = 16;

/// Why there is no key.
#[derive(Debug)]
pub(super) enum NoKey {
    /// None was given.
    Unset(String),
    /// What was given is none.
    Wrong(String),
}

/// Keys that were not added to the store: those that are used, and those that an administrator has left out.
#[derive(Debug, Default)]
pub(super) struct Given {
    pub(super) used: Vec<ProviderKey>,
    pub(super) left_out: Vec<ProviderKey>,
}

/// The keys, or why there is none. What is wrong with one of the environment is no matter where others are stored.
pub(super) fn find(
    auth: &Auth,
    key_env: &[String],
    given: Result<Given, NoKey>,
    stored: &[ProviderKey],
) -> Result<Vec<ProviderKey>, NoKey> {
    let Given { used: given, left_out } = match given {
        Err(_) if !stored.is_empty() => Given::default(),
        given => given?,
    };
    if given.is_empty() && stored.is_empty() && *auth != Auth::None {
        return Err(NoKey::Unset(match key_env {
            _ if !left_out.is_empty() => "its keys are left out; use one of them again, or add another".to_owned(),
            [] => "it has no key; write `api_keys`".to_owned(),
            names => format!("no key; set {}", names.join(" or ")),
        }));
    }
    let mut apart: Vec<ProviderKey> = Vec::with_capacity(given.len() + stored.len());
    for key in given.into_iter().chain(stored.iter().cloned()) {
        if apart.iter().all(|other| other.expose() != key.expose()) {
            apart.push(key);
        }
    }
    Ok(apart)
}

/// The keys of the configuration, else of the environment. `off`: the ids of those that are left out.
pub(super) fn given(
    provider: &ProviderId,
    key_env: &[String],
    configured: Option<&ConfiguredProvider>,
    env: &Environment,
    off: &BTreeSet<String>,
) -> Result<Given, NoKey> {
    let all = written(key_env, configured, env)?;
    let (left_out, used) = all.into_iter().partition(|key| off.contains(&key.id(provider)));
    Ok(Given { used, left_out })
}

fn written(
    key_env: &[String],
    configured: Option<&ConfiguredProvider>,
    env: &Environment,
) -> Result<Vec<ProviderKey>, NoKey> {
    let written = configured.and_then(|configured| Some((configured, configured.entry.api_keys.as_ref()?)));
    match written {
        Some((configured, keys)) if keys.0.is_empty() && !configured.unset_keys.is_empty() => {
            Err(NoKey::Wrong(format!("its keys name {}, which is not set", configured.unset_keys.join(", "))))
        }
        Some((_, keys)) => {
            let key = |secret: &Secret| ProviderKey { secret: secret.clone(), source: KeySource::Configuration };
            Ok(keys.0.iter().map(key).collect())
        }
        None => Ok(from_variables(key_env, env).map_err(NoKey::Wrong)?.into_iter().collect()),
    }
}

fn from_variables(names: &[String], env: &Environment) -> Result<Option<ProviderKey>, String> {
    // A variable of spaces is as good as unset.
    let set = names.iter().find_map(|name| Some((name, env.text(name).filter(|text| !text.trim().is_empty())?)));
    set.map(|(name, text)| {
        let secret = sendable(text).ok_or_else(|| format!("{name} holds characters that no key has; set it anew"))?;
        Ok(ProviderKey { secret, source: KeySource::Variable(name.clone()) })
    })
    .transpose()
}
