//! `stream=true`: an event per finished page with how far the document is, then the whole answer.
//!
//! Nothing is sent before the first page is finished, so that a document that cannot be read at all still gets its
//! status. A client that leaves stops the reading, because its task goes with the stream; one that merely does not read
//! on holds up nothing: the document is read to its end within its limits, and its worker is given back.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use mediary_core::Media;
use serde::Serialize;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinSet;
use tracing::Instrument;
use utoipa::ToSchema;

use super::super::error::ApiError;
use super::super::request_id::RequestId;
use super::super::state::AppState;
use super::album::Album;
use crate::gateway::{PageOutcome, Progress, ReadOptions};
use crate::protocol::process::{Encoder, PageBody, ReadingBody};

/// A silent connection is told so often that it is still wanted.
const PING: Duration = Duration::from_secs(15);

/// The data of a `page` event.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct PageEvent {
    /// The page as the whole answer will have it.
    page: PageBody,
    /// Finished pages.
    done: usize,
    /// Selected pages.
    total: usize,
}

/// What one reading becomes on the wire.
#[derive(Debug, Clone)]
pub(super) struct Events {
    pub(super) id: String,
    pub(super) file_name: Option<String>,
    pub(super) encoder: Encoder,
    /// Whether each page comes with the address of its picture.
    pub(super) pictures: bool,
    /// Whether the pictures of figures come along at the end.
    pub(super) images: bool,
    pub(super) request: RequestId,
    /// How links in the answer begin.
    pub(super) base: String,
}

type Ending = Pin<Box<dyn Future<Output = Result<ReadingBody, ApiError>> + Send>>;

/// Where a stream is.
enum State {
    Reading { ending: Ending, pages: UnboundedReceiver<PageEvent>, events: Events },
    Ended,
}

/// Reads a document and answers with events.
///
/// # Errors
/// When the document cannot be read, as long as nothing was sent.
pub(super) async fn answer(
    state: AppState,
    media: Media,
    options: ReadOptions,
    events: Events,
) -> Result<Response, ApiError> {
    let (tell, pages) = unbounded_channel();
    let body = events.clone();
    let work = async move {
        let (encoder, reader) = (body.encoder, &state.gateway.reader);
        let mut album = body.pictures.then(|| Album::of(reader, &media, &options, &body.id, &body.base)).flatten();
        let (finished, mut pages) = unbounded_channel();
        let reading = async {
            let on_page = move |outcome: &PageOutcome, Progress { done, total }: Progress| {
                // Without a receiver nothing needs to be read, and this future is gone as well.
                let _ = finished.send(PageEvent { page: encoder.page(outcome), done, total });
            };
            reader.read(media.clone(), &options, &on_page).await
        };
        // Pages are painted while the next ones are read.
        let told = async {
            while let Some(mut event) = pages.recv().await {
                if let Some(album) = &mut album {
                    album.add(&mut event.page).await;
                }
                let _ = tell.send(event);
            }
        };
        let (reading, ()) = tokio::join!(reading, told);
        let (reading, id) = (reading?, body.id.clone());
        let mut whole =
            super::answer::body(&state, &encoder, id, body.file_name, &reading, &options, &body.base).await?;
        if body.images {
            super::figures::add(reader, &reading, &options, &mut whole).await;
        }
        if let Some(album) = album {
            album.complete(&mut whole).await;
        }
        Ok(whole)
    };
    // A stream is polled only while its client reads, and a task whenever it has something to do.
    let mut at_work = JoinSet::new();
    at_work.spawn(work.in_current_span());
    let ending: Ending = Box::pin(async move {
        let ended = at_work.join_next().await;
        ended.and_then(Result::ok).unwrap_or_else(|| Err(ApiError::broken("the reading crashed")))
    });
    let mut state = State::Reading { ending, pages, events };
    let Some((first, next)) = step(state).await else { return Err(ApiError::broken("a stream without events")) };
    state = next;
    let first = match first {
        Ok(event) => event,
        Err(error) => return Err(error),
    };
    let rest = stream::unfold(state, |state| async move {
        let (event, next) = step(state).await?;
        let event = event.unwrap_or_else(|error| {
            error.log();
            named("error", &serde_json::json!({ "error": error.body() }))
        });
        Some((Ok::<_, Infallible>(event), next))
    });
    let all = futures_util::StreamExt::chain(stream::iter([Ok(first)]), rest);
    Ok(Sse::new(all).keep_alive(KeepAlive::new().interval(PING)).into_response())
}

/// The next event, and where the stream is then; `None` at its end.
async fn step(state: State) -> Option<(Result<Event, ApiError>, State)> {
    let State::Reading { mut ending, mut pages, events } = state else { return None };
    tokio::select! {
        biased;
        Some(page) = pages.recv() => {
            Some((Ok(named("page", &page)), State::Reading { ending, pages, events }))
        }
        ended = &mut ending => match ended {
            Ok(body) => {
                // Pages that were finished in the same breath as the document come before its end.
                let ending: Ending = Box::pin(std::future::ready(Ok(body)));
                match pages.try_recv() {
                    Ok(page) => Some((Ok(named("page", &page)), State::Reading { ending, pages, events })),
                    Err(_) => Some((Ok(named("done", &ending.await.ok()?)), State::Ended)),
                }
            }
            Err(error) => Some((Err(error.naming(&events.request)), State::Ended)),
        },
    }
}

fn named(name: &'static str, data: &impl Serialize) -> Event {
    let event = Event::default().event(name);
    // Our own types always have a JSON form.
    event.json_data(data).unwrap_or_else(|_| Event::default().event("error"))
}
