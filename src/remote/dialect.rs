//! The contract of a dialect: a provider's wire format as pure translation.
//!
//! A dialect opens no connection, knows no clock and holds no key. It is handed a call and gives an HTTP request
//! without host and key; it is handed what came back and gives events or a failure. [`crate::Remote`] does the rest.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::Method;
use http::header::HeaderMap;
use mediary_core::capability::Abilities;
use mediary_core::provider::{Call, ListedModel};
use mediary_core::task::{Chat, Embed, JobReport, ReplyFrame, Task};
use mediary_core::{Blob, Failure, Media, MediaFormat, MediaKind};

use crate::batches::BatchDialect;
use crate::live::LiveDialect;
use crate::uploads::FileForm;
use crate::{Payload, Quirks, Talk, listed, unwritable};

/// A provider's wire format.
pub trait Dialect: Send + Sync + fmt::Debug {
    /// Its name in catalogs and configuration.
    fn name(&self) -> &'static str;

    /// The wire format of its chats and vectors, which pass as they came to clients that speak it.
    fn wire_format(&self) -> &'static str {
        self.name()
    }

    /// The wire format in which a target is given a task, where its models differ in that.
    fn wire_format_of(&self, _task: &Task, _abilities: &Abilities) -> &'static str {
        self.wire_format()
    }

    /// The format in which the tools are defined that its providers run.
    fn tool_format(&self) -> &'static str {
        self.name()
    }

    /// Writes a task. Never leaves a part out: one that cannot be written is a failure, and a bug in the matrix.
    ///
    /// # Errors
    /// When the task, a part or a parameter has no form in this dialect.
    fn encode(&self, call: &Call<'_>, quirks: &Quirks) -> Result<HttpCall, Failure>;

    /// How a task is carried out over WebSockets; `None`: by a request, as most are.
    fn talk(&self, _call: &Call<'_>, _quirks: &Quirks) -> Option<Box<dyn Talk>> {
        None
    }

    /// How its providers hold live conversations; `None`: they hold none.
    fn live(&self) -> Option<&'static dyn LiveDialect> {
        None
    }

    /// How its vendor's batches are asked for and read; `None`: it has none.
    fn batches(&self) -> Option<&'static dyn BatchDialect> {
        None
    }

    /// A reader for the answer to a task as it was sent. `stream` is whether the answer comes as a stream or as one whole
    /// body.
    fn reader(&self, task: &Task, stream: bool) -> Box<dyn Reader>;

    /// A reader for what a target answers to a task, where its models differ in that.
    fn reader_of(&self, task: &Task, _abilities: &Abilities, stream: bool) -> Box<dyn Reader> {
        self.reader(task, stream)
    }

    /// Whether its providers count the tokens of a chat without answering it.
    fn counts_tokens(&self) -> bool {
        false
    }

    /// Writes a chat whose tokens are to be counted.
    ///
    /// # Errors
    /// As for [`Dialect::encode`]; broken where providers do not count.
    fn encode_count(&self, _call: &Call<'_>, _quirks: &Quirks) -> Result<HttpCall, Failure> {
        Err(Failure::broken("providers of this dialect do not count"))
    }

    /// Reads the answer to that.
    ///
    /// # Errors
    /// Garbled when it is no count.
    fn counted(&self, _body: &[u8]) -> Result<u64, Failure> {
        Err(Failure::broken("providers of this dialect do not count"))
    }

    /// The request that asks how a job stands that was accepted under this name; `None`: it gives no jobs.
    fn job_state(&self, _job: &str, _quirks: &Quirks) -> Option<JobCall> {
        None
    }

    /// Reads the answer to that.
    ///
    /// # Errors
    /// What it says went wrong; garbled when it cannot be understood.
    fn job_report(&self, _job: &str, _body: &[u8], _quirks: &Quirks) -> Result<JobReport, Failure> {
        Err(unwritable::job(self.name()))
    }

    /// The request that ends a job and removes what it made; `None`: there is none.
    fn job_end(&self, _job: &str, _quirks: &Quirks) -> Option<JobCall> {
        None
    }

    /// What an answer that is no success means. `body` may be cut off, HTML or empty.
    fn failure(&self, status: u16, headers: &HeaderMap, body: &[u8]) -> Failure;

    /// What a medium's name means to it in a chat: the formats that servers of this dialect usually read. What it carries
    /// beyond these has to be named by its format.
    fn formats(&self, kind: MediaKind) -> &'static [MediaFormat];

    /// Whether it has a form for a file of this format in a chat.
    fn carries(&self, format: MediaFormat) -> bool;

    /// The soft parameters it has a form for, by their OpenAI names; `None`: all, known or not.
    fn soft_parameters(&self) -> Option<&'static [&'static str]>;

    /// Those it has a form for where texts are embedded, beside the same.
    fn soft_parameters_of_texts(&self) -> &'static [&'static str] {
        &[]
    }

    /// Whether its models go on from a last message of the assistant's.
    fn takes_prefill(&self) -> bool {
        false
    }

    /// How many bytes of media fit into a request, where larger ones can be uploaded beforehand.
    fn inline_bytes(&self) -> Option<u64> {
        None
    }

    /// How its vendor takes files beforehand; `None`: it takes none.
    fn files(&self) -> Option<FileForm> {
        None
    }

    /// The path of its list of models.
    fn models_path(&self) -> &'static str {
        "/models"
    }

    /// Reads the body of that list.
    ///
    /// # Errors
    /// Garbled when it is no list.
    fn models(&self, body: &[u8]) -> Result<Vec<ListedModel>, Failure> {
        listed::names(body)
    }

    /// What to ask for single models since that list leaves it open.
    fn questions(&self, _list: &[u8]) -> Vec<Question> {
        Vec::new()
    }

    /// Lays the answer to such a question over what the list says of the model.
    fn told(&self, _body: &[u8], _model: &mut ListedModel) {}
}

/// A request without host and key.
#[derive(Debug, Clone)]
pub struct HttpCall {
    /// `POST`, unless the provider wants another.
    pub method: Method,
    /// What to append to the provider's base URL, with its query: `/chat/completions`.
    pub path: String,
    /// Headers beside `Content-Type`, such as a version.
    pub headers: Vec<(&'static str, String)>,
    /// What the body is.
    pub content_type: Cow<'static, str>,
    /// The body.
    pub body: Payload,
    /// What was left out of it, or is said in other words, by names of the request's fields.
    pub left_out: Vec<String>,
    /// Calls that have to succeed before it, in this order: uploads of files that it names.
    pub before: Vec<HttpCall>,
}

impl HttpCall {
    /// A request whose body is JSON.
    #[must_use]
    pub fn json(path: impl Into<String>, body: impl Into<Payload>) -> Self {
        let content_type = Cow::Borrowed("application/json");
        Self {
            method: Method::POST,
            path: path.into(),
            headers: Vec::new(),
            content_type,
            body: body.into(),
            left_out: Vec::new(),
            before: Vec::new(),
        }
    }

    /// A request that is all in its path.
    #[must_use]
    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self { method: Method::GET, ..Self::json(path, Vec::new()) }
    }

    /// A request whose body is the bytes of a file.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub(crate) fn bytes(path: impl Into<String>, mime: &'static str, media: &Media) -> Result<Self, Failure> {
        let mut body = Payload::default();
        body.push_file(&media.blob).map_err(|_| crate::body::gone())?;
        let content_type = Cow::Borrowed(mime);
        Ok(Self { content_type, body, ..Self::json(path, Vec::new()) })
    }

    /// The same, with what its encoder left out.
    #[must_use]
    pub(crate) fn without<T>(self, call: &CallOf<'_, T>) -> Self {
        Self { left_out: call.left_out.take(), ..self }
    }
}

/// A request about a job, without host and key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobCall {
    /// How it is asked.
    pub method: Method,
    /// What to append to the provider's base URL, with its query.
    pub path: String,
    /// A body of JSON, where there is one.
    pub body: Option<Bytes>,
}

impl JobCall {
    /// A request without a body.
    pub(crate) fn of(method: Method, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), body: None }
    }
}

/// A question about one model, without host and key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The model, as the list calls it.
    pub model: String,
    /// What it is at this time; the answer holds as long as this stays the same.
    pub version: String,
    /// What to append to the provider's base URL.
    pub path: &'static str,
    /// A body of JSON.
    pub body: Bytes,
}

/// Reads one answer, frame by frame.
pub trait Reader: Send {
    /// Takes a frame: the data of an event, a line, or a whole body. An error object inside of it is a failure.
    /// `into.raw` is filled by the caller, which need not copy for it; `into.is_canonical` says that it may pass as it came.
    ///
    /// # Errors
    /// What the frame says went wrong; garbled when it cannot be understood.
    fn read(&mut self, frame: &Frame<'_>, into: &mut ReplyFrame) -> Result<(), Failure>;

    /// The stream has ended; events that were held back come out.
    ///
    /// # Errors
    /// Garbled when the end came before the reply was complete.
    fn end(&mut self, into: &mut ReplyFrame) -> Result<(), Failure>;

    /// Whether everything that was asked for has been said. What may follow, such as usage, is waited for briefly.
    fn is_complete(&self) -> bool;

    /// Takes files that were lifted out of the frame that is read next, in the order of their names.
    fn takes(&mut self, _files: Vec<Option<Blob>>) {}

    /// What to ask for now that an answer has ended which only says that there will be one.
    fn follow_up(&mut self) -> Option<FollowUp> {
        None
    }

    /// How many frames could not be read and were left out.
    fn skipped(&self) -> u32 {
        0
    }
}

/// What is asked for after an answer that was not the last one: a path below the base URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowUp {
    /// The path, with its query.
    pub path: String,
    /// How long to wait before.
    pub after: Duration,
}

/// One frame of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    /// The event's name, where there is one.
    pub event: Option<&'a str>,
    /// Its data.
    pub data: &'a [u8],
}

/// A call of one kind of task, as the encoder of that kind sees it.
#[derive(Debug)]
pub(crate) struct CallOf<'a, T> {
    /// What is to be written.
    pub(crate) task: &'a T,
    /// What the target does, and its name.
    pub(crate) abilities: &'a Abilities,
    /// How its provider departs from the dialect.
    pub(crate) quirks: &'a Quirks,
    /// Soft parameters that are left out, by their OpenAI names.
    pub(crate) dropped: &'a [String],
    /// What else was left out, or is said in other words.
    left_out: RefCell<Vec<String>>,
}

/// A call for the next message of a conversation.
pub(crate) type ChatCall<'a> = CallOf<'a, Chat>;
/// A call for vectors.
pub(crate) type EmbedCall<'a> = CallOf<'a, Embed>;

impl<'a, T> CallOf<'a, T> {
    /// The call `call`, whose task is `task`.
    pub(crate) fn new(task: &'a T, call: &Call<'a>, quirks: &'a Quirks) -> Self {
        Self { task, abilities: call.abilities, quirks, dropped: call.dropped, left_out: RefCell::default() }
    }

    /// The model's name at its provider.
    pub(crate) fn model(&self) -> &'a str {
        self.abilities.target.model.as_str()
    }

    /// Whether a soft parameter of this name is to be sent.
    pub(crate) fn sends(&self, name: &str) -> bool {
        !self.dropped.iter().any(|dropped| dropped == name)
    }

    /// Notes that something is left out, or said in other words.
    pub(crate) fn leave_out(&self, name: impl Into<String>) {
        let name = name.into();
        let mut left_out = self.left_out.borrow_mut();
        if !left_out.contains(&name) {
            left_out.push(name);
        }
    }

    /// A soft parameter that was asked for, if it is sent and `fits`; noted if it does not.
    pub(crate) fn fitting<V>(&self, name: &str, asked: Option<V>, fits: bool) -> Option<V> {
        let asked = asked.filter(|_| self.sends(name));
        if asked.is_some() && !fits {
            self.leave_out(name);
            return None;
        }
        asked
    }
}
