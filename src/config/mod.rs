//! Configuration: what the operator wrote (file, environment, flags) becomes checked types, once, at start.
//!
//! After [`Config::load`] nothing is parsed again, and no other module reads the environment: `main` captures it and hands it
//! in ([`Environment`]). No sockets are opened here, no engines started, no files written. `check-config` calls it as well.

mod address;
mod admission;
mod batches;
mod cache;
mod check;
mod content;
mod discover;
mod engines;
mod environment;
mod fetch;
mod file;
mod files;
mod fusion;
mod jobs;
mod kept;
mod keys;
mod limits;
mod load;
mod mcp;
mod overrides;
mod probes;
mod problem;
pub mod providers;
mod proxies;
mod quantity;
mod queue;
mod realtime;
mod redaction;
mod reference;
mod registry;
mod request_logging;
mod response_cache;
mod routing;
mod safety;
mod schema;
mod secret;
mod sections;
mod server;
mod store;
mod telemetry;
mod web;

#[cfg(test)]
mod tests;

pub use address::Host;
pub(crate) use address::base_url;
pub use admission::Admission;
pub use batches::{Batches, Handover};
pub use cache::Cache;
pub use check::Change;
pub use content::Content;
pub use engines::{Engines, Paddleocr, Pdfium, ProviderChoice};
pub use environment::Environment;
pub(crate) use environment::expand;
pub use fetch::Fetch;
pub use files::Files;
pub use fusion::{Fusion, MOST_MEMBERS};
pub use jobs::Jobs;
pub use kept::{BadSetting, KeptSettings};
pub use limits::{DocumentLimits, ImageLimits, Limits, SizeLimits, VideoLimits};
pub use load::{Loaded, Source};
pub use mcp::Mcp;
pub use overrides::Overrides;
pub use probes::Probes;
pub use problem::{ConfigError, Origin, Problem};
pub use providers::ConfiguredProvider;
pub use quantity::{Bytes, Pixels};
pub use queue::Queue;
pub use realtime::Realtime;
pub use redaction::{REDACTED_KINDS, Redaction};
pub use registry::Registry;
pub use request_logging::RequestLogging;
pub use response_cache::{KeepAnswers, ResponseCache};
pub use routing::{ModelRouting, Routing};
pub use safety::Safety;
pub(crate) use schema::insert;
pub(crate) use secret::sendable;
pub use secret::{Headers, KeyList, ProxyChoice, Secret};
pub use sections::Config;
pub use server::{LogFormat, LogLevel, Server};
pub use store::Store;
pub use telemetry::Telemetry;
pub use web::{Browser, Search, SearchSetting, Youtube};
