//! The attempt loop: candidates in the order of the plan, each prepared, called and waited for, until one answers.
//!
//! A client that wants a stream is committed to the first target that says something. One that wants a whole answer
//! never sees half of one, so a target that breaks off is simply followed by the next.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use mediary_core::plan::{Candidate, Plan};
use mediary_core::task::{Chat, Finish, ReplyEvent, ReplyFrame, WholeReply};
use mediary_core::{Failure, FailureKind, MediaFormat, Next, Target};
use mediary_remote::{Call, Timeouts};

use super::answer::{Answer, Route, Tap};
use super::error::{ChatError, Tried};
use super::ledger::Caller;
use super::sticky::Said;
use super::turn::Turn;
use crate::telemetry::metrics;

/// What an attempt was for, so that what follows is of one kind.
enum Wanted {
    Stream,
    Whole,
}

/// A reply that counts as an answer.
pub(super) struct Opened {
    pub(super) answer: Box<Answer>,
    /// The whole reply, where that was wanted.
    pub(super) whole: Option<(WholeReply, Option<bytes::Bytes>)>,
}

/// Who was tried, and for how long more new attempts may begin.
struct Course {
    attempts: u32,
    tried: Vec<Tried>,
    /// Time spent on calls; treatments are not counted.
    spent: Duration,
    /// After a complaint about its length, only targets that hold more are asked.
    larger_than: Option<u32>,
}

/// Asks the candidates of a plan, one after the other.
///
/// # Errors
/// What the client did wrong, at once; else that nobody answered, with who was tried.
pub(super) async fn run(turn: &Turn<'_>, plan: &Plan) -> Result<Opened, ChatError> {
    let routing = &turn.chats.routing;
    let mut course = Course { attempts: 0, tried: Vec::new(), spent: Duration::ZERO, larger_than: None };
    for cycle in 0..routing.keep_cycles {
        for candidate in &plan.candidates {
            if course.attempts >= routing.max_attempts || course.spent >= routing.budget {
                break;
            }
            if !turn.may_ask(candidate, &course.tried, cycle) || turn.is_too_small(candidate, course.larger_than) {
                continue;
            }
            if let Some(opened) = ask(turn, plan, candidate, &mut course).await? {
                return Ok(opened);
            }
        }
    }
    Err(turn.exhausted(course.tried))
}

/// Asks one candidate with one key after the other. `None`: the next candidate's turn.
async fn ask(
    turn: &Turn<'_>,
    plan: &Plan,
    candidate: &Candidate,
    course: &mut Course,
) -> Result<Option<Opened>, ChatError> {
    let (chat, notes) = match turn.prepare(plan, candidate).await {
        Ok(prepared) => prepared,
        Err(failure) if failure.kind.consequence().next == Next::Nobody => return Err(failure.into()),
        Err(failure) => {
            course.tried.push(Tried::of(candidate, &failure));
            return Ok(None);
        }
    };
    let wanted = if turn.chat().stream { Wanted::Stream } else { Wanted::Whole };
    let mut keys_tried = Vec::new();
    while let Some(caller) = turn.fleet.caller(candidate.row, &turn.chats.ledger, &keys_tried, Instant::now()) {
        keys_tried.push(caller.key);
        course.attempts += 1;
        let route = Route {
            target: candidate.target.clone(),
            dialect: turn.fleet.member(candidate.row).remote.dialect().name(),
            fallbacks: course.attempts - 1,
            treatments: notes.clone(),
            dropped: candidate.dropped.clone(),
        };
        let member = turn.fleet.member(candidate.row);
        // What is handed over beforehand counts as a treatment.
        let failure = match member.remote.hand_over(&chat, member.key(caller.key)).await {
            Ok(handed) => {
                let begun = Instant::now();
                let chat = handed.as_ref().unwrap_or(&chat);
                match call(turn, plan, candidate, chat, caller, route, &wanted).await {
                    Ok(opened) => return Ok(Some(opened)),
                    Err(failure) => {
                        course.spent += begun.elapsed();
                        failure
                    }
                }
            }
            Err(failure) => failure,
        };
        note(turn, candidate, caller, plan, &failure);
        course.tried.push(Tried::of(candidate, &failure));
        match failure.kind.consequence().next {
            Next::Nobody => return Err(failure.into()),
            Next::LargerTarget => {
                course.larger_than = turn.context_of(candidate.row);
                return Ok(None);
            }
            Next::Target => return Ok(None),
            Next::Key if course.attempts >= turn.chats.routing.max_attempts => return Ok(None),
            Next::Key => {}
        }
    }
    Ok(None)
}

/// One call: until it counts as an answer, or has failed.
async fn call(
    turn: &Turn<'_>,
    plan: &Plan,
    candidate: &Candidate,
    chat: &Chat,
    caller: Caller,
    route: Route,
    wanted: &Wanted,
) -> Result<Opened, Failure> {
    let chats = turn.chats;
    let member = turn.fleet.member(candidate.row);
    let abilities = &turn.fleet.matrix.rows()[candidate.row];
    let key = member.key(caller.key);
    let in_one_piece;
    let chat = match chat.stream && !abilities.streaming {
        true => {
            in_one_piece = Chat { stream: false, ..chat.clone() };
            &in_one_piece
        }
        false => chat,
    };
    let call = Call { chat, abilities, quirks: &member.remote.endpoint().quirks, dropped: &candidate.dropped };
    let thinks = abilities.reasoning;
    let first_byte = if thinks { chats.routing.reasoning_first_byte } else { chats.routing.first_byte };
    let timeouts = Timeouts { first_byte, stall: chats.routing.stall };
    let begun = Instant::now();
    let reply = member.remote.chat(&call, key, timeouts).await?;
    let quota = reply.quota();
    let mut answer = Box::new(Answer {
        route,
        is_stream: reply.is_stream(),
        ready: VecDeque::new(),
        is_new: true,
        reply: Some(reply),
        tap: Tap {
            chats: chats.clone(),
            caller,
            target: candidate.target.clone(),
            formats: turn.forwarded_formats(plan, candidate),
            prefix: turn.prefix.clone(),
            prompt_tokens: turn.prompt_tokens,
            quota,
            begun,
            first: None,
            usage: None,
            said: Said::default(),
            said_bytes: 0,
            settled: false,
        },
    });
    match wanted {
        Wanted::Stream => until_it_speaks(&mut answer).await?,
        Wanted::Whole => {
            let whole = until_it_ends(&mut answer).await?;
            return Ok(Opened { answer, whole: Some(whole) });
        }
    }
    Ok(Opened { answer, whole: None })
}

/// Waits for the first word. Everything that came before it is kept for the client.
async fn until_it_speaks(answer: &mut Answer) -> Result<(), Failure> {
    let mut kept = VecDeque::new();
    let mut finished = false;
    loop {
        match untapped(answer).await {
            Some(Ok(frame)) => {
                let speaks = frame.events.iter().any(|event| event.is_content());
                finished |= is_wordless_end(&frame);
                kept.push_back(frame);
                if speaks {
                    break;
                }
            }
            Some(Err(failure)) => return Err(failure),
            // A refusal without a word is an answer; anything else without a word is none.
            None if finished => break,
            None => return Err(empty()),
        }
    }
    for frame in &kept {
        answer.tap.see(frame);
    }
    if answer.reply.is_none() {
        answer.tap.complete();
    }
    answer.ready = kept;
    Ok(())
}

/// The next frame, unseen by the tap: what is no answer yet is not noted as one.
async fn untapped(answer: &mut Answer) -> Option<Result<ReplyFrame, Failure>> {
    let next = answer.reply.as_mut()?.next().await;
    if next.is_none() {
        answer.reply = None;
    }
    next
}

async fn until_it_ends(answer: &mut Answer) -> Result<(WholeReply, Option<bytes::Bytes>), Failure> {
    let mut whole = WholeReply::default();
    let mut frames = 0_usize;
    let mut raw = bytes::Bytes::new();
    let mut has_content = false;
    while let Some(frame) = untapped(answer).await {
        let frame = frame?;
        frames += 1;
        has_content |= frame.events.iter().any(|event| event.is_content()) || is_wordless_end(&frame);
        answer.tap.see(&frame);
        raw = frame.raw;
        frame.events.into_iter().for_each(|event| whole.push(event));
    }
    if !has_content {
        return Err(empty());
    }
    answer.tap.complete();
    let is_one_piece = frames == 1 && !answer.is_stream && whole.usage.is_some();
    whole.usage = Some(answer.usage());
    Ok((whole, is_one_piece.then_some(raw)))
}

/// Whether a frame ends a reply that may be without a word: refused, or all of its length spent on thinking.
fn is_wordless_end(frame: &ReplyFrame) -> bool {
    let ends =
        |event: &ReplyEvent| matches!(event, ReplyEvent::Finish { finish: Finish::ContentFilter | Finish::Length, .. });
    frame.events.iter().any(ends)
}

fn empty() -> Failure {
    Failure::new(FailureKind::EmptyAnswer, "the provider answered without a word")
}

/// Writes a failure into the ledger, the metrics and the log.
fn note(turn: &Turn<'_>, candidate: &Candidate, caller: Caller, plan: &Plan, failure: &Failure) {
    let formats: Vec<MediaFormat> = turn.forwarded_formats(plan, candidate);
    turn.chats.ledger.failed(caller, failure, &formats, Instant::now());
    metrics::provider_failed(&candidate.target, failure.kind.name());
    let target: &Target = &candidate.target;
    tracing::info!(call.target = %target, failure.kind = failure.kind.name(), "a call failed");
}
