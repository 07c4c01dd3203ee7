//! The `[server]` section: where to listen, which callers are admitted, how to log.
//!
//! It decides nothing about requests; `http/` enforces keys and origins, `telemetry` sets up the logs. The rule that a
//! server open to other machines needs a key is checked here, so that it cannot be started otherwise.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::address::{self, Host};
use super::check::Check;
use super::keys::Key;
use super::secret::{Secret, sendable};

/// The checked `[server]` section.
#[derive(Debug, Clone)]
pub struct Server {
    /// The address to bind.
    pub host: Host,
    /// The port to bind; 0 lets the system choose.
    pub port: u16,
    /// How links in answers begin, without a trailing slash; `None`: from host and port.
    pub public_url: Option<String>,
    /// Origins whose pages may call us, in the spelling of the `Origin` header.
    pub cors_origins: Vec<String>,
    /// The accepted keys; empty means that none is asked for, which only a loopback bind allows.
    pub api_keys: Vec<Secret>,
    /// The version of Ollama that its clients are told, as they compare it.
    pub ollama_version: String,
    /// How long running requests may take to finish once shutdown has begun.
    pub shutdown_grace: Duration,
    /// The least severe level that is logged.
    pub log_level: LogLevel,
    /// The shape of the log.
    pub log_format: LogFormat,
}

impl Default for Server {
    fn default() -> Self {
        super::Config::default().server
    }
}

/// The least severe level that is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names of the levels say it all")]
pub enum LogLevel {
    Off,
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

impl LogLevel {
    /// The level's name, as log filters spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

/// The shape of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// `Human` on a terminal, else `Json`.
    Auto,
    /// Lines for people.
    Human,
    /// One JSON object per line.
    Json,
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawServer {
    host: Host,
    port: u16,
    public_url: String,
    cors_origins: Vec<String>,
    api_keys: Vec<String>,
    ollama_version: String,
    shutdown_grace_seconds: u32,
    log_level: LogLevel,
    log_format: LogFormat,
}

impl Default for RawServer {
    fn default() -> Self {
        Self {
            host: Host::Ip(std::net::Ipv4Addr::LOCALHOST.into()),
            port: 8001,
            public_url: String::new(),
            cors_origins: Vec::new(),
            api_keys: vec!["${MEDIARY_API_KEY}".to_owned()],
            ollama_version: "0.13.3".to_owned(),
            shutdown_grace_seconds: 10,
            log_level: LogLevel::Info,
            log_format: LogFormat::Auto,
        }
    }
}

pub(super) const KEYS: &[Key] = &[
    Key::new(
        "server.host",
        "an IP address (such as \"127.0.0.1\" or \"::1\") or \"localhost\"",
        "address to listen on; anything but loopback needs an API key",
    ),
    Key::new("server.port", "a whole number from 0 to 65535", "port to listen on; 0: the system chooses one"),
    Key::new(
        "server.public_url",
        "a text such as \"https://ai.example.org\", or empty",
        "how links in answers begin, if not `http://host:port`",
    ),
    Key::new(
        "server.cors_origins",
        "a list of origins such as [\"https://app.example.org\"]",
        "origins whose web pages may call the server; any other is refused on a server without keys",
    ),
    Key::secret(
        "server.api_keys",
        "a list of texts of visible ASCII characters, each a key",
        "accepted keys; one whose variable is unset does not exist; none: only loopback may be bound",
    ),
    Key::new(
        "server.ollama_version",
        "three whole numbers with points between them, such as \"0.13.3\"",
        "the version that clients of Ollama are told",
    ),
    Key::new(
        "server.shutdown_grace_seconds",
        "a whole number of seconds, 0 or more",
        "how long running requests may take to finish at shutdown",
    ),
    Key::new(
        "server.log_level",
        "one of \"off\", \"error\", \"warn\", \"info\", \"debug\", \"trace\"",
        "least severe level that is logged",
    ),
    Key::new("server.log_format", "one of \"auto\", \"human\", \"json\"", "`auto`: `human` on a terminal, else `json`"),
];

impl RawServer {
    pub(super) fn check(self, check: &mut Check<'_>) -> Option<Server> {
        let public_url = match self.public_url.trim() {
            "" => Some(None),
            url => check.accept("server.public_url", address::base_url(url)).map(Some),
        };
        let cors_origins = self.cors_origins.iter().map(|origin| address::origin(origin)).collect();
        let cors_origins = check.accept("server.cors_origins", cors_origins);
        let api_keys = self.api_keys.iter().map(|key| sendable(key)).collect();
        let api_keys: Option<Vec<Secret>> = check.accept("server.api_keys", api_keys);
        let open = api_keys.as_ref().is_some_and(Vec::is_empty);
        if open && !self.host.is_loopback() {
            check.contradict(
                &["server.host", "server.api_keys"],
                "other machines could use this server, since no API key is set; set one with MEDIARY_API_KEY=… in the \
                 environment or `api_keys` in [server], or bind 127.0.0.1",
            );
        }
        let numbers: Vec<_> = self.ollama_version.split('.').map(str::parse::<u32>).collect();
        let is_version = numbers.len() == 3 && numbers.iter().all(Result::is_ok);
        let ollama_version = check.accept("server.ollama_version", is_version.then_some(self.ollama_version));
        Some(Server {
            host: self.host,
            port: self.port,
            public_url: public_url?,
            cors_origins: cors_origins?,
            api_keys: api_keys?,
            ollama_version: ollama_version?,
            shutdown_grace: Duration::from_secs(self.shutdown_grace_seconds.into()),
            log_level: self.log_level,
            log_format: self.log_format,
        })
    }
}
