//! How many tokens a chat has for the target that would answer it: that target's own count where it gives one, else ours.
//!
//! Nothing is answered by it, so nothing of it is noted in the ledger: a count that fails is made here instead.

use std::time::Duration;

use mediary_core::plan::{Treatment, media_tokens};
use mediary_core::provider::{Call, Timeouts};
use mediary_core::task::{Chat, Part, ReplyFormat, Task};
use mediary_core::{Failure, Target};
use tiktoken_rs::tokenizer::{Tokenizer, get_tokenizer};
use tiktoken_rs::{CoreBPE, cl100k_base_singleton, o200k_base_singleton};
use tokio::time::timeout;

use super::super::Gateway;
use super::super::blocking;
use super::super::routing::{CallError, Planned, TaskRequest, Work as _};

/// What vendors put around a message, and around a tool.
const MESSAGE_TOKENS: usize = 4;
const TOOL_TOKENS: usize = 8;
/// A target's own count is waited for no longer; agents ask for it before every turn.
const PATIENCE: Duration = Duration::from_secs(5);

/// A count of tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// How many tokens.
    pub tokens: u64,
    /// Whether they were counted here, by a tokenizer that need not be the target's.
    pub is_estimate: bool,
    /// The target that would answer, if any could.
    pub target: Option<Target>,
}

impl Gateway {
    /// Counts the tokens of a chat. A chat that no target can answer is counted all the same.
    ///
    /// # Errors
    /// When a file cannot be fetched, or no model is called so.
    pub async fn count(&self, mut request: TaskRequest) -> Result<Counted, CallError> {
        if let Task::Chat(chat) = &mut request.task {
            self.intake.fetch_parts(chat).await?;
        }
        self.router.discover().await;
        let fleet = self.router.fleet();
        let planned = match self.plan_chat(&fleet, &request).await {
            Ok(planned) => Some(planned),
            Err(error @ (CallError::UnknownModel { .. } | CallError::Failed(_))) => return Err(error),
            Err(CallError::NoProviders { .. } | CallError::Unplannable(_) | CallError::Exhausted(_)) => None,
        };
        let target =
            planned.as_ref().and_then(|planned| planned.plan.candidates.first()).map(|first| first.target.clone());
        if let Some(planned) = &planned
            && let Some(Ok(tokens)) = Box::pin(self.counted_there(planned, &request)).await
        {
            return Ok(Counted { tokens, is_estimate: false, target });
        }
        let media = planned.as_ref().map_or(0, media_of);
        let Task::Chat(chat) = request.task else { return Err(Failure::broken("only chats are counted").into()) };
        let bytes = usize::MAX;
        let model = target.as_ref().map_or(request.model, |target| target.model.as_str().to_owned());
        let words = blocking::through(bytes, move || of_chat(&chat, tokenizer_of(&model))).await?;
        Ok(Counted { tokens: words as u64 + media, is_estimate: true, target })
    }

    /// What the first target says, if its provider counts.
    async fn counted_there(&self, planned: &Planned, request: &TaskRequest) -> Option<Result<u64, Failure>> {
        let fleet = self.router.fleet();
        let first = planned.plan.candidates.first()?;
        let member = fleet.member(first.row);
        if !member.provider.counts_tokens() {
            return None;
        }
        let abilities = &fleet.matrix.rows()[first.row];
        let work = self.chat_work(&request.task, planned, request).ok()?;
        let prepared = work.prepare(first, abilities).await.ok()?;
        // It is told no more than when it answers.
        let covered = self.router.covered(&prepared.task, (&first.target, abilities), &planned.account);
        let call = Call {
            task: covered.task(&prepared.task),
            abilities,
            dropped: &first.dropped,
            key: member.first_key(),
            timeouts: Timeouts { first_byte: PATIENCE, stall: PATIENCE },
            reservation: None,
        };
        timeout(PATIENCE, member.provider.count_tokens(call)).await.ok()
    }
}

/// About how many tokens a plan's media have for its first target.
fn media_of(planned: &Planned) -> u64 {
    let treatments = planned.plan.candidates.first().map(|first| first.treatments.as_slice()).unwrap_or_default();
    let treated = treatments.iter().chain(std::iter::repeat(&Treatment::Forward));
    planned.demand.parts.iter().zip(treated).map(|(part, how)| u64::from(media_tokens(part, how, 1))).sum()
}

/// The tokenizer of a model, where that is a known one; else the nearest to most of today's.
fn tokenizer_of(model: &str) -> &'static CoreBPE {
    // Those who sell others' models write their maker before the name.
    let name = model.rsplit('/').next().unwrap_or(model);
    match get_tokenizer(name) {
        Some(Tokenizer::Cl100kBase) => cl100k_base_singleton(),
        _ => o200k_base_singleton(),
    }
}

/// How many tokens the words of a chat have: what is said, thought and called, tools and the schema of the reply.
fn of_chat(chat: &Chat, tokenizer: &CoreBPE) -> usize {
    let of = |text: &str| tokenizer.count_ordinary(text);
    let messages = chat.messages.iter().map(|message| {
        let parts = message.parts.iter().map(|part| match part {
            Part::Text(text) => of(text),
            Part::Media(_) | Part::Remote { .. } => 0,
        });
        let calls = message.tool_calls.iter().map(|call| TOOL_TOKENS + of(&call.name) + of(&call.arguments));
        let thoughts = message.reasoning.as_ref().map_or(0, |reasoning| of(&reasoning.text));
        MESSAGE_TOKENS + parts.sum::<usize>() + calls.sum::<usize>() + thoughts
    });
    let tools = chat.tools.iter().map(|tool| {
        let described = tool.description.as_deref().map_or(0, of);
        TOOL_TOKENS + of(&tool.name) + described + tool.parameters.as_ref().map_or(0, |schema| of(&schema.to_string()))
    });
    let hosted = chat.hosted_tools.iter().map(|tool| TOOL_TOKENS + of(&tool.definition.to_string()));
    let format = match &chat.format {
        ReplyFormat::Text | ReplyFormat::Json => 0,
        ReplyFormat::Schema { schema, .. } => of(&schema.to_string()),
    };
    messages.sum::<usize>() + tools.sum::<usize>() + hosted.sum::<usize>() + format
}
