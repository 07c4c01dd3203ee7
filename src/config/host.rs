//! The address to listen on.
//!
//! A name or a number, but no name that would need a resolver: what is bound must be plain from the configuration, since
//! whether it is loopback decides if keys are needed. `server` holds it; `serve` binds it.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use serde::{Deserialize, Serialize};

/// `localhost` or an IP address, version 4 or 6 (with or without brackets).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Host {
    /// The name `localhost`, which is 127.0.0.1 to us.
    Localhost,
    /// An address as written.
    Ip(IpAddr),
}

impl Host {
    /// Whether only programs on this machine can reach it.
    pub fn is_loopback(self) -> bool {
        match self {
            Self::Localhost => true,
            Self::Ip(ip) => ip.to_canonical().is_loopback(),
        }
    }

    /// What to bind.
    pub fn socket_address(self, port: u16) -> SocketAddr {
        let ip = match self {
            Self::Localhost => IpAddr::V4(Ipv4Addr::LOCALHOST),
            Self::Ip(ip) => ip,
        };
        SocketAddr::new(ip, port)
    }
}

impl TryFrom<String> for Host {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.eq_ignore_ascii_case("localhost") {
            return Ok(Self::Localhost);
        }
        let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        match bare {
            Some(v6) => v6.parse().map(IpAddr::V6),
            None => text.parse(),
        }
        .map(Self::Ip)
        .map_err(|_| "neither localhost nor an IP address")
    }
}

impl From<Host> for String {
    fn from(host: Host) -> Self {
        host.to_string()
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Localhost => f.write_str("localhost"),
            Self::Ip(ip) => ip.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_told_from_the_rest() {
        let rows: &[(&str, Option<bool>)] = &[
            ("127.0.0.1", Some(true)),
            ("127.8.8.8", Some(true)),
            ("localhost", Some(true)),
            ("LocalHost", Some(true)),
            ("::1", Some(true)),
            ("[::1]", Some(true)),
            ("::ffff:127.0.0.1", Some(true)),
            ("0.0.0.0", Some(false)),
            ("::", Some(false)),
            ("::ffff:10.0.0.1", Some(false)),
            ("192.168.1.7", Some(false)),
            ("localhost.example", None),
            ("example.org", None),
            ("127.0.0.1:80", None),
            ("[127.0.0.1]", None),
            ("127.1", None),
            ("", None),
        ];
        for (text, expected) in rows {
            let host = Host::try_from((*text).to_owned()).ok();
            assert_eq!(host.map(Host::is_loopback), *expected, "{text:?}");
        }
    }

    #[test]
    fn localhost_binds_the_loopback_address() {
        assert_eq!(Host::Localhost.socket_address(8001).to_string(), "127.0.0.1:8001");
    }
}
