//! The database, the keys in it and those beside it, and which providers are on with them.

use std::collections::BTreeMap;

use mediary_core::ContentHash;
use mediary_store::{KeptKey, KeptKeyState};

use super::super::Context;
use super::super::kept::Kept;
use super::finding::Finding;
use crate::config::{Config, Source};
use crate::gateway::KeyStanding;
use crate::providers::Providers;

pub(super) fn findings(context: &Context, config: &Config, source: &Source) -> Vec<Finding> {
    let mut all = Vec::new();
    let mut states = Vec::new();
    match kept(context, config) {
        Ok(None) => all.push(Finding::ok("store", "there is no database yet; the first start makes it")),
        Ok(Some(kept)) => {
            all.push(Finding::ok("store", "the database can be read and written"));
            states = kept.wait(kept.keys.states().all()).unwrap_or_default();
            match kept.wait(kept.keys.all_that_open()) {
                Ok((keys, trouble)) => all.push(sealed(&keys, trouble.map(|trouble| trouble.to_string()))),
                Err(error) => all.push(Finding::bad("keys", error, "restore the database from a backup")),
            }
        }
        Err(finding) => all.push(*finding),
    }
    match context.providers(config, source) {
        Ok(providers) => all.extend([on(&providers), standing(&providers, &states)]),
        Err(error) => all.push(Finding::bad("providers", error, "mend it; mediary check-config names the place")),
    }
    all
}

fn kept(context: &Context, config: &Config) -> Result<Option<Kept>, Box<Finding>> {
    let bad = |says: String, advice: &str| Box::new(Finding::bad("store", says, advice));
    let place = context.store_place(config);
    let place = place
        .ok_or_else(|| bad("there is no folder for it".to_owned(), "name one with [store] dir or MEDIARY_HOME"))?;
    if !place.is_there() {
        return Ok(None);
    }
    let advice = "see what it says; a start mends what it can, and mediary backup keeps a copy";
    context.kept().map(Some).map_err(|error| bad(error, advice))
}

/// The keys of the store: whether the master key opens them.
fn sealed(keys: &[KeptKey], trouble: Option<String>) -> Finding {
    let shut: Vec<&str> = keys.iter().filter(|key| key.secret.is_none()).map(|key| key.listed.id.as_str()).collect();
    if shut.is_empty() {
        return Finding::ok("keys", format!("{} of providers are in the store, and all can be opened", keys.len()));
    }
    let says = format!("{} cannot be opened: {}", shut.len(), shut.join(", "));
    let advice = "put the right master key back, or remove them (mediary keys remove ID) and add them anew";
    Finding::bad("keys", trouble.map(|trouble| format!("{says}; {trouble}")).unwrap_or(says), advice)
}

fn on(providers: &Providers) -> Finding {
    let names: Vec<&str> = providers.enabled.iter().map(|setup| setup.id.as_str()).collect();
    if names.is_empty() {
        let advice = "mediary keys add PROVIDER, or a variable such as GROQ_API_KEY; documents are read without any";
        return Finding::warn("providers", "none is on", advice);
    }
    Finding::ok("providers", format!("{} are on: {}", names.len(), names.join(", ")))
}

/// How the keys that are used stood when a server last told.
fn standing(providers: &Providers, states: &[KeptKeyState]) -> Finding {
    let mut by_health: BTreeMap<&'static str, usize> = BTreeMap::new();
    let mut refused = Vec::new();
    for (setup, key) in providers.enabled.iter().flat_map(|setup| setup.keys.iter().map(move |key| (setup, key))) {
        let fingerprint = ContentHash::of(key.expose().as_bytes()).to_string();
        let its = states.iter().find(|state| state.provider == setup.id.as_str() && state.key == fingerprint);
        let standing = its.and_then(|its| serde_json::from_str::<KeyStanding>(&its.state).ok()).unwrap_or_default();
        let name = standing.health.name();
        *by_health.entry(name).or_default() += 1;
        if name == "invalid" {
            refused.push(format!("{} {}", setup.id.as_str(), key.secret.masked()));
        }
    }
    let counts: Vec<String> = by_health.iter().map(|(name, count)| format!("{count} {name}")).collect();
    let told = if counts.is_empty() { "no provider needs one".to_owned() } else { counts.join(", ") };
    match refused.is_empty() {
        true => Finding::ok("key states", told),
        false => Finding::warn(
            "key states",
            format!("{told}: {}", refused.join(", ")),
            "their providers refused them; put others in their places, and mediary keys check asks anew",
        ),
    }
}
