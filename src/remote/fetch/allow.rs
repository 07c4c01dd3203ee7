//! What the operator lets be fetched although it is not public: hosts, addresses and networks.
//!
//! A host is meant by name: whatever it resolves to may be connected to, under that name only. The configuration reads
//! these texts, the resolver and the check of literal addresses ask.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;
use thiserror::Error;
use url::Host;

/// Hosts and networks. Empty: only the public Internet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AllowList {
    hosts: Vec<String>,
    networks: Vec<IpNet>,
}

/// A text that names neither a host nor an address nor a network.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is neither a host name nor an IP address nor a network such as 10.0.0.0/8")]
pub struct NotAllowable(String);

impl AllowList {
    /// A list of such texts as `files.example`, `192.168.1.7`, `fd00::/8`.
    ///
    /// # Errors
    /// The first text that is none of these.
    pub fn parse<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Result<Self, NotAllowable> {
        let mut list = Self::default();
        for text in texts {
            list.add(text.as_ref()).ok_or_else(|| NotAllowable(text.as_ref().to_owned()))?;
        }
        Ok(list)
    }

    /// The same and the host of an address that the operator wrote.
    #[must_use]
    pub fn and_host_of(mut self, url: &str) -> Self {
        if let Some(host) = url::Url::parse(url).ok().as_ref().and_then(url::Url::host_str) {
            // What has the form of a host is none only if it cannot be gone to.
            let _ = self.add(host);
        }
        self
    }

    fn add(&mut self, text: &str) -> Option<()> {
        if let Ok(network) = IpNet::from_str(text) {
            self.networks.push(network.trunc());
            return Some(());
        }
        let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
        if let Ok(ip) = IpAddr::from_str(bare) {
            self.networks.push(ip.into());
            return Some(());
        }
        // The parser takes odd numbers for addresses; a list should say exactly what it means.
        match Host::parse(text).ok()? {
            Host::Domain(name) if is_name(&name) => self.hosts.push(bare_name(&name).to_owned()),
            _ => return None,
        }
        Some(())
    }

    /// Whether everything may be fetched from a host of this name, which is in lower case.
    pub(super) fn has_host(&self, name: &str) -> bool {
        self.hosts.iter().any(|host| host == bare_name(name))
    }

    /// Whether everything may be fetched from this address.
    pub(super) fn has_address(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        self.networks.iter().any(|network| network.contains(&ip))
    }
}

/// A list of one.
impl FromStr for AllowList {
    type Err = NotAllowable;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse([text])
    }
}

impl fmt::Display for AllowList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let networks = self.networks.iter().map(ToString::to_string);
        let all: Vec<String> = self.hosts.iter().cloned().chain(networks).collect();
        f.write_str(&all.join(", "))
    }
}

/// The name without the dot that says that it is complete.
fn bare_name(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
}

fn is_name(name: &str) -> bool {
    let name = bare_name(name);
    name.split('.').all(|label| !label.is_empty())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_as_people_write_them() {
        let rows = [
            ("localhost", Some("localhost")),
            ("Files.Example.", Some("files.example")),
            ("büro.example", Some("xn--bro-hoa.example")),
            ("my_nas", Some("my_nas")),
            ("192.168.1.7", Some("192.168.1.7/32")),
            ("192.168.1.7/16", Some("192.168.0.0/16")),
            ("fd00::/8", Some("fd00::/8")),
            ("[::1]", Some("::1/128")),
            ("", None),
            ("*.example", None),
            ("http://files.example", None),
            ("files.example:9000", None),
            ("10.0.0.0/33", None),
            ("0x7f.1", None),
            ("2130706433", None),
            ("a..b", None),
            ("a b", None),
        ];
        for (text, expected) in rows {
            let found = AllowList::parse([text]).ok().map(|list| list.to_string());
            assert_eq!(found.as_deref(), expected, "{text:?}");
        }
    }

    #[test]
    fn what_is_listed_is_found_and_nothing_near_it() {
        let list = AllowList::parse(["files.example", "10.1.0.0/16", "fd00::5"]).unwrap();
        for (name, expected) in [("files.example", true), ("files.example.", true), ("x.files.example", false)] {
            assert_eq!(list.has_host(name), expected, "{name}");
        }
        let rows = [
            ("10.1.2.3", true),
            ("::ffff:10.1.2.3", true),
            ("10.2.0.0", false),
            ("fd00::5", true),
            ("fd00::6", false),
            ("64:ff9b::10.1.2.3", false),
        ];
        for (ip, expected) in rows {
            assert_eq!(list.has_address(ip.parse().unwrap()), expected, "{ip}");
        }
    }
}
