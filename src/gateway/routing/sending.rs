//! How a target is asked: in one piece or as a stream, and how long each stage may take.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Duration;

use mediary_core::capability::Abilities;
use mediary_core::plan::{Candidate, Demand, Hard, Treatment};
use mediary_core::provider::Timeouts;
use mediary_core::task::{Chat, ReplyFormat, Task};
use mediary_core::{Failure, FailureKind, MediaFormat, Target};

use super::Router;
use super::ledger::SHORT_RATE_LIMIT;
use crate::config::Routing;

/// A target whose answer failed in passing is asked once more after this, and up to …
const LEAST_PAUSE: Duration = Duration::from_millis(50);
/// … this much later, so that calls that failed together do not come back together.
const PAUSE_SPREAD_MS: u64 = 200;
/// The shortest cooldown of a rate limit.
const LEAST_RATE_LIMIT: Duration = Duration::from_secs(1);

/// What decides how a target is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// As the client asked.
    Usual,
    /// As a stream: something depends on whether it answers.
    Watched,
    /// In one piece: it was found to refuse streams.
    WholeOnly,
}

/// A chat in the way in which the target is asked, where that is not the client's: in one piece where the target does not
/// stream; as a stream where something depends on whether it answers at all, since a stream that has not begun is silent,
/// and a whole answer that has not come may only be long.
pub(super) fn streamed(task: &Task, abilities: &Abilities, hard: Hard, way: Way) -> Option<Task> {
    let Task::Chat(chat) = task else { return None };
    let is_plain = !hard.many_replies && !hard.logprobs && !hard.audio_output;
    let stream = match way {
        Way::WholeOnly => false,
        Way::Usual => abilities.streaming && chat.stream,
        Way::Watched => abilities.streaming && (chat.stream || is_plain),
    };
    (stream != chat.stream).then(|| Task::Chat(Chat { stream, ..chat.clone() }))
}

/// A chat that was to be answered as a stream, asked for in one piece; `None`: it was not.
pub(super) fn in_one_piece(task: &Task) -> Option<Task> {
    match task {
        Task::Chat(chat) if chat.stream => Some(Task::Chat(Chat { stream: false, ..chat.clone() })),
        _ => None,
    }
}

/// The formats that a candidate is given as they are, each once.
pub(super) fn forwarded_formats(demand: &Demand, candidate: &Candidate) -> Vec<MediaFormat> {
    let treated = demand.parts.iter().zip(&candidate.treatments);
    let mut formats: Vec<MediaFormat> =
        treated.filter(|(_, treatment)| **treatment == Treatment::Forward).map(|(part, _)| part.format).collect();
    formats.sort_unstable();
    formats.dedup();
    formats
}

/// Whether the answer to a task is a text of any form. Where a form is wanted, what looks like Markdown is a part of it.
pub(super) fn is_prose(task: &Task) -> bool {
    matches!(task, Task::Chat(chat) if chat.format == ReplyFormat::Text)
}

/// Whether a target refuses a request because its answer was to come as a stream.
pub(super) fn is_about_streams(failure: &Failure) -> bool {
    matches!(failure.kind, FailureKind::Unacceptable | FailureKind::Malformed)
        && failure.detail.to_ascii_lowercase().contains("stream")
}

/// How long a rate limit lasts that is worth waiting for.
pub(super) fn short_rate_limit(failure: &Failure) -> Option<Duration> {
    let FailureKind::RateLimited { retry_after: Some(wait) } = failure.kind else { return None };
    (wait <= SHORT_RATE_LIMIT).then_some(wait.max(LEAST_RATE_LIMIT))
}

/// How long each stage of a call may take. While another target is left, one that says nothing is not waited for long.
pub(super) fn timeouts(routing: &Routing, task: &Task, abilities: &Abilities, has_alternative: bool) -> Timeouts {
    let (usual, fallback) = match abilities.reasoning {
        true => (routing.reasoning_first_byte, routing.reasoning_fallback_first_byte),
        false => (routing.first_byte, routing.fallback_first_byte),
    };
    let first_byte = match task {
        // It begins when it is complete.
        Task::Chat(chat) if !chat.stream => routing.whole,
        // What was sent and not answered may be billed all the same, so the answer is waited for.
        Task::GenerateVideo(_) => routing.whole,
        // A page, or the whole of a recording, is looked through before the first word comes back; some make a whole
        // sound before they give its beginning.
        Task::Transcribe(_) => routing.reasoning_first_byte,
        // So is a picture, and stages of one come when they are drawn.
        Task::Image(_) => routing.whole,
        Task::Read(_) | Task::Speak(_) if has_alternative => routing.reasoning_fallback_first_byte,
        Task::Chat(_) | Task::Embed(_) | Task::Rerank(_) | Task::Moderate(_) if has_alternative => fallback.min(usual),
        Task::Speak(_) => routing.reasoning_first_byte,
        Task::Chat(_) | Task::Read(_) | Task::Embed(_) | Task::Rerank(_) | Task::Moderate(_) => usual,
    };
    Timeouts { first_byte, stall: routing.stall }
}

impl Router {
    /// A pause of no particular length before the same target is asked once more.
    pub(super) fn pause(&self) -> Duration {
        // Spread by a multiplier that shares no factor with the range.
        let draw = self.draws.fetch_add(1, Ordering::Relaxed).wrapping_mul(73);
        LEAST_PAUSE + Duration::from_millis(draw % PAUSE_SPREAD_MS)
    }

    /// Whether a target was found to refuse streams, and to answer whole.
    pub(super) fn answers_whole_only(&self, target: &Target) -> bool {
        self.whole_only.lock().unwrap_or_else(PoisonError::into_inner).contains(target)
    }

    /// Notes that it does.
    pub(super) fn answers_only_whole(&self, target: &Target) {
        self.whole_only.lock().unwrap_or_else(PoisonError::into_inner).insert(target.clone());
    }
}
