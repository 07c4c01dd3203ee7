//! Which callers are let in: with keys those that have one, without keys only programs on this machine and no foreign
//! web page.
//!
//! What is asked of whom is in `rules`; clients with keys of their own are held to their limits in `client`. Loopback is no
//! exception from keys, since other accounts and containers share it.

mod behalf;
mod client;
mod cors;
mod key;
mod origin;
mod rules;

#[cfg(test)]
mod tests;

pub(super) use behalf::{OnBehalf, on_behalf};
pub(super) use client::{Held, admitted};
pub(super) use key::{client_of, owner_by, owner_of, secret_of};
pub(super) use rules::{guarded, guarded_apart};

use std::sync::Arc;

use super::state::AppState;
use crate::gateway::realtime::Secrets;
use crate::gateway::{Administration, Clients};

/// Who is known to the guard beside the keys of the configuration.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Those who have keys of their own.
    pub(super) clients: Arc<Clients>,
    /// Those who were given a token for one live conversation.
    pub(super) secrets: Arc<Secrets>,
    /// Administrators.
    pub(super) administration: Option<Arc<Administration>>,
}

impl Known {
    /// Those of a server.
    pub(super) fn of(state: &AppState) -> Self {
        let gateway = &state.gateway;
        Self {
            clients: gateway.clients.clone(),
            secrets: gateway.realtime.secrets.clone(),
            administration: state.administration.clone(),
        }
    }
}
