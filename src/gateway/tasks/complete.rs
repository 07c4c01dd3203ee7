//! Prompts to be gone on with: by targets that do that, else by models that chat, each prompt as a chat of its own, where
//! nothing that was asked for is lost by that.

use std::sync::Arc;

use futures_util::stream::{self, StreamExt, TryStreamExt};
use mediary_core::capability::{Abilities, TaskKind};
use mediary_core::task::{Chat, Completion, Message, PartPath, Prompt, Role, Sampling, Task};
use mediary_core::{Failure, FailureKind};

use super::super::Gateway;
use super::super::routing::{CallError, Fleet, Planned, TaskRequest};
use super::chat::{Answered, WholeAnswer};

/// So many prompts of one request are answered side by side.
const MOST_AT_ONCE: usize = 4;

impl Gateway {
    /// Goes on with prompts.
    ///
    /// # Errors
    /// When no target can be asked, or none answered.
    pub(super) async fn complete(
        self: &Arc<Self>,
        request: TaskRequest,
        completion: Completion,
    ) -> Result<Answered, CallError> {
        let error = match Box::pin(self.chat_in_words(request.clone())).await {
            Ok(answered) => return Ok(answered),
            Err(error @ (CallError::Failed(_) | CallError::UnknownModel { .. })) => return Err(error),
            Err(error) => error,
        };
        let Task::Chat(chat) = &request.task else { return Err(Failure::broken("only chats are answered").into()) };
        if let Some(field) = completion.lost_in_chats(chat.sampling.n, chat.stream) {
            return Err(match error {
                CallError::Exhausted(_) => error,
                _ if names_one_that_completes(&self.router.fleet(), &error) => error,
                _ => no_words_for(field).into(),
            });
        }
        let answered = Box::pin(self.complete_as_chats(&request, chat, &completion)).await;
        answered.map_err(|as_chats| match as_chats {
            // Why those would not do which go on with prompts says more than that they do not chat.
            CallError::Unplannable(_) | CallError::NoProviders { .. }
                if names_one_that_completes(&self.router.fleet(), &error) =>
            {
                error
            }
            as_chats => as_chats,
        })
    }

    /// Has each prompt answered as a chat.
    async fn complete_as_chats(
        self: &Arc<Self>,
        request: &TaskRequest,
        chat: &Chat,
        completion: &Completion,
    ) -> Result<Answered, CallError> {
        let chats: Vec<TaskRequest> =
            completion.prompts.iter().map(|prompt| as_chat(request, chat, completion, prompt)).collect();
        if chat.stream {
            let first = chats.into_iter().next().ok_or_else(|| Failure::malformed("`prompt` is empty"))?;
            return Box::pin(self.chat_in_words(first)).await;
        }
        let answering: Vec<_> = chats.into_iter().map(|chat| Box::pin(self.chat_in_words(chat))).collect();
        let answers: Vec<Answered> = stream::iter(answering).buffered(MOST_AT_ONCE).try_collect().await?;
        let mut whole: Option<WholeAnswer> = None;
        for (answer, prompt) in answers.into_iter().zip(&completion.prompts) {
            let Answered::Whole(mut answer) = answer else {
                return Err(Failure::broken("a stream where a whole answer was asked for").into());
            };
            if let (true, Prompt::Text(text)) = (completion.echo, prompt) {
                answer.reply.choices.iter_mut().for_each(|choice| choice.text.insert_str(0, text));
            }
            whole = Some(match whole {
                None => WholeAnswer { raw: None, ..*answer },
                Some(before) => joined(before, *answer),
            });
        }
        let whole = whole.ok_or_else(|| Failure::malformed("`prompt` is empty; send at least one"))?;
        Ok(Answered::Whole(Box::new(whole)))
    }
}

impl Gateway {
    /// The plan for prompts: that of targets that go on with them, else that of chats.
    pub(super) async fn plan_prompts(
        &self,
        fleet: &Fleet,
        request: &TaskRequest,
        chat: &Chat,
        completion: &Completion,
    ) -> Result<Planned, CallError> {
        let planned = self.plan_chat(fleet, request).await;
        let is_lost = completion.lost_in_chats(chat.sampling.n, chat.stream).is_some();
        match (&planned, completion.prompts.first()) {
            (Err(CallError::Unplannable(_) | CallError::NoProviders { .. }), Some(first)) if !is_lost => {
                let as_chats = self.plan_chat(fleet, &as_chat(request, chat, completion, first)).await;
                match &planned {
                    Err(error) if as_chats.is_err() && names_one_that_completes(fleet, error) => planned,
                    _ => as_chats,
                }
            }
            _ => planned,
        }
    }
}

/// Whether a target was passed over that goes on with prompts, so that the reason was not that there is none.
fn names_one_that_completes(fleet: &Fleet, error: &CallError) -> bool {
    let CallError::Unplannable(why) = error else { return false };
    let completes = |row: &Abilities| row.does(TaskKind::Completion);
    why.passed_over().iter().any(|one| fleet.matrix.get(&one.target).is_some_and(completes))
}

/// One prompt as a chat.
fn as_chat(request: &TaskRequest, chat: &Chat, completion: &Completion, prompt: &Prompt) -> TaskRequest {
    let text = match prompt {
        Prompt::Text(text) => text.clone(),
        Prompt::Tokens(_) => String::new(),
    };
    let sampling = Sampling { logprobs: completion.logprobs, ..chat.sampling.clone() };
    let chat = Chat { messages: vec![Message::text(Role::User, text)], completion: None, sampling, ..chat.clone() };
    TaskRequest { task: Task::Chat(chat), ..request.clone() }
}

/// The replies to one prompt after those to others.
fn joined(mut before: WholeAnswer, after: WholeAnswer) -> WholeAnswer {
    before.reply.choices.extend(after.reply.choices);
    let (one, other) = (before.reply.usage.unwrap_or_default(), after.reply.usage.unwrap_or_default());
    before.reply.usage = Some(one.and(other));
    before.route.join(after.route);
    before
}

fn no_words_for(field: &'static str) -> Failure {
    let detail = format!(
        "every target that may be asked only chats, and a chat has no words for `{field}` as it was sent; leave it out, or \
         set up a model whose `tasks` have `completion`"
    );
    Failure::new(FailureKind::Unacceptable, detail).at(PartPath::Field(field))
}
