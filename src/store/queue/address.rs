//! Where a broker is, as it is written in the configuration. It may hold a password, and is shown without.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// The address of a broker.
#[derive(Clone, PartialEq, Eq)]
pub struct QueueAddress {
    url: String,
    shown: String,
}

/// A text is no address of a broker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("an address such as nats://127.0.0.1:4222, with tls:// in front where it is encrypted")]
pub struct NotAQueue;

impl FromStr for QueueAddress {
    type Err = NotAQueue;

    fn from_str(text: &str) -> Result<Self, NotAQueue> {
        let (scheme, rest) = text.split_once("://").ok_or(NotAQueue)?;
        let host = rest.rsplit('@').next().unwrap_or_default();
        let is_host = !host.is_empty() && !host.contains(['/', ' ', '?', '#']);
        if !matches!(scheme, "nats" | "tls") || !is_host {
            return Err(NotAQueue);
        }
        Ok(Self { url: text.to_owned(), shown: format!("{scheme}://{host}") })
    }
}

impl QueueAddress {
    /// All of it.
    pub(super) fn reveal(&self) -> &str {
        &self.url
    }
}

impl fmt::Display for QueueAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.shown)
    }
}

impl fmt::Debug for QueueAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_password() {
        let shown = |text: &str| text.parse::<QueueAddress>().map(|address| format!("{address} {address:?}"));
        assert_eq!(shown("nats://me:secret@a:4222"), Ok("nats://a:4222 nats://a:4222".to_owned()));
        assert_eq!(shown("tls://b"), Ok("tls://b tls://b".to_owned()));
        for text in ["", "a:4222", "http://a", "nats://", "nats://a/b", "nats://me@"] {
            assert_eq!(shown(text), Err(NotAQueue), "{text}");
        }
    }
}
