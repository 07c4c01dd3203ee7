//! Uploading a file to Gemini's Files API, for what is too large to go inside of a request.
//!
//! Requests and answers are pure steps; [`upload`] only drives them. The file goes up in pieces, so that no more than
//! one of them is in memory. Uploaded files live two days and belong to the key that uploaded them. Whether a file
//! should be uploaded at all is decided by whoever prepares a call.

use std::io::{self, Read, Seek, SeekFrom};
use std::time::Duration;

use mediary_core::{Blob, Failure, FailureKind, Media};
use reqwest::header::HeaderMap;
use reqwest::{Client, RequestBuilder, Response};
use serde::Deserialize;
use serde_json::json;
use tokio::time::{Instant, sleep, timeout_at};
use url::Url;

use super::{failure, turns};
use crate::{said, writing};

/// Pieces are multiples of 256 KiB; the vendor's own clients send this much.
const PIECE_BYTES: u64 = 8 * 1024 * 1024;
/// How soon the state of a file is asked for, doubled each time up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// A file as Gemini knows it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct File {
    name: String,
    uri: String,
    #[serde(default)]
    state: String,
}

/// The answer to the last piece.
#[derive(Debug, Deserialize)]
struct Uploaded {
    file: File,
}

/// Uploads a medium and waits until it can be used. Gives the address to name it by, for
/// [`mediary_core::task::MediaPart::url`].
///
/// `base_url` is that of the API, with its version: `https://host/v1beta`. `within` bounds the whole of it.
///
/// # Errors
/// Timed out, unreachable, or as any call fails; unreadable when Gemini cannot make use of the file.
pub async fn upload(
    client: &Client,
    base_url: &str,
    key: &str,
    media: &Media,
    name: Option<&str>,
    within: Duration,
) -> Result<String, Failure> {
    let mime = turns::mime(media.format).ok_or_else(|| writing::no_form("gemini", media))?;
    let upload = Upload { client, key, places: Places::of(base_url)? };
    let work = async {
        let session = upload.start(mime, media.blob.len_bytes(), name).await?;
        let file = upload.send(&session, &media.blob).await?;
        upload.wait(file).await
    };
    let late = || Failure::new(FailureKind::TimedOut, "uploading a file to the provider took too long");
    timeout_at(Instant::now() + within, work).await.map_err(|_| late())?
}

/// Where an API and its uploads are.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Places {
    base: Url,
    upload: Url,
}

impl Places {
    fn of(base_url: &str) -> Result<Self, Failure> {
        let wrong = || Failure::broken("the provider's base_url is no address to which files could be uploaded");
        let base: Url = base_url.trim_end_matches('/').parse().map_err(|_| wrong())?;
        if base.cannot_be_a_base() || base.host_str().is_none() {
            return Err(wrong());
        }
        let mut upload = base.clone();
        upload.set_path(&format!("/upload{}/files", base.path().trim_end_matches('/')));
        Ok(Self { base, upload })
    }

    /// The address to send the pieces to. Bytes and key go nowhere but to the provider itself.
    fn session(&self, headers: &HeaderMap) -> Result<Url, Failure> {
        let stated = headers.get("x-goog-upload-url").and_then(|value| value.to_str().ok());
        let stated = stated.ok_or_else(|| said::garbled("it gave no address to upload to"))?;
        let session: Url = stated.parse().map_err(|_| said::garbled("its address to upload to is none"))?;
        match session.origin() == self.base.origin() {
            true => Ok(session),
            false => Err(said::garbled("its address to upload to is on another host")),
        }
    }

    /// The address of a file's state, by its name `files/abc`.
    fn state(&self, file: &File) -> Result<Url, Failure> {
        let id = file.name.strip_prefix("files/").unwrap_or_default();
        let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        if !is_id {
            return Err(said::garbled("it gave a file no name"));
        }
        let mut state = self.base.clone();
        state.set_path(&format!("{}/files/{id}", self.base.path().trim_end_matches('/')));
        Ok(state)
    }
}

/// What follows from a file's state.
fn verdict(file: &File) -> Result<Option<String>, Failure> {
    match file.state.as_str() {
        // Plain files are usable at once and may not say so.
        "ACTIVE" | "" => Ok(Some(file.uri.clone())),
        "FAILED" => Err(Failure::unreadable("the provider cannot make use of a file; it may be damaged")),
        _ => Ok(None),
    }
}

/// An upload under way.
#[derive(Debug)]
struct Upload<'a> {
    client: &'a Client,
    key: &'a str,
    places: Places,
}

impl Upload<'_> {
    async fn start(&self, mime: &str, len_bytes: u64, name: Option<&str>) -> Result<Url, Failure> {
        let file = name.map_or_else(|| json!({}), |name| json!({ "displayName": name }));
        let request = self
            .client
            .post(self.places.upload.clone())
            .header("x-goog-upload-protocol", "resumable")
            .header("x-goog-upload-command", "start")
            .header("x-goog-upload-header-content-length", len_bytes)
            .header("x-goog-upload-header-content-type", mime)
            .header("content-type", "application/json")
            .body(json!({ "file": file }).to_string());
        let response = self.ask(request).await?;
        self.places.session(response.headers())
    }

    async fn send(&self, session: &Url, blob: &Blob) -> Result<File, Failure> {
        let len_bytes = blob.len_bytes();
        let mut offset = 0;
        loop {
            let piece = piece(blob, offset).await?;
            let end = offset + piece.len() as u64;
            let is_last = end >= len_bytes;
            if piece.is_empty() && !is_last {
                return Err(Failure::broken("a file of the request is shorter than it was"));
            }
            let request = self
                .client
                .post(session.clone())
                .header("x-goog-upload-offset", offset)
                .header("x-goog-upload-command", if is_last { "upload, finalize" } else { "upload" })
                .body(piece);
            let response = self.ask(request).await?;
            if is_last {
                let body = response.bytes().await.map_err(unreachable)?;
                return Ok(serde_json::from_slice::<Uploaded>(&body).map_err(said::garbled)?.file);
            }
            offset = end;
        }
    }

    async fn wait(&self, mut file: File) -> Result<String, Failure> {
        let place = self.places.state(&file)?;
        let mut pause = FIRST_PAUSE;
        loop {
            if let Some(uri) = verdict(&file)? {
                return Ok(uri);
            }
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
            let body = self.ask(self.client.get(place.clone())).await?.bytes().await.map_err(unreachable)?;
            file = serde_json::from_slice(&body).map_err(said::garbled)?;
        }
    }

    async fn ask(&self, request: RequestBuilder) -> Result<Response, Failure> {
        let response = request.header("x-goog-api-key", self.key).send().await.map_err(unreachable)?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let headers = response.headers().clone();
        let body = response.bytes().await.unwrap_or_default();
        Err(failure::failure(status.as_u16(), &headers, &body))
    }
}

/// The next piece of a blob, read off the threads that serve connections: it may come from a disk.
async fn piece(blob: &Blob, offset: u64) -> Result<Vec<u8>, Failure> {
    let blob = blob.clone();
    let read = move || -> io::Result<Vec<u8>> {
        let mut reader = blob.source().open()?;
        reader.seek(SeekFrom::Start(offset))?;
        let mut piece = Vec::new();
        reader.take(PIECE_BYTES).read_to_end(&mut piece)?;
        Ok(piece)
    };
    let gone = || Failure::broken("a file of the request is gone from this machine; send the request again");
    #[expect(clippy::disallowed_methods, reason = "awaited at once and short: one piece of one file")]
    let read = tokio::task::spawn_blocking(read).await;
    read.map_err(|_| gone())?.map_err(|_| gone())
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
fn unreachable(error: reqwest::Error) -> Failure {
    // The error's own text names the address, and with it who is asked; the log has both.
    let kind = if error.is_timeout() { FailureKind::TimedOut } else { FailureKind::Unreachable };
    Failure::new(kind, "the provider cannot be reached to upload a file")
}
