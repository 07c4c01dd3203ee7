//! Pictures of pages: as they are, read by the document reader, or described by a model that sees.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::super::error::{ApiError, ErrorBody};
use super::super::super::guard::{client_of, owner_of};
use super::super::super::state::AppState;
use super::super::super::tasks::{bounds, price, refused};
use super::super::body;
use crate::gateway::ReadOptions;
use crate::gateway::web::{TellWish, picture};

/// A picture of a page.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct PictureRequest {
    /// The page.
    tab_id: String,
    /// Whether all of it is shown, rather than what is in view.
    #[serde(default)]
    full_page: bool,
    /// Whether what it says is read, as by `/v1/ocr/process`.
    #[serde(default)]
    read: bool,
    /// Whether a model that sees describes it.
    #[serde(default)]
    describe: bool,
    /// What that model is asked; else what the page shows.
    #[serde(default)]
    prompt: Option<String>,
    /// Which model; else the tier `vision`.
    #[serde(default)]
    model: Option<String>,
}

/// A picture of a page, and what was made of it.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct PictureBody {
    /// Always `browser_picture`.
    object: &'static str,
    /// Always `ok`.
    status: &'static str,
    /// The page.
    tab_id: String,
    /// The picture.
    image: ImageBody,
    /// What it says, as Markdown, if it was to be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// What a model says of it, if one was to.
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// Which.
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<String>,
}

/// The bytes of a picture.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct ImageBody {
    /// Always `image/png`.
    media_type: &'static str,
    /// In base64.
    data: String,
}

/// A picture of a page that is open; `Accept: image/png` gives its bytes.
#[utoipa::path(
    post,
    path = "/v1/browser/screenshot",
    tag = "browser",
    request_body = PictureRequest,
    responses(
        (status = 200, description = "The picture", content((PictureBody = "application/json"), (Vec<u8> = "image/png"))),
        (status = 400, description = "A field is wrong", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "This key has no such page open, or there is no such model", body = ErrorBody),
        (status = 422, description = "No target sees", body = ErrorBody),
        (status = 502, description = "The browser has ended", body = ErrorBody),
        (status = 503, description = "There is no browser, or nothing reads or sees; `tried` names the calls that failed", body = ErrorBody),
        (status = 504, description = "The page does not answer", body = ErrorBody),
    )
)]
pub(in crate::http) async fn screenshot(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    let bounds = bounds(request.headers())?;
    let (owner, client) = (owner_of(request.headers(), &state.config.server), client_of(request.headers()));
    let accept = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let wants_bytes = accept.trim_start().starts_with("image/png");
    let asked: PictureRequest = body(request, &state, "a picture of a page").await?;
    let png = Box::pin(state.gateway.picture_of_page(&owner, &asked.tab_id, asked.full_page)).await?;
    if wants_bytes {
        return Ok(([(CONTENT_TYPE, "image/png")], png).into_response());
    }
    let account = bounds.account.clone();
    let mut text = None;
    if asked.read {
        let options = ReadOptions { bounds: bounds.of_reading(), client: owner, ..ReadOptions::default() };
        let reading = Box::pin(state.gateway.reader.read(picture(png.clone())?, &options, &|_, _| ())).await?;
        text = Some(reading.markdown());
    }
    let (mut description, mut model) = (None, None);
    if asked.describe || asked.prompt.is_some() {
        let named = asked.model.unwrap_or_else(|| "vision".to_owned());
        let wish = TellWish { model: named, prompt: asked.prompt, bounds, client };
        let told = Box::pin(state.gateway.tell_of_picture(png.clone(), wish)).await.map_err(refused)?;
        (description, model) = (
            Some(told.reply.choices.first().map(|choice| choice.text.clone()).unwrap_or_default()),
            Some(told.route.target.to_string()),
        );
    }
    let image = ImageBody { media_type: "image/png", data: STANDARD.encode(png) };
    let told =
        PictureBody { object: "browser_picture", status: "ok", tab_id: asked.tab_id, image, text, description, model };
    let mut response = Json(told).into_response();
    price(&account, response.headers_mut());
    Ok(response)
}
