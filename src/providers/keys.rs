//! Which keys a provider has: those of the configuration, else the first variable of its catalog that is set.

use mediary_remote::Auth;

use crate::config::ConfiguredProvider;
use crate::config::sendable;
use crate::config::{Environment, Secret};

/// Why there is no key.
#[derive(Debug)]
pub(super) enum NoKey {
    /// None was given.
    Unset(String),
    /// What was given is none.
    Wrong(String),
}

/// The keys, or why there is none.
pub(super) fn find(
    auth: &Auth,
    key_env: &[String],
    configured: Option<&ConfiguredProvider>,
    env: &Environment,
) -> Result<Vec<Secret>, NoKey> {
    let written = configured.and_then(|configured| Some((configured, configured.entry.api_keys.as_ref()?)));
    let keys = match written {
        Some((configured, keys)) if keys.0.is_empty() && !configured.unset_keys.is_empty() => {
            return Err(NoKey::Wrong(format!("its keys name {}, which is not set", configured.unset_keys.join(", "))));
        }
        Some((_, keys)) => keys.0.clone(),
        None => from_variables(key_env, env).map_err(NoKey::Wrong)?.into_iter().collect(),
    };
    if keys.is_empty() && *auth != Auth::None {
        return Err(NoKey::Unset(match key_env {
            [] => "it has no key; write `api_keys`".to_owned(),
            names => format!("no key; set {}", names.join(" or ")),
        }));
    }
    let mut apart: Vec<Secret> = Vec::with_capacity(keys.len());
    for key in keys {
        if apart.iter().all(|other| other.expose() != key.expose()) {
            apart.push(key);
        }
    }
    Ok(apart)
}

fn from_variables(names: &[String], env: &Environment) -> Result<Option<Secret>, String> {
    // A variable of spaces is as good as unset.
    let set = names.iter().find_map(|name| Some((name, env.text(name).filter(|text| !text.trim().is_empty())?)));
    set.map(|(name, text)| {
        sendable(text).ok_or_else(|| format!("{name} holds characters that no key has; set it anew"))
    })
    .transpose()
}
