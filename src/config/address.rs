//! Addresses as the configuration holds them: what to listen on, origins of web pages, public base URLs.
//!
//! The address to listen on is a number or `localhost`, but no name that would need a resolver: what is bound must be
//! plain from the configuration, since whether it is loopback decides if keys are needed. Origins and URLs are brought
//! into the one spelling that is compared later (lower case, no default port, no trailing slash). Nothing is resolved or
//! fetched here. `server` and the readers of providers call it.

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

/// Reads `https://app.example:8443` as an origin in the spelling browsers use; `None` when it is not an origin.
pub(super) fn origin(text: &str) -> Option<String> {
    let (scheme, authority) = text.split_once("://")?;
    let authority = authority.strip_suffix('/').unwrap_or(authority);
    if !is_scheme(scheme) || !is_authority(authority) {
        return None;
    }
    let scheme = scheme.to_ascii_lowercase();
    let authority = authority.to_ascii_lowercase();
    // Browsers leave the default port out of `Origin`.
    let authority = match scheme.as_str() {
        "http" => authority.strip_suffix(":80").unwrap_or(&authority),
        "https" => authority.strip_suffix(":443").unwrap_or(&authority),
        _ => &authority,
    };
    Some(format!("{scheme}://{authority}"))
}

/// Reads an http or https URL, perhaps with a path, and drops its trailing slashes; `None` when it is not one.
pub(crate) fn base_url(text: &str) -> Option<String> {
    let url = text.trim_end_matches('/');
    let (scheme, rest) = url.split_once("://")?;
    let authority = rest.split('/').next()?;
    let plain = rest.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '?' | '#'));
    let http = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    (http && plain && is_authority(authority)).then(|| url.to_owned())
}

fn is_scheme(scheme: &str) -> bool {
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

fn is_authority(authority: &str) -> bool {
    let host_comes_first = !authority.starts_with(':');
    let plain = authority.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']'));
    !authority.is_empty() && host_comes_first && plain
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

    #[test]
    fn origins_take_the_spelling_of_browsers() {
        let rows: &[(&str, Option<&str>)] = &[
            ("https://App.Example", Some("https://app.example")),
            ("https://app.example/", Some("https://app.example")),
            ("https://app.example:443", Some("https://app.example")),
            ("http://app.example:80", Some("http://app.example")),
            ("http://localhost:3000", Some("http://localhost:3000")),
            ("http://[::1]:3000", Some("http://[::1]:3000")),
            ("chrome-extension://abcdef", Some("chrome-extension://abcdef")),
            ("https://app.example/path", None),
            ("https://user@app.example", None),
            ("https://*.example", None),
            ("app.example", None),
            ("https://", None),
            ("null", None),
            ("*", None),
        ];
        for (text, expected) in rows {
            assert_eq!(origin(text).as_deref(), *expected, "{text:?}");
        }
    }

    #[test]
    fn base_urls_keep_their_path_and_lose_the_last_slash() {
        let rows: &[(&str, Option<&str>)] = &[
            ("https://ai.example/", Some("https://ai.example")),
            ("https://ai.example/mediary/", Some("https://ai.example/mediary")),
            ("http://10.0.0.7:8001", Some("http://10.0.0.7:8001")),
            ("ftp://ai.example", None),
            ("https://ai.example?x=1", None),
            ("https:///path", None),
            ("ai.example", None),
            ("https://ai.example/two words", None),
        ];
        for (text, expected) in rows {
            assert_eq!(base_url(text).as_deref(), *expected, "{text:?}");
        }
    }
}
