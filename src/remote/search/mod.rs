//! Search engines of the web: what each is asked and what it answers, as pure translation, like the dialects of providers.
//!
//! Nothing is sent here: the gateway sends the requests through the guarded client and decides which engine is asked after
//! which. What engines say of pages comes from strangers; it is cleaned of markup and of what cannot be seen, and cut.

mod brave;
mod clean;
mod duckduckgo;
mod engine;
mod google;
mod ollama;
mod query;
mod refusal;
mod searxng;
mod serpapi;
#[cfg(test)]
mod tests;

pub use engine::{SearchEngine, SearchPlace};
pub use query::{FoundPage, SafeSearch, SearchPeriod, SearchQuery};
