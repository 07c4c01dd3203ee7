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
mod server;
mod store;
mod telemetry;
mod web;

#[cfg(test)]
mod tests;

pub use address::Host;
pub(crate) use address::base_url;
pub use admission::Admission;
pub use batches::Batches;
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
pub use server::{LogFormat, LogLevel, Server};
pub use store::Store;
pub use telemetry::Telemetry;
pub use web::{Browser, Search, SearchSetting, Youtube};

use std::collections::BTreeSet;

use mediary_core::plan::Aliases;
use mediary_remote::ProxyRules;

/// The whole configuration, checked: every value in it can be used as it stands.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen, which callers are admitted, how to log.
    pub server: Server,
    /// How large and how slow a request may be, per medium.
    pub limits: Limits,
    /// How much all requests together may hold.
    pub admission: Admission,
    /// Files that requests name by their addresses.
    pub fetch: Fetch,
    /// The proxies through which providers are reached, as the environment names them.
    pub proxies: ProxyRules,
    /// How often and how long providers are asked.
    pub routing: Routing,
    /// The local engines and the worker processes.
    pub engines: Engines,
    /// What is remembered of documents already read.
    pub cache: Cache,
    /// Which answers are kept to be given again.
    pub response_cache: ResponseCache,
    /// The panel of the model `fusion`.
    pub fusion: Fusion,
    /// What is kept for clients to fetch.
    pub content: Content,
    /// What is kept of files that clients put here ahead of their requests.
    pub files: Files,
    /// Which pictures are refused.
    pub safety: Safety,
    /// Where the database is.
    pub store: Store,
    /// How jobs are followed.
    pub jobs: Jobs,
    /// How much of the server batches may take.
    pub batches: Batches,
    /// Where lines of batches are handed out.
    pub queue: Queue,
    /// Which search engines of the web are asked.
    pub search: Search,
    /// Where videos are looked up.
    pub youtube: Youtube,
    /// Which browser opens pages.
    pub browser: Browser,
    /// How live conversations are held.
    pub realtime: Realtime,
    /// Whether tools are offered by the Model Context Protocol.
    pub mcp: Mcp,
    /// How often lists of models are looked at, and whether servers on this machine are looked for.
    pub registry: Registry,
    /// Whether and how long requests are logged.
    pub log: RequestLogging,
    /// Whether a collector is told of requests.
    pub telemetry: Telemetry,
    /// Whether models are tried without being asked for.
    pub probes: Probes,
    /// Providers that were added, changed or switched off, in the order of the file.
    pub providers: Vec<ConfiguredProvider>,
    /// Names that stand for targets.
    pub aliases: Aliases,
    /// Keys of the configuration and the environment that administrators have left out, by their ids.
    pub keys_off: BTreeSet<String>,
}
