//! What a request came to, as it is told to a collector: times, targets, outcomes and counts. Never a word of its contents.

use std::time::{Duration, SystemTime};

/// A request that has ended.
#[derive(Debug, Clone, Default)]
pub struct WorkDone {
    /// Its id.
    pub id: String,
    /// The route.
    pub route: String,
    /// The id of the client's key; empty where there is none of its own.
    pub client: String,
    /// The status of its answer.
    pub status: u16,
    /// How long the first byte of the answer took.
    pub first: Option<Duration>,
    /// How long it took to its end.
    pub total: Duration,
    /// The span that it belongs to, as the client named it (`traceparent`).
    pub parent: Option<String>,
    /// The task; empty where nothing was planned.
    pub task: &'static str,
    /// The tier or target that was asked for.
    pub asked: String,
    /// Provider and model that answered.
    pub target: Option<(String, String)>,
    /// Every call, in order.
    pub calls: Vec<CallDone>,
    /// What was done to its parts.
    pub treatments: Vec<String>,
    /// Tokens of what was sent, those of them that were cached, and those of the reply.
    pub tokens: (u64, u64, u64),
    /// What it cost in US dollars, as far as that is known.
    pub usd: f64,
}

/// A call to a target.
#[derive(Debug, Clone)]
pub struct CallDone {
    /// Its provider.
    pub provider: String,
    /// Its model.
    pub model: String,
    /// `answered`, or what went wrong.
    pub outcome: &'static str,
    /// When it began.
    pub began: SystemTime,
    /// How long it took until it was answered, or had failed.
    pub took: Duration,
}
