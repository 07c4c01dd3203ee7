//! Keys, headers and proxies: read, held and handed on without ever being shown.
//!
//! A [`Secret`] stays out of logs and error messages by having no way to show itself; it does not scrub memory. Code that
//! compares keys calls [`Secret::expose`] and compares in constant time. Serde's own messages repeat a value of the wrong
//! type, and here that could be a key in the wrong place; so all of these are read as any value first, and
//! complaints speak of shapes only.

use std::fmt;

use mediary_remote::{NotAProxy, Proxy};
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use toml::Value;

/// An API key; `Debug` prints `***`, and there is neither `Display` nor `PartialEq`.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Takes a text out of sight.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for comparing or sending; never for printing.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// As much of a long one as tells it from others: its last four characters. Of a short one nothing.
    #[must_use]
    pub fn masked(&self) -> String {
        const LONG: usize = 20;
        let tail = self.0.len().checked_sub(4).filter(|_| self.0.len() >= LONG && self.0.is_ascii());
        format!("…{}", tail.map_or("", |at| &self.0[at..]))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// The keys of a provider: a list of texts, or one text.
#[derive(Debug, Clone, Default)]
pub struct KeyList(pub Vec<Secret>);

impl<'de> Deserialize<'de> for KeyList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bad = || D::Error::custom("`api_keys` must be a list of texts of visible ASCII characters, each a key");
        let written = match Value::deserialize(deserializer)? {
            Value::Array(items) => items,
            single => vec![single],
        };
        let keys = written.iter().map(|key| key.as_str().and_then(sendable));
        keys.collect::<Option<_>>().map(Self).ok_or_else(bad)
    }
}

/// A key that can stand in a header. Spaces around it are cut off, since key files tend to end with a line break.
pub(crate) fn sendable(text: &str) -> Option<Secret> {
    let text = text.trim();
    let fits = !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic());
    fits.then(|| Secret::new(text))
}

/// Headers that go with every call, by name. Their values may be secret.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Headers(pub Vec<(String, String)>);

impl<'de> Deserialize<'de> for Headers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bad = || D::Error::custom("`headers` must be a table of texts, such as { X-Title = \"Mediary\" }");
        let Value::Table(written) = Value::deserialize(deserializer)? else { return Err(bad()) };
        let headers = written.into_iter().map(|(name, value)| match value {
            Value::String(value) if is_name(&name) && is_value(&value) => Some((name, value)),
            _ => None,
        });
        headers.collect::<Option<_>>().map(Self).ok_or_else(bad)
    }
}

impl fmt::Debug for Headers {
    /// Names only.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

/// How a provider is reached, where an entry says so. The address of a proxy may hold a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProxyChoice {
    /// Without a proxy, whatever the environment says.
    Direct,
    /// Through this one.
    Through(Proxy),
}

impl<'de> Deserialize<'de> for ProxyChoice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bad = || D::Error::custom(format!("`proxy` {NotAProxy}; or \"none\" for none"));
        match Value::deserialize(deserializer)? {
            Value::String(text) if matches!(text.trim(), "" | "none") => Ok(Self::Direct),
            Value::String(text) => text.parse().map(Self::Through).map_err(|NotAProxy| bad()),
            _ => Err(bad()),
        }
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

fn is_value(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}
