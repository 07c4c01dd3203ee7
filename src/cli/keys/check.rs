//! `mediary keys check`: providers are asked whether keys are accepted, by what costs nothing.
//!
//! What is found is kept, for the lists of keys; a server that runs finds out by itself.

use std::fmt::Write as _;

use mediary_core::{ContentHash, ProviderId};
use serde_json::json;

use super::super::Context;
use super::Kept;
use crate::gateway::{KeyCheck, unix_seconds};

/// Checks the key of an id, those of a provider, or all, and says what came of it.
pub(super) fn told(context: &Context, kept: &Kept, which: Option<&str>, json: bool) -> Result<String, String> {
    let (gateway, _) = context.gateway()?;
    let router = &gateway.router;
    let (all, _) = kept.wait(kept.keys.all_that_open())?;
    let stored = which.and_then(|which| all.into_iter().find(|key| key.listed.id == which));
    let checks = match (which, stored) {
        (Some(id), Some(key)) => {
            let secret = key.secret.ok_or_else(|| format!("{id} cannot be opened with the master key that is here"))?;
            let fingerprint = ContentHash::of(secret.as_bytes()).to_string();
            let provider = ProviderId::new(&key.listed.provider);
            let checked = kept.wait(async { Ok::<_, String>(router.check_key(&provider, &fingerprint).await) })?;
            vec![checked.ok_or_else(|| format!("{id} is left out: it is disabled, or its provider is off"))?]
        }
        (Some(provider), None) => {
            let provider = ProviderId::new(provider);
            let unknown = || format!("`{}` is no key of the store and no provider that is on", provider.as_str());
            router.providers().get(&provider).ok_or_else(unknown)?;
            kept.wait(async { Ok::<_, String>(router.check_keys(Some(&provider)).await) })?
        }
        (None, _) => kept.wait(async { Ok::<_, String>(router.check_keys(None).await) })?,
    };
    kept.wait(kept.keys.states().keep(router.changed_keys(), unix_seconds()))?;
    if json {
        let rows = checks.iter().map(|KeyCheck { provider, key, outcome, why }| {
            json!({ "provider": provider, "key": key, "outcome": outcome, "why": why })
        });
        let text = serde_json::to_string_pretty(&rows.collect::<Vec<_>>()).map_err(|error| error.to_string())?;
        return Ok(format!("{text}\n"));
    }
    if checks.is_empty() {
        return Ok("there are no keys to check\n".to_owned());
    }
    let width = checks.iter().map(|check| check.provider.len()).max().unwrap_or(0);
    let mut text = String::new();
    for KeyCheck { provider, key, outcome, why } in &checks {
        let why = why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        // Writing to a text does not fail.
        let _ = writeln!(text, "{provider:width$}  {key:5}  {outcome}{why}");
    }
    Ok(text)
}
