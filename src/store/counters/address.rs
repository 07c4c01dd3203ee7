//! Where shared counters are. The address may hold a password, which no message, log or debug text has.

use std::fmt;
use std::str::FromStr;

use redis::{Client, IntoConnectionInfo as _};
use thiserror::Error;

/// The address of a Redis or Valkey.
#[derive(Clone)]
pub struct CountersAddress(pub(super) Client);

/// A text is no address of a Redis.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("an address such as redis://:password@host:6379/0, or rediss:// with TLS")]
pub struct NoCounters;

const SCHEMES: [&str; 6] = ["redis://", "rediss://", "valkey://", "valkeys://", "redis+unix://", "valkey+unix://"];

impl FromStr for CountersAddress {
    type Err = NoCounters;

    fn from_str(text: &str) -> Result<Self, NoCounters> {
        let text = text.trim();
        if !SCHEMES.iter().any(|scheme| text.starts_with(scheme)) || text.ends_with("://") {
            return Err(NoCounters);
        }
        let info = text.into_connection_info().map_err(|_| NoCounters)?;
        Client::open(info).map(Self).map_err(|_| NoCounters)
    }
}

impl fmt::Display for CountersAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let info = self.0.get_connection_info();
        write!(formatter, "redis://{}/{}", info.addr(), info.redis_settings().db())
    }
}

impl fmt::Debug for CountersAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_secrets_and_others_are_refused() {
        let rows = [
            ("redis://:hunter2@10.0.0.9:6380/3", "redis://10.0.0.9:6380/3"),
            ("rediss://me:hunter2@cache.example", "redis://cache.example:6379/0"),
            ("valkey://cache.example", "redis://cache.example:6379/0"),
            ("redis+unix:///run/redis.sock?pass=hunter2", "redis:///run/redis.sock/0"),
        ];
        for (text, shown) in rows {
            let address: CountersAddress = text.parse().unwrap();
            assert_eq!((address.to_string().as_str(), format!("{address:?}").as_str()), (shown, shown));
        }
        for text in ["", "redis", "redis://", "http://hunter2@host", "redis://host/x", "postgres://host/db"] {
            assert_eq!(text.parse::<CountersAddress>().err(), Some(NoCounters), "{text}");
        }
    }
}
