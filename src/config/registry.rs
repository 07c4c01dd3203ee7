//! The `[registry]` section: how often providers' lists of models are looked at, where they are kept, and whether servers on
//! this machine are looked for.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::keys::Key;

/// The checked `[registry]` section.
#[derive(Debug, Clone)]
pub struct Registry {
    /// How often lists are looked at in the background; `None`: never.
    pub refresh: Option<Duration>,
    /// Where the last good ones are; `None`: `registry` in `$MEDIARY_HOME`, else in the user's data directory.
    pub dir: Option<PathBuf>,
    /// Whether servers on this machine are asked for their models although nothing names them.
    pub local: bool,
}

impl Default for Registry {
    fn default() -> Self {
        super::Config::default().registry
    }
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawRegistry {
    refresh_hours: u32,
    dir: String,
    local: bool,
}

impl Default for RawRegistry {
    fn default() -> Self {
        Self { refresh_hours: 6, dir: String::new(), local: false }
    }
}

pub(super) const KEYS: &[Key] = &[
    Key::new(
        "registry.refresh_hours",
        "a whole number of hours",
        "how often the lists of providers that have one are looked at in the background; 0: never, but for \
         `POST /v1/registry/refresh`",
    ),
    Key::new(
        "registry.dir",
        "a path, or empty",
        "where the last good lists are kept; empty: `registry` in `$MEDIARY_HOME`, else in the user's data directory",
    ),
    Key::new(
        "registry.local",
        "true or false",
        "whether Ollama, llama.cpp, vLLM, LM Studio and LocalAI are looked for on this machine, at their usual ports; \
         without it they are called only where something names them",
    ),
];

impl RawRegistry {
    pub(super) fn check(self) -> Registry {
        Registry {
            refresh: (self.refresh_hours > 0).then(|| Duration::from_hours(self.refresh_hours.into())),
            dir: Some(self.dir.trim()).filter(|dir| !dir.is_empty()).map(PathBuf::from),
            local: self.local,
        }
    }
}
