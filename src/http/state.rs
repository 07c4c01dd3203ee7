//! What every handler is given: the gateway, the configuration and the collected metrics.
//!
//! Cheap to clone; it holds no per-request data. `serve` is handed one and the router passes it on.

use std::fmt;
use std::sync::Arc;

use metrics_exporter_prometheus::PrometheusHandle;
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::gateway::batches::Batches;
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

/// The state behind the router.
#[derive(Clone)]
pub struct AppState {
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
        Self {
            gateway,
            configured: config.clone(),
            config,
            jobs: None,
            responses: None,
            files: None,
            threads: None,
            batches: None,
            administration: None,
            request_log: None,
            body_log: None,
            otlp: None,
            probes: None,
            upkeep: None,
            metrics: metrics::recorder(),
        }
    }

    /// The same where the operator configured this, and settings were laid over it.
    #[must_use]
    pub fn configured_as(self, configured: Arc<Config>) -> Self {
        Self { configured, ..self }
    }

    /// The same with jobs.
    #[must_use]
    pub fn with_jobs(self, jobs: Option<Arc<VideoJobs>>) -> Self {
        Self { jobs, ..self }
    }

    /// The same with administration.
    #[must_use]
    pub fn with_administration(self, administration: Option<Arc<Administration>>) -> Self {
        Self { administration, ..self }
    }

    /// The same with a log of requests.
    #[must_use]
    pub fn with_request_log(self, request_log: Option<Arc<RequestLog>>) -> Self {
        Self { request_log, ..self }
    }

    /// The same with what keeps bodies.
    #[must_use]
    pub fn with_body_log(self, body_log: Option<Arc<BodyLog>>) -> Self {
        Self { body_log, ..self }
    }

    /// The same with a collector that is told of requests.
    #[must_use]
    pub fn with_otlp(self, otlp: Option<Arc<Otlp>>) -> Self {
        Self { otlp, ..self }
    }

    /// The same with responses that are kept.
    #[must_use]
    pub fn with_responses(self, responses: Option<Arc<KeptResponses>>) -> Self {
        Self { responses, ..self }
    }

    /// The same with files of clients.
    #[must_use]
    pub fn with_files(self, files: Option<Arc<KeptFiles>>) -> Self {
        Self { files, ..self }
    }

    /// The same with threads.
    #[must_use]
    pub fn with_threads(self, threads: Option<Arc<Threads>>) -> Self {
        Self { threads, ..self }
    }

    /// The same with batches.
    #[must_use]
    pub fn with_batches(self, batches: Option<Arc<Batches>>) -> Self {
        Self { batches, ..self }
    }

    /// The same with upkeep.
    #[must_use]
    pub fn with_upkeep(self, upkeep: Upkeep) -> Self {
        Self { upkeep: Some(upkeep), ..self }
    }

    /// The same with probes.
    #[must_use]
    pub fn with_probes(self, probes: Option<Arc<Probes>>) -> Self {
        Self { probes, ..self }
    }
}

impl fmt::Debug for AppState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppState").field("config", &self.config).finish_non_exhaustive()
    }
}
