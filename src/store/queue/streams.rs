//! The streams of a queue, made where they are not there yet.

use std::time::Duration;

use async_nats::jetstream::Context;
use async_nats::jetstream::context::CreateStreamError;
use async_nats::jetstream::stream::{Config, DiscardPolicy, RetentionPolicy, Stream};

/// How subjects begin: of work, …
pub(super) const WORK: &str = "mediary.work";
/// … of what came of it, …
pub(super) const DONE: &str = "mediary.done";
/// … and of marks.
pub(super) const MARKS: &str = "mediary.marks";
/// Those that work is given out to.
pub(super) const NODES: &str = "nodes";
/// What came of work is kept so long, if it is not forgotten before: no batch lasts longer.
const LIFE: Duration = Duration::from_hours(8 * 24);

/// The streams of work, of what came of it, and of marks.
pub(super) async fn made(context: &Context, backlog: u32) -> Result<[Stream; 3], CreateStreamError> {
    let stream = |name: &str, subject: &str| Config {
        name: name.to_owned(),
        subjects: vec![format!("{subject}.>")],
        max_age: LIFE,
        ..Config::default()
    };
    let work = Config {
        retention: RetentionPolicy::WorkQueue,
        discard: DiscardPolicy::New,
        max_messages: i64::from(backlog),
        ..stream("MEDIARY_WORK", WORK)
    };
    let mut waiting = context.get_or_create_stream(work.clone()).await?;
    if waiting.cached_info().config.max_messages != work.max_messages {
        context.update_stream(work.clone()).await?;
        waiting = context.get_or_create_stream(work).await?;
    }
    Ok([
        waiting,
        context.get_or_create_stream(stream("MEDIARY_DONE", DONE)).await?,
        context.get_or_create_stream(stream("MEDIARY_MARKS", MARKS)).await?,
    ])
}
