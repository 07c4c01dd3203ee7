//! The files and fields of a request, however it brings them: each file is spooled as it arrives.

use axum::extract::Request;
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use mediary_core::Failure;

use super::super::body::{self, BodyError};
use super::super::error::ApiError;
use super::super::files::{self, UploadedFile, content_type};
use super::super::google;
use super::super::kept_files;
use super::super::state::AppState;
use super::super::unpacked::json_body;
use crate::gateway::Admission;
use crate::protocol::process::{Fields, JsonRequest};
use crate::protocol::short_complaint;

/// What a request brought.
pub(super) struct Upload {
    pub(super) files: Vec<UploadedFile>,
    pub(super) fields: Fields,
}

/// Takes in a whole request.
pub(super) async fn receive(request: Request, state: &AppState, owner: &[u8]) -> Result<Upload, ApiError> {
    let (limits, admission) = (&state.config.limits, state.gateway.admission());
    let mut fields = Fields::default();
    for (name, value) in url_pairs(request.uri().query().unwrap_or_default()) {
        fields.push(name, value);
    }
    if content_type(request.headers()) == "application/json" {
        // The body goes before the file is used, which is decoded out of it piece by piece.
        let body = json_body(request, state).await?;
        let files = vec![json_file(&body, admission, &mut fields, Some(Shelf { state, owner })).await?];
        return Ok(Upload { files, fields });
    }
    let (head, body) = request.into_parts();
    body::announced(&head.headers, limits)?;
    // For what is read and not yet kept.
    let _entered = admission.enter().await?;
    let stream = Box::pin(body::chunks(body, limits));
    let mime = content_type(&head.headers);
    let files = match mime.as_str() {
        "multipart/form-data" => {
            let form = files::form(stream, &head.headers, admission).await?;
            let mut files = form.files;
            for (name, value) in form.fields {
                match name.as_str() {
                    "file_id" => files.push(Shelf { state, owner }.file(&value).await?),
                    "file_url" => files.push(Shelf { state, owner }.fetched(&value).await?),
                    _ => fields.push(name, value),
                }
            }
            files
        }
        _ => vec![raw(stream, mime, admission).await?],
    };
    Ok(Upload { files, fields })
}

/// Whose files a request may name by their ids.
pub(super) struct Shelf<'a> {
    pub(super) state: &'a AppState,
    pub(super) owner: &'a [u8],
}

/// The file in a JSON body, or the one on a shelf that it names, and its fields.
pub(super) async fn json_file(
    body: &[u8],
    admission: &Admission,
    fields: &mut Fields,
    shelf: Option<Shelf<'_>>,
) -> Result<UploadedFile, ApiError> {
    let request: JsonRequest<'_> = serde_json::from_slice(body)
        .map_err(|error| Failure::malformed(format!("the JSON body is malformed: {}", short_complaint(&error))))?;
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
        ("pictures", request.pictures.map(flag)),
        ("images", request.images.map(flag)),
    ];
    for (name, value) in sent {
        if let Some(value) = value {
            fields.push(name, value);
        }
    }
    let file = match (&request.file_data, &request.file_id, &request.file_url, shelf) {
        (Some(data), None, None, _) => files::inline("file_data", data, admission).await?,
        (None, Some(id), None, Some(shelf)) => shelf.file(id).await?,
        (None, None, Some(url), Some(shelf)) => shelf.fetched(url).await?,
        (None, None, None, _) | (None, _, _, None) => {
            let message = "there is no file; send it as `file_data`, the id of one that was sent before as `file_id`, or its \
                           address as `file_url`";
            return Err(ApiError::malformed(message).about("file_data"));
        }
        (_, id, _, _) => {
            let field = if id.is_some() { "file_id" } else { "file_url" };
            return Err(ApiError::malformed("send one of `file_data`, `file_id` and `file_url`").about(field));
        }
    };
    let name = request.file_name.or(file.name);
    Ok(UploadedFile { field: String::new(), mime: request.mime_type.or(file.mime), name, ..file })
}

impl Shelf<'_> {
    async fn fetched(&self, url: &str) -> Result<UploadedFile, ApiError> {
        let about = |failure| ApiError::from(failure).about("file_url");
        match google::named(self.state, self.owner, url).await.map_err(about)? {
            Some(file) => Ok(file),
            None => files::fetched(self.state, url).await.map_err(about),
        }
    }

    async fn file(&self, id: &str) -> Result<UploadedFile, ApiError> {
        kept_files::named(self.state, self.owner, id).await.map_err(|error| error.about("file_id"))
    }
}

async fn raw(
    mut stream: impl Stream<Item = Result<Bytes, BodyError>> + Unpin,
    mime: String,
    admission: &Admission,
) -> Result<UploadedFile, ApiError> {
    let mut spool = admission.spool();
    while let Some(chunk) = stream.next().await {
        spool.write(&chunk?)?;
    }
    let mime = (!mime.is_empty()).then_some(mime);
    Ok(UploadedFile { field: String::new(), blob: spool.finish(), mime, name: None })
}

fn url_pairs(query: &str) -> impl Iterator<Item = (String, String)> + '_ {
    form_urlencoded::parse(query.as_bytes()).map(|(name, value)| (name.into_owned(), value.into_owned()))
}
