//! Checks of keys: a provider is asked for its list of models with each of them, which costs nothing.
//!
//! What comes of it counts as what comes of calls does: a key that is accepted rests no longer, one that is refused does.
//! Nothing is checked unless an administrator or the configuration asks for it.

use std::time::{Duration, Instant};

use mediary_core::plan::Privacy;
use mediary_core::provider::KeyAnswer;
use mediary_core::{Failure, FailureKind, ProviderId};
use tokio::time::timeout;

use super::Router;
use super::fleet::Member;
use super::ledger::KEY_REST;
use super::quotas::now_ms;

/// How long a provider is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// What came of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyCheck {
    /// The provider.
    pub provider: String,
    /// The end of the key.
    pub key: String,
    /// `accepted`, `refused`, `rate_limited`, `out_of_quota`, `unreachable`, or `untold`.
    pub outcome: &'static str,
    /// What else there is to say.
    pub why: Option<String>,
}

impl Router {
    /// Checks the key of a fingerprint; `None`: it is not among those that are called.
    pub async fn check_key(&self, provider: &ProviderId, fingerprint: &str) -> Option<KeyCheck> {
        let fleet = self.fleet();
        let at = fleet.members().iter().position(|member| member.id() == provider)?;
        let member = &fleet.members()[at];
        let key = (0..member.keys()).find(|key| member.fingerprint(*key).as_deref() == Some(fingerprint))?;
        Some(self.checked(at, member, key).await)
    }

    /// Checks every key of a provider, or of all of them, one after the other.
    pub async fn check_keys(&self, only: Option<&ProviderId>) -> Vec<KeyCheck> {
        let fleet = self.fleet();
        let mut checks = Vec::new();
        for (at, member) in fleet.members().iter().enumerate() {
            if only.is_some_and(|only| member.id() != only) {
                continue;
            }
            for key in (0..member.keys()).filter(|key| member.key(*key).is_some()) {
                checks.push(self.checked(at, member, key).await);
            }
        }
        checks
    }

    /// Checks all keys, and logs what came of it.
    pub async fn check_all_keys(&self) {
        let checks = self.check_keys(None).await;
        let refused = checks.iter().filter(|check| check.outcome == "refused").count();
        tracing::info!(keys.checked = checks.len(), keys.refused = refused, "keys of providers were checked");
    }

    async fn checked(&self, at: usize, member: &Member, key: usize) -> KeyCheck {
        let shown = self.providers.get(member.id()).and_then(|setup| setup.keys.get(key));
        let check = |outcome, why: Option<String>| KeyCheck {
            provider: member.id().as_str().to_owned(),
            key: shown.map_or_else(|| "…".to_owned(), |shown| shown.secret.masked()),
            outcome,
            why,
        };
        if self.routing.privacy == Privacy::Local && !member.is_loopback() {
            return check("untold", Some("nothing may leave this machine (routing.privacy)".to_owned()));
        }
        let late = |_| Failure::new(FailureKind::TimedOut, "the provider does not answer in time");
        let answer = timeout(PATIENCE, member.provider.check_key(member.key(key))).await.map_err(late).flatten();
        let failure = match answer {
            Ok(KeyAnswer::Accepted) => {
                // It works, whatever it rested for.
                self.ledger.key_rests_on(at, key, Instant::now(), 0);
                self.standings.note_at((at, key), |standing| standing.answered(now_ms()));
                return check("accepted", None);
            }
            Ok(KeyAnswer::Untold) => {
                return check("untold", Some("its list of models is everyone's; a call would show it".to_owned()));
            }
            Err(failure) => failure,
        };
        let rests = (failure.kind == FailureKind::BadKey).then(|| {
            self.ledger.key_rests_on(at, key, Instant::now(), u64::MAX);
            KEY_REST
        });
        let outcome = match failure.kind {
            FailureKind::BadKey => "refused",
            FailureKind::RateLimited { .. } => "rate_limited",
            FailureKind::QuotaSpent { .. } => "out_of_quota",
            FailureKind::Unreachable | FailureKind::TimedOut => "unreachable",
            // What else goes wrong is not about the key.
            _ => return check("untold", Some(failure.detail)),
        };
        self.standings.note_at((at, key), |standing| standing.failed(&failure.kind, rests, now_ms()));
        check(outcome, Some(failure.detail))
    }
}
