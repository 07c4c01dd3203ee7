//! All sections together.

use std::collections::BTreeSet;

use mediary_core::plan::Aliases;
use mediary_remote::ProxyRules;

use super::{
    Admission, Batches, Browser, Cache, ConfiguredProvider, Content, Engines, Fetch, Files, Fusion, Jobs, Limits, Mcp,
    Obsidian, Probes, Queue, Realtime, Registry, RequestLogging, ResponseCache, Routing, Safety, Search, Server, Store,
    Telemetry, Threads, Youtube,
};

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
    /// What is kept of conversations whose clients ask for it.
    pub threads: Threads,
    /// Into which vault they are written as notes.
    pub obsidian: Obsidian,
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
