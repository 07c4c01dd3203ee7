//! A request for a fork as it is read: what is asked of the members, and what of the fork.

use axum::extract::Request;

use super::super::error::ApiError;
use super::super::state::AppState;
use super::super::tasks::{Asked, Asker, begin_as_told, begin_with_project, bounds, refuse_thread, sent, with_web};
use super::fields::ForkFields;
use crate::gateway::projects::ProjectNote;
use crate::gateway::web::{WebNote, WebWish};
use crate::gateway::{ForkWish, TaskRequest, blocking};
use crate::protocol::openai::CHAT;
use crate::protocol::{Decoded, Encode, JsonProtocol as _, Protocol as _, Sent, Spelling};

/// A fork that is asked for.
pub(super) struct Forking {
    pub(super) request: TaskRequest,
    pub(super) wish: ForkWish,
    pub(super) answer: Box<dyn Encode>,
    pub(super) spelling: Spelling,
    pub(super) dropped: Vec<String>,
    /// What all members were given of the web.
    pub(super) web: Option<WebNote>,
    /// What it was given of its project.
    pub(super) project: Option<ProjectNote>,
}

/// Reads a request.
///
/// # Errors
/// When a field is wrong, or what it names is not there.
pub(super) async fn forking(
    state: &AppState,
    request: Request,
    read: impl FnOnce(&[u8]) -> Result<ForkFields, ApiError> + Send + 'static,
) -> Result<Forking, ApiError> {
    let bounds = bounds(request.headers())?;
    let asker = Asker::of(request.headers(), &state.config.server);
    let sent = sent(request, state).await?;
    let held = sent.parsed.clone();
    let (decoded, wish) = blocking::through(sent.body.len(), move || {
        let ForkFields { chat, wish } = read(&sent.body)?;
        let decoded = CHAT.decode(&Sent { body: chat, ..sent }).map_err(ApiError::from)?;
        Ok::<_, ApiError>((decoded, wish))
    })
    .await??;
    let asked = Asked::of(&CHAT, state, decoded, bounds, asker.holding(held)).await?;
    let Asked { decoded: Decoded { mut task, model, answer, dropped }, bounds, client, owner, held } = asked;
    refuse_thread(&task)?;
    let of_project = begin_with_project(state, &mut task, &bounds, &owner, None).await?;
    begin_as_told(&mut task, &bounds)?;
    let spelling = Spelling::of(CHAT.names(), &task);
    let mut request = TaskRequest { task, model, bounds, client, held };
    if request.bounds.web == WebWish::Vendors {
        // Members are of several vendors, and are to be asked the same.
        request.bounds.web = WebWish::Given;
    }
    let web = with_web(state, &mut request).await?;
    // Last, so that no search engine is asked with what stands there.
    let project = of_project.give(&mut request.task);
    Ok(Forking { request, wish, answer, spelling, dropped, web, project })
}
