//! How all keys stand: told by the calls that end, kept by fingerprints over a restart, listed for administrators.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use mediary_core::{Failure, ProviderId};
use mediary_store::KeptKeyState;

use super::Router;
use super::ledger::Caller;
use super::quotas::now_ms;
use super::standing::{KeyHealth, KeyStanding};

/// How keys stand, by provider and place.
#[derive(Debug, Default)]
pub(super) struct Standings(Mutex<HashMap<(usize, usize), Noted>>);

/// How a key stands.
#[derive(Debug, Clone, Default)]
pub(super) struct Noted {
    standing: KeyStanding,
    /// Whether there is something to keep.
    is_changed: bool,
}

impl Standings {
    /// All of them.
    pub(super) fn pages(&self) -> MutexGuard<'_, HashMap<(usize, usize), Noted>> {
        // Every entry is written whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, caller: Caller, change: impl FnOnce(&mut KeyStanding)) {
        self.note_at((caller.provider, caller.key), change);
    }

    /// Notes what was found of the key in a place.
    pub(super) fn note_at(&self, place: (usize, usize), change: impl FnOnce(&mut KeyStanding)) {
        let mut pages = self.pages();
        let noted = pages.entry(place).or_default();
        change(&mut noted.standing);
        noted.is_changed = true;
    }
}

impl Router {
    /// A call with a key was answered.
    pub(super) fn key_answered(&self, caller: Caller) {
        self.standings.note(caller, |standing| standing.answered(now_ms()));
    }

    /// A call with a key failed.
    pub(super) fn key_failed(&self, caller: Caller, failure: &Failure, now: Instant) {
        let rests = self.ledger.rests(caller, now);
        self.standings.note(caller, |standing| standing.failed(&failure.kind, rests, now_ms()));
    }

    /// How the key of a fingerprint stands with its provider; `None`: it is not among those that are called.
    #[must_use]
    pub fn key_standing(&self, provider: &ProviderId, fingerprint: &str) -> Option<KeyStanding> {
        let fleet = self.fleet();
        let at = fleet.members().iter().position(|member| member.id() == provider)?;
        let member = &fleet.members()[at];
        let key = (0..member.keys()).find(|key| member.fingerprint(*key).as_deref() == Some(fingerprint))?;
        Some(self.standings.pages().get(&(at, key)).map(|noted| noted.standing.clone()).unwrap_or_default())
    }

    /// Goes on from how keys stood before. One that was refused for good rests on until its next try.
    pub fn recall_keys(&self, kept: &[KeptKeyState]) {
        let fleet = self.fleet();
        let mut pages = self.standings.pages();
        for (at, member) in fleet.members().iter().enumerate() {
            for key in 0..member.keys() {
                let Some(fingerprint) = member.fingerprint(key) else { continue };
                let its = kept.iter().find(|one| one.provider == member.id().as_str() && one.key == fingerprint);
                let Some(standing) = its.and_then(|its| serde_json::from_str::<KeyStanding>(&its.state).ok()) else {
                    continue;
                };
                let left = standing.next_try.and_then(|next| next.checked_sub(now_ms())).filter(|left| *left > 0);
                if let (KeyHealth::Invalid, Some(left)) = (standing.health, left) {
                    self.ledger.key_rests_on(at, key, Instant::now(), left);
                }
                pages.insert((at, key), Noted { standing, is_changed: false });
            }
        }
    }

    /// How keys stand whose standing has changed since this was asked last.
    #[must_use]
    pub fn changed_keys(&self) -> Vec<KeptKeyState> {
        let fleet = self.fleet();
        let state = |noted: &mut Noted| {
            std::mem::take(&mut noted.is_changed).then(|| serde_json::to_string(&noted.standing).ok()).flatten()
        };
        let mut parted = self.parted();
        let mut pages = self.standings.pages();
        let here = pages.iter_mut().filter_map(|((provider, key), noted)| {
            let state = state(noted)?;
            let member = fleet.members().get(*provider)?;
            Some(KeptKeyState { provider: member.id().as_str().to_owned(), key: member.fingerprint(*key)?, state })
        });
        let away = parted.standings.iter_mut().filter_map(|((provider, key), noted)| {
            let state = state(noted)?;
            Some(KeptKeyState { provider: provider.as_str().to_owned(), key: key.clone()?, state })
        });
        here.chain(away).collect()
    }
}
