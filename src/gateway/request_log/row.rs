//! A row of the log, from what was noted of a request and what its account says.

use std::time::Duration;

use mediary_core::Target;
use mediary_core::capability::{Charged, Usd};
use mediary_store::{LoggedRequest, Saved};
use serde::Serialize;

use super::super::answer_cache::CacheNote;
use super::super::routing::{Account, Charge};
use super::ms_of;
use super::noted::{AttemptNote, MediumNote, Notes};
use crate::telemetry::{CallDone, WorkDone};

/// Parts of a dollar in which sums are, in one of those in which they are kept here.
const COST_PARTS: u128 = 1_000_000;

/// What the door knows of a request that has ended.
#[derive(Debug, Clone)]
pub struct Ended {
    /// Its id.
    pub id: String,
    /// The route.
    pub endpoint: String,
    /// The id of the client's key; empty where there is none of its own.
    pub client: String,
    /// The status of its answer.
    pub status: u16,
    /// How long the first byte of the answer took.
    pub first: Option<Duration>,
    /// How long it took to its end.
    pub total: Duration,
}

impl Ended {
    /// The row. `account`: what it cost and what was noted; `None`: nothing was done for it.
    pub(super) fn row(self, ended_at: i64, account: Option<&Account>) -> LoggedRequest {
        let charges = account.map(Account::charges).unwrap_or_default();
        let notes = account.and_then(Account::noted).map(|noted| noted.all()).unwrap_or_default();
        let sum = |of: fn(&Charge) -> u64| charges.iter().map(of).fold(0_u64, u64::saturating_add);
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let cost: u128 = charges.iter().filter_map(Charge::usd).map(|usd| usd.parts() / COST_PARTS).sum();
        let milliseconds = |charge: &Charge| {
            let amount = &charge.amount;
            let seconds = amount.heard_seconds.unwrap_or_default() + amount.shown_seconds.unwrap_or_default();
            // Casts of floats saturate.
            (seconds * 1_000.0).round() as u64
        };
        let ms = |duration: Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        let began_at = ended_at - ms(self.total);
        let (task, asked) = notes.asked.clone().unwrap_or_default();
        LoggedRequest {
            seq: 0,
            id: self.id,
            began_at,
            ended_at,
            client: self.client,
            endpoint: self.endpoint,
            task: task.to_owned(),
            asked,
            provider: notes.target.as_ref().map(|target| target.provider.as_str().to_owned()).unwrap_or_default(),
            model: notes.target.as_ref().map(|target| target.model.as_str().to_owned()).unwrap_or_default(),
            status: self.status.into(),
            first_ms: self.first.map(ms),
            total_ms: ms(self.total),
            prompt_tokens: number(sum(|charge| charge.amount.prompt_tokens)),
            cached_tokens: number(sum(|charge| charge.amount.cached_tokens)),
            completion_tokens: number(sum(|charge| charge.amount.completion_tokens)),
            pages: number(sum(|charge| charge.amount.pages.into())),
            milliseconds: number(charges.iter().map(milliseconds).fold(0, u64::saturating_add)),
            images: number(sum(|charge| charge.amount.images.into())),
            cost: i64::try_from(cost).unwrap_or(i64::MAX),
            unpriced: number(charges.iter().filter(|charge| charge.usd().is_none()).count() as u64),
            details: details(&notes, &charges, began_at),
            cache: notes.cache.as_ref().map(|note| note.outcome.name()),
            saved: notes.cache.as_ref().filter(|note| note.outcome.is_saved()).map(saved),
        }
    }
}

impl Ended {
    /// The same as it is told to a collector. `parent`: the span that the client says it belongs to.
    #[must_use]
    pub fn told(&self, account: Option<&Account>, parent: Option<String>) -> WorkDone {
        let charges = account.map(Account::charges).unwrap_or_default();
        let notes = account.and_then(Account::noted).map(|noted| noted.all()).unwrap_or_default();
        let sum = |of: fn(&Charge) -> u64| charges.iter().map(of).fold(0_u64, u64::saturating_add);
        let (task, asked) = notes.asked.clone().unwrap_or_default();
        let named = |target: &Target| (target.provider.as_str().to_owned(), target.model.as_str().to_owned());
        let calls = notes.attempts.iter().map(|AttemptNote { target, outcome, began, took }| {
            let (provider, model) = named(target);
            CallDone { provider, model, outcome, began: *began, took: *took }
        });
        let parts: u128 = charges.iter().filter_map(Charge::usd).map(|usd| usd.parts()).sum();
        WorkDone {
            id: self.id.clone(),
            route: self.endpoint.clone(),
            client: self.client.clone(),
            status: self.status,
            first: self.first,
            total: self.total,
            parent,
            task,
            asked,
            target: notes.target.as_ref().map(named),
            calls: calls.collect(),
            treatments: notes.treatments,
            tokens: (
                sum(|charge| charge.amount.prompt_tokens),
                sum(|charge| charge.amount.cached_tokens),
                sum(|charge| charge.amount.completion_tokens),
            ),
            usd: (parts / COST_PARTS) as f64 / 1e12,
        }
    }
}

/// What was saved by an answer for which no call was made.
fn saved(note: &CacheNote) -> Saved {
    let parts = note.saved_usd.map(|usd| usd.parts() / COST_PARTS);
    Saved {
        tokens: i64::try_from(note.saved_tokens).unwrap_or(i64::MAX),
        cost: parts.map(|parts| i64::try_from(parts).unwrap_or(i64::MAX)),
    }
}

/// What a list does not show, as JSON.
#[derive(Serialize)]
struct Details<'a> {
    media: &'a [MediumNote],
    attempts: Vec<AttemptDetail<'a>>,
    fallbacks: u32,
    treatments: &'a [String],
    charges: Vec<ChargeDetail>,
    cache: Option<CacheDetail>,
}

#[derive(Serialize)]
struct AttemptDetail<'a> {
    target: String,
    outcome: &'a str,
    began_ms: i64,
    took_ms: u64,
}

#[derive(Serialize)]
struct ChargeDetail {
    target: String,
    task: &'static str,
    items: Vec<ItemDetail>,
    usd: Option<Usd>,
    is_estimated: bool,
    has_failed: bool,
}

#[derive(Serialize)]
struct ItemDetail {
    unit: &'static str,
    count: u64,
    usd: Usd,
}

#[derive(Serialize)]
struct CacheDetail {
    outcome: &'static str,
    saved_usd: Option<Usd>,
    saved_tokens: u64,
    age_seconds: Option<u64>,
}

fn details(notes: &Notes, charges: &[Charge], began_at: i64) -> String {
    let attempts = notes.attempts.iter().map(|AttemptNote { target, outcome, began, took }| AttemptDetail {
        target: target.to_string(),
        outcome,
        began_ms: (ms_of(*began) - began_at).max(0),
        took_ms: took.as_millis() as u64,
    });
    let item = |&Charged { unit, count, usd }: &Charged| ItemDetail { unit, count, usd };
    let charges = charges.iter().map(|charge| ChargeDetail {
        target: charge.target.to_string(),
        task: charge.task.name(),
        items: charge.charged.iter().flatten().map(item).collect(),
        usd: charge.usd(),
        is_estimated: charge.is_estimated,
        has_failed: charge.has_failed,
    });
    let details = Details {
        media: &notes.media,
        attempts: attempts.collect(),
        fallbacks: notes.fallbacks,
        treatments: &notes.treatments,
        charges: charges.collect(),
        cache: notes.cache.as_ref().map(|note| CacheDetail {
            outcome: note.outcome.name(),
            saved_usd: note.saved_usd,
            saved_tokens: note.saved_tokens,
            age_seconds: note.age.map(|age| age.as_secs()),
        }),
    };
    // Texts and numbers alone are always JSON.
    serde_json::to_string(&details).unwrap_or_default()
}
