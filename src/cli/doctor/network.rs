//! The port, the clock that certificates and budgets go by, and the proxy.

use std::net::TcpListener;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mediary_remote::{FetchPolicy, Fetcher};

use super::super::Context;
use super::super::background::{Standing, stand};
use super::finding::Finding;
use crate::config::{Config, Source};

/// A clock may be off by so much: certificates and signatures allow for it.
const ALLOWED: Duration = Duration::from_mins(2);
/// What to do about a clock.
const SET: &str = "set it: certificates, budgets and free limits go by it";
/// No clock that is right shows a time before this was written: the first day of 2026.
const EARLIEST: Duration = Duration::from_secs(1_767_225_600);

pub(super) fn port(context: &Context, config: &Config) -> Finding {
    let address = config.server.host.socket_address(config.server.port);
    if let (Standing::There(facts), _) = stand(context)
        && facts.address.as_ref().is_some_and(|its| *its == address.to_string())
    {
        return Finding::ok("port", format!("{address} is our server's, process {}", facts.pid));
    }
    match TcpListener::bind(address) {
        Ok(_) => Finding::ok("port", format!("{address} is free")),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => Finding::bad(
            "port",
            format!("{address} is taken by another program"),
            "end that one, or choose another with --port or MEDIARY_SERVER__PORT",
        ),
        Err(error) => Finding::bad("port", format!("{address} cannot be listened on: {error}"), "choose another"),
    }
}

/// Holds the clock against what was written last, and where that is wanted against a provider's.
pub(super) fn clock(context: &Context, config: &Config, source: &Source, online: bool) -> Finding {
    let now = SystemTime::now();
    if now.duration_since(UNIX_EPOCH).is_ok_and(|since| since < EARLIEST) {
        return Finding::bad("clock", "it shows a time long past", SET);
    }
    if let Some(behind) = written_last(context, config).and_then(|last| last.duration_since(now).ok())
        && behind > ALLOWED
    {
        return Finding::bad("clock", format!("it is {} s behind what was written last", behind.as_secs()), SET);
    }
    if !online {
        return Finding::ok("clock", "it is not behind what was written last; --online asks a provider");
    }
    match of_provider(context, config, source) {
        Ok((provider, its)) => compared(now, its, &provider),
        Err(why) => Finding::warn("clock", format!("no provider says what time it is: {why}"), "look at the network"),
    }
}

fn compared(now: SystemTime, its: SystemTime, provider: &str) -> Finding {
    let off = now.duration_since(its).or_else(|_| its.duration_since(now)).unwrap_or_default();
    match off <= ALLOWED {
        true => Finding::ok("clock", format!("it agrees with that of {provider}")),
        false => Finding::bad("clock", format!("it is {} s off that of {provider}", off.as_secs()), SET),
    }
}

/// When the database or the log was written last.
fn written_last(context: &Context, config: &Config) -> Option<SystemTime> {
    let store = context.store_dir(config)?;
    let files: Vec<PathBuf> = std::fs::read_dir(store).ok()?.flatten().map(|entry| entry.path()).collect();
    files.iter().filter_map(|file| file.metadata().and_then(|facts| facts.modified()).ok()).max()
}

fn of_provider(context: &Context, config: &Config, source: &Source) -> Result<(String, SystemTime), String> {
    let providers = context.providers(config, source)?;
    // One in the configuration may be on this machine or in a network of its own, to which no address is followed.
    let asked = providers.enabled.iter().find(|setup| !setup.is_loopback).ok_or("none is on that is elsewhere")?;
    let fetch = config.fetch.clone();
    let policy =
        FetchPolicy { allow: fetch.allow, max_bytes: 0, total: fetch.total, connect: fetch.connect, idle: fetch.idle };
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
    let date =
        runtime.block_on(Fetcher::new(policy).date(&asked.endpoint.base_url)).map_err(|error| error.to_string())?;
    let date = date.ok_or("its answers have no date")?;
    let its = httpdate::parse_http_date(&date).map_err(|_| format!("`{date}` is no date"))?;
    Ok((asked.id.as_str().to_owned(), its))
}

/// The variables that name a proxy, where there are any.
pub(super) fn proxy(context: &Context, config: &Config) -> Option<Finding> {
    let names = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"];
    let set: Vec<&str> = names.into_iter().filter(|name| context.environment.text(name).is_some()).collect();
    if set.is_empty() {
        return None;
    }
    let says = format!("providers are reached through what {} names", set.join(", "));
    let no_proxy = ["no_proxy", "NO_PROXY"].into_iter().find_map(|name| context.environment.text(name));
    let covers =
        no_proxy.is_some_and(|no| no.split(',').any(|host| ["localhost", "127.0.0.1", "*"].contains(&host.trim())));
    let advice = "add localhost,127.0.0.1 to NO_PROXY, so that clients on this machine reach the server itself";
    Some(match config.server.host.is_loopback() && !covers {
        true => Finding::warn("proxy", says, advice),
        false => Finding::ok("proxy", says),
    })
}

#[cfg(test)]
mod tests {
    use super::super::finding::State;
    use super::*;

    #[test]
    fn a_clock_may_be_off_by_a_little() {
        let now = SystemTime::now();
        for (its, expected) in [
            (now + Duration::from_secs(100), State::Ok),
            (now - Duration::from_secs(100), State::Ok),
            (now + Duration::from_secs(1_000), State::Bad),
            (now - Duration::from_secs(1_000), State::Bad),
        ] {
            assert_eq!(compared(now, its, "a").state, expected, "{its:?}");
        }
    }
}
