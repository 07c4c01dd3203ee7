//! Calls against a provider on loopback that answers with bytes written out here.

mod answers;
mod connections;
mod provider;
