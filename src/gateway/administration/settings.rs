//! Settings that are changed while the server runs: read and kept whole, each change with a number.
//!
//! A change names the number that was seen last; of two that saw the same, the second is told.

use mediary_store::{Settings, StoreFailed};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Administration, unix_seconds};
use crate::config::KeptSettings;

/// The name under which they are kept.
const NAME: &str = "server_settings";

/// Settings, and the number of their last change; 0: they were never changed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct NumberedSettings {
    /// The number.
    pub revision: i64,
    /// What is set.
    pub settings: KeptSettings,
}

/// Why settings were not kept.
#[derive(Debug, Error)]
pub enum NotKept {
    /// They were changed since they were read; their number is this now.
    #[error("they were changed meanwhile")]
    Changed(i64),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreFailed),
}

impl NumberedSettings {
    /// Those that are kept. What cannot be understood counts as not set, and that is logged.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn read(store: &Settings) -> Result<Self, StoreFailed> {
        Ok(understood(store.find(NAME).await?.as_deref()))
    }
}

impl Administration {
    /// The settings that are kept.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn kept_settings(&self) -> Result<NumberedSettings, StoreFailed> {
        NumberedSettings::read(&self.settings).await
    }

    /// Keeps settings instead of those whose change has this number. Gives the new number.
    ///
    /// # Errors
    /// When they were changed since, or the store cannot be written.
    pub async fn keep_settings(&self, seen: i64, settings: KeptSettings) -> Result<i64, NotKept> {
        let before = self.settings.find(NAME).await?;
        let known = understood(before.as_deref()).revision;
        if known != seen {
            return Err(NotKept::Changed(known));
        }
        let kept = NumberedSettings { revision: known + 1, settings };
        let text = serde_json::to_string(&kept).unwrap_or_default();
        if self.settings.replace(NAME, before.as_deref(), &text, unix_seconds()).await? {
            return Ok(kept.revision);
        }
        Err(NotKept::Changed(self.kept_settings().await?.revision))
    }
}

fn understood(text: Option<&str>) -> NumberedSettings {
    let Some(text) = text else { return NumberedSettings::default() };
    serde_json::from_str(text).unwrap_or_else(|error| {
        tracing::error!(error.detail = %error, "the settings in the database are not understood and left out");
        NumberedSettings::default()
    })
}
