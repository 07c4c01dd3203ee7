//! Gmail: mails are found, read as they came, and sent.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use http::{Method, Request, Response};
use mediary_core::Failure;
use serde::Deserialize;
use serde_json::json;

use super::asking::{GooglePlaces, asked, lenient, read, saying};
use crate::blame;

const MESSAGES: [&str; 5] = ["gmail", "v1", "users", "me", "messages"];
/// The lines of a mail's head that lists tell.
const LINES: [&str; 4] = ["From", "To", "Subject", "Date"];
/// Mails come with and without padding.
const ANY: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Which mails are looked for.
#[derive(Debug, Clone, Default)]
pub struct MailQuery {
    /// As in Gmail's own search: `is:unread from:ada`.
    pub words: Option<String>,
    /// So many at most.
    pub most: u32,
    /// Where the page before ended.
    pub page: Option<String>,
}

/// The ids of some of the mails that were found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailIds {
    /// The ids.
    pub ids: Vec<String>,
    /// Where the next page begins, if there is one.
    pub next: Option<String>,
}

/// What is told of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Its id.
    pub id: String,
    /// The conversation that it belongs to.
    pub thread: Option<String>,
    /// How it begins.
    pub snippet: String,
    /// What it is filed under, such as UNREAD.
    pub labels: Vec<String>,
    /// `From`, `To`, `Subject` and `Date`, as far as it has them.
    pub lines: Vec<(String, String)>,
    /// All of it, as it came; where that was asked for.
    pub raw: Option<Vec<u8>>,
}

#[derive(Deserialize)]
struct ToldId {
    id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToldIds {
    #[serde(default)]
    messages: Vec<ToldId>,
    #[serde(default, deserialize_with = "lenient")]
    next_page_token: Option<String>,
}

#[derive(Deserialize)]
struct Line {
    name: String,
    value: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Payload {
    headers: Vec<Line>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ToldMail {
    id: String,
    #[serde(deserialize_with = "lenient")]
    thread_id: Option<String>,
    #[serde(deserialize_with = "lenient")]
    snippet: Option<String>,
    label_ids: Vec<String>,
    #[serde(deserialize_with = "lenient")]
    payload: Option<Payload>,
    #[serde(deserialize_with = "lenient")]
    raw: Option<String>,
}

impl GooglePlaces {
    /// Looks for mails.
    ///
    /// # Errors
    /// When the address is none.
    pub fn mails(&self, query: &MailQuery) -> Result<Request<Bytes>, Failure> {
        let mut pairs = vec![("maxResults", query.most.to_string())];
        pairs.extend(query.words.clone().map(|words| ("q", words)));
        pairs.extend(query.page.clone().map(|page| ("pageToken", page)));
        asked(Method::GET, &self.gmail_url, &MESSAGES, &pairs)
    }

    /// Asks for the head of a mail, or with `raw` for all of it.
    ///
    /// # Errors
    /// When the id is none.
    pub fn mail(&self, id: &str, raw: bool) -> Result<Request<Bytes>, Failure> {
        let is_id = !id.is_empty() && id.len() <= 100 && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !is_id {
            return Err(Failure::malformed("this is no id of a mail: those have letters and digits alone"));
        }
        let pairs: Vec<(&str, String)> = match raw {
            true => vec![("format", "raw".to_owned())],
            false => {
                let lines = LINES.iter().map(|line| ("metadataHeaders", (*line).to_owned()));
                std::iter::once(("format", "metadata".to_owned())).chain(lines).collect()
            }
        };
        asked(Method::GET, &self.gmail_url, &[&MESSAGES[..], &[id]].concat(), &pairs)
    }

    /// Sends a mail as it is written, in a conversation if one is named.
    ///
    /// # Errors
    /// When the address is none.
    pub fn send_mail(&self, written: &[u8], thread: Option<&str>) -> Result<Request<Bytes>, Failure> {
        let mut body = json!({ "raw": URL_SAFE.encode(written) });
        if let Some(thread) = thread {
            body["threadId"] = thread.into();
        }
        let request = asked(Method::POST, &self.gmail_url, &[&MESSAGES[..], &["send"]].concat(), &[])?;
        Ok(saying(request, "application/json", body.to_string()))
    }
}

impl MailIds {
    /// What was found.
    ///
    /// # Errors
    /// When it was refused.
    pub fn read(answer: &Response<Bytes>) -> Result<Self, Failure> {
        let ToldIds { messages, next_page_token } = read(answer)?;
        Ok(Self { ids: messages.into_iter().map(|told| told.id).collect(), next: next_page_token })
    }
}

impl Mail {
    /// A mail.
    ///
    /// # Errors
    /// When it was refused, or what came of it is damaged.
    pub fn read(answer: &Response<Bytes>) -> Result<Self, Failure> {
        let ToldMail { id, thread_id, snippet, label_ids, payload, raw } = read(answer)?;
        let odd = |_| blame::garbled("a mail of Google's is no base64");
        let lines = payload.unwrap_or_default().headers.into_iter().map(|Line { name, value }| (name, value));
        Ok(Self {
            id,
            thread: thread_id,
            snippet: snippet.unwrap_or_default(),
            labels: label_ids,
            lines: lines.filter(|(name, _)| LINES.iter().any(|line| line.eq_ignore_ascii_case(name))).collect(),
            raw: raw.map(|raw| ANY.decode(raw).map_err(odd)).transpose()?,
        })
    }

    /// A line of its head.
    #[must_use]
    pub fn line(&self, name: &str) -> Option<&str> {
        self.lines.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}
