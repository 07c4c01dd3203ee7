//! What the command line says about the configuration.
//!
//! Plain values, so that this folder needs no argument parser; the subcommands in `cli/` fill them in. A flag wins over
//! the environment and the file.

use std::path::PathBuf;

use super::keys;
use super::origin::Origin;
use super::written::Written;

/// The flags that overrule configuration keys; `None` means not given.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// `--config FILE`: read this file and no other.
    pub config_file: Option<PathBuf>,
    /// `--host`: overrules `server.host`.
    pub host: Option<String>,
    /// `--port`: overrules `server.port`.
    pub port: Option<u16>,
    /// `--log-level`: overrules `server.log_level`.
    pub log_level: Option<String>,
}

impl Overrides {
    pub(super) fn layer(&self) -> Vec<Written> {
        let flags: [(&str, &'static str, Option<toml::Value>); 3] = [
            ("server.host", "--host", self.host.clone().map(Into::into)),
            ("server.port", "--port", self.port.map(|port| i64::from(port).into())),
            ("server.log_level", "--log-level", self.log_level.clone().map(Into::into)),
        ];
        flags
            .into_iter()
            .filter_map(|(path, flag, value)| {
                Some(Written { key: keys::find(path)?, value: value?, origin: Origin::Flag(flag) })
            })
            .collect()
    }
}
