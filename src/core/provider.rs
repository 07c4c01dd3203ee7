//! The contract of a provider: what carries a task out, be it an API elsewhere or the engines of this process.
//!
//! One call is one attempt: nothing is retried here, no other key is tried, nothing cools down; what follows from a
//! failure is the caller's affair. Dropping a call or its reply ends the work.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::batch::Batching;
use crate::capability::{Abilities, TaskKind};
use crate::live::{LiveForm, LiveSettings, LiveSetup, LiveTalk, LiveToken};
use crate::quota::Allowance;
use crate::task::{JobReport, ReplyFrame, Task};
use crate::{ContentHash, Failure};

/// A future on the heap, which can be sent to other threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Takes the pieces of a file; where that fails, so does what reads them.
pub type Keep<'a> = &'a mut (dyn FnMut(&[u8]) -> Result<(), Failure> + Send);

/// A task for one target: treated already, so that the target reads every part of it.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// The task as this target gets it.
    pub task: &'a Task,
    /// What the target does, and its name.
    pub abilities: &'a Abilities,
    /// Soft parameters that are left out, by their OpenAI names.
    pub dropped: &'a [String],
    /// The key to call with; `None` where none is wanted.
    pub key: Option<&'a str>,
    /// How long each stage may take.
    pub timeouts: Timeouts,
    /// A place in the provider's queue that was taken before.
    pub reservation: Option<&'a Reservation>,
}

/// How long each stage of a call may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Until the first frame of the answer has arrived.
    pub first_byte: Duration,
    /// Between two pieces of the answer.
    pub stall: Duration,
}

/// The files that a provider was given with one of its keys, as far as that is remembered.
pub trait GivenFiles: Send + Sync {
    /// What a file of these bytes is called there; `None`: it is not there, as far as is known.
    fn find<'a>(&'a self, content: &'a ContentHash) -> BoxFuture<'a, Option<String>>;

    /// Notes that a file is to be sent, and gives whether it was a short while ago.
    fn is_sent_again(&self, content: &ContentHash) -> bool;

    /// Remembers that the provider has a file under this name.
    fn keep<'a>(&'a self, content: &'a ContentHash, name: &'a str) -> BoxFuture<'a, ()>;
}

/// Something that carries tasks out.
pub trait Provider: Send + Sync + fmt::Debug {
    /// The name of the wire format in which raw frames of a target's replies to a task are written.
    fn wire_format_of(&self, task: &Task, abilities: &Abilities) -> &'static str;

    /// Carries a task out; resolves when an answer has begun.
    ///
    /// # Errors
    /// When the task cannot be sent, is refused, or no answer begins in time.
    fn call<'a>(&'a self, call: Call<'a>) -> BoxFuture<'a, Result<Box<dyn ReplyStream>, Failure>>;

    /// Whether it goes on from the beginning of an answer: from a last message of the assistant's.
    fn takes_prefill(&self) -> bool {
        false
    }

    /// Whether media of this task have to be uploaded before it is called with it.
    fn wants_upload(&self, _task: &Task) -> bool {
        false
    }

    /// Uploads media of a task that are too large for a call, or are better named than sent again. `None`: the task can be sent as it is.
    ///
    /// # Errors
    /// As any call; unreadable when the provider cannot make use of a file.
    fn upload<'a>(
        &'a self,
        _task: &'a Task,
        _key: Option<&'a str>,
        _given: &'a dyn GivenFiles,
    ) -> BoxFuture<'a, Result<Option<Task>, Failure>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    /// Removes a file that it was given under this name.
    ///
    /// # Errors
    /// As any call.
    fn remove_file<'a>(&'a self, _name: &'a str, _key: Option<&'a str>) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(std::future::ready(Ok(())))
    }

    /// Takes a place in the queue of a target, for work of several calls that is to be refused before it begins.
    /// `None`: the target has no queue.
    ///
    /// # Errors
    /// Busy when all places are taken.
    fn reserve(&self, _abilities: &Abilities) -> Result<Option<Reservation>, Failure> {
        Ok(None)
    }

    /// Whether it counts the tokens of a chat without answering it.
    fn counts_tokens(&self) -> bool {
        false
    }

    /// How it holds live conversations; `None`: it holds none.
    fn live_form(&self) -> Option<LiveForm> {
        None
    }

    /// Begins a live conversation.
    ///
    /// # Errors
    /// As any call; broken where it holds none.
    fn live<'a>(
        &'a self,
        _setup: LiveSetup,
        _key: Option<&'a str>,
        _timeouts: Timeouts,
    ) -> BoxFuture<'a, Result<Box<dyn LiveTalk>, Failure>> {
        Box::pin(std::future::ready(Err(Failure::broken("this provider holds no live conversations"))))
    }

    /// Asks for a token that opens one live conversation, held like this. `until` is what time it is, and when
    /// it is too late to begin, in seconds since 1970.
    ///
    /// # Errors
    /// As any call; broken where it gives none.
    fn live_token<'a>(
        &'a self,
        _model: &'a str,
        _settings: &'a LiveSettings,
        _until: (u64, u64),
        _key: Option<&'a str>,
    ) -> BoxFuture<'a, Result<LiveToken, Failure>> {
        Box::pin(std::future::ready(Err(Failure::broken("this provider gives no tokens for live conversations"))))
    }

    /// Counts the tokens of a chat, as its target would.
    ///
    /// # Errors
    /// As any call.
    fn count_tokens<'a>(&'a self, _call: Call<'a>) -> BoxFuture<'a, Result<u64, Failure>> {
        Box::pin(std::future::ready(Err(Failure::broken("this provider does not count"))))
    }

    /// Its batches of many calls; `None`: it has none.
    fn batches(&self) -> Option<&dyn Batching> {
        None
    }

    /// How a job stands that it has accepted under this name.
    ///
    /// # Errors
    /// As any call; an answer that says that the job failed is none.
    fn job<'a>(&'a self, _job: &'a str, _key: Option<&'a str>) -> BoxFuture<'a, Result<JobReport, Failure>> {
        Box::pin(std::future::ready(Err(Failure::broken("this provider has no jobs"))))
    }

    /// Reads what a job has made from where its report says that it is to be had at the provider. Gives another address,
    /// for which no key is needed, if it is there instead.
    ///
    /// # Errors
    /// As any call, and what `keep` gave.
    fn job_content<'a>(
        &'a self,
        _place: &'a str,
        _key: Option<&'a str>,
        _keep: Keep<'a>,
    ) -> BoxFuture<'a, Result<Option<String>, Failure>> {
        Box::pin(std::future::ready(Err(Failure::broken("this provider has no jobs"))))
    }

    /// Ends a job, and removes what it made, where that can be done.
    ///
    /// # Errors
    /// As any call.
    fn end_job<'a>(&'a self, _job: &'a str, _key: Option<&'a str>) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(std::future::ready(Ok(())))
    }

    /// The models it has, for providers that can be asked.
    ///
    /// # Errors
    /// As any call; garbled when the answer is no list.
    fn models<'a>(&'a self, _key: Option<&'a str>) -> BoxFuture<'a, Result<Vec<ListedModel>, Failure>> {
        Box::pin(std::future::ready(Ok(Vec::new())))
    }

    /// Whether a key is accepted, found out by what costs nothing.
    ///
    /// # Errors
    /// As any call: a key that is refused is a bad key.
    fn check_key<'a>(&'a self, _key: Option<&'a str>) -> BoxFuture<'a, Result<KeyAnswer, Failure>> {
        Box::pin(std::future::ready(Ok(KeyAnswer::Untold)))
    }
}

/// What an answer says of the key that was sent along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyAnswer {
    /// It is accepted.
    Accepted,
    /// The same is answered without any key.
    Untold,
}

/// An answer as it arrives. Dropping it ends the work, unless that came to its end.
pub trait ReplyStream: Send + fmt::Debug {
    /// The next frame; `None` after the proper end. Nothing follows a failure.
    fn poll_frame(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<ReplyFrame, Failure>>>;

    /// Whether its frames are a stream's. If not, its only frame is a whole body.
    fn is_stream(&self) -> bool;

    /// What is left of the provider's rate limits, if it said so.
    fn quota(&self) -> Option<Quota> {
        None
    }

    /// What its provider was not sent, or only in other words, by names of the request's fields.
    fn left_out(&self) -> &[String] {
        &[]
    }

    /// Lets go of what can be used again, once everything was read.
    fn close(self: Box<Self>) -> BoxFuture<'static, ()> {
        Box::pin(std::future::ready(()))
    }
}

/// A place in a queue, given back when it is dropped.
pub struct Reservation(Box<dyn Send + Sync>);

impl Reservation {
    /// Keeps the place that `guard` stands for.
    #[must_use]
    pub fn new(guard: impl Send + Sync + 'static) -> Self {
        Self(Box::new(guard))
    }
}

impl fmt::Debug for Reservation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The guard is there to be dropped; it has nothing to show.
        let _guard = &self.0;
        formatter.write_str("Reservation")
    }
}

/// What is left of a provider's rate limits: the one of which least is left.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Quota {
    /// The share that is left, 0 to 1.
    pub left: f32,
    /// When the limit begins anew.
    pub resets_in: Duration,
    /// What is left of requests, where that was said.
    pub requests: Option<Allowance>,
    /// What is left of tokens.
    pub tokens: Option<Allowance>,
}

/// A model that a provider lists. What it does not say is `None`, or empty.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ListedModel {
    /// Its name there.
    pub name: String,
    /// Whether it calls functions.
    pub tools: Option<bool>,
    /// Whether it thinks first.
    pub thinking: Option<bool>,
    /// Whether it sees pictures.
    pub vision: Option<bool>,
    /// Whether it embeds texts, and does nothing else.
    pub embedding: Option<bool>,
    /// What it does, as far as the list or its name says.
    pub tasks: Vec<TaskKind>,
    /// The most tokens of request and reply together.
    pub context_tokens: Option<u32>,
    /// The most tokens of a reply.
    pub output_tokens: Option<u32>,
    /// Dollars for a million tokens of request, and …
    pub input_usd: Option<f64>,
    /// … for a million of reply.
    pub output_usd: Option<f64>,
    /// What it can do, in its provider's own words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub capabilities: Vec<String>,
    /// Who owns it, by the list.
    pub owner: Option<String>,
}
