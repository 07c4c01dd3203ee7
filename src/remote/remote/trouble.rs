//! What the HTTP client's errors mean, in words that hold no address, query or key.

use std::io;

use mediary_core::{Failure, FailureKind};

use crate::client::{SendError, causes};

/// The request could not be sent, or nothing came back.
pub(super) fn unreachable(error: &SendError) -> Failure {
    let detail = match (error.is_connect(), error.is_timeout()) {
        (true, true) => "the provider cannot be reached: the connection did not stand in time".to_owned(),
        (true, false) => format!("the provider cannot be reached: {}", cause(error)),
        (false, _) => format!("the connection to the provider was lost before it answered: {}", cause(error)),
    };
    Failure::new(FailureKind::Unreachable, detail)
}

/// The answer did not come to its end.
pub(super) fn broke_off(_error: &hyper::Error) -> Failure {
    Failure::new(FailureKind::Garbled, "the provider's answer broke off")
}

/// The innermost cause that has words of its own.
fn cause(error: &SendError) -> &'static str {
    for current in causes(error) {
        if current.is::<rustls::Error>() {
            return "its certificate was not accepted, or it does not speak TLS";
        }
        if let Some(found) = current.downcast_ref::<io::Error>() {
            match found.kind() {
                io::ErrorKind::ConnectionRefused => return "nobody listens there",
                io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe | io::ErrorKind::UnexpectedEof => {
                    return "the connection was closed";
                }
                io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => return "there is no way to it",
                io::ErrorKind::TimedOut => return "it does not react",
                _ => {}
            }
        }
    }
    match error.is_connect() {
        true => "its name is not known, or no connection can be made",
        false => "the connection was closed",
    }
}
