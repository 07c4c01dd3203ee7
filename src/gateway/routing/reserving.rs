//! What a call may use of its client's limits, reserved before it is made.

use std::sync::Arc;

use mediary_core::capability::{Abilities, Amount};
use mediary_core::plan::{Candidate, Demand};
use mediary_core::{Failure, FailureKind};

use super::super::clients::{Estimate, Reserved, Spent};
use super::account::Account;
use super::course::Asked;
use super::deferred::Deferred;
use super::error::Tried;
use super::quotas;

/// Room for a call to a candidate in the limits of the client; `None`: it has none.
///
/// # Errors
/// When there is too little, or the request must not be sent any more.
pub(super) async fn reserve(
    account: &Account,
    candidate: &Candidate,
    demand: &Demand,
    row: &Abilities,
) -> Result<Option<Arc<Reserved>>, Failure> {
    account.calls(&candidate.target).await?;
    let Some(admitted) = account.admitted() else { return Ok(None) };
    // What was answered in a batch has been used, whatever is left.
    if account.deferred().is_some_and(Deferred::is_answered) {
        return Ok(None);
    }
    admitted.hold(&estimate(candidate, demand, row)).await.map(|reserved| Some(Arc::new(reserved)))
}

/// What it means for a run that a candidate is not asked since there is no room: another one may have a price that is
/// known; what is spent is spent for all.
pub(super) fn refused<A>(mut asked: Asked<A>, candidate: &Candidate, failure: Failure) -> Asked<A> {
    match failure.kind {
        FailureKind::NotAllowed => asked.tried.push(Tried::of(candidate, &failure)),
        _ => asked.stop = Some(failure),
    }
    asked
}

/// What a call to a candidate is expected to use at most.
fn estimate(candidate: &Candidate, demand: &Demand, row: &Abilities) -> Estimate {
    let (least_tokens, most_tokens) = quotas::tokens(candidate, demand);
    let video = demand.video.as_ref().and_then(|video| video.seconds).map(f64::from);
    let amount = Amount {
        prompt_tokens: least_tokens,
        completion_tokens: most_tokens - least_tokens,
        heard_seconds: Some(demand.heard_seconds().unwrap_or_default()),
        characters: demand.characters,
        images: demand.images,
        picture: demand.picture(row),
        shown_seconds: Some(video.unwrap_or_default()),
        pages: demand.pages,
        searches: demand.searches,
        ..Amount::default()
    };
    let charged = row.price.charged(&amount);
    let seconds = amount.heard_seconds.unwrap_or_default() + amount.shown_seconds.unwrap_or_default();
    let most = Spent {
        usd_parts: charged.iter().flatten().map(|charged| charged.usd.parts()).sum(),
        pages: amount.pages.into(),
        // Casts of floats saturate.
        milliseconds: (seconds * 1_000.0).round() as u64,
        images: amount.images.into(),
        ..Spent::default()
    };
    Estimate { least_tokens, most_tokens, most, is_priced: charged.is_some() }
}
