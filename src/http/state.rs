//! What every handler is given: the gateway, the configuration and the collected metrics.
//!
//! Cheap to clone; it holds no per-request data. `serve` is handed one and the router passes it on.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use metrics_exporter_prometheus::PrometheusHandle;
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::gateway::batches::Batches;
use crate::gateway::google::Google;
use crate::gateway::projects::Projects;
use crate::gateway::reminders::Reminders;
use crate::gateway::threads::Threads;
use crate::gateway::{Administration, BodyLog, Gateway, KeptFiles, KeptResponses, Probes, RequestLog, VideoJobs};
use crate::models::Installing;
use crate::telemetry::{Otlp, metrics};

/// What administrators may have done to the installation.
#[derive(Debug, Clone)]
pub struct Upkeep {
    /// Fetches what engines want.
    pub installing: Installing,
    /// Cancelled, the server stops in order and starts anew in its place.
    pub restart: CancellationToken,
}

/// The state behind the router. Each layer of a request holds one, so that a clone counts once and not for each part.
#[derive(Debug, Clone)]
pub struct AppState(Arc<Parts>);

/// What the state is made of.
#[derive(Clone)]
pub struct Parts {
    /// Does the work.
    pub gateway: Arc<Gateway>,
    /// What is in force: what the operator configured, with the settings of administrators over it.
    pub config: Arc<Config>,
    /// What the operator configured alone.
    pub configured: Arc<Config>,
    /// Keeps jobs; `None`: there is nowhere to.
    pub jobs: Option<Arc<VideoJobs>>,
    /// Keeps responses, likewise.
    pub responses: Option<Arc<KeptResponses>>,
    /// Keeps files of clients, likewise.
    pub files: Option<Arc<KeptFiles>>,
    /// Keeps threads, likewise.
    pub threads: Option<Arc<Threads>>,
    /// Keeps batches, likewise.
    pub batches: Option<Arc<Batches>>,
    /// Keeps projects, likewise.
    pub projects: Option<Arc<Projects>>,
    /// What is done with accounts of Google's; `None`: nothing.
    pub google: Option<Arc<Google>>,
    /// Keeps reminders, likewise.
    pub reminders: Option<Arc<Reminders>>,
    /// What administrators work with, likewise.
    pub administration: Option<Arc<Administration>>,
    /// Logs requests; `None`: none are logged.
    pub request_log: Option<Arc<RequestLog>>,
    /// Keeps what requests and answers say; `None`: that is not kept.
    pub body_log: Option<Arc<BodyLog>>,
    /// Tells a collector of requests; `None`: none is named.
    pub otlp: Option<Arc<Otlp>>,
    /// Tries models, likewise.
    pub probes: Option<Arc<Probes>>,
    /// What administrators may have done to the installation; `None`: nothing.
    pub upkeep: Option<Upkeep>,
    /// What `/metrics` shows.
    pub metrics: PrometheusHandle,
}

impl AppState {
    /// The state around a gateway; metrics are the process's, however many states there are.
    pub fn new(gateway: Arc<Gateway>, config: Arc<Config>) -> Self {
        Self(Arc::new(Parts {
            gateway,
            configured: config.clone(),
            config,
            jobs: None,
            responses: None,
            files: None,
            threads: None,
            batches: None,
            projects: None,
            google: None,
            reminders: None,
            administration: None,
            request_log: None,
            body_log: None,
            otlp: None,
            probes: None,
            upkeep: None,
            metrics: metrics::recorder(),
        }))
    }

    /// The same with some parts changed.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Parts)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    /// The same where the operator configured this, and settings were laid over it.
    #[must_use]
    pub fn configured_as(self, configured: Arc<Config>) -> Self {
        self.with(|parts| parts.configured = configured)
    }

    /// The same with jobs.
    #[must_use]
    pub fn with_jobs(self, jobs: Option<Arc<VideoJobs>>) -> Self {
        self.with(|parts| parts.jobs = jobs)
    }

    /// The same with administration.
    #[must_use]
    pub fn with_administration(self, administration: Option<Arc<Administration>>) -> Self {
        self.with(|parts| parts.administration = administration)
    }

    /// The same with a log of requests.
    #[must_use]
    pub fn with_request_log(self, request_log: Option<Arc<RequestLog>>) -> Self {
        self.with(|parts| parts.request_log = request_log)
    }

    /// The same with what keeps bodies.
    #[must_use]
    pub fn with_body_log(self, body_log: Option<Arc<BodyLog>>) -> Self {
        self.with(|parts| parts.body_log = body_log)
    }

    /// The same with a collector that is told of requests.
    #[must_use]
    pub fn with_otlp(self, otlp: Option<Arc<Otlp>>) -> Self {
        self.with(|parts| parts.otlp = otlp)
    }

    /// The same with responses that are kept.
    #[must_use]
    pub fn with_responses(self, responses: Option<Arc<KeptResponses>>) -> Self {
        self.with(|parts| parts.responses = responses)
    }

    /// The same with files of clients.
    #[must_use]
    pub fn with_files(self, files: Option<Arc<KeptFiles>>) -> Self {
        self.with(|parts| parts.files = files)
    }

    /// The same with threads.
    #[must_use]
    pub fn with_threads(self, threads: Option<Arc<Threads>>) -> Self {
        self.with(|parts| parts.threads = threads)
    }

    /// The same with batches.
    #[must_use]
    pub fn with_batches(self, batches: Option<Arc<Batches>>) -> Self {
        self.with(|parts| parts.batches = batches)
    }

    /// The same with projects.
    #[must_use]
    pub fn with_projects(self, projects: Option<Arc<Projects>>) -> Self {
        self.with(|parts| parts.projects = projects)
    }

    /// The same with accounts of Google's.
    #[must_use]
    pub fn with_google(self, google: Option<Arc<Google>>) -> Self {
        self.with(|parts| parts.google = google)
    }

    /// The same with reminders.
    #[must_use]
    pub fn with_reminders(self, reminders: Option<Arc<Reminders>>) -> Self {
        self.with(|parts| parts.reminders = reminders)
    }

    /// The same with upkeep.
    #[must_use]
    pub fn with_upkeep(self, upkeep: Upkeep) -> Self {
        self.with(|parts| parts.upkeep = Some(upkeep))
    }

    /// The same with probes.
    #[must_use]
    pub fn with_probes(self, probes: Option<Arc<Probes>>) -> Self {
        self.with(|parts| parts.probes = probes)
    }
}

impl Deref for AppState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parts").field("config", &self.config).finish_non_exhaustive()
    }
}
