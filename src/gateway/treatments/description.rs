//! Descriptions: a target that sees is asked what there is to see. An answer is any text.
//!
//! The request's bounds hold for it. That no target answers is no failure here; what to say then is the caller's affair.

use mediary_convert::av::Frame;
use mediary_core::capability::Abilities;
use mediary_core::plan::{Candidate, Demand, Want};
use mediary_core::task::{Part, Task};
use mediary_core::{Failure, FailureKind, Media, Target};

use super::super::routing::{Answer, Bounds, Prepared, Verdict, Work, question, text_of};
use super::Treatments;
use super::help::vision_targets;
use super::recipes::Asking;

/// What is to be described.
#[derive(Debug, Clone, Copy)]
pub(super) enum Scene<'a> {
    /// A picture.
    Picture(&'a Media),
    /// Moments of a video.
    Video(&'a [Frame]),
}

/// What came of asking for a description.
#[derive(Debug)]
pub(super) enum Description {
    /// This, by this target.
    Text { text: String, by: String },
    /// There is no target to ask.
    NoTarget,
    /// No target answered this time.
    Failed,
}

/// A scene as a target takes it.
pub(super) type Shown = Vec<Part>;

/// Asks for a description.
pub(super) async fn description(
    treatments: &Treatments,
    asking: &Asking,
    bounds: &Bounds,
    scene: Scene<'_>,
) -> Description {
    let router = &treatments.router;
    let fleet = router.fleet();
    let targets: Vec<Target> =
        vision_targets(&fleet.matrix, asking, bounds).into_iter().map(|row| row.target.clone()).collect();
    if targets.is_empty() {
        return Description::NoTarget;
    }
    let task = Task::Chat(question(&asking.prompt, asking.most_tokens, []));
    let policy = router.policy(Want::Targets(targets), bounds);
    let Ok(mut planned) = router.plan(&fleet, Demand::of(&task, Vec::new()), &policy, &[], bounds) else {
        return Description::Failed;
    };
    planned.plan.candidates.truncate(asking.most_asked);
    let work = DescribeWork { treatments, asking, scene };
    match router.run(&fleet, &planned, &work).await {
        Ok(ran) => match ran.answer {
            Some((text, by)) => Description::Text { text, by },
            None => Description::Failed,
        },
        Err(failure) => {
            tracing::debug!(failure.kind = failure.kind.name(), "nothing was described");
            Description::Failed
        }
    }
}

struct DescribeWork<'a> {
    treatments: &'a Treatments,
    asking: &'a Asking,
    scene: Scene<'a>,
}

impl Work for DescribeWork<'_> {
    /// The text, and the target that wrote it.
    type Answer = (String, String);

    async fn prepare<'a>(&'a self, _candidate: &'a Candidate, row: &'a Abilities) -> Result<Prepared<'a>, Failure> {
        let shown = self.treatments.shown_to(self.scene, row).await?;
        let shown = shown.ok_or_else(|| Failure::unsupported(format!("{} takes no such pictures", row.target)))?;
        let Asking { prompt, most_tokens, .. } = self.asking;
        Ok(Prepared::made(Task::Chat(question(prompt, *most_tokens, shown))))
    }

    async fn judge(&self, mut answer: Box<Answer>, _: &Candidate) -> Result<Verdict<(String, String)>, Failure> {
        let text = text_of(&mut answer).await?;
        Ok(Verdict::Answer((text, answer.route.target.to_string())))
    }

    /// That one target refuses is no verdict on the request; only a client that has left ends the search.
    fn is_final(&self, failure: &Failure) -> bool {
        failure.kind == FailureKind::ClientGone
    }
}
