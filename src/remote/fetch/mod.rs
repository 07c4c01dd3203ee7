//! Fetching what strangers name: an address in a request is followed only to where the operator lets it.
//!
//! - Only `http` and `https`, without credentials. Any port: what is behind a public address is public on all of them,
//!   object stores and intranet tools use odd ones, and a bare GET commands nothing in other protocols.
//! - An address is judged by the IP it resolves to, and the connection is made to exactly the addresses that passed,
//!   since the client has no other resolver; a name that changes its mind gains nothing by it.
//! - Redirects are followed by hand, each judged like the first address.
//! - Bytes are counted as they arrive. The announced length only serves to refuse early.
//!
//! What the bytes are is not looked at here: the type a server claims is a hint, handed on for classification.

mod address;
mod allow;
mod check;
mod limits;
mod post;
mod refusal;
mod resolve;
#[cfg(test)]
mod tests;
mod walk;

pub use allow::{AllowList, NotAllowable};
pub use resolve::{Resolver, Resolving};
pub(crate) use resolve::{judged, system_addresses};

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use mediary_core::Failure;

use crate::errands::{ErrandClient, ErrandSettings};
use crate::trust::trust;
use resolve::{Guarded, SystemResolver};

/// What may be fetched, and what it may take.
#[derive(Debug, Clone)]
pub struct FetchPolicy {
    /// What may be fetched although its address is not public.
    pub allow: AllowList,
    /// The most bytes of one file.
    pub max_bytes: u64,
    /// The most time from the first look-up to the last byte, redirects included.
    pub total: Duration,
    /// The most time until a connection stands, its name looked up and its certificate checked.
    pub connect: Duration,
    /// The most time during which nothing arrives.
    pub idle: Duration,
}

/// What the server said of a fetched file. Hints, all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// The claimed media type, without its parameters, in lower case.
    pub media_type: Option<String>,
    /// The last part of the address that answered.
    pub file_name: Option<String>,
    /// How many bytes came.
    pub len_bytes: u64,
    /// The address that answered, redirects followed.
    pub url: String,
}

/// Fetches files by their addresses. Cheap to clone; one per process is enough.
#[derive(Debug, Clone)]
pub struct Fetcher {
    errands: ErrandClient,
    policy: Arc<FetchPolicy>,
}

impl Fetcher {
    /// A fetcher that looks names up as this machine does.
    #[must_use]
    pub fn new(policy: FetchPolicy) -> Self {
        Self::with_resolver(policy, SystemResolver)
    }

    /// A fetcher that looks names up with `resolver`; what it finds is judged all the same.
    #[must_use]
    pub fn with_resolver(policy: FetchPolicy, resolver: impl Resolver) -> Self {
        let guarded = Guarded::new(resolver, policy.allow.clone());
        let errands = ErrandClient::new(ErrandSettings {
            connect: policy.connect,
            // Files are fetched once; a connection that waits for the next would only be one more thing to hold.
            most_idle: 0,
            // A proxy would look names up by itself, behind the guard's back.
            proxy: None,
            trust: trust(),
            resolver: Some(Arc::new(guarded)),
        });
        Self { errands, policy: Arc::new(policy) }
    }

    /// The same for files of up to so many bytes.
    #[must_use]
    pub fn up_to(&self, max_bytes: u64) -> Self {
        let policy = FetchPolicy { max_bytes, ..(*self.policy).clone() };
        Self { errands: self.errands.clone(), policy: Arc::new(policy) }
    }

    /// Tells an address something, in JSON. What it answers is not read, and redirects are not followed.
    ///
    /// # Errors
    /// Malformed when the address is none or may not be gone to; unreachable or timed out when it was not heard.
    pub async fn post(&self, url: &str, headers: &[(&'static str, String)], body: String) -> Result<(), Failure> {
        post::post(&self.errands, &self.policy, url, headers, body).await
    }

    /// Delivers a request as it is to its address; gives the answer, whatever its status, cut at so many bytes as a file may
    /// have. Redirects are not followed.
    ///
    /// # Errors
    /// Malformed when the address may not be gone to; unreachable or timed out when it was not heard.
    pub async fn deliver(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, Failure> {
        post::deliver(&self.errands, &self.policy, request).await
    }

    /// What time the server of an address says that it is, in its own words.
    ///
    /// # Errors
    /// Malformed when the address is none or may not be gone to; unreachable or timed out when it was not heard.
    pub async fn date(&self, url: &str) -> Result<Option<String>, Failure> {
        walk::date(&self.errands, &self.policy, url).await
    }

    /// Fetches a file. Each chunk is handed to `keep` as it arrives; where that fails, so does the fetch.
    ///
    /// Dropping the future ends the connection.
    ///
    /// # Errors
    /// Malformed when the address is none, may not be fetched, or the server says that there is nothing; too large or
    /// timed out when a limit was passed; unreachable when the server could not be reached or failed; else what `keep`
    /// gave.
    pub async fn fetch(
        &self,
        url: &str,
        keep: &mut (dyn FnMut(&[u8]) -> Result<(), Failure> + Send),
    ) -> Result<Fetched, Failure> {
        walk::fetch(&self.errands, &self.policy, url, keep).await
    }
}
