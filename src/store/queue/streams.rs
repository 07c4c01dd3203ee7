//! The streams of a queue, made where they are not there yet.

use std::time::Duration;

use async_nats::jetstream::Context;
use async_nats::jetstream::context::CreateStreamError;
use async_nats::jetstream::stream::{Config, DiscardPolicy, RetentionPolicy, Stream};

use super::QueueBounds;

/// How the subjects of a queue begin, and what its streams are called: queues of other names share a broker with it.
#[derive(Debug, Clone)]
pub(super) struct Names {
    /// Of work, …
    pub(super) work: String,
    /// … of what came of it, …
    pub(super) done: String,
    /// … and of marks.
    pub(super) marks: String,
}

impl Names {
    pub(super) fn of(name: &str) -> Self {
        Self { work: format!("{name}.work"), done: format!("{name}.done"), marks: format!("{name}.marks") }
    }

    /// The mark of a batch that has ended, or of a line of it that was answered.
    pub(super) fn closed(&self, begin: &str) -> String {
        format!("{}.closed.{begin}", self.marks)
    }

    /// The stream of subjects that begin so.
    fn stream(subject: &str) -> String {
        subject.to_uppercase().replace('.', "_")
    }
}

/// Those that work is given out to.
pub(super) const NODES: &str = "nodes";
/// What came of work is kept so long, if it is not forgotten before: no batch lasts longer.
const LIFE: Duration = Duration::from_hours(8 * 24);

/// The streams of work, of what came of it, and of marks.
pub(super) async fn made(
    context: &Context,
    names: &Names,
    bounds: &QueueBounds,
) -> Result<[Stream; 3], CreateStreamError> {
    let stream = |subject: &str| Config {
        name: Names::stream(subject),
        subjects: vec![format!("{subject}.>")],
        max_age: LIFE,
        ..Config::default()
    };
    let work = Config {
        retention: RetentionPolicy::WorkQueue,
        discard: DiscardPolicy::New,
        max_messages: i64::from(bounds.backlog),
        ..stream(&names.work)
    };
    // What came of work is never dropped: nodes wait with it until there is room.
    let done = Config {
        discard: DiscardPolicy::New,
        max_bytes: i64::try_from(bounds.done_bytes).unwrap_or(i64::MAX),
        ..stream(&names.done)
    };
    Ok([made_so(context, work).await?, made_so(context, done).await?, made_so(context, stream(&names.marks)).await?])
}

/// A stream, with these bounds from here on.
async fn made_so(context: &Context, config: Config) -> Result<Stream, CreateStreamError> {
    let made = context.get_or_create_stream(config.clone()).await?;
    let known = &made.cached_info().config;
    let bound = |wanted: i64| if wanted == 0 { -1 } else { wanted };
    let wanted = (bound(config.max_messages), bound(config.max_bytes), config.discard);
    if (known.max_messages, known.max_bytes, known.discard) == wanted {
        return Ok(made);
    }
    context.update_stream(config.clone()).await?;
    context.get_or_create_stream(config).await
}
