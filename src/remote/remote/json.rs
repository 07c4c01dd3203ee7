//! Calls that are not chats: one JSON body there, one back.

use crate::ollama::{self, OllamaModel};
use bytes::Bytes;
use http::Method;
use mediary_core::{Failure, FailureKind};
use serde::Deserialize;
use std::time::Duration;

use super::clock::Clock;
use super::{Remote, trouble};
use crate::Timeouts;
use crate::client::Answer;

/// The longest list of models that is read; the longest known is a tenth of it.
const MOST_LIST_BYTES: usize = 16 << 20;
/// A list of models is looked up, not thought about.
const LISTING: Timeouts = Timeouts { first_byte: Duration::from_secs(20), stall: Duration::from_secs(10) };

/// A list of models: OpenAI's, or bare as some have it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Listing {
    Wrapped { data: Vec<Listed> },
    Bare(Vec<Listed>),
}

/// A listed model.
#[derive(Deserialize)]
struct Listed {
    id: String,
}

impl Remote {
    /// Sends JSON, or nothing, and reads a body of at most `max_bytes`.
    ///
    /// # Errors
    /// As [`Remote::chat`]; garbled when the body is longer.
    pub async fn json(
        &self,
        method: Method,
        path: &str,
        body: Option<Vec<u8>>,
        key: Option<&str>,
        timeouts: Timeouts,
        max_bytes: usize,
    ) -> Result<Bytes, Failure> {
        let request = self.request(method, path, &[], body, key)?;
        let clock = Clock::start(timeouts);
        let response = self.send(request, &clock, key).await?;
        whole(response, clock, max_bytes).await
    }

    /// The names of the models that an OpenAI-like provider lists.
    ///
    /// # Errors
    /// As [`Remote::json`]; garbled when the answer is no list.
    pub async fn list_models(&self, key: Option<&str>) -> Result<Vec<String>, Failure> {
        let body = self.json(Method::GET, "/models", None, key, LISTING, MOST_LIST_BYTES).await?;
        let listed = match serde_json::from_slice(&body) {
            Ok(Listing::Wrapped { data } | Listing::Bare(data)) => data,
            Err(_) => {
                let failure = Failure::new(FailureKind::Garbled, "the provider's list of models cannot be understood");
                return Err(failure);
            }
        };
        Ok(listed.into_iter().map(|model| model.id).collect())
    }

    /// What an Ollama server has, and what each of its models can do.
    ///
    /// # Errors
    /// As [`Remote::json`]; garbled when the answer is no list.
    pub async fn list_ollama(&self, key: Option<&str>) -> Result<Vec<OllamaModel>, Failure> {
        let body = self.json(Method::GET, "/tags", None, key, LISTING, MOST_LIST_BYTES).await?;
        ollama::models(&body)
    }
}

/// A body in one piece, of at most `max_bytes`.
pub(super) async fn whole(mut response: Answer, mut clock: Clock, max_bytes: usize) -> Result<Bytes, Failure> {
    let mut whole = Vec::new();
    loop {
        let piece = tokio::time::timeout_at(clock.deadline(), response.chunk())
            .await
            .map_err(|_| clock.timed_out())?
            .map_err(|error| trouble::broke_off(&error))?;
        let Some(piece) = piece else {
            return Ok(whole.into());
        };
        clock.piece();
        clock.frame();
        if whole.len() + piece.len() > max_bytes {
            let detail = format!("the provider's answer is longer than {max_bytes} bytes");
            return Err(Failure::new(FailureKind::Garbled, detail));
        }
        whole.extend_from_slice(&piece);
    }
}
