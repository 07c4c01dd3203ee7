//! Catalogs, configuration and environment, joined provider by provider.
//!
//! The configuration lies over the catalog of the same id, field by field and model by model; the environment gives
//! keys and addresses. A provider without a key is off, which is no error; one that lacks its address or dialect is.

use std::collections::{BTreeMap, BTreeSet};

use mediary_core::capability::USUAL_PRIORITY;
use mediary_core::capability::{CapabilityMatrix, Lifecycle, TaskKind};
use mediary_core::plan::Aliases;
use mediary_core::{ProviderId, Target};
use mediary_remote::{Auth, Endpoint, Proxy, ProxyRules};
use toml::Spanned;

use super::keys::{Given, NoKey, ProviderKey, StoredKeys};
use super::{BadCatalog, Checked, KeyNeed, Off, ProviderSetup, Providers, SearchKeys, Signing, address, keys, row};
use crate::config::providers::{ModelEntry, ProviderEntry};
use crate::config::{Config, ConfiguredProvider, Environment, Problem, ProxyChoice};

pub(super) fn all(
    catalogs: &[ProviderEntry],
    config: &Config,
    env: &Environment,
    stored: &StoredKeys,
) -> Result<Providers, BadCatalog> {
    let configured = |id: &ProviderId| config.providers.iter().find(|configured| configured.entry.id == *id);
    let known: BTreeSet<ProviderId> = catalogs.iter().map(|catalog| catalog.id.clone()).collect();
    let known_ones = catalogs.iter().map(|catalog| Pair {
        catalog: Some(catalog),
        configured: configured(&catalog.id),
        stored: stored.of(&catalog.id),
    });
    let added = config.providers.iter().filter(|configured| !known.contains(&configured.entry.id));
    let added = added.map(|configured| Pair {
        catalog: None,
        configured: Some(configured),
        stored: stored.of(&configured.entry.id),
    });

    let mut all = Providers::default();
    let mut problems = Vec::new();
    let mut models = Vec::new();
    for pair in known_ones.chain(added) {
        all.customary.extend(pair.entries().flat_map(|entry| entry.customary.iter().cloned()));
        pair.entries().for_each(|entry| all.stand_ins.add(&entry.stand_ins));
        all.signing.insert(pair.id(), pair.signing(config, env));
        match pair.setup(config, env) {
            Ok(Ok(setup)) => {
                models.push((setup.id.clone(), pair.models()));
                all.enabled.push(setup);
            }
            Ok(Err(off)) => {
                pair.log(&off);
                all.disabled.push(off);
            }
            Err(problem) => problems.push(problem),
        }
    }
    if !problems.is_empty() {
        return Err(BadCatalog { problems });
    }
    all.enabled.sort_by(|a, b| (a.priority, &a.id).cmp(&(b.priority, &b.id)));
    all.disabled.sort_by(|a, b| a.id.cmp(&b.id));
    all.search = SearchKeys::of_all(config, &all.enabled, stored);
    let models: BTreeMap<ProviderId, Vec<ModelEntry>> = models.into_iter().collect();
    fill(&mut all, &models, &config.aliases);
    Ok(all)
}

/// Makes the matrix, and what there is to say beside it.
fn fill(all: &mut Providers, models: &BTreeMap<ProviderId, Vec<ModelEntry>>, aliases: &Aliases) {
    let mut rows = Vec::new();
    for provider in &all.enabled {
        for entry in models.get(&provider.id).into_iter().flatten() {
            let row = row::abilities(provider, entry.id.as_deref().unwrap_or_default(), entry);
            let info = row::info(entry);
            for alias in info.aliases.iter().filter(|_| row.lifecycle != Lifecycle::Retired) {
                all.aliases.entry(alias.clone()).or_default().push(row.target.clone());
            }
            all.infos.insert(row.target.clone(), info);
            rows.push(row);
        }
    }
    all.matrix = CapabilityMatrix::new(rows);
    all.aliases.extend(aliases.iter().map(|(name, targets): (&String, &Vec<Target>)| (name.clone(), targets.clone())));
}

/// What is known of one provider, from both sides. At least one side is there.
struct Pair<'a> {
    catalog: Option<&'a ProviderEntry>,
    configured: Option<&'a ConfiguredProvider>,
    /// Keys that were added to the store.
    stored: &'a [ProviderKey],
}

impl Pair<'_> {
    /// Both sides, the one that counts for more first.
    fn entries(&self) -> impl Iterator<Item = &ProviderEntry> {
        self.configured.map(|configured| &configured.entry).into_iter().chain(self.catalog)
    }

    fn first<T>(&self, field: impl Fn(&ProviderEntry) -> Option<T>) -> Option<T> {
        self.entries().find_map(field)
    }

    fn id(&self) -> ProviderId {
        self.first(|entry| Some(entry.id.clone())).expect("a pair has at least one side")
    }

    /// The inner error is a provider that is off, the outer one a mistake.
    fn setup(&self, config: &Config, env: &Environment) -> Result<Result<ProviderSetup, Off>, Problem> {
        if self.first(|entry| entry.enabled) == Some(false) {
            return Ok(Err(self.off("switched off by `enabled = false`")));
        }
        if let Some(configured) = self.configured.filter(|configured| !configured.unset.is_empty()) {
            return Ok(Err(self.off(&format!("it needs {}, which is not set", configured.unset.join(", ")))));
        }
        let dialect = self.need("dialect", self.first(|entry| entry.dialect))?;
        let usual = self.need("base_url", self.first(|entry| entry.base_url.clone()))?;
        let usual = match address::filled(&usual, env) {
            Ok(usual) => usual,
            // A variable for the whole address stands in for those of its parts.
            Err(_) if self.variable(env).is_some() => usual,
            Err(why) => return Ok(Err(self.off(&why))),
        };
        let Some(base_url) = self.address(&usual, env) else {
            let names = self.url_env().join(" or ");
            return Ok(Err(self.off(&format!("{names} holds no address such as {usual}"))));
        };
        if address::is_ours(&base_url, &config.server) {
            return Ok(Err(self.off("its address is this server's own")));
        }
        let auth = self.auth();
        let key_env = self.key_env();
        let is_keyless = self.is_keyless();
        let keys = match keys::find(&auth, &key_env, self.given(config, env), self.stored) {
            Ok(keys) => keys,
            // What is sent there is seen by strangers: that it costs nothing is no reason to call it unasked.
            Err(NoKey::Unset(_)) if is_keyless && self.configured.is_some() => Vec::new(),
            Err(NoKey::Unset(why)) if is_keyless => {
                let why = format!("{why}, or name it under [[providers]] to call it without one");
                return Ok(Err(self.off(&why)));
            }
            Err(NoKey::Unset(why) | NoKey::Wrong(why)) => return Ok(Err(self.off(&why))),
        };
        let is_looked_for = config.registry.local && address::is_loopback(&base_url);
        if auth == Auth::None && self.configured.is_none() && self.variable(env).is_none() && !is_looked_for {
            let why = match self.url_env().as_slice() {
                [] => "it is not configured; name it under [[providers]]".to_owned(),
                names => format!(
                    "set {}, or name it under [[providers]]; `registry.local = true` looks for it",
                    names.join(" or ")
                ),
            };
            return Ok(Err(self.off(&why)));
        }
        let has_models = self.entries().any(|entry| !entry.models.is_empty());
        Ok(Ok(ProviderSetup {
            id: self.id(),
            name: self.name(),
            dialect,
            is_loopback: address::is_loopback(&base_url),
            proxy: self.proxy(&base_url, &config.proxies),
            endpoint: Endpoint { base_url, auth, headers: self.headers(), quirks: self.quirks() },
            keys,
            priority: self.first(|entry| entry.priority).unwrap_or(USUAL_PRIORITY),
            priority_is_set: self.configured.is_some_and(|configured| configured.entry.priority.is_some()),
            key_url: self.first(|entry| entry.key_url.clone()),
            free_limits: self.first(|entry| entry.free_limits).unwrap_or_default(),
            discovers: self.first(|entry| entry.discovers).unwrap_or(!has_models),
            lists_models: self.first(|entry| entry.lists_models).unwrap_or(false),
            owner: self.first(|entry| entry.owner.clone()),
            terms: self.first(|entry| entry.terms.clone()),
            checked: self.checked(),
            defaults: self.defaults(),
        }))
    }

    fn need<T>(&self, key: &str, value: Option<T>) -> Result<T, Problem> {
        let origin = || self.configured.map_or(crate::config::Origin::Default, |configured| configured.origin.clone());
        let id = self.id();
        let message = || {
            format!("no catalog knows the provider `{}`, so it needs `{key}`; or was another id meant?", id.as_str())
        };
        value.ok_or_else(|| Problem { origin: origin(), key: None, message: message() })
    }

    fn off(&self, why: &str) -> Off {
        Off {
            id: self.id(),
            name: self.name(),
            why: why.to_owned(),
            key_env: self.key_env(),
            key_url: self.first(|entry| entry.key_url.clone()),
            terms: self.first(|entry| entry.terms.clone()),
            checked: self.checked(),
        }
    }

    fn key_env(&self) -> Vec<String> {
        self.first(|entry| entry.key_env.clone()).unwrap_or_default()
    }

    fn is_keyless(&self) -> bool {
        self.first(|entry| entry.keyless).unwrap_or(false)
    }

    /// Its keys but those of the store.
    fn given(&self, config: &Config, env: &Environment) -> Result<Given, NoKey> {
        keys::given(&self.id(), &self.key_env(), self.configured, env, &config.keys_off)
    }

    /// What there is to know before one adds a key.
    fn signing(&self, config: &Config, env: &Environment) -> Signing {
        let need = match self.auth() {
            Auth::None => KeyNeed::None,
            Auth::Bearer | Auth::Header(_) if self.is_keyless() => KeyNeed::Optional,
            Auth::Bearer | Auth::Header(_) => KeyNeed::Needed,
        };
        let chats = |model: &ModelEntry| model.tasks.as_ref().is_none_or(|tasks| tasks.contains(&TaskKind::Chat));
        let is_free =
            self.models().iter().any(|model| chats(model) && model.price.is_some_and(|price| price.0.is_free()));
        Signing { need, is_free, left_out: self.given(config, env).map(|given| given.left_out).unwrap_or_default() }
    }

    fn checked(&self) -> Checked {
        Checked { source: self.first(|entry| entry.source.clone()), day: self.first(|entry| entry.checked) }
    }

    /// Of providers that are not in use, only those of the configuration are worth a line.
    fn log(&self, off: &Off) {
        match self.configured {
            Some(_) => tracing::info!(provider = off.id.as_str(), why = off.why, "provider is off"),
            None => tracing::debug!(provider = off.id.as_str(), why = off.why, "provider is off"),
        }
    }

    fn name(&self) -> String {
        self.first(|entry| entry.name.clone()).unwrap_or_else(|| self.id().as_str().to_owned())
    }

    fn url_env(&self) -> Vec<String> {
        self.first(|entry| entry.url_env.clone()).unwrap_or_default()
    }

    /// What the first variable for an address says, if one is set.
    fn variable<'e>(&self, env: &'e Environment) -> Option<&'e str> {
        self.url_env().iter().find_map(|name| env.text(name))
    }

    /// An address in the configuration counts for more than one in a variable. `None`: the variable holds none.
    fn address(&self, usual: &str, env: &Environment) -> Option<String> {
        let is_written = self.configured.is_some_and(|configured| configured.entry.base_url.is_some());
        match self.variable(env) {
            Some(variable) if !is_written => address::complete(variable, usual),
            Some(_) | None => Some(usual.to_owned()),
        }
    }

    fn auth(&self) -> Auth {
        let has_keys = self
            .configured
            .is_some_and(|configured| configured.entry.api_keys.is_some() || configured.entry.key_env.is_some())
            || !self.stored.is_empty();
        match self.first(|entry| entry.auth.clone()) {
            // Keys for a provider that usually wants none are meant to be sent.
            Some(Auth::None) if has_keys && self.configured.is_none_or(|its| its.entry.auth.is_none()) => Auth::Bearer,
            Some(auth) => auth,
            None if has_keys || self.catalog.is_some() => Auth::Bearer,
            None => Auth::None,
        }
    }

    /// What is written for this provider counts for more than what the environment says of all of them.
    fn proxy(&self, base_url: &str, rules: &ProxyRules) -> Option<Proxy> {
        match self.first(|entry| entry.proxy.clone()) {
            Some(ProxyChoice::Direct) => None,
            Some(ProxyChoice::Through(proxy)) => Some(proxy),
            None => rules.proxy_for(base_url).cloned(),
        }
    }

    fn headers(&self) -> Vec<(String, String)> {
        let mut all: Vec<(String, String)> = Vec::new();
        for (name, value) in self.entries().filter_map(|entry| entry.headers.as_ref()).flat_map(|headers| &headers.0) {
            if all.iter().all(|(other, _)| !other.eq_ignore_ascii_case(name)) {
                all.push((name.clone(), value.clone()));
            }
        }
        all
    }

    fn quirks(&self) -> mediary_remote::Quirks {
        match self.configured {
            Some(configured) => configured.entry.quirks_over(self.catalog),
            None => self.catalog.map(|catalog| catalog.quirks_over(None)).unwrap_or_default(),
        }
    }

    fn defaults(&self) -> ModelEntry {
        let all = self.entries().filter_map(|entry| entry.defaults.as_ref());
        all.fold(ModelEntry::default(), |whole, below| whole.over(below.get_ref()))
    }

    /// Its models, whole: the catalog's in their order, then those that were added.
    fn models(&self) -> Vec<ModelEntry> {
        let defaults = self.defaults();
        let listed = self.catalog.map(|catalog| catalog.models.as_slice()).unwrap_or_default();
        let written = self.configured.map(|configured| configured.entry.models.as_slice()).unwrap_or_default();
        let named = |models: &[Spanned<ModelEntry>], id: &Option<String>| {
            models.iter().map(Spanned::get_ref).find(|model| model.id == *id).cloned()
        };
        let listed_ones = listed.iter().map(Spanned::get_ref).map(|model| match named(written, &model.id) {
            Some(over) => over.over(model),
            None => model.clone(),
        });
        let added = written.iter().map(Spanned::get_ref).filter(|model| named(listed, &model.id).is_none()).cloned();
        listed_ones.chain(added).map(|model| model.over(&defaults)).collect()
    }
}
