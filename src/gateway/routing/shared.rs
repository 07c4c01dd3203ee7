//! What a router shares with other servers beside what is used: which target answered which conversation, and which keys and
//! models rest.
//!
//! A key that was refused by its vendor, or a model that has gone, is so for all servers; they tell one another on a board
//! of the shared counters. Whether a host can be reached is each server's own experience, and so is what is on its machine.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mediary_core::task::Message;
use mediary_core::{ModelName, Target};
use mediary_store::{Board, Counters};

use super::Router;
use super::fleet::Fleet;
use super::rests::Rest;
use super::sticky::{Fingerprint, Prefix, Spoken};

/// Of two times that are nearer, neither is news.
const SAME: Duration = Duration::from_secs(2);

/// What was on the board when it was last looked at.
#[derive(Debug, Default)]
pub(in crate::gateway) struct KnownRests {
    mark: String,
    posted: HashMap<String, Instant>,
}

impl Router {
    /// Shares with other servers from now on.
    pub(in crate::gateway) fn share(&self, counters: Arc<Counters>) {
        // It is done once, at the start.
        let _earlier = self.shared.set(counters);
    }

    /// The shared counters, if there are any.
    pub(in crate::gateway) fn shared(&self) -> Option<&Arc<Counters>> {
        self.shared.get()
    }

    /// A conversation as far as it is known before its next reply.
    pub(in crate::gateway) fn conversation(&self, client: &[u8], messages: &[Message]) -> Prefix {
        self.sticky.prefix(client, messages)
    }

    /// Keeps which target answered a conversation.
    pub(super) fn keep_turn(&self, conversation: Prefix, said: &Spoken, row: usize, now: Instant) {
        let fingerprint = conversation.with(said);
        self.sticky.keep(fingerprint, row, now);
        let lasts = self.sticky.lasts();
        if let Some(counters) = self.shared.get().filter(|_| !lasts.is_zero()) {
            let text = text_of_row(&self.fleet(), row);
            counters.remember(&fingerprint.name(), &text, u64::try_from(lasts.as_millis()).unwrap_or(u64::MAX));
        }
    }

    /// Which target answered a conversation, here or at another server.
    pub(super) async fn find_turn(&self, fleet: &Fleet, fingerprint: Fingerprint) -> Option<Target> {
        let of_row = |row: usize| fleet.matrix.rows()[row].target.clone();
        if let Some(row) = self.sticky.find(fingerprint, Instant::now()) {
            return Some(of_row(row));
        }
        let counters = self.shared.get().filter(|_| !self.sticky.lasts().is_zero())?;
        let text = Box::pin(counters.recall(&fingerprint.name())).await.ok()??;
        row_of_text(fleet, &text).map(of_row)
    }

    /// Tells other servers which keys and models rest, and hears it of them. `known` is how the board stood before.
    pub(in crate::gateway) async fn exchange_rests(&self, known: &mut KnownRests) {
        let Some(counters) = self.shared.get() else { return };
        let (fleet, now) = (self.fleet(), Instant::now());
        let own: HashMap<String, (Rest, Instant)> = self
            .ledger
            .rests_now(now)
            .into_iter()
            .filter_map(|(rest, until)| Some((name_of(&fleet, rest)?, (rest, until))))
            .collect();
        let is_news = |name: &str, until: Instant| known.posted.get(name).is_none_or(|posted| until > *posted + SAME);
        let put = own.iter().filter(|(name, (_, until))| is_news(name, *until));
        let put = put.map(|(name, (_, until))| (name.clone(), ms(until.saturating_duration_since(now)))).collect();
        // What was on the board and is over here before its time was ended by hand, or by an answer.
        let drop = known.posted.iter().filter(|(name, posted)| !own.contains_key(*name) && **posted > now + SAME);
        let drop = drop.map(|(name, _)| name.clone()).collect();
        if let Ok(board) = counters.exchange(put, drop).await {
            self.take_up(&fleet, &own, board, known);
        }
    }

    fn take_up(&self, fleet: &Fleet, own: &HashMap<String, (Rest, Instant)>, board: Board, known: &mut KnownRests) {
        let now = Instant::now();
        let posted: HashMap<String, Instant> =
            board.posted.into_iter().map(|(name, left)| (name, now + Duration::from_millis(left))).collect();
        for (name, until) in &posted {
            let is_new = own.get(name).is_none_or(|(_, its)| *until > *its + SAME);
            if let Some(rest) = rest_of(fleet, name).filter(|_| is_new) {
                self.ledger.rest(rest, *until);
            }
        }
        // Of a board that was lost, nothing follows from what is not on it.
        if known.mark == board.mark {
            let taken_down =
                known.posted.iter().filter(|(name, until)| **until > now + SAME && !posted.contains_key(*name));
            for (rest, _) in taken_down.filter_map(|(name, _)| own.get(name)) {
                self.ledger.wake(*rest);
            }
        }
        self.sticky.share(&board.mark);
        *known = KnownRests { mark: board.mark, posted };
    }
}

fn ms(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn row_of(fleet: &Fleet, provider: &str, model: &str) -> Option<usize> {
    let rows = fleet.matrix.rows().iter();
    let is_it = |target: &Target| target.provider.as_str() == provider && target.model.as_str() == model;
    rows.map(|row| &row.target).position(is_it)
}

/// A target as it is kept beside a conversation …
pub(super) fn text_of_row(fleet: &Fleet, row: usize) -> String {
    let Target { provider, model } = &fleet.matrix.rows()[row].target;
    serde_json::json!([provider.as_str(), model.as_str()]).to_string()
}

/// … and its row, where it is here as well.
pub(super) fn row_of_text(fleet: &Fleet, text: &str) -> Option<usize> {
    let [provider, model]: [String; 2] = serde_json::from_str(text).ok()?;
    row_of(fleet, &provider, &model)
}

/// What other servers know a rest by; `None`: it is of this machine alone.
pub(super) fn name_of(fleet: &Fleet, rest: Rest) -> Option<String> {
    let of_row = |row: usize| Some(fleet.matrix.rows().get(row)?.target.clone());
    let (provider, model, key) = match rest {
        Rest::Key { provider, key } => (fleet.members().get(provider)?.id().clone(), None, Some(key)),
        Rest::Pair { row, key } => of_row(row).map(|target| (target.provider, Some(target.model), Some(key)))?,
        Rest::Model { row } => of_row(row).map(|target| (target.provider, Some(target.model), None))?,
    };
    let member = fleet.named(&provider).filter(|member| !member.is_loopback())?;
    let key = key.map(|key| member.fingerprint(key).unwrap_or_default());
    let model: Option<&ModelName> = model.as_ref();
    serde_json::to_string(&(provider.as_str(), model.map(ModelName::as_str), key)).ok()
}

/// The rest that a name stands for, if what it is about is here as well.
pub(super) fn rest_of(fleet: &Fleet, name: &str) -> Option<Rest> {
    let (provider, model, key): (String, Option<String>, Option<String>) = serde_json::from_str(name).ok()?;
    let at = fleet.members().iter().position(|member| member.id().as_str() == provider)?;
    let member = fleet.members().get(at).filter(|member| !member.is_loopback())?;
    let key = match key {
        Some(key) => Some((0..member.keys()).find(|index| member.fingerprint(*index).unwrap_or_default() == key)?),
        None => None,
    };
    match (model, key) {
        (None, key) => key.map(|key| Rest::Key { provider: at, key }),
        (Some(model), Some(key)) => row_of(fleet, &provider, &model).map(|row| Rest::Pair { row, key }),
        (Some(model), None) => row_of(fleet, &provider, &model).map(|row| Rest::Model { row }),
    }
}
