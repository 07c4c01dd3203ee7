//! Who sits on a panel: the targets that are asked, each by itself.

use std::collections::BTreeSet;
use std::sync::Arc;

use mediary_core::Target;
use mediary_core::capability::Price;
use mediary_core::task::Task;

use super::super::Gateway;
use super::super::answer_cache::CacheWish;
use super::super::routing::{Account, CallError, TaskRequest};
use super::bill::most_prompt_tokens;

/// A place on a panel.
#[derive(Debug, Clone)]
pub(super) struct Seat {
    /// As it was asked for.
    pub(super) asked: String,
    /// The target that is asked, or why there is none.
    pub(super) target: Result<Target, CallError>,
    pub(super) price: Price,
    /// As many tokens as the request has for it at most.
    pub(super) prompt_tokens: u64,
}

impl Gateway {
    /// The targets of these names, each planned for by itself; without names the first of the request's own plan, each from
    /// another provider as long as there are such.
    ///
    /// # Errors
    /// Without names, when no target can be asked.
    pub(super) async fn seats(
        self: &Arc<Self>,
        request: &TaskRequest,
        names: &[String],
        most: usize,
    ) -> Result<Vec<Seat>, CallError> {
        if names.is_empty() {
            let targets = self.first_targets(request, most).await?;
            let names: Vec<String> = targets.iter().map(ToString::to_string).collect();
            // What the request asks for is what its key may ask for, or there was no plan.
            let mut request = request.clone();
            request.bounds.is_planned = true;
            return Ok(self.seats_of(&request, &names).await);
        }
        Ok(self.seats_of(request, names).await)
    }

    async fn seats_of(self: &Arc<Self>, request: &TaskRequest, names: &[String]) -> Vec<Seat> {
        let mut seats = Vec::new();
        for name in names {
            seats.push(self.seat(request, name).await);
        }
        seats
    }

    /// The seat of one name.
    pub(super) async fn seat(self: &Arc<Self>, request: &TaskRequest, name: &str) -> Seat {
        let request = asked_of(request, name, Account::of(request.bounds.account.admitted().cloned()));
        let fleet = self.router.fleet();
        let planned = self.plan_chat(&fleet, &request).await;
        let none = |error| Seat { asked: name.to_owned(), target: Err(error), price: Price::Unknown, prompt_tokens: 0 };
        let planned = match planned {
            Ok(planned) => planned,
            Err(error) => return none(error),
        };
        let Some(first) = planned.plan.candidates.first() else {
            return none(mediary_core::Failure::broken("a plan without a candidate").into());
        };
        let Task::Chat(chat) = &request.task else {
            return none(mediary_core::Failure::broken("only chats are forked").into());
        };
        Seat {
            asked: name.to_owned(),
            target: Ok(first.target.clone()),
            price: fleet.matrix.rows()[first.row].price,
            prompt_tokens: most_prompt_tokens(chat, first.prompt_tokens),
        }
    }

    async fn first_targets(self: &Arc<Self>, request: &TaskRequest, most: usize) -> Result<Vec<Target>, CallError> {
        let planned = self.plan_chat(&self.router.fleet(), request).await?;
        let all: Vec<Target> = planned.plan.candidates.into_iter().map(|candidate| candidate.target).collect();
        let mut providers = BTreeSet::new();
        let (first, others): (Vec<Target>, Vec<Target>) =
            all.into_iter().partition(|target| providers.insert(target.provider.clone()));
        Ok(first.into_iter().chain(others).take(most).collect())
    }
}

/// The same request to one target, whole, on an account of its own.
pub(super) fn asked_of(request: &TaskRequest, name: &str, account: Account) -> TaskRequest {
    let mut request = request.clone();
    request.model = name.to_owned();
    request.bounds.account = account;
    // What is kept was measured another time.
    request.bounds.cache = CacheWish::Off;
    request.bounds.tier = None;
    if let Task::Chat(chat) = &mut request.task {
        chat.stream = false;
    }
    request
}
