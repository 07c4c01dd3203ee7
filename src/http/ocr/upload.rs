//! The body of a request: streamed, counted against its limit before it is kept, spooled.
//!
//! A body that stops arriving is given up after a while; otherwise a few slow clients could hold every
//! connection.

use std::time::Duration;

use axum::body::BodyDataStream;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_LENGTH;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use mediary_core::{Blob, Failure};
use tokio::time::timeout;

use super::super::error::ApiError;
use super::content_type;
use crate::config::Limits;
use crate::gateway::Spool;
use crate::protocol::process::{Fields, JsonRequest};

/// A field that is not a file has no business being longer.
const MAX_FIELD_BYTES: usize = 64 * 1024;
/// More files than this in one request are a mistake.
const MAX_FILES: usize = 100;

/// What a request brought.
pub(super) struct Upload {
    pub(super) files: Vec<UploadedFile>,
    pub(super) fields: Fields,
}

/// One file and what was said of it.
pub(super) struct UploadedFile {
    pub(super) blob: Blob,
    pub(super) mime: Option<String>,
    pub(super) name: Option<String>,
}

/// Why a body did not arrive whole.
#[derive(Debug, thiserror::Error)]
enum BodyError {
    #[error("the request body stopped arriving for {0} s; send it again")]
    Stalled(u64),
    #[error("the request body is larger than {0} bytes; send a smaller file, or raise [limits] upload_bytes")]
    TooLarge(u64),
    #[error("the request body broke off: {0}")]
    Broken(String),
}

impl From<BodyError> for ApiError {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::Stalled(_) => Self::request_timeout(error.to_string()),
            BodyError::TooLarge(_) => Failure::too_large(error.to_string()).into(),
            BodyError::Broken(_) => Failure::malformed(error.to_string()).into(),
        }
    }
}

/// Takes in a whole request.
pub(super) async fn receive(request: Request, limits: &Limits) -> Result<Upload, ApiError> {
    let (head, body) = request.into_parts();
    let limit_bytes = limits.upload_bytes.get();
    let announced = head.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > limit_bytes) {
        return Err(BodyError::TooLarge(limit_bytes).into());
    }
    let mut fields = Fields::default();
    for (name, value) in url_pairs(head.uri.query().unwrap_or_default()) {
        fields.push(name, value);
    }
    let stream = Box::pin(counted(body.into_data_stream(), limit_bytes, limits.body_idle));
    let spool_bytes = limits.spool_bytes.get();
    let mime = content_type(&head.headers);
    let files = match mime.as_str() {
        "multipart/form-data" => {
            let header = head.headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
            let boundary = multer::parse_boundary(header)
                .map_err(|_| Failure::malformed("the multipart Content-Type has no boundary; let the client set it"))?;
            multipart(multer::Multipart::new(stream, boundary), spool_bytes, &mut fields).await?
        }
        "application/json" => vec![json(stream, announced, spool_bytes, &mut fields).await?],
        _ => vec![raw(stream, mime, spool_bytes).await?],
    };
    Ok(Upload { files, fields })
}

/// The body's chunks, until the limit is passed or nothing comes for too long.
fn counted(
    body: BodyDataStream,
    limit_bytes: u64,
    idle: Duration,
) -> impl Stream<Item = Result<Bytes, BodyError>> + Send {
    futures_util::stream::try_unfold((body, 0_u64), move |(mut body, before)| async move {
        let chunk = match timeout(idle, body.next()).await {
            Err(_) => return Err(BodyError::Stalled(idle.as_secs())),
            Ok(None) => return Ok(None),
            Ok(Some(Err(error))) => return Err(BodyError::Broken(error.to_string())),
            Ok(Some(Ok(chunk))) => chunk,
        };
        let total = before + chunk.len() as u64;
        if total > limit_bytes { Err(BodyError::TooLarge(limit_bytes)) } else { Ok(Some((chunk, (body, total)))) }
    })
}

async fn multipart(
    mut multipart: multer::Multipart<'_>,
    spool_bytes: u64,
    fields: &mut Fields,
) -> Result<Vec<UploadedFile>, ApiError> {
    let mut files = Vec::new();
    while let Some(mut field) = multipart.next_field().await.map_err(multipart_failed)? {
        let name = field.name().unwrap_or_default().to_owned();
        let is_file = matches!(name.as_str(), "file" | "file[]" | "files" | "files[]");
        if !is_file {
            let mut value = Vec::new();
            while let Some(chunk) = field.chunk().await.map_err(multipart_failed)? {
                value.extend_from_slice(&chunk);
                if value.len() > MAX_FIELD_BYTES {
                    let text = format!("the field `{name}` is longer than {MAX_FIELD_BYTES} bytes");
                    return Err(Failure::too_large(text).into());
                }
            }
            fields.push(name, String::from_utf8_lossy(&value));
            continue;
        }
        if files.len() == MAX_FILES {
            let text = format!("there are more than {MAX_FILES} files; send them in several requests");
            return Err(Failure::too_large(text).into());
        }
        let mut spool = Spool::new(spool_bytes);
        while let Some(chunk) = field.chunk().await.map_err(multipart_failed)? {
            keep(&mut spool, &chunk)?;
        }
        files.push(UploadedFile {
            mime: field.content_type().map(ToString::to_string),
            name: field.file_name().map(str::to_owned),
            blob: spool.finish(),
        });
    }
    Ok(files)
}

/// An error of ours comes back from the multipart parser in its wrapping.
fn multipart_failed(error: multer::Error) -> ApiError {
    match error {
        multer::Error::StreamReadFailed(inner) => match inner.downcast::<BodyError>() {
            Ok(ours) => (*ours).into(),
            Err(other) => Failure::malformed(format!("the request body broke off: {other}")).into(),
        },
        other => Failure::malformed(format!("the multipart body is malformed: {other}")).into(),
    }
}

/// JSON cannot be read piece by piece: the body is kept whole, the file is decoded out of it piece by
/// piece, and the body goes before the file is used.
async fn json(
    stream: impl Stream<Item = Result<Bytes, BodyError>> + Unpin,
    announced: Option<u64>,
    spool_bytes: u64,
    fields: &mut Fields,
) -> Result<UploadedFile, ApiError> {
    let body = collect(stream, announced).await?;
    json_file(&body, spool_bytes, fields).await
}

/// The file in a JSON body, and its fields.
pub(super) async fn json_file(body: &[u8], spool_bytes: u64, fields: &mut Fields) -> Result<UploadedFile, ApiError> {
    let request: JsonRequest<'_> = serde_json::from_slice(body)
        .map_err(|error| Failure::malformed(format!("the JSON body is malformed: {error}")))?;
    let flag = |value: bool| value.to_string();
    let sent = [
        ("engine", request.engine),
        ("output", request.output),
        ("pages", request.pages),
        ("detail", request.detail),
        ("password", request.password),
        ("force_ocr", request.force_ocr.map(flag)),
        ("text_layer_only", request.text_layer_only.map(flag)),
        ("dpi", request.dpi.map(|dpi| dpi.to_string())),
        ("cache", request.cache.map(flag)),
        ("stream", request.stream.map(flag)),
    ];
    for (name, value) in sent {
        if let Some(value) = value {
            fields.push(name, value);
        }
    }
    let (claimed, encoded) = match request.file_data.strip_prefix("data:") {
        Some(rest) => match rest.split_once(";base64,") {
            Some((mime, encoded)) => (Some(mime.to_owned()), encoded),
            None => return Err(Failure::malformed("`file_data` is a data URL that is not base64").into()),
        },
        None => (None, request.file_data.as_ref()),
    };
    let blob = decode_base64("file_data", encoded, spool_bytes).await?;
    Ok(UploadedFile { blob, mime: request.mime_type.or(claimed), name: request.file_name })
}

/// The whole body of a request, within the limits.
pub(in crate::http) async fn whole(request: Request, limits: &Limits) -> Result<Vec<u8>, ApiError> {
    let (head, body) = request.into_parts();
    let announced = announced(&head.headers, limits)?;
    let stream = Box::pin(counted(body.into_data_stream(), limits.upload_bytes.get(), limits.body_idle));
    collect(stream, announced).await
}

/// The length a body is said to have, unless that is too long already.
fn announced(headers: &HeaderMap, limits: &Limits) -> Result<Option<u64>, BodyError> {
    let limit_bytes = limits.upload_bytes.get();
    let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > limit_bytes) { Err(BodyError::TooLarge(limit_bytes)) } else { Ok(length) }
}

async fn collect(
    mut stream: impl Stream<Item = Result<Bytes, BodyError>> + Unpin,
    announced: Option<u64>,
) -> Result<Vec<u8>, ApiError> {
    // The announcement was held against the limit already.
    let mut body = Vec::with_capacity(announced.and_then(|length| usize::try_from(length).ok()).unwrap_or(0));
    while let Some(chunk) = stream.next().await {
        body.extend_from_slice(&chunk?);
    }
    Ok(body)
}

/// Decodes what came in `field` piece by piece, with room for others between the pieces.
pub(super) async fn decode_base64(field: &str, encoded: &str, spool_bytes: u64) -> Result<Blob, Failure> {
    /// A multiple of four characters, so that each piece decodes on its own.
    const PIECE: usize = 64 * 1024;
    let encoded = encoded.trim().as_bytes();
    let mut spool = Spool::new(spool_bytes);
    let mut decoded = Vec::with_capacity(PIECE);
    let unpadded = !encoded.len().is_multiple_of(4);
    for piece in encoded.chunks(PIECE) {
        decoded.clear();
        let engine = if unpadded { &STANDARD_NO_PAD } else { &STANDARD };
        engine.decode_vec(piece, &mut decoded).map_err(|error| {
            Failure::malformed(format!(
                "`{field}` is not base64 ({error}); encode the file's bytes without line breaks"
            ))
        })?;
        keep(&mut spool, &decoded)?;
        tokio::task::yield_now().await;
    }
    Ok(spool.finish())
}

async fn raw(
    mut stream: impl Stream<Item = Result<Bytes, BodyError>> + Unpin,
    mime: String,
    spool_bytes: u64,
) -> Result<UploadedFile, ApiError> {
    let mut spool = Spool::new(spool_bytes);
    while let Some(chunk) = stream.next().await {
        keep(&mut spool, &chunk?)?;
    }
    let mime = (!mime.is_empty()).then_some(mime);
    Ok(UploadedFile { blob: spool.finish(), mime, name: None })
}

/// Appends a chunk of a file.
pub(super) fn keep(spool: &mut Spool, chunk: &[u8]) -> Result<(), Failure> {
    spool
        .write(chunk)
        .map_err(|error| Failure::broken(format!("the file cannot be kept in the temporary folder: {error}")))
}

fn url_pairs(query: &str) -> impl Iterator<Item = (String, String)> + '_ {
    form_urlencoded::parse(query.as_bytes()).map(|(name, value)| (name.into_owned(), value.into_owned()))
}
