//! Opening pages, seeing them and acting on them.

use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mediary_remote::{Action, Direction};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::super::super::error::{ApiError, ErrorBody};
use super::super::super::guard::owner_of;
use super::super::super::state::AppState;
use super::super::{body, wrong};
use super::{MOST_CHARS, SnapshotBody, USUAL_CHARS};
use crate::gateway::web::PageAct;

/// How far is scrolled unless it is said.
const USUAL_PIXELS: u32 = 600;

/// A page to open.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct OpenRequest {
    /// Where it lies.
    #[schema(example = "https://www.rust-lang.org/")]
    url: String,
    /// Most characters of its snapshot; else 6000.
    #[serde(default)]
    max_chars: Option<usize>,
}

/// A page to see.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct SnapshotRequest {
    /// The page.
    tab_id: String,
    /// From which character on.
    #[serde(default)]
    offset: usize,
    /// Most characters; else 6000.
    #[serde(default)]
    max_chars: Option<usize>,
}

/// Something to do on a page.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct ActRequest {
    /// The page.
    tab_id: String,
    /// click, type, press, scroll, navigate, back, forward, refresh, wait, snapshot, screenshot, links or close.
    #[schema(example = "click")]
    action: String,
    /// Of click and type: a reference of the last snapshot, as `e3`.
    #[serde(default, rename = "ref")]
    at: Option<String>,
    /// Of type: what is written.
    #[serde(default)]
    text: Option<String>,
    /// Of type: whether the enter key is pressed behind it.
    #[serde(default, alias = "press_enter")]
    submit: bool,
    /// Of press: a key, as `Enter`, `ArrowDown` or `a`.
    #[serde(default)]
    key: Option<String>,
    /// Of scroll: down, up, left or right.
    #[serde(default)]
    direction: Option<String>,
    /// Of scroll: how far, in pixels.
    #[serde(default, alias = "amount")]
    pixels: Option<u32>,
    /// Of navigate: where to.
    #[serde(default)]
    url: Option<String>,
    /// Of wait: how long, in milliseconds, 10000 at most.
    #[serde(default)]
    ms: Option<u32>,
    /// Most characters of the snapshot that follows; else 6000, 0: none follows.
    #[serde(default)]
    max_chars: Option<usize>,
}

/// Links of a page.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct PageLinkBody {
    /// What it says.
    text: String,
    /// Where it leads.
    url: String,
}

fn chars(asked: Option<usize>) -> Result<usize, ApiError> {
    let chars = asked.unwrap_or(USUAL_CHARS);
    (chars <= MOST_CHARS).then_some(chars).ok_or_else(|| wrong("max_chars", &format!("at most {MOST_CHARS}")))
}

/// Opens a page in the browser.
#[utoipa::path(
    post,
    path = "/v1/browser/open",
    tag = "browser",
    request_body = OpenRequest,
    responses(
        (status = 200, description = "The page, with its id and what is seen of it", body = SnapshotBody),
        (status = 400, description = "A field is wrong, or the address may not be gone to", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 429, description = "This key has too many pages open", body = ErrorBody),
        (status = 502, description = "The page cannot be reached, or the browser has ended", body = ErrorBody),
        (status = 503, description = "There is no browser here, it does not start, or too many pages are open", body = ErrorBody),
        (status = 504, description = "It took too long", body = ErrorBody),
    )
)]
pub(in crate::http) async fn open(
    State(state): State<AppState>,
    request: Request,
) -> Result<Json<SnapshotBody>, ApiError> {
    let client = owner_of(request.headers(), &state.config.server);
    let OpenRequest { url, max_chars } = body(request, &state, "a page to open").await?;
    let opened = Box::pin(state.gateway.open_page(&client, &url, chars(max_chars)?)).await?;
    Ok(Json(SnapshotBody::of(opened.id, opened.seen, 0)))
}

/// Sees a page that is open.
#[utoipa::path(
    post,
    path = "/v1/browser/snapshot",
    tag = "browser",
    request_body = SnapshotRequest,
    responses(
        (status = 200, description = "What is seen of it; references are new ones", body = SnapshotBody),
        (status = 400, description = "A field is wrong", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "This key has no such page open", body = ErrorBody),
        (status = 502, description = "The browser has ended", body = ErrorBody),
        (status = 503, description = "There is no browser", body = ErrorBody),
        (status = 504, description = "The page does not answer", body = ErrorBody),
    )
)]
pub(in crate::http) async fn snapshot(
    State(state): State<AppState>,
    request: Request,
) -> Result<Json<SnapshotBody>, ApiError> {
    let client = owner_of(request.headers(), &state.config.server);
    let SnapshotRequest { tab_id, offset, max_chars } = body(request, &state, "a page to see").await?;
    let seen = Box::pin(state.gateway.see_page(&client, &tab_id, offset, chars(max_chars)?)).await?;
    Ok(Json(SnapshotBody::of(tab_id, seen, offset)))
}

/// Does something on a page that is open.
#[utoipa::path(
    post,
    path = "/v1/browser/act",
    tag = "browser",
    request_body = ActRequest,
    responses(
        (status = 200, description = "What is seen of the page then; of screenshot, links and close what they give", body = SnapshotBody),
        (status = 400, description = "A field is wrong or missing, or that cannot be done", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "This key has no such page open, or the reference is none any more", body = ErrorBody),
        (status = 502, description = "The page cannot be reached, or the browser has ended", body = ErrorBody),
        (status = 503, description = "There is no browser", body = ErrorBody),
        (status = 504, description = "The page does not answer", body = ErrorBody),
    )
)]
pub(in crate::http) async fn act(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    let client = owner_of(request.headers(), &state.config.server);
    let asked: ActRequest = body(request, &state, "an action").await?;
    let (gateway, tab, most) = (&state.gateway, asked.tab_id.clone(), chars(asked.max_chars)?);
    let name = asked.action.clone();
    match name.as_str() {
        "links" => {
            let links = Box::pin(gateway.links_of_page(&client, &tab)).await?;
            let links: Vec<PageLinkBody> =
                links.into_iter().map(|link| PageLinkBody { text: link.text, url: link.url }).collect();
            return Ok(Json(json!({ "object": "browser_links", "status": "ok", "tab_id": tab, "links": links }))
                .into_response());
        }
        "screenshot" => {
            let png = Box::pin(gateway.picture_of_page(&client, &tab, false)).await?;
            let image = json!({ "media_type": "image/png", "data": STANDARD.encode(png) });
            return Ok(Json(json!({ "object": "browser_picture", "status": "ok", "tab_id": tab, "image": image }))
                .into_response());
        }
        "close" => {
            Box::pin(gateway.act_on_page(&client, &tab, &PageAct::Close)).await?;
            return Ok(Json(json!({ "object": "browser_page", "status": "closed", "tab_id": tab })).into_response());
        }
        "snapshot" => {}
        _ => Box::pin(gateway.act_on_page(&client, &tab, &PageAct::Do(asked.action()?))).await?,
    }
    let seen = Box::pin(gateway.see_page(&client, &tab, 0, most)).await?;
    Ok(Json(SnapshotBody::of(tab, seen, 0)).into_response())
}

impl ActRequest {
    fn action(self) -> Result<Action, ApiError> {
        let name = self.action;
        let needed = |field: &'static str, value: Option<String>| {
            let missing = || ApiError::malformed(format!("the action `{name}` wants `{field}`")).about(field);
            value.filter(|value| !value.is_empty()).ok_or_else(missing)
        };
        Ok(match name.as_str() {
            "click" => Action::Click { at: needed("ref", self.at)? },
            "type" => Action::Type {
                at: needed("ref", self.at)?,
                text: self.text.ok_or_else(|| ApiError::malformed("the action `type` wants `text`").about("text"))?,
                submit: self.submit,
            },
            "press" => Action::Press { key: needed("key", self.key)? },
            "scroll" => {
                let direction = self.direction.as_deref().unwrap_or("down");
                let known = || wrong("direction", "down, up, left or right");
                let direction = Direction::named(direction).ok_or_else(known)?;
                Action::Scroll { direction, pixels: self.pixels.unwrap_or(USUAL_PIXELS) }
            }
            "navigate" => Action::Navigate { url: needed("url", self.url)? },
            "back" => Action::Back,
            "forward" => Action::Forward,
            "refresh" | "reload" => Action::Reload,
            "wait" => Action::Wait { ms: self.ms.unwrap_or(1_000) },
            _ => {
                let known = "click, type, press, scroll, navigate, back, forward, refresh, wait, snapshot, screenshot, links or close";
                return Err(wrong("action", known));
            }
        })
    }
}
