//! What a tool works with: the routes of the server, in its client's name, and a place for what is too large to be told.

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::StreamExt as _;
use rmcp::model::ContentBlock;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::door::{Answer, Call, Door};
use super::form::Form;
use super::outcome::Outcome;
use super::progress::Progress;
use super::trouble::Trouble;

/// The most that is taken of an answer: pictures and vectors, and not what fills the memory.
const MOST_BYTES: usize = 256 << 20;
/// How long a result is kept as a file.
const KEPT_SECONDS: &str = "86400";
/// What is told in place of a file where none are kept.
const MOST_SHOWN_BYTES: usize = 1 << 20;
/// How addresses of files begin.
pub(super) const FILES: &str = "mediary://files/";
/// Headers of a client that its requests carry on: its key, and what it asks of all of them.
const KEYS: [&str; 4] = ["authorization", "x-api-key", "x-goog-api-key", "traceparent"];
const WISHES: [&str; 2] = ["x-mediary-", "x-willaku-"];

/// What a tool works with.
#[derive(Debug)]
pub(super) struct Desk<'a> {
    pub(super) door: &'a dyn Door,
    /// What each request carries.
    pub(super) carried: HeaderMap,
    pub(super) progress: Progress,
    /// Whether the client is on this machine, so that it may name its files by their paths.
    pub(super) is_here: bool,
}

/// A file that is kept here, as a result tells of it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(super) struct KeptFile {
    /// Its id: other tools take it as `file_id`, `GET /v1/files/ID/content` gives its bytes
    pub(super) file_id: String,
    /// Its address as a resource
    pub(super) uri: String,
    pub(super) name: String,
    pub(super) mime_type: String,
    pub(super) bytes: u64,
}

impl Desk<'_> {
    /// Asks a route for an object.
    pub(super) async fn get(&self, path: &str) -> Result<Value, Trouble> {
        let (_, body) = self.whole(self.ask(Method::GET, path, None).await?).await?;
        json(&body)
    }

    /// Sends an object to a route, and gives its answer.
    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<(HeaderMap, Value), Trouble> {
        let (headers, body) = self.whole(self.posted(path, body).await?).await?;
        Ok((headers, json(&body)?))
    }

    /// The same while its answer comes.
    pub(super) async fn posted(&self, path: &str, body: &Value) -> Result<Answer, Trouble> {
        let body = ("application/json".to_owned(), body.to_string().into_bytes());
        self.ask(Method::POST, path, Some(body)).await
    }

    /// Sends a form to a route; the answer may be anything.
    pub(super) async fn fill_in(&self, path: &str, form: Form) -> Result<(HeaderMap, Vec<u8>), Trouble> {
        let answer = self.ask(Method::POST, path, Some(form.finish())).await?;
        self.whole(answer).await
    }

    /// Asks; a refusal is told in the server's words.
    pub(super) async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<(String, Vec<u8>)>,
    ) -> Result<Answer, Trouble> {
        let call = Call { method, path: path.to_owned(), headers: self.carried.clone(), body };
        let answer = self.door.ask(call).await.map_err(Trouble::new)?;
        if (200..300).contains(&answer.status) {
            return Ok(answer);
        }
        let (status, headers) = (answer.status, answer.headers.clone());
        let body = collected(answer).await.unwrap_or_default();
        Err(Trouble::refused(status, &headers, &body))
    }

    /// The whole of an answer.
    pub(super) async fn whole(&self, answer: Answer) -> Result<(HeaderMap, Vec<u8>), Trouble> {
        let headers = answer.headers.clone();
        Ok((headers, collected(answer).await?))
    }

    /// Keeps something as a file for a day; `None`: this server keeps no files.
    pub(super) async fn keep(&self, name: &str, mime_type: &str, bytes: &[u8]) -> Result<Option<KeptFile>, Trouble> {
        let form = Form::new().field("purpose", "user_data").field("expires_after[anchor]", "created_at");
        let form = form.field("expires_after[seconds]", KEPT_SECONDS).file("file", name, mime_type, bytes);
        let call = Call {
            method: Method::POST,
            path: "/v1/files".to_owned(),
            headers: self.carried.clone(),
            body: Some(form.finish()),
        };
        let answer = self.door.ask(call).await.map_err(Trouble::new)?;
        let (status, headers) = (answer.status, answer.headers.clone());
        let body = collected(answer).await?;
        match status {
            200 => {
                let file_id = json(&body)?["id"].as_str().unwrap_or_default().to_owned();
                let (name, mime_type) = (name.to_owned(), mime_type.to_owned());
                Ok(Some(KeptFile {
                    uri: format!("{FILES}{file_id}"),
                    file_id,
                    name,
                    mime_type,
                    bytes: bytes.len() as u64,
                }))
            }
            503 => Ok(None),
            _ => Err(Trouble::refused(status, &headers, &body)),
        }
    }

    /// Adds bytes that a tool has made to what it gives: as a file, and itself where that is wished or there are no files.
    pub(super) fn hand_over(
        outcome: Outcome,
        file: Option<&KeptFile>,
        made: (&str, &[u8]),
        is_shown: bool,
    ) -> Result<Outcome, Trouble> {
        let (mime_type, bytes) = made;
        let outcome = match file {
            Some(file) => outcome.linking(file),
            None if bytes.len() > MOST_SHOWN_BYTES => {
                return Err(Trouble::new(
                    "What was made is too large to be sent along, and this server keeps no files; the log of its start says why. \
                     Ask for something smaller, or have its operator set [store] dir.",
                ));
            }
            None => outcome,
        };
        if file.is_some() && (!is_shown || bytes.len() > MOST_SHOWN_BYTES) {
            return Ok(outcome);
        }
        let data = STANDARD.encode(bytes);
        Ok(outcome.showing(match mime_type.starts_with("audio/") {
            true => ContentBlock::audio(data, mime_type),
            false => ContentBlock::image(data, mime_type),
        }))
    }
}

/// What requests of tools carry on of a client's own.
pub(super) fn carried(headers: &HeaderMap) -> HeaderMap {
    let goes_on = |name: &HeaderName| {
        let name = name.as_str();
        KEYS.contains(&name) || WISHES.iter().any(|wish| name.starts_with(wish))
    };
    headers.iter().filter(|(name, _)| goes_on(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// A header as text.
pub(super) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok())
}

async fn collected(answer: Answer) -> Result<Vec<u8>, Trouble> {
    let (mut body, mut bytes) = (answer.body, Vec::new());
    while let Some(piece) = body.next().await {
        let piece = piece.map_err(|why| Trouble::new(format!("The answer broke off: {why}. Try again.")))?;
        if bytes.len() + piece.len() > MOST_BYTES {
            return Err(Trouble::new(format!("The answer has more than {MOST_BYTES} bytes; ask for less at once.")));
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

pub(super) fn json(body: &[u8]) -> Result<Value, Trouble> {
    serde_json::from_slice(body).map_err(|_| Trouble::new("What answers there is no server of Mediary's."))
}
