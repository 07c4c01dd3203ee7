//! Taking up changed files while the server runs: the configuration, and the catalogs and recipes beside it.
//!
//! Keys that were added to the store or taken away are taken up with them, at once. All of them are read and checked together. If anything is wrong, that is logged and everything stays as it was; else
//! the next request is the first that is served by what they say now.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::Context;
use super::key_ring::KeyRing;
use crate::config::{Config, Source};
use crate::gateway::{Gateway, KeptClients, NumberedSettings, Renewal, RequestLog, VideoJobs};
use crate::http::{AppState, Current};

/// How often it is looked whether a file has changed, and whether a key has.
const EVERY: Duration = Duration::from_secs(1);
const KEYS_EVERY: Duration = Duration::from_millis(250);

/// What a server is made of that can be changed while it runs.
#[derive(Debug)]
pub(super) struct Running {
    state: AppState,
    current: Current,
    jobs: Option<Arc<VideoJobs>>,
    key_ring: KeyRing,
    clients: Option<Arc<KeptClients>>,
    /// Which change of clients' keys was taken up last.
    clients_revision: i64,
    /// The settings that were taken up last.
    settings: NumberedSettings,
    /// Writes the request log, whether or not it is given anything.
    log: Option<Arc<RequestLog>>,
}

/// A file as it was: where, when it was changed, how long it is.
type Stamp = (PathBuf, Option<SystemTime>, u64);

/// Looks for changes, and takes them up; never ends. `serving` is told which gateway serves then.
pub(super) async fn follow(context: &Context, source: &Source, mut running: Running, serving: impl Fn(Arc<Gateway>)) {
    let mut files = Files::of(context, source);
    loop {
        let what = tokio::select! {
            () = files.change() => "changed files were taken up",
            whose = running.keys_change() => match whose {
                Whose::Providers => "changed keys were taken up",
                Whose::Settings => "changed settings were taken up",
                Whose::Clients => {
                    // Who is asked for a key may be another question now.
                    running.current.change(running.state.clone());
                    tracing::info!("changed keys of clients were taken up");
                    continue;
                }
            },
        };
        match changed(context, &running) {
            Ok(state) => {
                running.current.change(state.clone());
                serving(state.gateway.clone());
                if let Some(jobs) = &running.jobs {
                    jobs.serve_with(state.gateway.clone());
                }
                running.state = state;
                tracing::info!(config.file = %source, "{what}");
            }
            Err(problem) => {
                tracing::error!(
                    config.file = %source,
                    error.detail = problem,
                    "changed files are not taken up; everything stays as it was until they are mended"
                );
            }
        }
    }
}

/// Whose keys have changed, or that the settings have.
enum Whose {
    Providers,
    Clients,
    Settings,
}

impl Running {
    /// What a server is made of at its start.
    pub(super) async fn new(
        state: AppState,
        current: Current,
        jobs: Option<Arc<VideoJobs>>,
        key_ring: KeyRing,
        clients: Option<Arc<KeptClients>>,
    ) -> Self {
        // Read after the keys were, a change between the two would be missed; before, it is seen once more.
        let mut running = Self {
            state,
            current,
            jobs,
            key_ring,
            clients,
            clients_revision: -1,
            settings: NumberedSettings::default(),
            log: None,
        };
        running.clients_have_changed().await;
        running.settings_have_changed().await;
        running
    }

    /// The same with what writes the request log.
    pub(super) fn logging(self, log: Option<Arc<RequestLog>>) -> Self {
        Self { log, ..self }
    }

    /// Whether the settings have changed, which are read then. A store that cannot be read has not.
    async fn settings_have_changed(&mut self) -> bool {
        let Some(administration) = &self.state.administration else { return false };
        let Ok(now) = administration.kept_settings().await else { return false };
        std::mem::replace(&mut self.settings, now.clone()) != now
    }

    /// Whether clients' keys have changed, which are taken up then.
    async fn clients_have_changed(&mut self) -> bool {
        let Some(clients) = &self.clients else { return false };
        let Ok(revision) = clients.revision().await else { return false };
        if revision == self.clients_revision {
            return false;
        }
        match clients.renew().await {
            Ok(()) => {
                self.clients_revision = revision;
                true
            }
            Err(error) => {
                tracing::error!(error.detail = %error, "changed keys of clients are not taken up");
                false
            }
        }
    }

    /// Sessions of administrators end where their password was changed.
    async fn mind_password(&self) {
        let Some(administration) = &self.state.administration else { return };
        if let Err(error) = administration.mind_password().await {
            tracing::debug!(error.detail = %error, "whether the password was changed is not known");
        }
    }

    /// Completes when keys have changed, and were read.
    async fn keys_change(&mut self) -> Whose {
        loop {
            tokio::time::sleep(KEYS_EVERY).await;
            self.mind_password().await;
            if self.clients_have_changed().await {
                return Whose::Clients;
            }
            if self.settings_have_changed().await {
                return Whose::Settings;
            }
            if self.key_ring.has_changed().await {
                self.key_ring.read().await;
                return Whose::Providers;
            }
        }
    }
}

/// The files that are looked at.
struct Files {
    /// `None`: there is no configuration file, and nothing beside it.
    file: Option<PathBuf>,
    taken_up: Vec<Stamp>,
    seen: Vec<Stamp>,
}

impl Files {
    fn of(context: &Context, source: &Source) -> Self {
        let file = match source {
            Source::File(file) => Some(context.cwd.join(file)),
            Source::Defaults => None,
        };
        let now = file.as_deref().map(stamps).unwrap_or_default();
        Self { file, taken_up: now.clone(), seen: now }
    }

    /// Completes when a file has changed and stands still since.
    async fn change(&mut self) {
        let Some(file) = &self.file else { return std::future::pending().await };
        loop {
            tokio::time::sleep(EVERY).await;
            let now = stamps(file);
            // A file that is still being written changes once more; it is read when it has stood still.
            let stands_still = now == self.seen;
            self.seen.clone_from(&now);
            if stands_still && now != self.taken_up {
                self.taken_up = now;
                return;
            }
        }
    }
}

/// The state by the files and keys as they are now.
fn changed(context: &Context, running: &Running) -> Result<AppState, String> {
    let state = &running.state;
    let loaded = context.load()?;
    let configured = Arc::new(loaded.config);
    let mut config = (*configured).clone();
    running.settings.settings.lay_over(&mut config);
    let config = Arc::new(config);
    let renewal = Renewal {
        config: &config,
        recipe: context.recipe(&loaded.source)?,
        pipelines: context.pipelines(&loaded.source)?,
        providers: context.providers_with(&config, &loaded.source, running.key_ring.stored())?,
    };
    let gateway = Arc::new(state.gateway.renewed(renewal));
    for section in stays(&state.configured, &configured) {
        tracing::warn!(config.section = section, "what has changed in this section takes effect with the next start");
    }
    if let Some(log) = &running.log {
        log.keep(&config.log);
    }
    let request_log = running.log.clone().filter(|_| config.log.requests);
    Ok(state.clone().with(|parts| {
        parts.gateway = gateway;
        parts.config = config;
        parts.configured = configured;
        parts.request_log = request_log;
    }))
}

/// Sections that changed and are of use only at the start.
fn stays(before: &Config, after: &Config) -> Vec<&'static str> {
    let differ = |one: &dyn std::fmt::Debug, other: &dyn std::fmt::Debug| format!("{one:?}") != format!("{other:?}");
    let (one, other) = (&before.server, &after.server);
    let sections = [
        ("server.host", differ(&one.host, &other.host) || one.port != other.port),
        ("engines", differ(&before.engines, &after.engines)),
        ("admission", differ(&before.admission, &after.admission)),
        ("cache", differ(&before.cache, &after.cache)),
        ("content", differ(&before.content, &after.content)),
        ("store", differ(&before.store, &after.store)),
        ("jobs", differ(&before.jobs, &after.jobs)),
        ("batches", differ(&before.batches, &after.batches)),
        ("queue", differ(&before.queue, &after.queue)),
        ("realtime", differ(&before.realtime, &after.realtime)),
        ("probes", differ(&before.probes, &after.probes)),
        ("safety", differ(&before.safety, &after.safety)),
        ("telemetry", differ(&before.telemetry, &after.telemetry)),
    ];
    sections.into_iter().filter_map(|(name, differs)| differs.then_some(name)).collect()
}

/// The configuration, and the catalogs and recipes beside it, sorted.
fn stamps(file: &Path) -> Vec<Stamp> {
    let dir = file.parent().unwrap_or(Path::new(""));
    let folders = [dir.join("models").join("providers"), dir.join("pipelines")];
    let files = folders.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten();
    let files = files.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|its| its == "toml"));
    let mut all: Vec<Stamp> = std::iter::once(file.to_owned()).chain(files).map(stamp).collect();
    all.sort();
    all
}

fn stamp(path: PathBuf) -> Stamp {
    let facts = fs::metadata(&path).ok();
    let changed = facts.as_ref().and_then(|facts| facts.modified().ok());
    (path, changed, facts.map_or(0, |facts| facts.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_any_file_shows() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("mediary.toml");
        let catalogs = folder.path().join("models").join("providers");
        fs::create_dir_all(&catalogs).unwrap();
        let mut before = stamps(&file);
        let mut differs = |change: &dyn Fn()| {
            change();
            let now = stamps(&file);
            let differs = now != before;
            before = now;
            differs
        };
        assert!(!differs(&|| ()));
        assert!(differs(&|| fs::write(&file, "[server]").unwrap()));
        assert!(differs(&|| fs::write(catalogs.join("mine.toml"), "id = 1").unwrap()));
        assert!(!differs(&|| fs::write(catalogs.join("notes.txt"), "no catalog").unwrap()));
        assert!(differs(&|| fs::remove_file(catalogs.join("mine.toml")).unwrap()));
    }

    #[test]
    fn sections_that_wait_for_the_next_start_are_named() {
        let (before, mut after) = (Config::default(), Config::default());
        assert!(stays(&before, &after).is_empty());
        after.server.port += 1;
        after.routing.max_attempts += 1;
        assert_eq!(stays(&before, &after), ["server.host"]);
    }
}
