//! `POST /v1/models/verify`: models are tried, and what is true of them is written down.
//!
//! The work goes with the request: a client that leaves ends it, and can go on with it later.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt as _, stream};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinSet;
use tracing::Instrument;

use super::super::error::{ApiError, ErrorBody};
use super::super::state::AppState;
use super::super::tasks::bounds;
use super::super::unpacked::json_body;
use crate::gateway::{NotVerified, Probes, VerifyRequest};
use crate::protocol::verify::{StepBody, VerifiedBody, VerifyFields};

/// A silent connection is told so often that it is still wanted.
const PING: Duration = Duration::from_secs(15);

/// Tries models, and writes down what is true of them.
///
/// Each model that is selected is sent a tiny request for each thing that it is said to do, through the same loop as any
/// other request, within the same bounds of privacy and cost. Only models that are free are tried unless `paid` is true.
/// What was found, with its day, is shown by `/v1/capabilities` and heeded by plans. A model that fails in kind is put into
/// quarantine.
#[utoipa::path(
    post,
    path = "/v1/models/verify",
    tag = "models",
    params(
        ("X-Mediary-Privacy" = Option<String>, Header, description = "local: nothing leaves this machine"),
        ("X-Mediary-Cost" = Option<String>, Header, description = "free: only targets that are known to be free"),
        ("X-Mediary-Allow-Paid" = Option<bool>, Header, description = "true: it may cost, where routing.confirm_paid asks"),
        ("X-Mediary-Provider" = Option<String>, Header, description = "only these providers, by commas"),
    ),
    request_body(content = VerifyFields, description = "What is to be tried; nothing, for all that is free"),
    responses(
        (status = 200, description = "What was found. With `stream`: an event `step` with the data of a step for each, then \
            `done` with the rest", content((VerifiedBody = "application/json"), (StepBody = "text/event-stream"))),
        (status = 400, description = "A field is wrong", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "No such provider or target, or nothing to go on with", body = ErrorBody),
        (status = 409, description = "Another verification is under way", body = ErrorBody),
        (status = 503, description = "What is found cannot be kept", body = ErrorBody),
    )
)]
pub(in crate::http) async fn verify(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    let bounds = bounds(request.headers())?;
    let fields = VerifyFields::read(&json_body(request, &state).await?)?;
    let streams = fields.streams();
    let wanted = fields.request(bounds)?;
    let probes = probes(&state)?.clone();
    if streams {
        return events(probes, wanted).await;
    }
    let steps = Mutex::new(Vec::new());
    let on_step = |step: &_| steps.lock().unwrap_or_else(PoisonError::into_inner).push(StepBody::new(step));
    let verified = Box::pin(probes.verify(wanted, &on_step)).await.map_err(not_verified)?;
    let steps = steps.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(Json(VerifiedBody::new(verified, steps)).into_response())
}

/// The probes of this server.
pub(super) fn probes(state: &AppState) -> Result<&Arc<Probes>, ApiError> {
    state.probes.as_ref().ok_or_else(|| {
        let message = "This server cannot keep what is found: the folder of its database is not to be had, or another server \
                       uses it; the log of its start says which. Name a folder of its own as [store] dir and start it again.";
        ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "no_store", message)
    })
}

fn not_verified(why: NotVerified) -> ApiError {
    match why {
        NotVerified::Busy => ApiError::new(StatusCode::CONFLICT, "verification_under_way", sentence(&why)),
        NotVerified::Unknown(_) => ApiError::not_found("model_not_found", sentence(&why)).about("models"),
        NotVerified::NothingToResume => ApiError::not_found("nothing_to_resume", sentence(&why)).about("resume"),
        NotVerified::Store(error) => ApiError::broken(error.to_string()),
    }
}

/// An error as a sentence.
pub(super) fn sentence(error: &impl ToString) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}

type Ended = Result<VerifiedBody, ApiError>;

/// Where a stream is.
struct Going {
    at_work: JoinSet<Ended>,
    steps: UnboundedReceiver<StepBody>,
}

/// An event per step, then the end. Nothing is sent before the first step, so that what cannot begin has its status.
async fn events(probes: Arc<Probes>, wanted: VerifyRequest) -> Result<Response, ApiError> {
    let (tell, steps) = unbounded_channel();
    // A stream is polled only while its client reads, and a task whenever it has something to do. It goes with the stream.
    let mut at_work = JoinSet::new();
    let work = async move {
        let on_step = move |step: &_| {
            // Without a receiver there is no client to be told, and this future is gone as well.
            let _left = tell.send(StepBody::new(step));
        };
        let verified = Box::pin(probes.verify(wanted, &on_step)).await.map_err(not_verified)?;
        Ok(VerifiedBody::new(verified, Vec::new()))
    };
    at_work.spawn(work.in_current_span());
    let Some((first, going)) = next(Going { at_work, steps }).await else {
        return Err(ApiError::broken("a stream without events"));
    };
    let rest = stream::unfold(going, |going| async move {
        let (event, going) = next(going?).await?;
        let event = event.unwrap_or_else(|error| {
            error.log();
            named("error", &serde_json::json!({ "error": error.body() }))
        });
        Some((Ok::<_, Infallible>(event), going))
    });
    let all = stream::iter([Ok(first?)]).chain(rest);
    Ok(Sse::new(all).keep_alive(KeepAlive::new().interval(PING)).into_response())
}

/// The next event, and what follows it; `None` where nothing does.
async fn next(mut going: Going) -> Option<(Result<Event, ApiError>, Option<Going>)> {
    if let Some(step) = going.steps.recv().await {
        return Some((Ok(named("step", &step)), Some(going)));
    }
    // The last sender has gone with the work.
    let ended = going.at_work.join_next().await?;
    let ended = ended.unwrap_or_else(|_| Err(ApiError::broken("the verification crashed")));
    Some((ended.map(|body| named("done", &body)), None))
}

fn named(name: &'static str, data: &impl serde::Serialize) -> Event {
    let event = Event::default().event(name);
    // Our own types always have a JSON form.
    event.json_data(data).unwrap_or_else(|_| Event::default().event("error"))
}
