//! One question to several targets, and which of their answers is the best by criteria that are named.

use std::sync::Arc;
use std::time::{Duration, Instant};

use mediary_core::capability::Usd;
use mediary_core::task::{Chat, PartPath, Task, WholeReply};
use mediary_core::{Failure, FailureKind, Target};
use tokio::time::timeout;

use super::super::Gateway;
use super::super::answer_cache::{Digest, known};
use super::super::routing::{CallError, Exhausted, TaskRequest, total};
use super::super::tasks::{Answered, WholeAnswer};
use super::bill::{Purse, most_prompt_tokens};
use super::criteria::{Criterion, Measured, measured};
use super::judge::{self, JudgeFailed};
use super::panel::{Bounded, Enough, Member, Unanswered};
use super::seats::{Seat, asked_of};

/// Answers whose scores are no further apart are as good as each other.
const TIE: f64 = 0.05;
/// So often a judge is asked that does not reply with a judgement.
const JUDGED_AT_MOST: usize = 2;

/// What is wanted of a fork.
#[derive(Debug, Clone)]
pub struct ForkWish {
    /// The names of its members; empty: the first of the request's own plan.
    pub models: Vec<String>,
    /// How many members then.
    pub most: usize,
    /// What answers are compared by, each with its weight.
    pub criteria: Vec<(Criterion, f64)>,
    /// The name of the model that judges.
    pub judge: String,
    /// What all of it may cost.
    pub usd: Option<Usd>,
    /// How long all of it may take.
    pub time: Option<Duration>,
    /// Whether all answers are wanted.
    pub keeps_all: bool,
}

/// What came of it. At least one member has answered.
#[derive(Debug)]
pub struct Fork {
    /// In the order in which they were named.
    pub members: Vec<Member>,
    /// What each got for each criterion, 0 to 10; nothing for those that have no answer.
    pub scores: Vec<Vec<(Criterion, f64)>>,
    /// The weighted mean of that; `None`: it has no answer, or there is nothing to go by.
    pub totals: Vec<Option<f64>>,
    /// Members with the best first.
    pub ranking: Vec<usize>,
    /// Members that are as good as the best one, if there is more than one.
    pub tie: Vec<usize>,
    /// What the judge had to do with it.
    pub judged: Judged,
}

impl Fork {
    /// The best answer.
    #[must_use]
    pub fn best(&self) -> Option<&WholeAnswer> {
        self.ranking.first().and_then(|first| self.members[*first].outcome.as_ref().ok()).map(|whole| &**whole)
    }

    /// The same, without the others.
    #[must_use]
    pub fn into_best(mut self) -> Option<Box<WholeAnswer>> {
        let first = *self.ranking.first()?;
        self.members.swap_remove(first).outcome.ok()
    }
}

/// What the judge had to do with a fork.
#[derive(Debug)]
pub enum Judged {
    /// There was nothing to judge.
    NotNeeded,
    /// It has judged.
    By {
        /// The target that judged.
        target: Target,
        /// What it cost; `None`: that is not known.
        usd: Option<Usd>,
        /// Why, in its words.
        reason: Option<String>,
    },
    /// It has not, and why: only what is measured counts.
    Failed(String),
}

impl Gateway {
    /// Asks several targets the same, and compares their answers.
    ///
    /// # Errors
    /// When none has answered.
    pub async fn fork(self: &Arc<Self>, mut request: TaskRequest, wish: &ForkWish) -> Result<Fork, CallError> {
        let begun = Instant::now();
        request.bounds.has_free_help = wish.usd.is_some();
        let by_model: Vec<Criterion> =
            wish.criteria.iter().map(|(criterion, _)| *criterion).filter(|criterion| criterion.is_judged()).collect();
        let seating = Box::pin(self.seated(&mut request, wish, !by_model.is_empty()));
        // Media that have to be fetched take of the time as well.
        let (digest, seats, judge) = match wish.time {
            Some(time) => timeout(time, seating).await.map_err(|_| out_of_time())??,
            None => seating.await?,
        };
        let is_a_race = !wish.keeps_all && wish.criteria.iter().all(|(criterion, _)| *criterion == Criterion::Latency);
        let mut purse = Purse::new(wish.usd);
        let bounded = Bounded {
            enough: if is_a_race { Enough::First } else { Enough::All },
            // A quarter of the time is the judge's.
            until: wish.time.map(|time| begun + if judge.is_some() { time * 3 / 4 } else { time }),
            purse: &mut purse,
            others: usize::from(judge.as_ref().is_some_and(|judge| !judge.price.is_free())),
        };
        let members = self.ask_panel(&request, seats, bounded).await;
        let answered: Vec<usize> = (0..members.len()).filter(|index| members[*index].outcome.is_ok()).collect();
        if answered.is_empty() {
            return Err(none_answered(members));
        }
        let mut scores = vec![Vec::new(); members.len()];
        let facts: Vec<Measured> = answered.iter().map(|index| facts(&members[*index])).collect();
        for (criterion, _) in wish.criteria.iter().filter(|(criterion, _)| !criterion.is_judged()) {
            for (index, score) in answered.iter().zip(measured(*criterion, &facts)) {
                scores[*index].push((*criterion, score));
            }
        }
        let mut judged = Judged::NotNeeded;
        if let Some(seat) = judge.filter(|_| answered.len() > 1) {
            let left = wish.time.map(|time| time.saturating_sub(begun.elapsed()));
            let asked = Asked { seat, answered: &answered, criteria: &by_model, digest, left };
            judged = match self.judged(&request, &members, asked, &mut purse).await {
                Ok((given, judged)) => {
                    for (index, given) in given {
                        scores[index].extend(by_model.iter().copied().zip(given));
                    }
                    judged
                }
                Err(JudgeFailed(why)) => Judged::Failed(why),
            };
        }
        let totals: Vec<Option<f64>> = scores.iter().map(|scores| mean(scores, &wish.criteria)).collect();
        Ok(ranked(members, scores, totals, judged))
    }

    /// Has a request's media here, and says what it is known by, who is asked, and who judges, if a judge is wanted.
    async fn seated(
        self: &Arc<Self>,
        request: &mut TaskRequest,
        wish: &ForkWish,
        wants_judge: bool,
    ) -> Result<(Digest, Vec<Seat>, Option<Seat>), CallError> {
        self.make_hashed(request).await?;
        self.router.discover().await;
        let known = known(request).ok_or_else(|| Failure::broken("only chats are forked"))?;
        let seats = self.seats(request, &wish.models, wish.most).await?;
        let judge = match &request.task {
            Task::Chat(chat) if wants_judge && seats.len() > 1 => {
                // It reads the conversation, and is given neither functions nor a form.
                let mut asked = TaskRequest { task: Task::Chat(plain(chat)), ..request.clone() };
                // The usual one is the operator's choice, whatever the key may name itself.
                asked.bounds.is_planned |= wish.judge == self.fusion.judge;
                Some(self.seat(&asked, &wish.judge).await)
            }
            _ => None,
        };
        Ok((known.whole, seats, judge))
    }

    /// What the judge gives each answer for each criterion.
    async fn judged(
        self: &Arc<Self>,
        request: &TaskRequest,
        members: &[Member],
        asked: Asked<'_>,
        purse: &mut Purse,
    ) -> Result<(Vec<(usize, Vec<f64>)>, Judged), JudgeFailed> {
        let Asked { seat, answered, criteria, digest, left } = asked;
        let Task::Chat(chat) = &request.task else { return Err(JudgeFailed("there is nothing to judge".to_owned())) };
        let order: Vec<usize> =
            judge::shuffled(answered.len(), digest).into_iter().map(|place| answered[place]).collect();
        let texts: Vec<String> = order.iter().map(|index| said(&members[*index])).collect();
        let question = judge::question(chat, &texts, criteria, digest.and(b"mark").draw());
        let target = seat.target.as_ref().map_err(|_| JudgeFailed(format!("`{}` cannot be asked", seat.asked)))?;
        let until = left.map(|left| Instant::now() + left);
        let mut failed = JudgeFailed(String::new());
        for _ in 0..JUDGED_AT_MOST {
            // What was said of the conversation holds for the question as well: media are in both.
            let prompt_tokens = seat.prompt_tokens + most_prompt_tokens(&question, 0);
            let allotted = purse.allot(seat.price, prompt_tokens, (None, 1), 1);
            let allotted = allotted.map_err(|_| JudgeFailed("the budget does not leave enough for it".to_owned()))?;
            let mut question = question.clone();
            question.sampling.max_tokens =
                Some(allotted.max_tokens.map_or(judge::MOST_TOKENS, |most| most.min(judge::MOST_TOKENS)));
            let account = request.bounds.account.beside();
            let asked = TaskRequest { task: Task::Chat(question), ..request.clone() };
            let mut asked = asked_of(&asked, &target.to_string(), account.clone());
            asked.bounds.is_planned = true;
            let asking = Box::pin(self.carry_out(asked));
            let outcome = match until {
                Some(until) => timeout(until.saturating_duration_since(Instant::now()), asking).await.ok(),
                None => Some(asking.await),
            };
            let usd = total(&account.charges());
            purse.settle(allotted, usd.filter(|_| outcome.is_some()));
            request.bounds.account.takes_over(&account);
            let reply = match outcome {
                None => return Err(JudgeFailed("it was not done when the time was over".to_owned())),
                Some(Err(error)) => return Err(JudgeFailed(why(&error))),
                Some(Ok(Answered::Stream(_))) => return Err(JudgeFailed("it streamed".to_owned())),
                Some(Ok(Answered::Whole(whole))) => text_of(&whole.reply),
            };
            match judge::judgement(&reply, order.len(), criteria) {
                Ok((given, reason)) => {
                    let given = order.iter().copied().zip(given).collect();
                    return Ok((given, Judged::By { target: target.clone(), usd, reason }));
                }
                Err(no) => failed = no,
            }
        }
        Err(failed)
    }
}

/// What the judge is asked about.
struct Asked<'a> {
    seat: Seat,
    answered: &'a [usize],
    criteria: &'a [Criterion],
    digest: Digest,
    left: Option<Duration>,
}

fn facts(member: &Member) -> Measured {
    Measured { took: member.took, usd: member.usd, chars: said(member).chars().count() }
}

/// What a member said; nothing if it has no answer.
fn said(member: &Member) -> String {
    member.outcome.as_ref().map(|whole| text_of(&whole.reply)).unwrap_or_default()
}

/// What a reply says: its words, and the functions that it calls.
pub(super) fn text_of(reply: &WholeReply) -> String {
    let Some(choice) = reply.choices.first() else { return String::new() };
    let calls = choice.tool_calls.iter().map(|call| format!("[calls {}({})]", call.name, call.arguments));
    let words = [choice.text.as_str(), choice.refusal.as_deref().unwrap_or_default()];
    let words = words.into_iter().filter(|words| !words.is_empty()).map(str::to_owned);
    words.chain(calls).collect::<Vec<_>>().join("\n")
}

/// The weighted mean of what an answer got.
fn mean(scores: &[(Criterion, f64)], weights: &[(Criterion, f64)]) -> Option<f64> {
    let weight = |criterion| weights.iter().find(|(known, _)| *known == criterion).map_or(0.0, |(_, weight)| *weight);
    let whole: f64 = scores.iter().map(|(criterion, _)| weight(*criterion)).sum();
    let sum: f64 = scores.iter().map(|(criterion, score)| weight(*criterion) * score).sum();
    (whole > 0.0).then(|| sum / whole)
}

fn ranked(members: Vec<Member>, scores: Vec<Vec<(Criterion, f64)>>, totals: Vec<Option<f64>>, judged: Judged) -> Fork {
    let mut ranking: Vec<usize> = (0..members.len()).collect();
    let worth = |index: &usize| (members[*index].outcome.is_ok(), totals[*index].unwrap_or(0.0));
    // Stable: of those that are as good as each other the one that was named first comes first.
    ranking.sort_by(|one, other| {
        let ((one_answered, one), (other_answered, other)) = (worth(one), worth(other));
        other_answered.cmp(&one_answered).then(other.total_cmp(&one))
    });
    let best = ranking.first().and_then(|first| totals[*first]);
    let is_as_good = |index: &usize| best.zip(totals[*index]).is_some_and(|(best, total)| best - total <= TIE);
    let mut tie: Vec<usize> = (0..members.len()).filter(is_as_good).collect();
    if tie.len() < 2 {
        tie.clear();
    } else if let Some(first) = tie.first().copied() {
        // What lies within the tie is no difference.
        ranking.retain(|index| *index != first);
        ranking.insert(0, first);
    }
    Fork { members, scores, totals, ranking, tie, judged }
}

/// Why a call failed, in a few words for a report.
fn why(error: &CallError) -> String {
    match error {
        CallError::Failed(failure) => failure.kind.name().to_owned(),
        CallError::UnknownModel { model, .. } => format!("there is no model `{model}`"),
        CallError::NoProviders { .. } => "no provider is set up".to_owned(),
        CallError::Unplannable(_) => "it cannot be asked this".to_owned(),
        CallError::Exhausted(exhausted) => {
            let kind = exhausted.tried.last().map_or("rests after failures", |tried| tried.kind.name());
            format!("it did not answer: {kind}")
        }
    }
}

fn out_of_time() -> CallError {
    let detail = "no member of the fork answered within `budget.seconds`; allow more, or name quicker models";
    Failure::new(FailureKind::TimedOut, detail).into()
}

/// The error where no member has answered: all the calls that failed, or what stood against all of them.
pub(super) fn none_answered(members: Vec<Member>) -> CallError {
    let mut exhausted =
        Exhausted { tried: Vec::new(), passed_over: Vec::new(), retry_after: None, cools_for_rates: true };
    let (mut other, mut has_exhausted, mut is_out_of_time, mut is_dear) = (None, false, false, false);
    for member in members {
        match member.outcome {
            Ok(_) | Err(Unanswered::NotNeeded) => {}
            Err(Unanswered::OutOfTime) => is_out_of_time = true,
            Err(Unanswered::OverBudget(_)) => is_dear = true,
            Err(Unanswered::Failed(CallError::Exhausted(its))) => {
                has_exhausted = true;
                exhausted.tried.extend(its.tried);
                exhausted.passed_over.extend(its.passed_over);
                exhausted.retry_after = [exhausted.retry_after, its.retry_after].into_iter().flatten().min();
                exhausted.cools_for_rates &= its.cools_for_rates;
            }
            Err(Unanswered::Failed(error)) => other = other.or(Some(error)),
        }
    }
    if has_exhausted {
        return CallError::Exhausted(Box::new(exhausted));
    }
    if let Some(error) = other {
        return error;
    }
    if is_out_of_time {
        return out_of_time();
    }
    if is_dear {
        let detail = "each member of the fork might cost more than `budget.usd` leaves; allow more, send `max_tokens`, or \
                      name models that cost less or whose price is known";
        return Failure::new(FailureKind::Unacceptable, detail).at(PartPath::Field("budget.usd")).into();
    }
    Failure::broken("a fork without members").into()
}

/// A chat without what only its client does with an answer: functions and forms.
pub(super) fn plain(chat: &Chat) -> Chat {
    let mut chat = chat.clone();
    chat.tools.clear();
    chat.withheld_tools.clear();
    chat.hosted_tools.clear();
    chat.tool_choice = mediary_core::task::ToolChoice::Auto;
    chat.parallel_tool_calls = None;
    chat.format = mediary_core::task::ReplyFormat::Text;
    (chat.sampling.n, chat.sampling.logprobs) = (1, None);
    chat
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(answers: bool) -> Member {
        Member {
            asked: "m".to_owned(),
            target: None,
            outcome: if answers { Ok(Box::new(whole())) } else { Err(Unanswered::OutOfTime) },
            took: Duration::ZERO,
            usd: None,
            max_tokens: None,
        }
    }

    fn whole() -> WholeAnswer {
        let route = crate::gateway::Route {
            target: "a/m".parse().unwrap(),
            also: vec![],
            wire_format: "openai",
            fallbacks: 0,
            treatments: vec![],
            dropped: vec![],
            account: crate::gateway::Account::default(),
            is_cost_known: true,
            status: None,
            cache: None,
        };
        WholeAnswer { route, reply: WholeReply::default(), raw: None }
    }

    #[test]
    fn the_best_comes_first_ties_are_said_and_those_without_an_answer_come_last() {
        type Row = (&'static [Option<f64>], &'static [usize], &'static [usize]);
        let rows: [Row; 4] = [
            (&[Some(3.0), Some(9.0), Some(7.0)], &[1, 2, 0], &[]),
            (&[Some(8.97), Some(9.0), Some(7.0)], &[0, 1, 2], &[0, 1]),
            (&[None, Some(1.0), Some(2.0)], &[2, 1, 0], &[]),
            (&[Some(5.0), Some(5.0), Some(5.0)], &[0, 1, 2], &[0, 1, 2]),
        ];
        for (totals, ranking, tie) in rows {
            let members = totals.iter().map(|total| member(total.is_some())).collect();
            let fork = ranked(members, vec![Vec::new(); 3], totals.to_vec(), Judged::NotNeeded);
            assert_eq!((fork.ranking.as_slice(), fork.tie.as_slice()), (ranking, tie), "{totals:?}");
        }
    }

    #[test]
    fn weights_count() {
        let scores = [(Criterion::Latency, 10.0), (Criterion::Quality, 4.0)];
        let weighed = |latency, quality| mean(&scores, &[(Criterion::Latency, latency), (Criterion::Quality, quality)]);
        assert_eq!(weighed(1.0, 1.0), Some(7.0));
        assert_eq!(weighed(1.0, 3.0), Some(5.5));
        assert_eq!(mean(&[], &[(Criterion::Quality, 1.0)]), None, "the judge gave nothing");
    }
}
