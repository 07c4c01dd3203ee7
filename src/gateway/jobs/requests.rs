//! What clients do with their jobs: make one, look at it, wait for it, list, remix and remove them.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use mediary_core::task::{GenerateVideo, PartPath};
use mediary_core::{Failure, Hold, Target};
use mediary_store::{NewJob, StoreFailed};
use tokio::time::{Instant, timeout_at};
use uuid::Uuid;

use super::super::Gateway;
use super::super::routing::{Bounds, CallError};
use super::super::safety::Way;
use super::VideoJobs;
use super::record::{self, Asked, Made, Remixed, Ticket};
use super::view::{VideoJob, VideoProgress};

/// What is made.
const KIND: &str = "video";

/// A video that a client asks for.
#[derive(Debug)]
pub struct NewVideo {
    /// What it is to be.
    pub video: GenerateVideo,
    /// The model that was asked for; empty if none was.
    pub model: String,
    /// What the request's headers ask for.
    pub bounds: Bounds,
    /// Whose it is.
    pub owner: Vec<u8>,
    /// Where its end is to be told.
    pub webhook_url: Option<String>,
    /// The permit for what it takes in memory.
    pub held: Hold,
}

/// Why nothing is done with a job.
#[derive(Debug)]
pub enum NoJob {
    /// There is none of this id, or it is another client's.
    Unknown,
    /// It cannot be done with this one.
    Unfit(Failure),
    /// No target can be asked.
    Refused(CallError),
    /// The database failed.
    Failed(StoreFailed),
}

impl From<StoreFailed> for NoJob {
    fn from(error: StoreFailed) -> Self {
        Self::Failed(error)
    }
}

impl From<Failure> for NoJob {
    fn from(failure: Failure) -> Self {
        Self::Unfit(failure)
    }
}

impl VideoJobs {
    /// The gateway that serves now.
    pub(super) fn gateway(&self) -> Arc<Gateway> {
        self.gateway.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Goes on with another gateway; jobs that are being worked on end with the one they began with.
    pub fn serve_with(&self, gateway: Arc<Gateway>) {
        *self.gateway.write().unwrap_or_else(PoisonError::into_inner) = gateway;
    }

    /// Makes a job. It is on the disk when this resolves, and sent soon after, whether or not the client stays.
    ///
    /// # Errors
    /// When the picture is none, no target can be asked, or nothing can be kept.
    pub async fn create(self: &Arc<Self>, new: NewVideo) -> Result<VideoJob, NoJob> {
        self.create_from(new, None).await
    }

    async fn create_from(self: &Arc<Self>, new: NewVideo, remixed: Option<Remixed>) -> Result<VideoJob, NoJob> {
        let NewVideo { mut video, model, bounds, owner, webhook_url, held: _held } = new;
        let gateway = self.gateway();
        let mut treated = Vec::new();
        if let Some(url) = &webhook_url {
            self.check_webhook(url)?;
        }
        if let Some(picture) = video.start.take() {
            let at_picture = |failure: Failure| failure.at(PartPath::Field("input_reference"));
            let looked_at = gateway.safety.check(&gateway.reader, &picture, Way::In).await;
            looked_at.map_err(at_picture)?;
            let start = gateway.treatments.start_picture(&picture).await;
            let start = start.map_err(at_picture)?;
            if start.format != picture.format {
                treated.push("input_reference".to_owned());
            }
            video.start = Some(start);
        }
        let router = &gateway.router;
        router.discover().await;
        let bounds = router.tightened(&bounds);
        let planned = gateway.plan_video(&router.fleet(), &video, &model, &bounds, &[]);
        drop(planned.map_err(NoJob::Refused)?);
        let id = format!("video_{}", Uuid::now_v7().simple());
        let input = video.start.as_ref().map(|picture| picture.blob.read_all()).transpose();
        let input = input.map_err(|error| Failure::broken(format!("the picture cannot be read back: {error}")))?;
        let job = NewJob {
            id: id.clone(),
            owner: owner.clone(),
            kind: KIND,
            created_at: record::now(),
            request: record::write(&Asked { treated, ..Asked::of(&video, &model, &bounds, remixed) }),
            input,
            webhook: webhook_url.map(|url| (format!("msg_{}", Uuid::now_v7().simple()), url)),
        };
        self.kept.create(job).await?;
        // Before it is sent, so that it is seen as it was made.
        let job = self.get(&id, &owner).await?;
        self.submit_later(id);
        Ok(job)
    }

    /// A job of this owner's.
    ///
    /// # Errors
    /// When there is none, or the database fails.
    pub async fn get(&self, id: &str, owner: &[u8]) -> Result<VideoJob, NoJob> {
        let row = self.kept.get(id, owner).await?.ok_or(NoJob::Unknown)?;
        Ok(VideoJob::of(row)?)
    }

    /// Jobs of this owner's: up to `limit` of those behind `after`, and whether there are more.
    ///
    /// # Errors
    /// When there is no job `after`, or the database fails.
    pub async fn list(
        &self,
        owner: &[u8],
        after: Option<&str>,
        limit: u32,
        newest_first: bool,
    ) -> Result<(Vec<VideoJob>, bool), NoJob> {
        if let Some(after) = after
            && self.kept.get(after, owner).await?.is_none()
        {
            return Err(NoJob::Unknown);
        }
        let mut rows = self.kept.list(owner, after, limit.saturating_add(1), newest_first).await?;
        let has_more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let jobs = rows.into_iter().map(VideoJob::of).collect::<Result<_, _>>()?;
        Ok((jobs, has_more))
    }

    /// Waits until a job has ended, but no longer than this; gives it as it is then.
    ///
    /// # Errors
    /// When there is none any more, or the database fails.
    pub async fn wait(&self, id: &str, owner: &[u8], patience: Duration) -> Result<VideoJob, NoJob> {
        let until = Instant::now() + patience;
        let mut ended = self.ended.subscribe();
        loop {
            ended.borrow_and_update();
            let job = self.get(id, owner).await?;
            if job.is_over() || timeout_at(until, ended.changed()).await.is_err() {
                return Ok(job);
            }
        }
    }

    /// Makes a new job of a finished one's video, at the target that made it.
    ///
    /// # Errors
    /// When there is no such job, it has not made a video, or its target cannot do so.
    pub async fn remix(self: &Arc<Self>, id: &str, prompt: String, mut new: NewVideo) -> Result<VideoJob, NoJob> {
        let row = self.kept.get(id, &new.owner).await?.ok_or(NoJob::Unknown)?;
        let ticket: Option<Ticket> = row.ticket.as_deref().map(record::read).transpose()?;
        let job = VideoJob::of(row)?;
        if !matches!(job.progress, VideoProgress::Completed(_)) {
            return Err(Failure::malformed("only a video that is completed can be remixed; wait for it").into());
        }
        let fleet = self.gateway().router.fleet();
        let remixes = |target: &Target| {
            fleet.matrix.get(target).is_some_and(|row| row.video.as_ref().is_some_and(|video| video.remixes))
        };
        let key = ticket.as_ref().and_then(|ticket| ticket.key.clone());
        let target = ticket.as_ref().and_then(|ticket| ticket.target.parse::<Target>().ok()).filter(remixes);
        let (Some(target), Some(theirs)) = (target, ticket.and_then(|ticket| ticket.job)) else {
            let target = job.target.unwrap_or_default();
            let detail = format!("`{target}`, which made this video, cannot remix it; ask for a new one instead");
            return Err(Failure::new(mediary_core::FailureKind::Unacceptable, detail).into());
        };
        new.model = target.to_string();
        let size = job.size.as_deref().and_then(|size| size.parse().ok());
        new.video = GenerateVideo { prompt, seconds: job.seconds, size, remixes: Some(theirs), ..new.video };
        // Other accounts of the provider do not know the video.
        self.create_from(new, Some(Remixed { id: id.to_owned(), key })).await
    }

    /// Removes a job: it is ended at its provider where that is possible, and forgotten here. The link to its file ends, and
    /// the file goes with its time.
    ///
    /// # Errors
    /// When there is none, or the database fails.
    pub async fn remove(self: &Arc<Self>, id: &str, owner: &[u8]) -> Result<(), NoJob> {
        let row = self.kept.get(id, owner).await?.ok_or(NoJob::Unknown)?;
        if !self.kept.remove(id, owner).await? {
            return Err(NoJob::Unknown);
        }
        self.schedule.remove(|waiting| waiting.id == id);
        if let Some(made) = row.result.as_deref().and_then(|made| record::read::<Made>(made).ok()) {
            self.gateway().content.end(&made.token).await?;
        }
        if let Some(ticket) = row.ticket.as_deref().and_then(|ticket| record::read::<Ticket>(ticket).ok()) {
            let jobs = self.clone();
            self.at_work.spawn_on(async move { jobs.end_at_provider(&ticket).await }, &self.runtime);
        }
        Ok(())
    }
}
