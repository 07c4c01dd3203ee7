//! A provider elsewhere as the gateway calls it: one contract with the engines of this process.

use mediary_core::Failure;
use mediary_core::provider::{BoxFuture, Call, ListedModel, Provider, ReplyStream};
use mediary_core::task::Task;

use super::{Remote, learned};

/// The names of what a task asks for and can be done without.
pub(super) fn optional(task: &Task) -> Vec<String> {
    match task {
        Task::Chat(chat) => learned::of_chat(chat),
        Task::Embed(embed) => embed.extras.keys().cloned().collect(),
        Task::Read(_) | Task::Transcribe(_) | Task::Speak(_) => Vec::new(),
    }
}

impl Provider for Remote {
    fn wire_format(&self) -> &'static str {
        self.dialect.name()
    }

    fn call<'a>(&'a self, call: Call<'a>) -> BoxFuture<'a, Result<Box<dyn ReplyStream>, Failure>> {
        Box::pin(async move {
            let reply = self.send_task(&call).await?;
            Ok(Box::new(reply) as Box<dyn ReplyStream>)
        })
    }

    fn takes_prefill(&self) -> bool {
        self.dialect.takes_prefill()
    }

    fn wants_upload(&self, task: &Task) -> bool {
        match task {
            Task::Chat(chat) => self.is_too_large(chat),
            // Pages, recordings and texts go inside of the call everywhere.
            Task::Read(_) | Task::Transcribe(_) | Task::Embed(_) | Task::Speak(_) => false,
        }
    }

    fn upload<'a>(&'a self, task: &'a Task, key: Option<&'a str>) -> BoxFuture<'a, Result<Option<Task>, Failure>> {
        Box::pin(async move {
            match task {
                Task::Chat(chat) => Ok(self.hand_over(chat, key).await?.map(Task::Chat)),
                Task::Read(_) | Task::Transcribe(_) | Task::Embed(_) | Task::Speak(_) => Ok(None),
            }
        })
    }

    fn models<'a>(&'a self, key: Option<&'a str>) -> BoxFuture<'a, Result<Vec<ListedModel>, Failure>> {
        Box::pin(self.list_models(key))
    }
}
