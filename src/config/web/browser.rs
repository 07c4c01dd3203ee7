//! The `[browser]` section: which browser opens pages for clients, and how many of them.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::super::address::base_url;
use super::super::check::Check;
use super::super::keys::Key;
use super::super::secret::{Secret, sendable};

/// The checked `[browser]` section.
#[derive(Debug, Clone)]
pub struct Browser {
    /// Whether pages are opened at all.
    pub enabled: bool,
    /// The address of a camofox server; `None`: a Chromium of this machine.
    pub url: Option<String>,
    /// The key that it is asked with.
    pub key: Option<Secret>,
    /// The Chromium; `None`: the first that is found.
    pub program: Option<PathBuf>,
    /// Whether its own sandbox is used.
    pub sandbox: bool,
    /// Most pages at once.
    pub tabs: usize,
    /// Most pages of one client at once.
    pub tabs_per_key: usize,
    /// The memory of the scripts of one process.
    pub script_megabytes: u32,
    /// After how long a page that is not used is closed.
    pub idle: Duration,
}

impl Default for Browser {
    fn default() -> Self {
        super::super::Config::default().browser
    }
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(in crate::config) struct RawBrowser {
    enabled: bool,
    url: String,
    key: String,
    program: String,
    sandbox: bool,
    tabs: u32,
    tabs_per_key: u32,
    script_megabytes: u32,
    idle_seconds: u32,
}

impl Default for RawBrowser {
    fn default() -> Self {
        Self {
            enabled: true,
            url: String::new(),
            key: "${CAMOFOX_ACCESS_KEY}".to_owned(),
            program: String::new(),
            sandbox: true,
            tabs: 8,
            tabs_per_key: 4,
            script_megabytes: 256,
            idle_seconds: 300,
        }
    }
}

const COUNT: &str = "a whole number, 1 or more";

pub(in crate::config) const KEYS: &[Key] = &[
    Key::new(
        "browser.enabled",
        "true or false",
        "whether clients may have pages opened in a browser (`/v1/browser/open` and its like)",
    ),
    Key::new(
        "browser.url",
        "a text such as \"http://127.0.0.1:9377\", or empty",
        "the address of a camofox server that opens them; empty: a Chromium of this machine",
    ),
    Key::secret("browser.key", "a text of visible ASCII characters, or empty", "the key that it is asked with"),
    Key::new(
        "browser.program",
        "a path, or empty",
        "the Chromium; empty: `chromium`, `chromium-browser`, `google-chrome` or `chrome` in the usual folders",
    ),
    Key::new(
        "browser.sandbox",
        "true or false",
        "whether its own sandbox is used; where the kernel forbids that no page is opened, unless this is `false`",
    ),
    Key::new("browser.tabs", COUNT, "most pages that are open at once"),
    Key::new("browser.tabs_per_key", COUNT, "most pages that one client has open at once"),
    Key::new(
        "browser.script_megabytes",
        "a whole number, 32 or more",
        "most memory of the scripts of one of its processes",
    ),
    Key::new(
        "browser.idle_seconds",
        "a whole number of seconds, 1 or more",
        "after how long a page that is not used is closed, and then the browser",
    ),
];

impl RawBrowser {
    pub(in crate::config) fn check(self, check: &mut Check<'_>) -> Option<Browser> {
        check.require("browser.tabs", self.tabs > 0);
        check.require("browser.tabs_per_key", self.tabs_per_key > 0);
        check.require("browser.script_megabytes", self.script_megabytes >= 32);
        check.require("browser.idle_seconds", self.idle_seconds > 0);
        let url = match self.url.trim() {
            "" => Some(None),
            url => check.accept("browser.url", base_url(url)).map(Some),
        };
        let key = match self.key.trim() {
            "" => Some(None),
            key => check.accept("browser.key", sendable(key)).map(Some),
        };
        Some(Browser {
            enabled: self.enabled,
            url: url?,
            key: key?,
            program: Some(self.program.trim()).filter(|path| !path.is_empty()).map(PathBuf::from),
            sandbox: self.sandbox,
            tabs: self.tabs as usize,
            tabs_per_key: self.tabs_per_key as usize,
            script_megabytes: self.script_megabytes,
            idle: Duration::from_secs(self.idle_seconds.into()),
        })
    }
}
