//! A panel at work: all its members are asked at once, and those that are no longer needed are let go of.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use mediary_core::Target;
use mediary_core::capability::Usd;
use mediary_core::provider::BoxFuture;
use mediary_core::task::Task;
use tokio::time::{Instant as TokioInstant, sleep_until};

use super::super::Gateway;
use super::super::routing::{Account, CallError, TaskRequest, total};
use super::super::tasks::{Answered, WholeAnswer};
use super::bill::{Allotted, Purse};
use super::seats::{Seat, asked_of};

/// A member of a panel, and what came of asking it.
#[derive(Debug)]
pub struct Member {
    /// As it was asked for.
    pub asked: String,
    /// The target that was asked, if there was one.
    pub target: Option<Target>,
    /// Its answer.
    pub outcome: Result<Box<WholeAnswer>, Unanswered>,
    /// How long it took, or was waited for.
    pub took: Duration,
    /// What it cost; `None`: that is not known.
    pub usd: Option<Usd>,
    /// The most tokens that its reply might have, by the budget or the request.
    pub max_tokens: Option<u32>,
}

/// Why a member has no answer.
#[derive(Debug)]
pub enum Unanswered {
    /// It failed.
    Failed(CallError),
    /// It was not asked, since it might have passed the budget: what it costs at most, if that is known.
    OverBudget(Option<Usd>),
    /// It was not done when the time was over.
    OutOfTime,
    /// Another answer was chosen before it was done.
    NotNeeded,
}

/// When enough has been answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Enough {
    /// When all have.
    All,
    /// When one has.
    First,
    /// When so many have, and the others have been waited for so long.
    Quorum(usize, Duration),
}

/// How long a panel may take, and how much.
pub(super) struct Bounded<'a> {
    pub(super) enough: Enough,
    pub(super) until: Option<Instant>,
    pub(super) purse: &'a mut Purse,
    /// Among how many calls more than its own the purse is shared.
    pub(super) others: usize,
}

/// What a member is asked with, while it is under way.
struct Asking {
    account: Account,
    allotted: Allotted,
}

impl Gateway {
    /// Asks all seats at once. Members come in the order of their seats. What they cost is charged to the request.
    pub(super) async fn ask_panel(
        self: &Arc<Self>,
        request: &TaskRequest,
        seats: Vec<Seat>,
        bounded: Bounded<'_>,
    ) -> Vec<Member> {
        let begun = Instant::now();
        let Bounded { enough, until, purse, others } = bounded;
        let wanted = match &request.task {
            Task::Chat(chat) => (chat.sampling.max_tokens, chat.sampling.n),
            _ => (None, 1),
        };
        let mut members = Vec::with_capacity(seats.len());
        let mut askings: Vec<Option<Asking>> = Vec::with_capacity(seats.len());
        let mut under_way = FuturesUnordered::new();
        let many = seats.len();
        for (index, seat) in seats.into_iter().enumerate() {
            let mut member = Member {
                asked: seat.asked,
                target: seat.target.as_ref().ok().cloned(),
                outcome: Err(Unanswered::NotNeeded),
                took: Duration::ZERO,
                usd: Some(Usd::ZERO),
                max_tokens: None,
            };
            let asking = match seat.target {
                Err(error) => {
                    member.outcome = Err(Unanswered::Failed(error));
                    None
                }
                Ok(target) => match purse.allot(seat.price, seat.prompt_tokens, wanted, many - index + others) {
                    Err(dear) => {
                        member.outcome = Err(Unanswered::OverBudget(dear.0));
                        None
                    }
                    Ok(allotted) => {
                        member.max_tokens = allotted.max_tokens;
                        let account = request.bounds.account.beside();
                        under_way.push(self.member(index, request, &target, account.clone(), allotted));
                        Some(Asking { account, allotted })
                    }
                },
            };
            askings.push(asking);
            members.push(member);
        }
        let mut deadline = until;
        let mut answered = 0;
        let mut is_out_of_time = false;
        while !under_way.is_empty() {
            let next = match deadline {
                None => under_way.next().await,
                Some(at) => tokio::select! {
                    biased;
                    next = under_way.next() => next,
                    () = sleep_until(TokioInstant::from_std(at)) => {
                        is_out_of_time = until == Some(at);
                        break;
                    }
                },
            };
            let Some((index, outcome)) = next else { break };
            let member = &mut members[index];
            (member.took, member.outcome) = (begun.elapsed(), outcome.map_err(Unanswered::Failed));
            answered += usize::from(member.outcome.is_ok());
            match enough {
                Enough::First if answered == 1 => break,
                Enough::Quorum(quorum, patience) if answered == quorum => {
                    let at = Instant::now() + patience;
                    deadline = Some(deadline.map_or(at, |deadline| deadline.min(at)));
                }
                Enough::All | Enough::First | Enough::Quorum(..) => {}
            }
        }
        // Their calls end here; what they said so far is charged.
        drop(under_way);
        for (member, asking) in members.iter_mut().zip(&askings) {
            let Some(Asking { account, allotted }) = asking else { continue };
            if matches!(member.outcome, Err(Unanswered::NotNeeded)) {
                member.took = begun.elapsed();
                if is_out_of_time {
                    member.outcome = Err(Unanswered::OutOfTime);
                }
            }
            let charges = account.charges();
            member.usd = total(&charges);
            // What a call costs that was let go of is not known for sure.
            let has_ended = !matches!(member.outcome, Err(Unanswered::NotNeeded | Unanswered::OutOfTime));
            purse.settle(*allotted, member.usd.filter(|_| has_ended));
            request.bounds.account.takes_over(account);
        }
        members
    }

    /// One member's answer.
    fn member(
        self: &Arc<Self>,
        index: usize,
        request: &TaskRequest,
        target: &Target,
        account: Account,
        allotted: Allotted,
    ) -> BoxFuture<'static, (usize, Result<Box<WholeAnswer>, CallError>)> {
        let mut request = asked_of(request, &target.to_string(), account);
        // Whether its name may be asked for was seen to when it got its seat.
        request.bounds.is_planned = true;
        if let Task::Chat(chat) = &mut request.task {
            chat.sampling.max_tokens = allotted.max_tokens;
        }
        let gateway = self.clone();
        Box::pin(async move {
            let outcome = match gateway.carry_out(request).await {
                Ok(Answered::Whole(whole)) => Ok(whole),
                Ok(Answered::Stream(_)) => Err(mediary_core::Failure::broken("a stream on a panel").into()),
                Err(error) => Err(error),
            };
            (index, outcome)
        })
    }
}
