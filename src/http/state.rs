//! What every handler is given: the gateway, the fetcher, the configuration and the collected metrics.
//!
//! Cheap to clone; it holds no per-request data. `serve` is handed one and the router passes it on.

use std::fmt;
use std::sync::Arc;

use mediary_remote::{FetchPolicy, Fetcher};
use metrics_exporter_prometheus::PrometheusHandle;

use crate::config::{Config, Fetch};
use crate::gateway::Gateway;
use crate::telemetry::metrics;

/// The state behind the router.
#[derive(Clone)]
pub struct AppState {
    /// Does the work.
    pub gateway: Arc<Gateway>,
    /// What the operator configured.
    pub config: Arc<Config>,
    /// Fetches what requests name by its address.
    pub fetcher: Fetcher,
    /// What `/metrics` shows.
    pub metrics: PrometheusHandle,
}

impl AppState {
    /// The state around a gateway; metrics are the process's, however many states there are.
    pub fn new(gateway: Arc<Gateway>, config: Arc<Config>) -> Self {
        let fetcher = Fetcher::new(policy(&config));
        Self { gateway, config, fetcher, metrics: metrics::recorder() }
    }
}

/// A file counts against the same limit wherever it comes from.
fn policy(config: &Config) -> FetchPolicy {
    let Fetch { allow, total, connect, idle } = config.fetch.clone();
    FetchPolicy { allow, max_bytes: config.limits.upload_bytes.get(), total, connect, idle }
}

impl fmt::Debug for AppState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppState").field("config", &self.config).finish_non_exhaustive()
    }
}
