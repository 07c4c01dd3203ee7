//! The same question to several targets at once, over HTTP: the best answer, all of them, or a table that compares them.
//!
//! What is asked of whom, and which answer is best, is the gateway's affair; here requests are read and reports written.

mod asked;
mod fields;
mod report;

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};

use super::error::{ApiError, ErrorBody};
use super::request_id::RequestId;
use super::state::AppState;
use super::tasks::{Streamed, refused, streamed};
use crate::gateway::{Account, Answered, Fork, ForkWish, Growing, TaskRequest};
use crate::protocol::Spelling;
use crate::protocol::openai::CHAT;
use asked::{Forking, forking};
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
        let given = (web.as_ref(), project.as_ref());
        return Ok((headers(&fork, &account, &dropped, given), Json(body)).into_response());
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
    let headers = headers(&fork, &account, &dropped, (web.as_ref(), project.as_ref()));
    Ok((headers, Json(report.comparison(&asked))).into_response())
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
