//! What lies beyond this machine: calling providers, and fetching what a request names by its address.
//!
//! The one HTTP client is made here, and nothing else in the house opens connections to other machines on a
//! request's behalf. [`Remote`] joins a [`Dialect`], which is pure translation, with that client; [`Fetcher`] follows
//! addresses that strangers wrote. Who is called when, and what follows from a failure, is the gateway's affair.

mod anthropic;
mod blame;
mod body;
mod client;
mod dialect;
mod endpoint;
mod fetch;
mod frames;
mod functions;
mod gemini;
#[cfg(test)]
mod golden;
mod handover;
mod mistral;
mod ollama;
mod openai;
mod remote;
#[cfg(test)]
mod tests;
mod unwritable;

pub use anthropic::Anthropic;
pub use blame::Quota;
pub use client::{ProviderClient, provider_client};
pub use dialect::{Call, Dialect, Frame, Framing, HttpCall, Reader, Timeouts};
pub use endpoint::{Auth, Endpoint, Quirks};
pub use fetch::{AllowList, FetchPolicy, Fetched, Fetcher, NotAllowable, Resolver, Resolving};
pub use gemini::Gemini;
pub use mistral::{Mistral, OcrPage};
pub use ollama::{Ollama, OllamaModel};
pub use openai::OpenAi;
pub use remote::{Remote, Reply};
