//! What lies beyond this machine: fetching what a request names by its address.
//!
//! The one HTTP client is made here, and nothing else in the house opens connections to other machines on a
//! request's behalf. Knows nothing of media: bytes come out as they arrive, and whoever called classifies them.
//! The gateway's doors call [`Fetcher::fetch`].

mod client;
mod fetch;

pub use fetch::{AllowList, FetchPolicy, Fetched, Fetcher, NotAllowable, Resolver, Resolving};
