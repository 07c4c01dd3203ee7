//! The providers that can be called: each with its connection, its keys and its rows in the matrix.

use std::sync::Arc;

use mediary_core::plan::HealthSnapshot;
use mediary_core::{ProviderId, Target};
use mediary_remote::{Dialect, Mistral, OpenAi, ProviderClient, Remote};
use std::time::Instant;

use super::ledger::{Caller, Ledger};
use crate::config::Secret;
use crate::providers::{DialectName, Providers};

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

/// All providers that can be called.
#[derive(Debug)]
pub(super) struct Fleet {
    members: Vec<Member>,
    /// For each row of the matrix, its provider's place and the number of that one's keys.
    rows: Vec<(usize, usize)>,
}

/// The dialect of a name.
pub(super) fn dialect(name: DialectName) -> Arc<dyn Dialect> {
    match name {
        DialectName::Openai => Arc::new(OpenAi),
        DialectName::Gemini => Arc::new(OpenAi),
        DialectName::Anthropic => Arc::new(OpenAi),
        DialectName::Mistral => Arc::new(Mistral),
        DialectName::Ollama => Arc::new(OpenAi),
    }
}

impl Fleet {
    pub(super) fn new(providers: &Providers, client: &ProviderClient) -> Self {
        let members: Vec<Member> = providers
            .enabled
            .iter()
            .map(|setup| Member {
                id: setup.id.clone(),
                remote: Remote::new(client, dialect(setup.dialect), setup.endpoint.clone()),
                keys: setup.keys.clone(),
                is_loopback: setup.is_loopback,
            })
            .collect();
        let place = |target: &Target| members.iter().position(|member| member.id == target.provider).unwrap_or(0);
        let rows = providers.matrix.rows().iter().map(|row| {
            let provider = place(&row.target);
            // A provider without keys is called without one.
            (provider, members.get(provider).map_or(1, |member| member.keys.len().max(1)))
        });
        let rows = rows.collect();
        Self { members, rows }
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
