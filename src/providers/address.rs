//! Addresses of providers: completed from what a variable says, and judged for whether they are on this machine.

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::config::{Environment, Server, base_url, expand};

/// A whole address out of a variable such as `OLLAMA_HOST`, which may hold `http://host:port`, `host:port`, `host` or
/// `:port`; what it leaves out is as in `base`. `None` when it is no address.
pub(super) fn complete(written: &str, base: &str) -> Option<String> {
    let (base_scheme, base_authority, base_path) = split(base)?;
    let (base_host, base_port) = host_and_port(base_authority);
    let written = written.trim().trim_end_matches('/');
    let (scheme, rest) = match written.split_once("://") {
        Some((scheme, rest)) => (Some(scheme), rest),
        None => (None, written),
    };
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (host, port) = host_and_port(authority);
    // A server that listens everywhere is reached here.
    let host = match host {
        "" => base_host,
        "0.0.0.0" => "127.0.0.1",
        "[::]" => "[::1]",
        host => host,
    };
    // With a scheme, the port that goes with it is meant.
    let port = port.or(base_port.filter(|_| scheme.is_none())).map(|port| format!(":{port}")).unwrap_or_default();
    let path = if path.is_empty() { base_path.to_owned() } else { format!("/{path}") };
    base_url(&format!("{}://{host}{port}{path}", scheme.unwrap_or(base_scheme)))
}

/// An address of a catalog with the variables that stand in it, such as the number of an account; or what is missing.
pub(super) fn filled(written: &str, env: &Environment) -> Result<String, String> {
    let expanded = expand(written, env).map_err(|_| "its address holds a \"${\" that is not of the form ${NAME}")?;
    if !expanded.missing.is_empty() {
        let names: BTreeSet<&str> = expanded.missing.iter().map(|name| &**name).collect();
        return Err(format!("it needs {}, which is not set", Vec::from_iter(names).join(", ")));
    }
    base_url(&expanded.text).ok_or_else(|| format!("{} holds what no address can hold", expanded.used.join(" or ")))
}

/// Whether nothing sent to this address leaves the machine.
pub(super) fn is_loopback(url: &str) -> bool {
    let Some((_, authority, _)) = split(url) else { return false };
    let (host, _) = host_and_port(authority);
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let is_loopback = |address: IpAddr| address.to_canonical().is_loopback();
    host.eq_ignore_ascii_case("localhost") || host.parse().is_ok_and(is_loopback)
}

/// Whether this address is the server's own: calling it would never end.
pub(super) fn is_ours(url: &str, server: &Server) -> bool {
    let Some((scheme, authority, _)) = split(url) else { return false };
    let usual = if scheme.eq_ignore_ascii_case("https") { "443" } else { "80" };
    let port = host_and_port(authority).1.unwrap_or(usual);
    server.port != 0 && is_loopback(url) && port.parse() == Ok(server.port)
}

/// Scheme, authority, path with its first slash.
fn split(url: &str) -> Option<(&str, &str, &str)> {
    let (scheme, rest) = url.split_once("://")?;
    let at = rest.find('/').unwrap_or(rest.len());
    Some((scheme, &rest[..at], &rest[at..]))
}

fn host_and_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        // The colons of an IPv6 address stand in brackets.
        Some((host, port)) if !port.contains(']') => (host, Some(port).filter(|port| !port.is_empty())),
        _ => (authority, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_hold_the_number_of_an_account() {
        let env = Environment::from([("ACCOUNT", "0a1b"), ("ODD", "two words?")]);
        let rows = [
            ("https://h/accounts/${ACCOUNT}/ai", Ok("https://h/accounts/0a1b/ai")),
            ("https://h/v1", Ok("https://h/v1")),
            ("https://h/${NONE}", Err("it needs NONE, which is not set")),
            ("https://h/${ODD}", Err("ODD holds what no address can hold")),
            ("https://h/${ODD", Err("its address holds a \"${\" that is not of the form ${NAME}")),
        ];
        for (written, expected) in rows {
            assert_eq!(filled(written, &env).as_deref().map_err(String::as_str), expected, "{written}");
        }
    }

    #[test]
    fn an_address_is_completed_from_the_usual_one() {
        let base = "http://127.0.0.1:11434/api";
        let rows = [
            ("127.0.0.1:11434", Some("http://127.0.0.1:11434/api")),
            ("0.0.0.0", Some("http://127.0.0.1:11434/api")),
            ("0.0.0.0:8080", Some("http://127.0.0.1:8080/api")),
            ("[::]:8080", Some("http://[::1]:8080/api")),
            (":8080", Some("http://127.0.0.1:8080/api")),
            ("nas", Some("http://nas:11434/api")),
            ("http://nas:1/", Some("http://nas:1/api")),
            ("https://nas.example", Some("https://nas.example/api")),
            ("https://ollama.com/api", Some("https://ollama.com/api")),
            ("http://nas:1/ollama/api/", Some("http://nas:1/ollama/api")),
            ("ftp://nas", None),
            ("http://me:secret@nas", None),
            ("two words", None),
        ];
        for (written, expected) in rows {
            assert_eq!(complete(written, base).as_deref(), expected, "{written}");
        }
    }

    #[test]
    fn only_addresses_of_this_machine_are_loopback() {
        for url in [
            "http://127.0.0.1:11434/api",
            "http://127.9.9.9",
            "http://localhost:9000/v1",
            "https://LOCALHOST",
            "http://[::1]:80/v1",
            "http://[::ffff:127.0.0.1]/v1",
        ] {
            assert!(is_loopback(url), "{url}");
        }
        for url in [
            "https://api.groq.com/openai/v1",
            "http://10.0.0.1",
            "http://0.0.0.0",
            "http://localhost.example.org",
            "http://127.0.0.1.example.org",
            "http://[::2]",
            "127.0.0.1",
        ] {
            assert!(!is_loopback(url), "{url}");
        }
    }

    #[test]
    fn our_own_address_is_known() {
        let server = Server { port: 8001, ..Server::default() };
        let rows = [
            ("http://127.0.0.1:8001/api", true),
            ("http://localhost:8001", true),
            ("http://localhost:8002", false),
            ("http://localhost", false),
            ("http://nas:8001", false),
        ];
        for (url, expected) in rows {
            assert_eq!(is_ours(url, &server), expected, "{url}");
        }
    }
}
