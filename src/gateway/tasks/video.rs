//! Videos: a target accepts one as a job, or gives the file itself after minutes. Either is an answer.
//!
//! Each target is asked for the nearest it has. Before it is called, the caller of the loop is told where, so that it can be
//! written down first; a call whose outcome is not known ends everything, since it may be billed. What becomes of a job
//! afterwards is the affair of `jobs` next door.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use mediary_core::capability::{Abilities, PartShape, TaskKind};
use mediary_core::plan::{Candidate, Demand, PassedOver, Reason, Unplannable};
use mediary_core::provider::BoxFuture;
use mediary_core::task::{GenerateVideo, PartPath, ReplyEvent, Task};
use mediary_core::{Claim, Failure, FailureKind, Media, MediaKind, Next, Target, classify};

use super::super::Gateway;
use super::super::routing::{Answer, Bounds, CallError, Fleet, Planned, Prepared, Ran, Route, Verdict, Work};
use super::draw::of_this_task_only;

/// Where the picture stands in a request that a video starts from.
const START: PartPath = PartPath::Field("input_reference");

/// Why a target that fetches pictures is not asked.
const UNREACHABLE: &str = "it fetches pictures by their links; set server.public_url to where it reaches this server";

/// Writes down that a target is about to be called; fails where it must not be.
pub(in crate::gateway) type Announce<'a> = &'a (dyn Fn(&Target) -> BoxFuture<'a, Result<(), Failure>> + Sync + 'a);

/// A video that a target has accepted, or made.
#[derive(Debug)]
pub(in crate::gateway) struct Submitted {
    /// Who, and what was left out.
    pub(in crate::gateway) route: Route,
    /// A fingerprint of the key it was called with.
    pub(in crate::gateway) key: Option<String>,
    /// What it is asked for.
    pub(in crate::gateway) given: GenerateVideo,
    /// What of that is not what the client asked for, by names of the request's fields.
    pub(in crate::gateway) changed: Vec<&'static str>,
    /// The job, or the file.
    pub(in crate::gateway) work: Started,
}

/// What came back for a submission.
#[derive(Debug)]
pub(in crate::gateway) enum Started {
    /// The provider's name of the job.
    Job(String),
    /// The video.
    File(Media),
}

impl Gateway {
    /// The plan for a video, without the targets in `tried`. Nothing is called.
    ///
    /// # Errors
    /// When the model is unknown, or no target can be asked.
    pub(in crate::gateway) fn plan_video(
        &self,
        fleet: &Fleet,
        video: &GenerateVideo,
        model: &str,
        bounds: &Bounds,
        tried: &[Target],
    ) -> Result<Planned, CallError> {
        let want = self.router.resolve(fleet, TaskKind::VideoGeneration, model, None)?;
        let parts = video.start.as_ref().map(|picture| PartShape {
            side_pixels: mediary_convert::image::longest_side(picture),
            ..PartShape::of(START, picture.format, picture.blob.len_bytes())
        });
        let demand = Demand::of(&Task::GenerateVideo(video.clone()), parts.into_iter().collect());
        let policy = self.router.policy(want, bounds);
        let mut planned = self.router.plan(fleet, demand, &policy, &[], bounds)?;
        let rows = fleet.matrix.rows();
        if bounds.strict {
            let is_exact = |candidate: &Candidate| nearest(&rows[candidate.row], video).1.is_empty();
            if !planned.plan.candidates.iter().any(is_exact) {
                let candidates = planned.plan.candidates.iter();
                let names = candidates.flat_map(|candidate| nearest(&rows[candidate.row], video).1).collect::<Vec<_>>();
                let field = names.first().copied().unwrap_or("seconds");
                let detail = format!(
                    "no target gives exactly the `{field}` that is asked for; ask for another, or leave X-Mediary-Strict out"
                );
                return Err(Failure::new(FailureKind::Unacceptable, detail).at(PartPath::Field(field)).into());
            }
            planned.plan.candidates.retain(is_exact);
        }
        if video.start.is_some() && !self.content.is_public() {
            self.without_those_that_fetch(fleet, &mut planned)?;
        }
        planned.plan.candidates.retain(|candidate| !tried.contains(&candidate.target));
        Ok(planned)
    }

    /// Passes over targets that would have to fetch a picture from this server, which they do not reach.
    fn without_those_that_fetch(&self, fleet: &Fleet, planned: &mut Planned) -> Result<(), CallError> {
        let fetches = |row: &Abilities| row.video.as_ref().is_some_and(|video| video.by_address);
        let candidates = std::mem::take(&mut planned.plan.candidates).into_iter();
        let (those, others): (Vec<_>, Vec<_>) =
            candidates.partition(|candidate| fetches(&fleet.matrix.rows()[candidate.row]));
        planned.plan.candidates = others;
        planned.plan.passed_over.extend(
            those.into_iter().map(|candidate| PassedOver {
                target: candidate.target,
                reason: Reason::Missing(UNREACHABLE.to_owned()),
            }),
        );
        if planned.plan.candidates.is_empty() {
            let passed_over = std::mem::take(&mut planned.plan.passed_over);
            return Err(CallError::Unplannable(Box::new(Unplannable::NoneFits { passed_over })));
        }
        Ok(())
    }

    /// Sends a video to one target after the other, until one accepts it; with the key of this fingerprint, if there is one.
    /// `announce` is waited for before each call.
    ///
    /// # Errors
    /// What no other target would mend; unknown outcomes are told by [`is_unknown`].
    pub(in crate::gateway) async fn submit_video<'a>(
        self: &'a Arc<Self>,
        fleet: &'a Fleet,
        planned: &Planned,
        video: &'a GenerateVideo,
        key: Option<&'a str>,
        announce: Announce<'a>,
    ) -> Result<Ran<Submitted>, Failure> {
        let work = VideoWork { gateway: self, fleet, video, key, announce, was_called: AtomicBool::new(false) };
        self.router.run(fleet, planned, &work).await
    }
}

/// Whether a failed submission may have been accepted all the same.
pub(in crate::gateway) fn is_unknown(failure: &Failure) -> bool {
    failure.kind.may_be_billed()
}

/// A video that was looked at: what is none is a failure, whatever it was said to be.
///
/// # Errors
/// When it is no video.
pub(in crate::gateway) fn a_video(blob: mediary_core::Blob, claimed: Option<&str>) -> Result<Media, Failure> {
    let media = classify(blob, Claim { mime: claimed, file_name: None });
    let is_video = |media: &Media| media.kind() == MediaKind::Video;
    media.ok().filter(is_video).ok_or_else(|| Failure::new(FailureKind::Garbled, "what the provider gave is no video"))
}

/// What a target comes nearest to, and what of it is different.
fn nearest(row: &Abilities, video: &GenerateVideo) -> (GenerateVideo, Vec<&'static str>) {
    row.video.as_ref().map_or_else(|| (video.clone(), Vec::new()), |abilities| abilities.nearest(video))
}

struct VideoWork<'a> {
    gateway: &'a Arc<Gateway>,
    fleet: &'a Fleet,
    video: &'a GenerateVideo,
    /// The fingerprint of the key that made the video which this one is made of.
    key: Option<&'a str>,
    announce: Announce<'a>,
    /// Whether the target at hand was announced; what fails before was not sent.
    was_called: AtomicBool,
}

impl Work for VideoWork<'_> {
    type Answer = Submitted;

    async fn prepare<'a>(&'a self, candidate: &'a Candidate, row: &'a Abilities) -> Result<Prepared<'a>, Failure> {
        self.was_called.store(false, Ordering::Relaxed);
        let (mut given, _) = nearest(row, self.video);
        if row.video.as_ref().is_some_and(|video| video.by_address)
            && let Some(start) = &given.start
        {
            let token = self.gateway.content.keep(start.blob.clone(), start.format).await?;
            given.start_url = self.gateway.content.public_address(&token);
        }
        (self.announce)(&candidate.target).await?;
        self.was_called.store(true, Ordering::Relaxed);
        Ok(Prepared::made(Task::GenerateVideo(given)))
    }

    async fn judge(&self, mut answer: Box<Answer>, candidate: &Candidate) -> Result<Verdict<Submitted>, Failure> {
        let mut spool = None;
        let mut job = None;
        while let Some(frame) = answer.untapped().await {
            let frame = frame?;
            answer.seen(&frame);
            for event in frame.events {
                match event {
                    ReplyEvent::Accepted { job: named } => job = Some(named),
                    ReplyEvent::Bytes(bytes) => {
                        spool.get_or_insert_with(|| self.gateway.admission.spool()).write(&bytes)?;
                    }
                    _ => {}
                }
            }
        }
        let work = match (job, spool) {
            (Some(job), _) => Started::Job(job),
            (None, Some(spool)) => Started::File(a_video(spool.finish(), None)?),
            (None, None) => return Err(Answer::empty()),
        };
        answer.begins_with(std::collections::VecDeque::new());
        answer.close().await;
        let row = &self.fleet.matrix.rows()[candidate.row];
        let (given, changed) = nearest(row, self.video);
        let key = self.fleet.member(candidate.row).fingerprint(answer.key());
        Ok(Verdict::Answer(Submitted { route: answer.route.clone(), key, given, changed, work }))
    }

    /// A target that makes nothing of its own videos may still make them.
    fn placed(&self, failure: Failure) -> Failure {
        if self.video.remixes.is_some() { of_this_task_only(failure) } else { failure }
    }

    fn key(&self) -> Option<&str> {
        self.key
    }

    fn may_be_repeated(&self) -> bool {
        false
    }

    fn is_final(&self, failure: &Failure) -> bool {
        let was_called = self.was_called.load(Ordering::Relaxed);
        // A job that cannot be written down, or is gone, is not sent anywhere.
        !was_called || failure.kind.consequence().next == Next::Stop || is_unknown(failure)
    }
}
