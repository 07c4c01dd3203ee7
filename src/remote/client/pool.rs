//! Idle connections, by the host they lead to.
//!
//! They are not watched: whether one still stands is looked at when it is taken. A thread is given back its own where
//! that is possible: a connection's events come to the thread that opened it.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use http::HeaderValue;
use http::Uri;
use http::uri::{Authority, Scheme};

use super::form::is_https;
use super::line::Line;

/// How long an idle connection is kept. Longer than a person thinks between two turns, and about as long as providers
/// keep theirs.
const IDLE: Duration = Duration::from_secs(90);

/// Where connections lead: scheme, host and port.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Origin {
    scheme: Scheme,
    authority: Authority,
}

impl Origin {
    /// `None` if the address is not whole.
    pub(super) fn of(address: &Uri) -> Option<Self> {
        Some(Self { scheme: address.scheme()?.clone(), authority: address.authority()?.clone() })
    }

    pub(super) fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    /// What the header `Host` says: no credentials, and a port only where it is not the scheme's own.
    pub(super) fn host_header(&self) -> Option<HeaderValue> {
        let host = self.authority.host();
        let usual = if is_https(&self.scheme) { 443 } else { 80 };
        match self.authority.port_u16().filter(|port| *port != usual) {
            Some(port) => HeaderValue::try_from(format!("{host}:{port}")).ok(),
            None => HeaderValue::from_str(host).ok(),
        }
    }
}

/// The idle connections.
pub(super) struct Pool {
    /// For each origin, those that have been idle longest first.
    lines: Mutex<HashMap<Origin, Vec<Idle>>>,
    most: usize,
}

struct Idle {
    line: Box<Line>,
    since: Instant,
}

impl Pool {
    /// Keeps at most so many for one origin.
    pub(super) fn new(most: usize) -> Self {
        Self { lines: Mutex::default(), most }
    }

    /// A connection on which a request can be sent.
    pub(super) fn take(&self, origin: &Origin) -> Option<Box<Line>> {
        let here = thread::current().id();
        loop {
            let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
            let idle = lines.get_mut(origin)?;
            let idle = match idle.iter().rposition(|idle| idle.line.opened_by() == here) {
                Some(own) => idle.remove(own),
                None => idle.pop()?,
            };
            drop(lines);
            let mut line = idle.line;
            if idle.since.elapsed() < IDLE && line.is_usable() {
                return Some(line);
            }
        }
    }

    /// Closes all idle connections to an origin.
    pub(super) fn forget(&self, origin: &Origin) {
        drop(self.lines.lock().unwrap_or_else(PoisonError::into_inner).remove(origin));
    }

    /// Keeps a connection whose answer has come to its end.
    pub(super) fn keep(&self, origin: &Origin, line: Box<Line>) {
        let now = Instant::now();
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.retain(|_, idle| {
            let expired = idle.iter().take_while(|idle| now.duration_since(idle.since) >= IDLE).count();
            idle.drain(..expired);
            !idle.is_empty()
        });
        let idle = match lines.get_mut(origin) {
            Some(idle) => idle,
            None => lines.entry(origin.clone()).or_default(),
        };
        if idle.len() < self.most {
            idle.push(Idle { line, since: now });
        }
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Pool").field("most", &self.most).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_named_without_credentials_and_with_an_unusual_port_only() {
        let rows = [
            ("http://a.example/v1", "a.example"),
            ("http://a.example:80/v1", "a.example"),
            ("https://a.example:443/v1", "a.example"),
            ("https://a.example:80/v1", "a.example:80"),
            ("http://name:word@a.example:8080/v1", "a.example:8080"),
            ("http://[::1]:11434/api", "[::1]:11434"),
        ];
        for (address, host) in rows {
            let origin = Origin::of(&address.parse().unwrap()).unwrap();
            assert_eq!(origin.host_header().unwrap(), host, "{address}");
        }
        assert_eq!(Origin::of(&"/v1".parse().unwrap()), None);
    }
}
