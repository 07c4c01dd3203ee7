//! Calls against a provider on loopback.

mod answers;
mod connections;
pub(crate) mod site;
