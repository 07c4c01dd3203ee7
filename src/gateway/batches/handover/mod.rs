//! Lines that providers' own batches answer, within a day and for less: handed over, followed, taken in.
//!
//! `handing` bundles lines into jobs, `following` asks how these stand, `results` takes in what came of them. What is in a
//! job is written down before it is sent, and what the job is called at its provider as soon as that is heard; what was not
//! heard is looked for there by our own name. So nothing is sent or billed twice, whenever a process is killed. What comes
//! back unanswered is answered as any other line.

mod following;
mod handing;
mod results;

use std::sync::Arc;

use mediary_core::Failure;
use mediary_core::provider::BoxFuture;

use super::super::routing::{Announced, Deferred};
use super::door::LineCall;
use super::work::Work;
use crate::config::Handover;

/// What a client says of it, in a header of its batch …
pub const HANDOVER_HEADER: &str = "x-mediary-handover";
/// … or among what it notes of it.
pub const HANDOVER_NOTE: &str = "mediary_handover";
/// An hour, in seconds.
const HOUR: i64 = 3_600;
/// What providers' batches may take, in hours.
const DAY: i64 = 24 * HOUR;

/// A call that waits for a batch, as those see it that carry its request.
#[derive(Debug)]
struct Waits(Deferred);

impl Announced for Waits {
    fn announce(&self) -> BoxFuture<'_, Result<(), Failure>> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn deferred(&self) -> Option<&Deferred> {
        Some(&self.0)
    }
}

impl Work {
    /// Whether lines may be handed over: where the operator has it so, and the client allows the wait.
    pub(super) fn may_be_handed_over(&self, handover: Handover) -> bool {
        let asked = &self.batch.asked;
        let header =
            asked.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(HANDOVER_HEADER)).map(|(_, value)| value);
        let said = header.or_else(|| asked.metadata.get(HANDOVER_NOTE)).map(String::as_str);
        match (handover, said) {
            (Handover::Off, _) | (_, Some("never")) | (Handover::Asked, None) => false,
            (Handover::Asked | Handover::Always, Some(_)) => true,
            // What must be there sooner does not wait for what may take a day.
            (Handover::Always, None) => self.batch.expires_at - self.batch.created_at >= DAY,
        }
    }

    /// Until when jobs may take: what they leave unanswered still has a tenth of the time, an hour at most.
    fn jobs_until(&self) -> i64 {
        let (from, until) = (self.batch.created_at, self.batch.expires_at);
        until - ((until - from) / 10).min(HOUR)
    }

    /// The request of a line whose call waits for a batch.
    fn deferred(&self, number: i64, body: String, waits: Arc<Waits>) -> LineCall {
        let asked = &self.batch.asked;
        // Neither kept answers nor those of others that ask the same are told apart from a batch's.
        let is_other = |name: &str| !name.eq_ignore_ascii_case("x-mediary-cache");
        let headers = asked.headers.iter().filter(|(name, _)| is_other(name)).cloned();
        let off = ("x-mediary-cache".to_owned(), "off".to_owned());
        LineCall {
            name: format!("{}.{number}.handed", self.batch.id),
            owner: self.owner.clone(),
            client: asked.client.clone(),
            path: asked.endpoint.clone(),
            headers: headers.chain([off]).collect(),
            body,
            stays: false,
            held: None,
            announced: waits,
        }
    }
}
