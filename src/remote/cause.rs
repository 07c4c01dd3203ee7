//! Looking into errors: what caused them, and in which words that may be told. None of the words holds an address.

use std::error::Error as StdError;
use std::io;

use mediary_core::{Failure, FailureKind};

use crate::proxy::ProxyTrouble;

/// An error and what caused it, outermost first.
pub(crate) fn causes<'e>(error: &'e (dyn StdError + 'static)) -> impl Iterator<Item = &'e (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| {
        // An error inside of one of these is not its source; only that one's own source is.
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        inner.map(|inner| inner as _).or_else(|| error.source())
    })
}

/// A provider that could not be sent a request, or did not begin to answer it.
pub(crate) fn unreachable(error: &(dyn StdError + 'static), is_connect: bool, is_timeout: bool) -> Failure {
    let kind = if is_connect { FailureKind::Unreachable } else { FailureKind::Lost };
    let detail = match (is_connect, is_timeout) {
        (true, true) => "the provider cannot be reached: the connection did not stand in time".to_owned(),
        (true, false) => format!("the provider cannot be reached: {}", words(error, is_connect)),
        (false, _) => {
            format!("the connection to the provider was lost before it answered: {}", words(error, is_connect))
        }
    };
    Failure::new(kind, detail)
}

/// What the outermost cause that has words of its own says.
fn words(error: &(dyn StdError + 'static), is_connect: bool) -> String {
    for current in causes(error) {
        if let Some(trouble) = current.downcast_ref::<ProxyTrouble>() {
            return trouble.to_string();
        }
        if let Some(trouble) = ProxyTrouble::of(current) {
            return trouble.to_string();
        }
        if current.is::<rustls::Error>() {
            return "its certificate was not accepted, or it does not speak TLS".to_owned();
        }
        if let Some(found) = current.downcast_ref::<io::Error>().and_then(|found| of_io(found.kind())) {
            return found.to_owned();
        }
    }
    match is_connect {
        true => "its name is not known, or no connection can be made".to_owned(),
        false => "the connection was closed".to_owned(),
    }
}

fn of_io(kind: io::ErrorKind) -> Option<&'static str> {
    match kind {
        io::ErrorKind::ConnectionRefused => Some("nothing listens there"),
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe | io::ErrorKind::UnexpectedEof => {
            Some("the connection was closed")
        }
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => Some("there is no way to it"),
        io::ErrorKind::TimedOut => Some("it does not react"),
        _ => None,
    }
}
