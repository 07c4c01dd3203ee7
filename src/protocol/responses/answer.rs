//! How a response is written: whole, as a stream, before it is there, and when nothing comes of it.

use std::fmt;
use std::sync::Arc;

use mediary_core::task::WholeReply;
use serde_json::{Map, Value};

use super::object::{self, Status};
use super::stream::EventWriter;
use crate::protocol::{AnswerHead, Encode, ErrorFields, StreamWriter, json_bytes};

/// Is told a response once it has ended.
#[derive(Clone)]
pub struct KeptBy(pub Arc<dyn Fn(&Value) + Send + Sync>);

impl fmt::Debug for KeptBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeptBy")
    }
}

/// A response that is only begun.
#[derive(Debug)]
pub struct Begun {
    pub(super) echo: Map<String, Value>,
    pub(super) model: String,
}

impl Begun {
    /// The object as its client reads it: `queued` or `in_progress`.
    #[must_use]
    pub fn told(&self, id: &str, created: u64, status: &'static str) -> Value {
        let head = AnswerHead { id: id.to_owned(), created, model: self.model.clone(), ..AnswerHead::default() };
        let mut response = object::response(&head, &self.echo, Status::InProgress, &[], None);
        response["status"] = status.into();
        response
    }
}

/// The id of a response out of the part of it that is the request's own.
#[must_use]
pub fn response_id(id: &str) -> String {
    object::response_id(id)
}

/// A response as it was kept, which is not answered any more: cancelled, or failed where there is an error.
#[must_use]
pub fn given_up(kept: &str, error: Option<&ErrorFields>) -> String {
    let mut response: Value = serde_json::from_str(kept).unwrap_or_default();
    response["status"] = if error.is_some() { "failed" } else { "cancelled" }.into();
    response["error"] = error.map_or(Value::Null, object::told_error);
    response.to_string()
}

/// How an answer is written.
#[derive(Debug, Clone, Default)]
pub(super) struct ResponseAnswer {
    /// What it repeats of the request.
    pub(super) echo: Map<String, Value>,
    /// The tools whose input is free text.
    pub(super) custom_tools: Vec<String>,
    /// Where it is kept.
    pub(super) keep: Option<KeptBy>,
    /// So many events of its stream were told before it was known who answers.
    pub(super) told_before: u64,
}

impl ResponseAnswer {
    pub(super) fn kept(&self, response: &Value) {
        if let Some(KeptBy(keep)) = &self.keep {
            keep(response);
        }
    }
}

impl Encode for ResponseAnswer {
    fn whole(&self, head: AnswerHead, reply: &WholeReply) -> Vec<u8> {
        let head = AnswerHead { model: reply.model.clone().unwrap_or(head.model), ..head };
        let output = object::output(&head, reply, &self.custom_tools);
        let finish = reply.choices.first().and_then(|choice| choice.finish);
        let usage = Some(reply.usage.unwrap_or_default());
        let response = object::response(&head, &self.echo, Status::Ended(finish), &output, usage);
        self.kept(&response);
        json_bytes(&response)
    }

    // Ids are made here, where responses are found again by them.
    fn passes_raw(&self) -> bool {
        false
    }

    fn stream(&self, head: AnswerHead, _passes_raw: bool) -> Option<Box<dyn StreamWriter>> {
        Some(Box::new(EventWriter::new(head, self.clone())))
    }
}
