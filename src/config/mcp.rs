//! The `[mcp]` section: whether the Model Context Protocol is spoken over HTTP.

use serde::{Deserialize, Serialize};

use super::keys::Key;

/// The checked `[mcp]` section.
#[derive(Debug, Clone)]
pub struct Mcp {
    /// Whether `/mcp` and `/sse` answer.
    pub enabled: bool,
}

impl Default for Mcp {
    fn default() -> Self {
        super::Config::default().mcp
    }
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawMcp {
    enabled: bool,
}

impl Default for RawMcp {
    fn default() -> Self {
        Self { enabled: true }
    }
}

pub(super) const KEYS: &[Key] = &[Key::new(
    "mcp.enabled",
    "true or false",
    "whether agents are offered tools by the Model Context Protocol at `/mcp` and `/sse`; they ask the other routes with the \
     client's key, so that its limits hold",
)];

impl RawMcp {
    pub(super) fn check(self) -> Mcp {
        Mcp { enabled: self.enabled }
    }
}
