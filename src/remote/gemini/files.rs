//! Uploading a file to Gemini's Files API, for what is too large to go inside of a request.
//!
//! Requests and answers are pure steps; [`upload`] only drives them. The file goes up in pieces, so that no more than
//! one of them is in memory. Uploaded files live two days and belong to the key that uploaded them. Whether a file
//! should be uploaded at all is decided where a call is prepared.

use std::io::{self, Read, Seek, SeekFrom};
use std::time::Duration;

use bytes::Bytes;
use http::header::HeaderMap;
use http::{HeaderValue, Request};
use mediary_core::{Blob, Failure, FailureKind};
use reqwest::Response;
use serde::Deserialize;
use serde_json::json;
use tokio::time::{Instant, sleep, timeout_at};
use url::Url;

use super::failure;
use crate::blame;
use crate::errands::ErrandClient;

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

/// Uploads a file of this media type and waits until it can be used. Gives the address to name it by, for
/// [`mediary_core::task::MediaPart::url`].
///
/// `base_url` is that of the API, with its version: `https://host/v1beta`. `within` bounds the whole of it.
///
/// # Errors
/// Timed out, unreachable, or as any call fails; unreadable when Gemini cannot make use of the file.
pub(crate) async fn upload(
    errands: &ErrandClient,
    base_url: &str,
    key: &str,
    (mime, blob): (&str, &Blob),
    name: Option<&str>,
    within: Duration,
) -> Result<String, Failure> {
    let upload = Upload { errands, key, places: Places::of(base_url)?, first_pause: FIRST_PAUSE };
    upload.run((mime, blob), name, within).await
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
        let stated = stated.ok_or_else(|| blame::garbled("it gave no address to upload to"))?;
        let session: Url = stated.parse().map_err(|_| blame::garbled("its address to upload to is none"))?;
        match session.origin() == self.base.origin() {
            true => Ok(session),
            false => Err(blame::garbled("its address to upload to is on another host")),
        }
    }

    /// The address of a file's state, by its name `files/abc`.
    fn state(&self, file: &File) -> Result<Url, Failure> {
        let id = file.name.strip_prefix("files/").unwrap_or_default();
        let is_id =
            !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        if !is_id {
            return Err(blame::garbled("it gave a file no name"));
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
    errands: &'a ErrandClient,
    key: &'a str,
    places: Places,
    first_pause: Duration,
}

impl Upload<'_> {
    async fn run(&self, (mime, blob): (&str, &Blob), name: Option<&str>, within: Duration) -> Result<String, Failure> {
        let work = async {
            let session = self.start(mime, blob.len_bytes(), name).await?;
            let file = self.send(&session, blob).await?;
            self.wait(file).await
        };
        let late = || Failure::new(FailureKind::TimedOut, "uploading a file to the provider took too long");
        timeout_at(Instant::now() + within, work).await.map_err(|_| late())?
    }

    async fn start(&self, mime: &str, len_bytes: u64, name: Option<&str>) -> Result<Url, Failure> {
        let file = name.map_or_else(|| json!({}), |name| json!({ "displayName": name }));
        let request = Request::post(self.places.upload.as_str())
            .header("x-goog-upload-protocol", "resumable")
            .header("x-goog-upload-command", "start")
            .header("x-goog-upload-header-content-length", len_bytes)
            .header("x-goog-upload-header-content-type", mime)
            .header("content-type", "application/json")
            .body(Bytes::from(json!({ "file": file }).to_string()));
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
            let request = Request::post(session.as_str())
                .header("x-goog-upload-offset", offset)
                .header("x-goog-upload-command", if is_last { "upload, finalize" } else { "upload" })
                .body(Bytes::from(piece));
            let response = self.ask(request).await?;
            if is_last {
                let body = response.bytes().await.map_err(|_| broke_off())?;
                return Ok(serde_json::from_slice::<Uploaded>(&body).map_err(blame::shapeless)?.file);
            }
            offset = end;
        }
    }

    async fn wait(&self, mut file: File) -> Result<String, Failure> {
        let place = self.places.state(&file)?;
        let mut pause = self.first_pause;
        loop {
            if let Some(uri) = verdict(&file)? {
                return Ok(uri);
            }
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
            let request = Request::get(place.as_str()).body(Bytes::new());
            let body = self.ask(request).await?.bytes().await.map_err(|_| broke_off())?;
            file = serde_json::from_slice(&body).map_err(blame::shapeless)?;
        }
    }

    async fn ask(&self, request: http::Result<Request<Bytes>>) -> Result<Response, Failure> {
        let unwritable = || Failure::broken("a file's upload cannot be written as a request");
        let request = request.map_err(|_| unwritable())?;
        let mut request = reqwest::Request::try_from(request).map_err(|_| unwritable())?;
        let mut key = HeaderValue::from_str(self.key)
            .map_err(|_| Failure::new(FailureKind::BadKey, "the provider's key holds characters that no key has"))?;
        key.set_sensitive(true);
        request.headers_mut().insert("x-goog-api-key", key);
        let response = self.errands.send(request).await.map_err(unreachable)?;
        let status = response.status().as_u16();
        if matches!(status, 200..=299) {
            return Ok(response);
        }
        let headers = response.headers().clone();
        let body = response.bytes().await.unwrap_or_default();
        Err(blame::without_key(failure::failure(status, &headers, &body), Some(self.key)))
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
    // The error's own text names the address, and with it the provider; the log has both.
    let kind = if error.is_timeout() { FailureKind::TimedOut } else { FailureKind::Unreachable };
    Failure::new(kind, "the provider cannot be reached to upload a file")
}

fn broke_off() -> Failure {
    Failure::new(FailureKind::Unreachable, "the provider's answer about an upload broke off")
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::net::{TcpListener, TcpStream};
    use std::thread::JoinHandle;

    use super::*;
    use crate::trust::trust;

    /// Answers one request after another as the script has it, then tells what was asked.
    struct Site {
        base_url: String,
        thread: JoinHandle<Vec<String>>,
    }

    impl Site {
        /// `HOST` in an answer is the site's own address.
        fn new(script: Vec<String>) -> Self {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let host = listener.local_addr().unwrap().to_string();
            let base_url = format!("http://{host}/v1beta");
            let answer = move || {
                let mut asked = Vec::new();
                for reply in script {
                    let (connection, _) = listener.accept().unwrap();
                    asked.push(request(&connection));
                    (&connection).write_all(reply.replace("HOST", &host).as_bytes()).unwrap();
                }
                asked
            };
            Self { base_url, thread: std::thread::spawn(answer) }
        }

        async fn upload(&self, blob: &Blob, within: Duration) -> Result<String, Failure> {
            let errands = ErrandClient::to_providers(None, Duration::from_secs(5), trust());
            let places = Places::of(&self.base_url).unwrap();
            let upload = Upload { errands: &errands, key: "k", places, first_pause: Duration::from_millis(1) };
            upload.run(("video/mp4", blob), Some("a.mp4"), within).await
        }

        fn asked(self) -> Vec<String> {
            self.thread.join().unwrap()
        }
    }

    /// The first line, the headers that matter, and how long the body is.
    fn request(connection: &TcpStream) -> String {
        let mut reader = BufReader::new(connection);
        let mut told = String::new();
        let mut len = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            let line = line.trim_end();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length: ") {
                len = value.parse().unwrap();
            }
            if told.is_empty() || line.starts_with("x-goog-") {
                told.push_str(line);
                told.push('\n');
            }
        }
        let mut body = vec![0; len];
        reader.read_exact(&mut body).unwrap();
        match len {
            0 => {}
            1..200 => told.push_str(&String::from_utf8(body).unwrap()),
            _ => told.push_str(&format!("{len} bytes")),
        }
        told
    }

    fn reply(headers: &str, body: &str) -> String {
        let len = body.len();
        format!("HTTP/1.1 200 OK\r\nconnection: close\r\n{headers}content-length: {len}\r\n\r\n{body}")
    }

    fn session() -> String {
        reply("x-goog-upload-url: http://HOST/upload/v1beta/files?upload_id=u1\r\n", "")
    }

    fn file(state: &str) -> String {
        format!(r#"{{"name":"files/abc","uri":"http://HOST/v1beta/files/abc","state":"{state}"}}"#)
    }

    /// The length of a body depends on how long the host is, so it ends with the connection.
    fn said(body: &str) -> String {
        format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{body}")
    }

    fn video(len: usize) -> Blob {
        Blob::in_memory(vec![7; len])
    }

    const LONG: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn a_file_goes_up_in_pieces_and_is_waited_for() {
        let uploaded = format!(r#"{{"file":{}}}"#, file("PROCESSING"));
        let site = Site::new(vec![
            session(),
            reply("x-goog-upload-status: active\r\n", ""),
            said(&uploaded),
            said(&file("PROCESSING")),
            said(&file("ACTIVE")),
        ]);
        let uri = site.upload(&video(8 * 1024 * 1024 + 5), LONG).await.unwrap();
        assert_eq!(uri, format!("{}/files/abc", site.base_url));
        let asked = site.asked();
        for (asked, expected) in asked.iter().zip([
            "POST /upload/v1beta/files HTTP/1.1\nx-goog-upload-protocol: resumable\nx-goog-upload-command: start\n\
             x-goog-upload-header-content-length: 8388613\nx-goog-upload-header-content-type: video/mp4\n\
             x-goog-api-key: k\n{\"file\":{\"displayName\":\"a.mp4\"}}",
            "POST /upload/v1beta/files?upload_id=u1 HTTP/1.1\nx-goog-upload-offset: 0\nx-goog-upload-command: upload\n\
             x-goog-api-key: k\n8388608 bytes",
            "POST /upload/v1beta/files?upload_id=u1 HTTP/1.1\nx-goog-upload-offset: 8388608\n\
             x-goog-upload-command: upload, finalize\nx-goog-api-key: k\n\u{7}\u{7}\u{7}\u{7}\u{7}",
            "GET /v1beta/files/abc HTTP/1.1\nx-goog-api-key: k\n",
            "GET /v1beta/files/abc HTTP/1.1\nx-goog-api-key: k\n",
        ]) {
            assert_eq!(asked, expected);
        }
        assert_eq!(asked.len(), 5);
    }

    #[tokio::test]
    async fn a_file_that_is_of_no_use_is_a_failure() {
        let site = Site::new(vec![session(), said(&format!(r#"{{"file":{}}}"#, file("FAILED")))]);
        assert_eq!(site.upload(&video(5), LONG).await.unwrap_err().kind, FailureKind::Unreadable);
        site.asked();
    }

    #[tokio::test]
    async fn nothing_is_sent_to_another_host() {
        let elsewhere = reply("x-goog-upload-url: http://127.0.0.2/upload\r\n", "");
        for answer in [elsewhere, reply("", ""), reply("x-goog-upload-url: nowhere\r\n", "")] {
            let site = Site::new(vec![answer]);
            assert_eq!(site.upload(&video(5), LONG).await.unwrap_err().kind, FailureKind::Garbled);
            assert_eq!(site.asked().len(), 1);
        }
    }

    #[tokio::test]
    async fn a_refusal_is_understood() {
        let body = r#"{"error":{"code":400,"message":"API key not valid."}}"#;
        let site = Site::new(vec![format!("HTTP/1.1 400 Bad\r\nconnection: close\r\n\r\n{body}")]);
        assert_eq!(site.upload(&video(5), LONG).await.unwrap_err().kind, FailureKind::BadKey);
        site.asked();
    }

    #[tokio::test]
    async fn an_upload_does_not_take_for_ever() {
        let site = Site::new(Vec::new());
        // The site has stopped listening or never answers: either way the time is up at once.
        let failure = site.upload(&video(5), Duration::ZERO).await.unwrap_err();
        assert!(matches!(failure.kind, FailureKind::TimedOut | FailureKind::Unreachable), "{failure:?}");
    }

    #[test]
    fn a_file_is_asked_for_by_its_name_only() {
        let places = Places::of("https://host.example/v1beta/").unwrap();
        assert_eq!(places.upload.as_str(), "https://host.example/upload/v1beta/files");
        let state = |name: &str| {
            let file = File { name: name.to_owned(), uri: String::new(), state: String::new() };
            places.state(&file).map(|url| url.to_string()).ok()
        };
        assert_eq!(state("files/abc-1").as_deref(), Some("https://host.example/v1beta/files/abc-1"));
        assert_eq!([state("files/../x"), state("files/"), state("abc")], [None, None, None]);
        assert!(Places::of("nonsense").is_err());
    }
}
