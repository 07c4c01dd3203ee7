//! The providers that can be called: each with its connection, its keys and its rows in the matrix.

use std::sync::Arc;
use std::time::Instant;

use mediary_core::capability::{Abilities, CapabilityMatrix};
use mediary_core::plan::HealthSnapshot;
use mediary_core::{ProviderId, Target};
use mediary_remote::{Anthropic, Dialect, Gemini, Mistral, Ollama, OpenAi, ProviderClient, Remote};

use super::ledger::{Caller, Ledger};
use crate::config::Secret;
use crate::providers::{DialectName, ProviderSetup, Providers};

/// A provider that can be called.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) id: ProviderId,
    pub(super) remote: Remote,
    pub(super) keys: Vec<Secret>,
    pub(super) is_loopback: bool,
}

/// The soft parameters that a dialect has a form for; `None`: all, known or not.
#[must_use]
pub fn soft_parameters(name: DialectName) -> Option<&'static [&'static str]> {
    dialect(name).soft_parameters()
}

/// All providers that can be called, and what their models do. A later fleet has the rows of an earlier one, in their
/// places, and perhaps more.
#[derive(Debug)]
pub(super) struct Fleet {
    pub(super) matrix: CapabilityMatrix,
    members: Arc<[Member]>,
    /// For each row of the matrix, its provider's place and the number of that one's keys.
    rows: Vec<(usize, usize)>,
}

/// The dialect of a name.
pub(super) fn dialect(name: DialectName) -> Arc<dyn Dialect> {
    match name {
        DialectName::Openai => Arc::new(OpenAi),
        DialectName::Gemini => Arc::new(Gemini),
        DialectName::Anthropic => Arc::new(Anthropic),
        DialectName::Mistral => Arc::new(Mistral),
        DialectName::Ollama => Arc::new(Ollama),
    }
}

impl Fleet {
    pub(super) fn new(providers: &Providers, client: &ProviderClient) -> Self {
        let member = |setup: &ProviderSetup| Member {
            id: setup.id.clone(),
            remote: Remote::new(&client.through(setup.proxy.as_ref()), dialect(setup.dialect), setup.endpoint.clone()),
            keys: setup.keys.clone(),
            is_loopback: setup.is_loopback,
        };
        Self::of(providers.matrix.clone(), providers.enabled.iter().map(member).collect())
    }

    fn of(matrix: CapabilityMatrix, members: Arc<[Member]>) -> Self {
        let place = |target: &Target| members.iter().position(|member| member.id == target.provider).unwrap_or(0);
        let rows = matrix.rows().iter().map(|row| {
            let provider = place(&row.target);
            // A provider without keys is called without one.
            (provider, members.get(provider).map_or(1, |member| member.keys.len().max(1)))
        });
        Self { rows: rows.collect(), matrix, members }
    }

    /// The same fleet with further rows behind those it has.
    pub(super) fn with(&self, found: Vec<Abilities>) -> Self {
        let new = found.into_iter().filter(|row| self.matrix.get(&row.target).is_none());
        Self::of(CapabilityMatrix::new(self.matrix.rows().iter().cloned().chain(new)), self.members.clone())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The provider of a row.
    pub(super) fn member(&self, row: usize) -> &Member {
        &self.members[self.rows[row].0]
    }

    /// The provider of a name.
    pub(super) fn named(&self, id: &ProviderId) -> Option<&Member> {
        self.members.iter().find(|member| member.id == *id)
    }

    pub(super) fn health(&self, ledger: &Ledger, now: Instant) -> HealthSnapshot {
        ledger.snapshot(&self.rows, now)
    }

    /// The next key with which a row can be called now.
    pub(super) fn caller(&self, row: usize, ledger: &Ledger, tried: &[usize], now: Instant) -> Option<Caller> {
        let (provider, keys) = self.rows[row];
        let key = ledger.pick_key(row, provider, keys, tried, now)?;
        Some(Caller { row, provider, key, is_loopback: self.members[provider].is_loopback })
    }
}

impl Member {
    /// One of the keys, as it is sent.
    pub(super) fn key(&self, index: usize) -> Option<&str> {
        self.keys.get(index).map(Secret::expose)
    }
}
