//! Which jobs this server works on: at a start those that a process before has left, and where several servers share the
//! database, those of one that has not said for a while that it works on them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use mediary_store::{JobState, OpenJob, StoreFailed};

use super::VideoJobs;
use super::poll::Waiting;
use super::record::{self, Ticket};

/// How often a server says, where others share the database, that it works on its jobs: thrice while a claim holds.
const CLAIM: Duration = Duration::from_secs(20);

impl VideoJobs {
    /// Goes on with the jobs that were left, and with those that will be.
    pub(super) async fn take_up(self: &Arc<Self>) -> Result<(), StoreFailed> {
        if self.is_alone {
            for open in self.kept.take_all(record::now()).await? {
                self.go_on(open).await?;
            }
            return Ok(());
        }
        self.take_left().await?;
        let jobs = self.clone();
        self.at_work.spawn(async move {
            loop {
                tokio::time::sleep(CLAIM).await;
                if let Err(error) = jobs.take_left().await {
                    tracing::warn!(error.detail = %error, "jobs cannot be claimed");
                }
            }
        });
        Ok(())
    }

    /// Says that this server works on its jobs, and goes on with those of servers that do not say so any more.
    async fn take_left(self: &Arc<Self>) -> Result<(), StoreFailed> {
        for open in self.kept.take_left(record::now()).await? {
            self.go_on(open).await?;
        }
        Ok(())
    }

    /// Leaves the jobs to another server, or to the next start.
    pub(super) async fn leave(&self) {
        if let Err(error) = self.kept.leave_all().await {
            tracing::warn!(error.detail = %error, "another server goes on with the jobs of this one in a minute only");
        }
    }

    /// Goes on with a job where a process before has left it.
    async fn go_on(self: &Arc<Self>, open: OpenJob) -> Result<(), StoreFailed> {
        let OpenJob { id, state, created_at, progress, ticket } = open;
        match state {
            JobState::Queued => self.submit_later(id),
            JobState::Submitting => self.give_up_unknown(&id).await?,
            JobState::Running => {
                let Some(ticket) = ticket.as_deref().and_then(|ticket| record::read::<Ticket>(ticket).ok()) else {
                    return self.give_up_unknown(&id).await;
                };
                let percent = u8::try_from(progress).ok();
                let waiting = Waiting { id, ticket, created_at, percent, polls: 0, errors: 0 };
                self.schedule.spread(waiting, Instant::now(), self.settings.poll);
            }
            JobState::Completed | JobState::Failed => {}
        }
        Ok(())
    }
}
