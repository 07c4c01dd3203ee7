//! The Ollama on this machine, for clients of Ollama: what it has is passed on to it as it came.
//!
//! Which models it has is asked for when a request comes, and believed for a moment. A daemon that is down is waited for
//! once and then left alone for a while: its models are missing from the catalog meanwhile, and nothing else. The router
//! knows it as a provider besides, for everything that comes in other formats.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use mediary_core::plan::{CostPolicy, Privacy};
use mediary_core::provider::Timeouts;
use mediary_core::{Failure, ModelName, ProviderId, Target};
pub use mediary_remote::Passage;
use mediary_remote::{DialectName, Method, Remote, provider_client};
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::Gateway;
use crate::config::Routing;
use crate::providers::{ProviderSetup, Providers};

/// How long a list of models is waited for.
const PATIENCE: Duration = Duration::from_millis(1_500);
/// How long one that was silent is left alone.
const LEFT_ALONE: Duration = Duration::from_secs(30);
/// How long a list of models is believed.
const FRESH: Duration = Duration::from_secs(2);
/// A model may have to be loaded from a slow disk before its first word, and a large one fetched between two lines.
const TIMEOUTS: Timeouts = Timeouts { first_byte: Duration::from_secs(600), stall: Duration::from_secs(600) };
/// A list of models.
const MOST_LIST_BYTES: usize = 16 << 20;

/// The daemon.
#[derive(Debug)]
pub struct Daemon {
    /// What the router knows it as.
    pub provider: ProviderId,
    remote: Remote,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    silent_until: Option<Instant>,
    listed: Option<(Instant, Arc<[Value]>)>,
}

impl Daemon {
    /// The first server of Ollama's own kind that is set up, if requests may go there unseen by the router.
    pub(super) fn of(providers: &Providers, routing: &Routing) -> Option<Self> {
        let is_unbounded =
            routing.privacy == Privacy::Any && routing.cost <= CostPolicy::FreeFirst && !routing.confirm_paid;
        let is_one = |setup: &&ProviderSetup| {
            setup.dialect == DialectName::Ollama && setup.keys.is_empty() && (setup.is_loopback || is_unbounded)
        };
        let setup = providers.enabled.iter().find(is_one)?;
        let client = provider_client(routing.connect).through(setup.proxy.as_ref());
        let remote = Remote::new(&client, setup.dialect.dialect(), setup.endpoint.clone());
        Some(Self { provider: setup.id.clone(), remote, state: Mutex::default() })
    }

    /// The models that it has, as it tells of them; none while it is down.
    pub async fn models(&self) -> Arc<[Value]> {
        // Of several requests at once, one asks and the others wait for what it learns.
        let mut state = self.state.lock().await;
        let now = Instant::now();
        if state.silent_until.is_some_and(|until| until > now) {
            return Arc::default();
        }
        if let Some((_, models)) = state.listed.as_ref().filter(|(at, _)| now.duration_since(*at) < FRESH) {
            return models.clone();
        }
        let listed = timeout(PATIENCE, self.list()).await;
        match listed {
            Ok(Ok(list)) => {
                let models: Arc<[Value]> = self.completed(&list).await.into();
                *state = State { silent_until: None, listed: Some((Instant::now(), models.clone())) };
                models
            }
            Ok(Err(_)) | Err(_) => {
                *state = State { silent_until: Some(Instant::now() + LEFT_ALONE), listed: None };
                Arc::default()
            }
        }
    }

    async fn list(&self) -> Result<Vec<u8>, Failure> {
        let answer = self.pass(Method::GET, "/tags", Bytes::new()).await?;
        if answer.status() != 200 {
            return Ok(Vec::new());
        }
        answer.whole(MOST_LIST_BYTES).await
    }

    /// The entries of a list, with what it leaves open of them: what each model can do, and how much it holds.
    async fn completed(&self, list: &[u8]) -> Vec<Value> {
        let mut body: Value = serde_json::from_slice(list).unwrap_or_default();
        let mut entries = body["models"].as_array_mut().map(std::mem::take).unwrap_or_default();
        if entries.is_empty() {
            return entries;
        }
        let known = self.remote.detailed(list, None).await.unwrap_or_default();
        for entry in entries.iter_mut().filter(|entry| entry.is_object()) {
            let Some(model) = known.iter().find(|model| entry["name"] == *model.name) else { continue };
            if entry["capabilities"].is_null() && !model.capabilities.is_empty() {
                entry["capabilities"] = model.capabilities.clone().into();
            }
            let is_silent =
                |details: &Value| details.is_null() || details.is_object() && details["context_length"].is_null();
            if let Some(tokens) = model.context_tokens.filter(|_| is_silent(&entry["details"])) {
                entry["details"]["context_length"] = tokens.into();
            }
        }
        entries
    }

    /// Whether it has a model of this name; a tag that is left out is `latest`.
    pub async fn has(&self, model: &str) -> bool {
        let latest = format!("{model}:latest");
        let models = self.models().await;
        let mut names = models.iter().filter_map(|listed| listed["name"].as_str().or(listed["model"].as_str()));
        !model.is_empty() && names.any(|name| name == model || name == latest)
    }

    /// Whether it answers.
    pub async fn is_there(&self) -> bool {
        let _models = self.models().await;
        self.state.lock().await.silent_until.is_none()
    }

    /// Passes a request on, to a path below its `/api`.
    ///
    /// # Errors
    /// When it cannot be reached, or does not begin to answer; it is left alone then.
    pub async fn pass(&self, method: Method, path: &str, body: Bytes) -> Result<Passage, Failure> {
        self.remote.pass(method, path, body, None, TIMEOUTS).await
    }

    /// Notes that it could not be reached.
    pub async fn is_down(&self) {
        *self.state.lock().await = State { silent_until: Some(Instant::now() + LEFT_ALONE), listed: None };
    }

    /// Notes that its models are about to change.
    pub async fn changes(&self) {
        self.state.lock().await.listed = None;
    }
}

impl Gateway {
    /// The Ollama on this machine, if one is set up.
    #[must_use]
    pub fn daemon(&self) -> Option<&Daemon> {
        self.daemon.as_ref()
    }

    /// Whether a provider's model is known to cost nothing; on this machine none does unless it is said.
    #[must_use]
    pub fn is_free(&self, provider: &ProviderId, model: &str) -> bool {
        let known = self.router.known();
        let target = Target { provider: provider.clone(), model: ModelName::new(model) };
        let row = known.get(&target);
        let is_near = || self.router.providers().get(provider).is_some_and(|setup| setup.is_loopback);
        row.map_or_else(is_near, |row| row.price.is_free())
    }
}
