//! The same question to several targets at once, over HTTP: the best answer, all of them, or a table that compares them.
//!
//! What is asked of whom, and which answer is best, is the gateway's affair; here requests are read and reports written.

mod fields;
mod report;

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};

use super::error::{ApiError, ErrorBody};
use super::request_id::RequestId;
use super::state::AppState;
use super::tasks::{
    Asked, Asker, Streamed, begin_as_told, begin_with_project, bounds, refused, sent, streamed, tell_of_project,
    with_web,
};
use crate::gateway::projects::ProjectNote;
use crate::gateway::web::{WebNote, WebWish};
use crate::gateway::{Account, Answered, Fork, ForkWish, Growing, TaskRequest, blocking};
use crate::protocol::openai::CHAT;
use crate::protocol::{Decoded, Encode, JsonProtocol as _, Protocol as _, Sent, Spelling};
use fields::{Comparison, ForkFields};
use report::{Report, headers};

/// Asks several models the same at once.
#[utoipa::path(
    post,
    path = "/v1/chat/completions/fork",
    tag = "chat",
    request_body(content = Object, description = "A request of /v1/chat/completions, and beside it `models` (up to 8 names; \
        else `max_parallel` of those that `model` may mean, each from another provider), `return_all`, `criteria` (names, or \
        an object of names and weights: latency, cost, length, quality, correctness, style), `judge` (a model), `budget` \
        (`usd`, `seconds`)"),
    responses(
        (status = 200, description = "The best answer, with `fork_metadata`; with `return_all` all of them, and what each \
            got. A member that failed is among them with its error", body = Object),
        (status = 400, description = "A field is wrong", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "There is no such model", body = ErrorBody),
        (status = 422, description = "No target takes the request, or the budget allows none", body = ErrorBody),
        (status = 429, description = "Every target's rate limit is reached (see Retry-After)", body = ErrorBody),
        (status = 503, description = "No member answered; `tried` names the calls that failed and why", body = ErrorBody),
        (status = 504, description = "No member answered within the budget's seconds", body = ErrorBody),
    )
)]
pub(super) async fn fork(
    State(state): State<AppState>,
    Extension(request_id): Extension<RequestId>,
    request: Request,
) -> Result<Response, ApiError> {
    let judge = state.config.fusion.judge.clone();
    let read = move |body: &[u8]| ForkFields::read(body, &judge);
    let Forking { request, wish, answer, spelling, dropped, web, project } = forking(&state, request, read).await?;
    if !request.task.streams() {
        let (account, fork) = ask(&state, request, &wish, &spelling).await?;
        let report = Report { fork: &fork, wish: &wish, answer: &*answer, total: account.charges() };
        let body = if wish.keeps_all { report.all() } else { report.best() };
        let mut response = (headers(&fork, &account, &dropped, web.as_ref()), Json(body)).into_response();
        tell_of_project(project.as_ref(), response.headers_mut());
        return Ok(response);
    }
    if wish.keeps_all {
        let message = "all answers of a fork come at once; leave `stream` or `return_all` out";
        return Err(ApiError::malformed(message).about("stream"));
    }
    let gateway = state.gateway.clone();
    let account = request.bounds.account.clone();
    let asking = Box::pin(async move {
        let fork = gateway.fork(request, &wish).await?;
        let mut whole = fork.into_best().ok_or_else(|| mediary_core::Failure::broken("a fork without an answer"))?;
        // All members are paid for, and the judge.
        whole.route.account = account;
        Ok(Answered::Stream(Box::new(Growing::of(*whole))))
    });
    streamed(&CHAT, &state, asking, Streamed { answer, dropped, spelling, request_id, web, project }).await
}

/// Compares models at a task.
#[utoipa::path(
    post,
    path = "/v1/diligence/compare",
    tag = "chat",
    request_body(content = Object, description = "`task` (a text), and beside it `system_prompt`, `models` or `model` and \
        `max_parallel`, `criteria`, `judge`, `budget`, `max_tokens`, `temperature`"),
    responses(
        (status = 200, description = "The winner, a ranking with all answers, and a table, also as Markdown", body = Object),
        (status = 400, description = "A field is wrong", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "There is no such model", body = ErrorBody),
        (status = 422, description = "No target takes the request, or the budget allows none", body = ErrorBody),
        (status = 429, description = "Every target's rate limit is reached (see Retry-After)", body = ErrorBody),
        (status = 503, description = "No member answered; `tried` names the calls that failed and why", body = ErrorBody),
        (status = 504, description = "No member answered within the budget's seconds", body = ErrorBody),
    )
)]
pub(super) async fn compare(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    let judge = state.config.fusion.judge.clone();
    let read = move |body: &[u8]| Comparison::read(body, &judge);
    let Forking { request, wish, answer, spelling, dropped, web, project } = forking(&state, request, read).await?;
    let asked = fields::task_of(&request.task);
    let (account, fork) = ask(&state, request, &wish, &spelling).await?;
    let report = Report { fork: &fork, wish: &wish, answer: &*answer, total: account.charges() };
    let headers = headers(&fork, &account, &dropped, web.as_ref());
    let mut response = (headers, Json(report.comparison(&asked))).into_response();
    tell_of_project(project.as_ref(), response.headers_mut());
    Ok(response)
}

/// A fork that is asked for.
struct Forking {
    request: TaskRequest,
    wish: ForkWish,
    answer: Box<dyn Encode>,
    spelling: Spelling,
    dropped: Vec<String>,
    /// What all members were given of the web.
    web: Option<WebNote>,
    /// What it was given of its project.
    project: Option<ProjectNote>,
}

/// Reads a request: what is asked of the members, and what of the fork.
async fn forking(
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

async fn ask(
    state: &AppState,
    request: TaskRequest,
    wish: &ForkWish,
    spelling: &Spelling,
) -> Result<(Account, Fork), ApiError> {
    let account = request.bounds.account.clone();
    let fork = Box::pin(state.gateway.fork(request, wish)).await;
    Ok((account, fork.map_err(|error| refused(error).spelled(spelling))?))
}
