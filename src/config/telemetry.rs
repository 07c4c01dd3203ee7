//! The `[telemetry]` section: whether a collector of OpenTelemetry is told of requests, and which.
//!
//! Off unless an address is written. Logs and the numbers at `/metrics` are there in any case.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::address::base_url;
use super::check::Check;
use super::keys::Key;
use super::secret::Secret;

/// The checked `[telemetry]` section.
#[derive(Debug, Clone)]
pub struct Telemetry {
    /// The address of a collector that takes OTLP over HTTP, without a trailing slash; `None`: none is told.
    pub otlp: Option<String>,
    /// Headers that go with what it is told, such as those that let it in.
    pub headers: Vec<(String, Secret)>,
    /// How often it is told the metrics.
    pub every: Duration,
}

impl Default for Telemetry {
    fn default() -> Self {
        super::Config::default().telemetry
    }
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawTelemetry {
    otlp: String,
    otlp_headers: Vec<String>,
    metrics_seconds: u32,
}

impl Default for RawTelemetry {
    fn default() -> Self {
        Self { otlp: String::new(), otlp_headers: Vec::new(), metrics_seconds: 60 }
    }
}

pub(super) const KEYS: &[Key] = &[
    Key::new(
        "telemetry.otlp",
        "a text such as \"http://127.0.0.1:4318\", or empty",
        "the address of a collector of OpenTelemetry that takes OTLP over HTTP; it is told of every request, in traces and \
         metrics, and never of its contents; empty: none is",
    ),
    Key::secret(
        "telemetry.otlp_headers",
        "a list of texts such as [\"authorization: Bearer ${OTLP_TOKEN}\"]",
        "headers that are sent to it along with that",
    ),
    Key::new("telemetry.metrics_seconds", "a whole number of seconds, 1 or more", "how often it is told the metrics"),
];

impl RawTelemetry {
    pub(super) fn check(self, check: &mut Check<'_>) -> Option<Telemetry> {
        check.require("telemetry.metrics_seconds", self.metrics_seconds > 0);
        let otlp = match self.otlp.trim() {
            "" => Some(None),
            url => check.accept("telemetry.otlp", base_url(url)).map(Some),
        };
        let headers: Option<Vec<_>> = self.otlp_headers.iter().map(|text| header(text)).collect();
        Some(Telemetry {
            headers: check.accept("telemetry.otlp_headers", headers)?,
            otlp: otlp?,
            every: Duration::from_secs(self.metrics_seconds.into()),
        })
    }
}

/// Reads `name: value`.
fn header(text: &str) -> Option<(String, Secret)> {
    let (name, value) = text.split_once(':')?;
    let (name, value) = (name.trim(), value.trim());
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    let is_value = !value.is_empty() && value.chars().all(|c| c.is_ascii_graphic() || c == ' ');
    (is_name && is_value).then(|| (name.to_ascii_lowercase(), Secret::new(value)))
}
