//! The forms an address takes in the first line of a request (RFC 9112, section 3.2). The client asks.

use http::Uri;
use http::uri::{Authority, Parts, Scheme};

/// An address as a request's first line has it: without scheme and host.
pub(super) fn origin_form(address: &Uri) -> Uri {
    let mut parts = Parts::default();
    parts.path_and_query = address.path_and_query().cloned();
    Uri::from_parts(parts).unwrap_or_default()
}

/// An address as a proxy wants it: whole, but without credentials, which are the host's.
pub(super) fn absolute_form(address: &Uri) -> Uri {
    let mut parts = Parts::default();
    parts.path_and_query = address.path_and_query().cloned();
    parts.scheme = address.scheme().cloned();
    let bare = |authority: &Authority| {
        let text = authority.as_str();
        Authority::try_from(text.rsplit_once('@').map_or(text, |(_, bare)| bare)).ok()
    };
    parts.authority = address.authority().and_then(bare);
    Uri::from_parts(parts).unwrap_or_default()
}

/// Whether this is the scheme of encrypted calls.
pub(super) fn is_https(scheme: &Scheme) -> bool {
    *scheme == Scheme::HTTPS
}
