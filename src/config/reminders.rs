//! The `[reminders]` section: how many a client may have.

use serde::{Deserialize, Serialize};

use super::keys::Key;

/// The checked `[reminders]` section.
#[derive(Debug, Clone)]
pub struct Reminders {
    /// Most of them with one key.
    pub per_key: u32,
}

impl Default for Reminders {
    fn default() -> Self {
        super::Config::default().reminders
    }
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawReminders {
    per_key: u32,
}

impl Default for RawReminders {
    fn default() -> Self {
        Self { per_key: 1_000 }
    }
}

pub(super) const KEYS: &[Key] = &[Key::new(
    "reminders.per_key",
    "a whole number, 0 or more",
    "most reminders of one client, the completed ones included; 0: none are taken",
)];

impl RawReminders {
    pub(super) fn check(self) -> Reminders {
        Reminders { per_key: self.per_key }
    }
}
