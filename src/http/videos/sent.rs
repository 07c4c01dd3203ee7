//! A request for a video, taken in: a form whose picture is spooled, or JSON whose picture is in a data URL or fetched.

use axum::extract::Request;
use mediary_core::{Hold, Media};

use super::super::body::JsonBody;
use super::super::error::ApiError;
use super::super::files::{self, SentForm, content_type};
use super::super::images::named_pictures;
use super::super::state::AppState;
use super::super::tasks::bounds;
use super::super::unpacked::json_body;
use super::owner;
use crate::gateway::NewVideo;
use crate::protocol::openai::VideoRequest;

/// Where a picture stands in a request.
const PLACE: &str = "input_reference";

/// Takes a request in; gives how long it wants to wait as well.
pub(super) async fn sent(state: &AppState, request: Request) -> Result<(NewVideo, Option<u32>), ApiError> {
    let headers = request.headers().clone();
    let bounds = bounds(&headers)?;
    let (mut asked, file, held) = match content_type(&headers) == "multipart/form-data" {
        true => {
            let SentForm { files, fields } = files::sent_form(state, request).await?;
            (VideoRequest::of_form(fields)?, one(files)?, Hold::default())
        }
        false => {
            let JsonBody { text, parsed } = json_body(request, state).await?;
            (VideoRequest::of_json(&text)?, None, parsed)
        }
    };
    asked.video.start = match (file, asked.start) {
        (Some(_), Some(_)) => {
            return Err(ApiError::malformed("send the picture either as a file or by its address").about(PLACE));
        }
        (Some(picture), None) => Some(picture),
        (None, Some(address)) => named_pictures(state, &headers, vec![(PLACE.to_owned(), address)]).await?.pop(),
        (None, None) => None,
    };
    let VideoRequest { video, model, webhook_url, wait_seconds, start: _ } = VideoRequest { start: None, ..asked };
    let owner = owner(state, &headers);
    Ok((NewVideo { video, model, bounds, owner, webhook_url, held }, wait_seconds))
}

/// The one file of a form, if it has one.
fn one(files: Vec<files::UploadedFile>) -> Result<Option<Media>, ApiError> {
    let mut files = files.into_iter();
    let (first, second) = (files.next(), files.next());
    if second.is_some() {
        return Err(ApiError::malformed("there are several files; a video starts from one picture").about(PLACE));
    }
    let picture = first.map(|file| file.classified().map_err(|failure| ApiError::from(failure).about(PLACE)));
    picture.transpose()
}
