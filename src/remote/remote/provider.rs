//! A provider elsewhere as the gateway calls it: one contract with the engines of this process.

use mediary_core::Failure;
use mediary_core::batch::Batching;
use mediary_core::capability::Abilities;
use mediary_core::live::{LiveForm, LiveSettings, LiveSetup, LiveTalk, LiveToken};
use mediary_core::provider::{
    BoxFuture, Call, GivenFiles, Keep, KeyAnswer, ListedModel, Provider, ReplyStream, Timeouts,
};
use mediary_core::task::{JobReport, Task};

use super::clock::Clock;
use super::{Remote, learned};
use crate::LiveDialect;

/// The names of what a task asks for and can be done without.
pub(super) fn optional(task: &Task) -> Vec<String> {
    match task {
        Task::Chat(chat) => learned::of_chat(chat),
        Task::Embed(embed) => embed.extras.keys().cloned().collect(),
        Task::Rerank(rerank) => rerank.extras.keys().cloned().collect(),
        Task::Moderate(moderate) => moderate.extras.keys().cloned().collect(),
        Task::Transcribe(transcribe) => {
            let sent = [("prompt", transcribe.prompt.is_some()), ("temperature", transcribe.temperature.is_some())];
            let times = transcribe.times.segments || transcribe.times.words;
            let sent = sent.into_iter().chain([("timestamp_granularities", times)]);
            named(sent).chain(transcribe.extras.keys().cloned()).collect()
        }
        Task::Speak(speak) => {
            let sent = [("instructions", speak.instructions.is_some()), ("speed", speak.speed != 1.0)];
            named(sent).chain(speak.extras.keys().cloned()).collect()
        }
        Task::GenerateVideo(video) => video.extras.keys().cloned().collect(),
        Task::Image(job) => {
            let sent = [
                ("quality", job.quality.is_some()),
                ("style", job.style.is_some()),
                ("background", job.background.is_some()),
                ("output_format", job.format.is_some()),
                ("output_compression", job.compression.is_some()),
                ("seed", job.seed.is_some()),
                // Asked for unasked.
                ("response_format", true),
            ];
            named(sent).chain(job.extras.keys().cloned()).collect()
        }
        Task::Read(_) => Vec::new(),
    }
}

/// The names of what was sent.
fn named(sent: impl IntoIterator<Item = (&'static str, bool)>) -> impl Iterator<Item = String> {
    sent.into_iter().filter(|(_, is_sent)| *is_sent).map(|(name, _)| name.to_owned())
}

impl Provider for Remote {
    fn wire_format_of(&self, task: &Task, abilities: &Abilities) -> &'static str {
        self.dialect.wire_format_of(task, abilities)
    }

    fn call<'a>(&'a self, call: Call<'a>) -> BoxFuture<'a, Result<Box<dyn ReplyStream>, Failure>> {
        Box::pin(async move {
            if let Some(talk) = self.dialect.talk(&call, &self.endpoint.quirks) {
                // On the heap by itself: a call that is no conversation would carry the room for it.
                let conversing = Box::pin(self.converse(talk, Clock::start(call.timeouts))).await?;
                return Ok(Box::new(conversing) as Box<dyn ReplyStream>);
            }
            let reply = self.send_task(&call).await?;
            if matches!(call.task, Task::Image(_)) && !reply.is_stream() {
                return Box::pin(self.gather(&call, reply)).await;
            }
            Ok(Box::new(reply) as Box<dyn ReplyStream>)
        })
    }

    fn takes_prefill(&self) -> bool {
        self.dialect.takes_prefill()
    }

    fn wants_upload(&self, task: &Task) -> bool {
        match task {
            Task::Chat(chat) => self.may_hand_over(chat),
            // Pages, recordings and texts go inside of the call everywhere.
            Task::Read(_) | Task::Transcribe(_) | Task::Embed(_) | Task::Speak(_) => false,
            Task::Rerank(_) | Task::Moderate(_) => false,
            Task::Image(_) | Task::GenerateVideo(_) => false,
        }
    }

    fn remove_file<'a>(&'a self, name: &'a str, key: Option<&'a str>) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(self.take_away(name, key))
    }

    fn upload<'a>(
        &'a self,
        task: &'a Task,
        key: Option<&'a str>,
        given: &'a dyn GivenFiles,
    ) -> BoxFuture<'a, Result<Option<Task>, Failure>> {
        Box::pin(async move {
            match task {
                Task::Chat(chat) => Ok(self.hand_over(chat, key, given).await?.map(Task::Chat)),
                Task::Read(_) | Task::Transcribe(_) | Task::Embed(_) | Task::Speak(_) => Ok(None),
                Task::Rerank(_) | Task::Moderate(_) => Ok(None),
                Task::Image(_) | Task::GenerateVideo(_) => Ok(None),
            }
        })
    }

    fn live_form(&self) -> Option<LiveForm> {
        self.holds_live().map(LiveDialect::form)
    }

    fn live<'a>(
        &'a self,
        setup: LiveSetup,
        key: Option<&'a str>,
        timeouts: Timeouts,
    ) -> BoxFuture<'a, Result<Box<dyn LiveTalk>, Failure>> {
        Box::pin(self.talk_live(setup, key, timeouts))
    }

    fn live_token<'a>(
        &'a self,
        model: &'a str,
        settings: &'a LiveSettings,
        until: (u64, u64),
        key: Option<&'a str>,
    ) -> BoxFuture<'a, Result<LiveToken, Failure>> {
        Box::pin(self.ask_for_token(model, settings, until, key))
    }

    fn counts_tokens(&self) -> bool {
        self.dialect.counts_tokens()
    }

    fn count_tokens<'a>(&'a self, call: Call<'a>) -> BoxFuture<'a, Result<u64, Failure>> {
        Box::pin(self.count(call))
    }

    fn batches(&self) -> Option<&dyn Batching> {
        self.dialect.batches().map(|_| self as &dyn Batching)
    }

    fn job<'a>(&'a self, job: &'a str, key: Option<&'a str>) -> BoxFuture<'a, Result<JobReport, Failure>> {
        Box::pin(self.ask_of_job(job, key))
    }

    fn job_content<'a>(
        &'a self,
        place: &'a str,
        key: Option<&'a str>,
        keep: Keep<'a>,
    ) -> BoxFuture<'a, Result<Option<String>, Failure>> {
        Box::pin(self.read_content(place, key, keep))
    }

    fn end_job<'a>(&'a self, job: &'a str, key: Option<&'a str>) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(self.end(job, key))
    }

    fn models<'a>(&'a self, key: Option<&'a str>) -> BoxFuture<'a, Result<Vec<ListedModel>, Failure>> {
        Box::pin(self.list_models(key))
    }

    fn check_key<'a>(&'a self, key: Option<&'a str>) -> BoxFuture<'a, Result<KeyAnswer, Failure>> {
        Box::pin(self.try_key(key))
    }
}
