//! How far a tool is, told to a client that wants to know.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rmcp::RoleServer;
use rmcp::model::{ProgressNotificationParam, ProgressToken};
use rmcp::service::{Peer, RequestContext};
use tokio::time::{Instant, MissedTickBehavior, interval_at};

/// How often a tool that cannot say how far it is says that it works.
const EVERY: Duration = Duration::from_secs(5);

/// Where progress is told; nowhere, unless the client asks for it.
#[derive(Debug)]
pub(super) struct Progress {
    told: Option<(Peer<RoleServer>, ProgressToken)>,
    /// Whether the tool says itself how far it is.
    counts: AtomicBool,
}

impl Progress {
    /// That of a call.
    pub(super) fn of(context: &RequestContext<RoleServer>) -> Self {
        let token = context.meta.get_progress_token();
        Self { told: token.map(|token| (context.peer.clone(), token)), counts: AtomicBool::new(false) }
    }

    /// That of a call whose client does not want to know.
    #[cfg(test)]
    pub(super) fn none() -> Self {
        Self { told: None, counts: AtomicBool::new(false) }
    }

    /// Whether the client wants to know. A tool that asks tells from here on, in numbers of its own.
    pub(super) fn is_wanted(&self) -> bool {
        self.counts.store(true, Ordering::Relaxed);
        self.told.is_some()
    }

    /// So much is done, of so much.
    pub(super) async fn tell(&self, done: f64, total: Option<f64>, message: String) {
        let Some((peer, token)) = &self.told else { return };
        let told = ProgressNotificationParam::new(token.clone(), done).with_message(message);
        let told = match total {
            Some(total) => told.with_total(total),
            None => told,
        };
        // A client that has gone away ends its call.
        let _gone = peer.notify_progress(told).await;
    }

    /// Says from time to time that there is work, for a tool that does not say more; never ends.
    pub(super) async fn keep_telling(&self) {
        if self.told.is_none() {
            return std::future::pending().await;
        }
        let begun = Instant::now();
        let mut ticks = interval_at(begun + EVERY, EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if !self.counts.load(Ordering::Relaxed) {
                let seconds = begun.elapsed().as_secs();
                // A client may give up on what says nothing.
                #[expect(clippy::cast_precision_loss, reason = "a call of years would lose a second")]
                self.tell(seconds as f64, None, format!("at work for {seconds} s")).await;
            }
        }
    }
}
