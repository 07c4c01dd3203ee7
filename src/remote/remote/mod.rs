//! Calls to one provider: a dialect joined with the connections.
//!
//! One call is one request, but for a refusal that names a parameter which can be left out: no other key is tried,
//! nothing cools down here; what follows from a failure is decided by the gateway. Dropping a call or its reply ends the connection at once, since HTTP/1.1 knows no
//! other way to end an answer early.

mod clock;
mod counts;
mod gathered;
mod jobs;
mod learned;
mod lists;
mod passage;
mod provider;
mod reply;
mod request;
mod socket;
#[cfg(test)]
pub(crate) mod tests;
mod trouble;

pub use passage::Passage;
pub use reply::Reply;

use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Mutex};

use http::Uri;
use http::header::HeaderMap;
use mediary_core::Failure;
use mediary_core::provider::{Call, ReplyStream as _};
use mediary_core::task::Task;

use clock::Clock;
use learned::Learned;
use request::Refusal;

use crate::client::{Client, ProviderClient};
use crate::frames::Cutter;
use crate::handover::HandedOver;
use crate::{Dialect, Endpoint};

/// A provider: where it is and how it speaks. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Remote {
    client: Client,
    dialect: &'static dyn Dialect,
    endpoint: Arc<Endpoint>,
    /// The endpoint's headers; a failure if it has one that cannot be sent.
    headers: Result<HeaderMap, Failure>,
    /// The path that was called last, and its address.
    address: Arc<Mutex<Option<(String, Uri)>>>,
    /// What its models were found to refuse.
    learned: Learned,
    /// By how many seconds its clock is ahead of ours, where that was found to matter.
    skew_seconds: Arc<AtomicI64>,
    /// Files the provider has been given beforehand.
    pub(crate) handed_over: HandedOver,
}

impl Remote {
    /// A provider that is called with `client`.
    #[must_use]
    pub fn new(client: &ProviderClient, dialect: &'static dyn Dialect, endpoint: Endpoint) -> Self {
        let headers = request::headers(&endpoint);
        Self {
            client: client.0.clone(),
            dialect,
            endpoint: Arc::new(endpoint),
            headers,
            address: Arc::default(),
            learned: Learned::default(),
            skew_seconds: Arc::default(),
            handed_over: HandedOver::default(),
        }
    }

    /// How it speaks.
    #[must_use]
    pub fn dialect(&self) -> &'static dyn Dialect {
        self.dialect
    }

    /// Where it is.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// The HTTP client.
    pub(crate) fn client(&self) -> ProviderClient {
        ProviderClient(self.client.clone())
    }

    /// Sends a task; resolves when the head of a good answer is here. A refusal that names a parameter which can be left out
    /// is no answer yet: the task is sent again without it, and so is every later one to this model.
    ///
    /// # Errors
    /// When the task cannot be written in the dialect, the provider cannot be reached or does not begin in time, or it
    /// refuses.
    pub(crate) async fn send_task(&self, call: &Call<'_>) -> Result<Reply, Failure> {
        let model = call.abilities.target.model.as_str();
        let optional = provider::optional(call.task);
        let is_sent = |name: &String, dropped: &[String]| optional.contains(name) && !dropped.contains(name);
        let mut dropped = call.dropped.to_vec();
        let mut left_out: Vec<String> = self.learned.of(model);
        left_out.retain(|name| is_sent(name, &dropped));
        dropped.extend(left_out.iter().cloned());
        loop {
            let sent: Vec<String> = optional.iter().filter(|name| is_sent(name, &dropped)).cloned().collect();
            match self.send_once(&Call { dropped: &dropped, ..*call }, &sent).await {
                Ok(reply) => {
                    let noted = reply.left_out().iter().filter(|name| !left_out.contains(name)).cloned();
                    let all = left_out.iter().cloned().chain(noted).collect();
                    return Ok(reply.without(all));
                }
                Err(Refusal { parameter: Some(name), .. }) => {
                    self.learned.add(model, &name);
                    dropped.push(name.clone());
                    left_out.push(name);
                }
                Err(Refusal { failure, parameter: None }) => return Err(failure),
            }
        }
    }

    async fn send_once(&self, call: &Call<'_>, sent: &[String]) -> Result<Reply, Refusal> {
        let mut written = self.dialect.encode(call, &self.endpoint.quirks)?;
        let mut left_out = std::mem::take(&mut written.left_out);
        if let Task::Chat(chat) = call.task {
            let unsaid = chat.unsaid_to(self.dialect.wire_format());
            left_out.extend(unsaid.into_iter().filter(|name| !call.dropped.contains(name)));
        }
        let request = self.carrying(written, call.key)?;
        let clock = Clock::start(call.timeouts);
        let answer = self.send(request, &clock, call.key, sent).await?;
        let framing = request::framing(&answer);
        let gives_files = matches!(call.task, Task::Speak(_) | Task::GenerateVideo(_));
        let is_file = gives_files && request::is_file(&answer);
        let cutter = match (call.task, framing) {
            (Task::Image(_), framing) => gathered::cutter(&answer, framing),
            (_, Some(framing)) => Cutter::stream(framing),
            (_, None) if is_file => Cutter::pieces(),
            (_, None) => Cutter::whole(answer.content_length()),
        };
        let reader = self.dialect.reader(call.task, framing.is_some() || is_file);
        Ok(Reply::new(answer, cutter, reader, clock, call.key).without(left_out))
    }
}
