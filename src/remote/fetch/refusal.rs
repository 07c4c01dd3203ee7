//! Why an address is not connected to, and how that looks from outside.
//!
//! A refusal may come out of the resolver deep inside the HTTP client; it is found again in the chain of causes.

use std::error::Error as StdError;
use std::net::IpAddr;

use mediary_core::{Failure, FailureKind};
use thiserror::Error;

use crate::cause::causes;

/// An address that may not be connected to, or a name that has none.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(super) enum Refusal {
    #[error("the address {ip} is {why}; to let Mediary fetch from it, list it under [fetch] allow")]
    Address { ip: IpAddr, why: &'static str },
    #[error(
        "host `{host}` is not on the public Internet; to let Mediary fetch from it, list the host under [fetch] allow"
    )]
    Name { host: String },
    #[error("there is no host `{host}`; check the address's spelling")]
    NoSuchHost { host: String },
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let kind = match refusal {
            Refusal::Address { .. } | Refusal::Name { .. } => FailureKind::Malformed,
            Refusal::NoSuchHost { .. } => FailureKind::Unreachable,
        };
        Self::new(kind, refusal.to_string())
    }
}

/// What a failed request or a broken body is to the user. Nothing of the address but its host is repeated: the rest
/// may hold a signature.
pub(super) fn failed(host: &str, error: &reqwest::Error) -> Failure {
    if let Some(refusal) = causes(error).find_map(|cause| cause.downcast_ref::<Refusal>()) {
        return refusal.clone().into();
    }
    if error.is_connect() && error.is_timeout() {
        let detail = format!("`{host}` does not take connections; check the address, or raise [fetch] connect_seconds");
        return Failure::new(FailureKind::TimedOut, detail);
    }
    let stage = if error.is_connect() { "cannot connect to" } else { "the connection broke off to" };
    broken(host, stage, error)
}

/// A body that broke off.
pub(super) fn broke_off(host: &str, error: &reqwest::Error) -> Failure {
    broken(host, "the connection broke off to", error)
}

fn broken(host: &str, stage: &str, error: &(dyn StdError + 'static)) -> Failure {
    let deepest = causes(error).last().unwrap_or(error);
    Failure::new(FailureKind::Unreachable, format!("{stage} `{host}` ({deepest}); check the address, or try again"))
}
