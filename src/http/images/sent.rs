//! A request for pictures, taken in: a form whose files are spooled, or JSON whose pictures are in data URLs or fetched.

use std::collections::HashMap;
use std::mem;

use axum::extract::Request;
use axum::http::HeaderMap;
use mediary_core::task::{Attachment, ImageJob, Task};
use mediary_core::{Failure, Hold, Media};

use super::super::body::JsonBody;
use super::super::content;
use super::super::error::ApiError;
use super::super::files::{self, SentForm, UploadedFile, content_type};
use super::super::guard::owner_of;
use super::super::kept_files;
use super::super::landing::base_url;
use super::super::state::AppState;
use super::super::unpacked::json_body;
use super::Kind;
use crate::gateway::Route;
use crate::protocol::openai::ImageRequest;
use crate::protocol::{KEPT_FILE, data_url};

/// A request that was understood.
pub(super) struct Sent {
    pub(super) task: Task,
    pub(super) model: String,
    pub(super) wishes: Wishes,
    /// The permit for what it takes in memory.
    pub(super) held: Hold,
}

/// How the answer is wanted.
#[derive(Debug, Clone)]
pub(super) struct Wishes {
    /// What was asked for.
    pub(super) job: ImageJob,
    /// Whether links are wanted instead of the pictures.
    pub(super) as_links: bool,
}

impl Wishes {
    /// What was asked for, without what the target was not told: an answer does not say that it was done.
    pub(super) fn told(&self, route: &Route) -> ImageJob {
        let is_told = |name: &str| !route.dropped.iter().any(|dropped| dropped == name);
        let mut job = self.job.clone();
        job.quality = job.quality.filter(|_| is_told("quality"));
        job.background = job.background.filter(|_| is_told("background"));
        job
    }

    /// Whether events are wanted.
    pub(super) fn streams(&self) -> bool {
        self.job.partial_images.is_some()
    }
}

/// Takes a request in.
///
/// # Errors
/// When a field is wrong, a file is no picture, or cannot be fetched.
pub(super) async fn sent(state: &AppState, request: Request, kind: Kind) -> Result<Sent, ApiError> {
    let headers = request.headers().clone();
    let (request, files, held) = match content_type(&headers) == "multipart/form-data" {
        true => {
            let SentForm { files, fields } = files::sent_form(state, request).await?;
            (ImageRequest::of_form(fields)?, files, Hold::default())
        }
        false => {
            let JsonBody { text, parsed } = json_body(request, state).await?;
            (ImageRequest::of_json(&text)?, Vec::new(), parsed)
        }
    };
    let as_links = request.as_links;
    let (task, model) = understood(state, &headers, request, files, kind).await?;
    let Task::Image(job) = &task else {
        return Err(Failure::broken("a request for pictures became another task").into());
    };
    // The answer needs no more of it than its words.
    let job = ImageJob { attachments: Vec::new(), ..job.clone() };
    Ok(Sent { task, model, wishes: Wishes { job, as_links }, held })
}

/// What is to be made and of which model, with the pictures that the request sends or names.
///
/// # Errors
/// When a field is wrong, a file is no picture, or cannot be fetched.
pub(in super::super) async fn understood(
    state: &AppState,
    headers: &HeaderMap,
    mut request: ImageRequest,
    files: Vec<UploadedFile>,
    kind: Kind,
) -> Result<(Task, String), ApiError> {
    let (mut sources, mut mask, mut attachments) = (Vec::new(), None, Vec::new());
    for file in files {
        match file.field.strip_suffix("[]").unwrap_or(&file.field) {
            "image" | "images" if kind != Kind::Generation => sources.push(picture(file, "image")?),
            "mask" if kind == Kind::Edit && mask.is_none() => mask = Some(picture(file, "mask")?),
            "mask" if kind == Kind::Edit => {
                return Err(ApiError::malformed("there are several masks; send one, of the size of the first picture")
                    .about("mask"));
            }
            _ => attachments.push(attachment(file)),
        }
    }
    if kind != Kind::Generation {
        // Before anything is fetched.
        request.can_begin_with(sources.len(), kind.most_sources())?;
        let mask_url = request.mask.take().filter(|_| kind == Kind::Edit && mask.is_none());
        let mask_url = mask_url.map(|url| ("mask".to_owned(), url));
        let has_named_mask = mask_url.is_some();
        let addresses: Vec<_> = mem::take(&mut request.images).into_iter().chain(mask_url).collect();
        let mut pictures = named(state, headers, addresses).await?;
        if has_named_mask {
            mask = pictures.pop();
        }
        sources.extend(pictures);
    }
    match kind {
        Kind::Generation => Ok(request.generation()?),
        Kind::Edit => Ok(request.edit(sources, mask, attachments)?),
        Kind::Variation => {
            let source = sources.pop().ok_or_else(|| {
                ApiError::malformed("there is no picture; send one as the file `image`").about("image")
            })?;
            Ok(request.variation(source, attachments))
        }
    }
}

fn picture(file: UploadedFile, field: &str) -> Result<Media, ApiError> {
    file.classified().map_err(|failure| ApiError::from(failure).about(field))
}

fn attachment(file: UploadedFile) -> Attachment {
    Attachment { field: file.field, file_name: file.name, media_type: file.mime, blob: file.blob }
}

/// The pictures of a JSON request, each with the field that it is in: in data URLs, ours by their links, or elsewhere.
/// Those elsewhere are fetched together, within what one request may have fetched.
///
/// # Errors
/// When one is none, or cannot be fetched.
pub(in super::super) async fn named(
    state: &AppState,
    headers: &HeaderMap,
    addresses: Vec<(String, String)>,
) -> Result<Vec<Media>, ApiError> {
    let ours = format!("{}{}", base_url(&state.config.server, headers), content::PREFIX);
    let owner = owner_of(headers, &state.config.server);
    let is_elsewhere = |url: &str| data_url(url).is_none() && !url.starts_with(&ours) && !url.starts_with(KEPT_FILE);
    let (places, urls): (Vec<_>, Vec<_>) =
        addresses.iter().filter(|(_, url)| is_elsewhere(url)).map(|(place, url)| (place, url.clone())).unzip();
    let fetched = match urls.is_empty() {
        true => HashMap::new(),
        false => state.gateway.fetch_named(&urls).await.map_err(|unfetched| match unfetched.index {
            Some(index) => ApiError::from(unfetched.failure).about(places[index]),
            None => unfetched.failure.into(),
        })?,
    };
    let mut pictures = Vec::with_capacity(addresses.len());
    for (place, url) in &addresses {
        let at = |failure: Failure| ApiError::from(failure).about(place);
        let file: UploadedFile = match fetched.get(url) {
            Some(file) => file.clone().into(),
            None => match url.strip_prefix(KEPT_FILE) {
                Some(id) => kept_files::named(state, &owner, id).await.map_err(|error| error.about(place))?,
                None => sent_along(state, url, &ours, place).await?,
            },
        };
        pictures.push(file.classified().map_err(at)?);
    }
    Ok(pictures)
}

/// A picture that is here already: in its data URL, or ours by its link.
async fn sent_along(state: &AppState, url: &str, ours: &str, place: &str) -> Result<UploadedFile, ApiError> {
    let at = |failure: Failure| ApiError::from(failure).about(place);
    if let Some(token) = url.strip_prefix(ours) {
        let blob = state.gateway.content.copy(token, state.gateway.admission().spool()).await.map_err(at)?;
        return Ok(UploadedFile { field: place.to_owned(), blob, mime: None, name: None });
    }
    files::inline(place, url, state.gateway.admission()).await.map_err(at)
}
