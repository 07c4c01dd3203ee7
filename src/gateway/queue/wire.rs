//! What servers and nodes say to each other, as JSON; long texts lie in a depot, where there is one, and are named by their
//! hashes.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use mediary_core::{Blob, ContentHash, Failure};
use mediary_store::{BucketContent, BucketPlace, ContentStore, StoredContent};
use serde::{Deserialize, Serialize};

use super::super::batches::{LineAnswer, LineCall};
use super::super::blocking;
use super::super::content::{in_pieces, not_kept, write_blob};
use super::super::routing::Announced;

/// The folder of what lies in the bucket.
const FOLDER: &str = "queue";
/// The most bytes of an answer that the queue itself keeps.
const MOST_IN_PIECES: usize = 32 << 20;

/// Where long texts lie.
#[derive(Debug, Clone)]
pub struct Depot {
    content: Option<Arc<dyn ContentStore>>,
    most_bytes: usize,
}

/// A text in a message, or where it lies.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Text {
    Here(String),
    InDepot(String),
}

/// A line to be answered.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Job {
    /// In base64.
    owner: String,
    client: Option<String>,
    path: String,
    headers: Vec<(String, String)>,
    body: Text,
    /// A JSON object of what is added to its fields: a part of it is asked.
    #[serde(default)]
    part: Option<String>,
}

/// What a line was answered.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Done {
    Answered {
        status: u16,
        request_id: String,
        retry_after_ms: Option<u64>,
        body: Text,
    },
    /// It may have been billed by a node that was killed.
    Unknown,
    /// It was taken back before any node had it.
    Left,
}

impl Depot {
    /// Texts of up to so many bytes are in messages; longer ones in the bucket, if there is one.
    ///
    /// # Errors
    /// When the bucket is not to be had.
    pub fn new(bucket: Option<&BucketPlace>, most_bytes: usize) -> Result<Self, Failure> {
        const EVER: Duration = Duration::from_hours(8 * 24);
        let open =
            |bucket: &BucketPlace| BucketContent::open(bucket.within(FOLDER), u64::MAX / 2, EVER).map_err(not_kept);
        let content = bucket.map(open).transpose()?;
        let content = content.map(|content| Arc::new(content) as Arc<dyn ContentStore>);
        // What is JSON in JSON is longer.
        Ok(Self { content, most_bytes: most_bytes / 2 })
    }

    /// Puts a text where it fits.
    pub(super) async fn put(&self, text: String) -> Result<Text, Failure> {
        if text.len() <= self.most_bytes {
            return Ok(Text::Here(text));
        }
        let Some(content) = self.content.clone() else {
            let detail = format!(
                "a text of {} bytes does not fit into a message of the queue, and there is no bucket for it; name one as \
                 [store] content, or put media into /v1/files",
                text.len()
            );
            return Err(Failure::too_large(detail));
        };
        let blob = Blob::in_memory(text.into_bytes());
        let written = blocking::run(move || {
            let mut writer = content.begin().map_err(not_kept)?;
            write_blob(&blob, &mut *writer)?;
            writer.finish().map_err(not_kept)
        });
        Ok(Text::InDepot(written.await?.hash.to_string()))
    }

    /// Puts an answer where it fits: the queue keeps long ones in pieces.
    async fn put_answer(&self, text: String) -> Result<Text, Failure> {
        match self.content.is_none() && text.len() <= MOST_IN_PIECES {
            true => Ok(Text::Here(text)),
            false => self.put(text).await,
        }
    }

    /// The text.
    pub(super) async fn text(&self, text: Text) -> Result<String, Failure> {
        let hash = match text {
            Text::Here(text) => return Ok(text),
            Text::InDepot(hash) => hash,
        };
        let gone = || Failure::broken("a text of the queue is not where it was put");
        let hash: ContentHash = hash.parse().map_err(|_| gone())?;
        let content = self.content.clone().ok_or_else(gone)?;
        let bytes = blocking::run(move || {
            let mut stored: StoredContent = content.open(&hash).map_err(not_kept)?.ok_or_else(gone)?;
            let mut bytes = Vec::new();
            in_pieces(&mut stored.reader, |piece| {
                bytes.extend_from_slice(piece);
                Ok(())
            })?;
            Ok(bytes)
        });
        String::from_utf8(bytes.await?).map_err(|_| gone())
    }
}

impl Job {
    /// A line, or a part of it, whose text is put once for all of these.
    pub(super) fn of(call: &LineCall, body: Text, part: Option<String>) -> Self {
        Self {
            owner: STANDARD.encode(&call.owner),
            client: call.client.clone(),
            path: call.path.clone(),
            headers: call.headers.clone(),
            body,
            part,
        }
    }

    pub(super) async fn call(
        self,
        name: &str,
        depot: &Depot,
        announced: Arc<dyn Announced>,
    ) -> Result<LineCall, Failure> {
        let owner = STANDARD.decode(&self.owner).map_err(|_| Failure::broken("a line of the queue has no owner"))?;
        let Self { client, path, headers, body, part, .. } = self;
        let mut body = depot.text(body).await?;
        if let Some(part) = part {
            body = with_fields(&body, &part).ok_or_else(|| Failure::broken("a part of a line cannot be asked"))?;
        }
        let name = name.to_owned();
        Ok(LineCall { name, owner, client, path, headers, body, stays: false, held: None, announced })
    }
}

impl Done {
    pub(super) async fn of(answer: LineAnswer, depot: &Depot) -> Result<Self, Failure> {
        let LineAnswer { status, request_id, retry_after, body } = answer;
        let retry_after_ms = retry_after.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
        let body = depot.put_answer(String::from_utf8_lossy(&body).into_owned()).await?;
        Ok(Self::Answered { status, request_id, retry_after_ms, body })
    }

    pub(super) async fn answer(self, depot: &Depot) -> Result<LineAnswer, Failure> {
        match self {
            Self::Unknown => Ok(LineAnswer::unknown()),
            Self::Left => Ok(LineAnswer::left()),
            Self::Answered { status, request_id, retry_after_ms, body } => Ok(LineAnswer {
                status,
                request_id,
                retry_after: retry_after_ms.map(Duration::from_millis),
                body: Bytes::from(depot.text(body).await?),
            }),
        }
    }
}

/// An object with the fields of another, none of which it has. It may be long, and is not taken apart.
fn with_fields(object: &str, fields: &str) -> Option<String> {
    let (object, fields) = (object.trim_end().strip_suffix('}')?, fields.trim_start().strip_prefix('{')?);
    Some(format!("{object},{fields}"))
}

/// A message.
pub(super) fn write(value: &impl Serialize) -> Bytes {
    // What is written here has a form.
    Bytes::from(serde_json::to_vec(value).unwrap_or_default())
}

pub(super) fn read<T: for<'a> Deserialize<'a>>(bytes: &[u8]) -> Result<T, Failure> {
    serde_json::from_slice(bytes)
        .map_err(|error| Failure::broken(format!("a message of the queue cannot be read: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_line_is_asked_with_fields_added_to_it() {
        assert_eq!(with_fields("{\"a\": 1 }\n", "{\"b\":2}").as_deref(), Some("{\"a\": 1 ,\"b\":2}"));
        assert_eq!(with_fields("[]", "{\"b\":2}"), None);
    }
}
