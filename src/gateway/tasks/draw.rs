//! Pictures: made by a target, then what the client asked for, whatever the target gave: of the right size, in the right
//! format, as many as were wanted, by several calls where it takes them.
//!
//! A picture that cannot be decoded, is none, or has one colour is a failure, and so is a call whose end is not known: the
//! next target is asked. The same target is never asked twice for the same picture, since each may have to be paid for, and
//! of several pictures one that may have been paid for is not asked for again at all. What is done to a picture is in `retouch`
//! next door, how it comes to the client in `drawing`.

use std::borrow::Cow;
use std::sync::Arc;

use futures_util::future::join_all;
use mediary_convert::image::{Mask, Pictures, loses_by_quality};
use mediary_core::capability::{Abilities, MaskForm, TaskKind};
use mediary_core::plan::{Candidate, Demand, Want};
use mediary_core::task::{ImageJob, ImageWork, PartPath, ReplyEvent, Task};
use mediary_core::{Failure, FailureKind, Media, MediaFormat, MediaKind, Next, Target};

use super::super::Gateway;
use super::super::routing::{
    Answer, Bounds, CallError, Fleet, Planned, Prepared, Route, TaskRequest, TreatmentNote, Verdict, Work,
};
use super::super::safety::Way;
use super::drawing::{Drawing, Made};
use super::retouch::Wanted;
use super::sides;

/// So many calls for one request are under way at once.
const CALLS_AT_ONCE: usize = 4;
impl Gateway {
    /// Makes pictures. Dropping the future, or what it gives, ends the calls to the providers.
    ///
    /// # Errors
    /// When a picture of the request cannot be used, no target can be asked, or none made one.
    pub async fn draw(self: &Arc<Self>, request: TaskRequest) -> Result<Drawing, CallError> {
        self.router.discover().await;
        let fleet = self.router.fleet();
        let TaskRequest { task, model, bounds, .. } = request;
        let planned = self.plan_pictures(&fleet, &task, &model, &bounds)?;
        let Task::Image(job) = task else { return Err(other_task().into()) };
        let mask = self.checked(&job).await?;
        let wanted = Wanted {
            size: job.size,
            ratio: job.ratio.filter(|_| job.size.is_none()),
            format: job.format,
            quality: job.compression,
            strict: bounds.strict,
        };
        let work = DrawWork { gateway: self, fleet: &fleet, job: &job, count: job.count, mask, wanted };
        if job.partial_images.is_some() && job.count == 1 {
            return Box::pin(self.router.run(&fleet, &planned, &work.asking(1))).await?.answered(&self.router, &fleet);
        }
        let job = ImageJob { partial_images: None, ..job.clone() };
        let work = DrawWork { job: &job, ..work };
        self.all(&fleet, planned, &work).await
    }

    /// The plan for pictures. Nothing is called, and no picture is opened.
    pub(super) fn plan_pictures(
        &self,
        fleet: &Fleet,
        task: &Task,
        model: &str,
        bounds: &Bounds,
    ) -> Result<Planned, CallError> {
        let Task::Image(job) = task else { return Err(other_task().into()) };
        sides::are_possible(job, bounds.strict)?;
        let want = match self.router.resolve(fleet, task.kind(), model, None)? {
            Want::Targets(targets) => targets,
            Want::Tier(_) | Want::Any => in_order(fleet, task.kind()),
        };
        let mut demand = Demand::of(task, Vec::new());
        if bounds.strict {
            demand.hard.size = job.size;
            demand.hard.ratio = job.ratio.filter(|_| job.size.is_none());
        }
        let policy = self.router.policy(Want::Targets(want), bounds);
        self.router.plan(fleet, demand, &policy, &[], bounds)
    }

    /// Opens the pictures that a job begins with; gives its mask, understood.
    async fn checked(&self, job: &ImageJob) -> Result<Option<Arc<Mask>>, Failure> {
        let place = |index: usize| match job.work.sources().len() {
            1 => PartPath::Field("image"),
            _ => PartPath::Item("image", index),
        };
        let mut first = None;
        for (index, source) in job.work.sources().iter().enumerate() {
            if source.kind() != MediaKind::Image {
                let detail = format!("it is {}, not a picture", source.format);
                return Err(Failure::unsupported(detail).at(place(index)));
            }
            let at = |failure: Failure| failure.at(place(index));
            let pictures = self.reader.pictures(source).await.map_err(at)?;
            // To the end: half a picture is not worth its price.
            let decoded =
                |pictures: &Pictures, _hold| pictures.decode(0).map(|raster| (raster.width(), raster.height()));
            let sides = self.reader.with_picture(&pictures, 0, decoded).await.map_err(at)?;
            mediary_convert::image::whole(source).map_err(at)?;
            self.safety.check(&self.reader, source, Way::In).await.map_err(at)?;
            first.get_or_insert(sides);
        }
        let (Some(mask), Some(first)) = (job.work.mask(), first) else { return Ok(None) };
        let at_mask = |failure: Failure| failure.at(PartPath::Field("mask"));
        let pictures = self.reader.pictures(mask).await.map_err(at_mask)?;
        let mask = self.reader.with_picture(&pictures, 0, |pictures, _hold| pictures.mask()).await.map_err(at_mask)?;
        let (width, height) = first;
        if (mask.width, mask.height) != (width, height) {
            let detail = format!(
                "the mask is {} × {} pixels and the picture {width} × {height}; send one of the same size",
                mask.width, mask.height
            );
            return Err(at_mask(Failure::malformed(detail)));
        }
        Ok(Some(Arc::new(mask)))
    }

    /// All pictures of a request, by as many calls as it takes. The first goes by itself: where it was answered the others go
    /// first.
    async fn all(
        self: &Arc<Self>,
        fleet: &Fleet,
        mut planned: Planned,
        work: &DrawWork<'_>,
    ) -> Result<Drawing, CallError> {
        let count = work.job.count;
        let first = work.asking(count);
        let first = Box::pin(self.router.run(fleet, &planned, &first)).await?.answered(&self.router, fleet)?;
        let mut drawing = first;
        put_first(&mut planned, &drawing.route);
        let per_call =
            planned.plan.candidates.first().map_or(1, |best| fleet.matrix.rows()[best.row].images.count).max(1);
        // Pictures that are not asked for again.
        let mut given_up = 0;
        loop {
            let missing = count.saturating_sub(drawing.count() + given_up);
            if missing == 0 {
                break;
            }
            let calls = (missing.div_ceil(per_call) as usize).min(CALLS_AT_ONCE);
            let asked = (0..calls as u32).map(|call| work.asking((missing - call * per_call).min(per_call)));
            let works: Vec<DrawWork<'_>> = asked.collect();
            let runs = works.iter().map(|work| Box::pin(self.router.run(fleet, &planned, work)));
            let mut has_more = false;
            for (ran, work) in join_all(runs).await.into_iter().zip(&works) {
                match ran.map_err(CallError::from).and_then(|ran| ran.answered(&self.router, fleet)) {
                    Ok(more) => {
                        has_more = true;
                        drawing.join(more);
                    }
                    // What is there is paid for, and worth more than an error.
                    Err(error) if is_settled(&error) => given_up += work.count,
                    Err(_) => {}
                }
            }
            if !has_more {
                break;
            }
        }
        if drawing.count() < count {
            drawing.route.drops("n");
        }
        Ok(drawing)
    }
}

/// The targets that do such work, in the order in which they are asked. One whose end is announced has to be named.
fn in_order(fleet: &Fleet, task: TaskKind) -> Vec<Target> {
    let is_meant = |row: &&Abilities| row.does(task) && !row.lifecycle.is_asked_by_name_only();
    let mut rows: Vec<&Abilities> = fleet.matrix.rows().iter().filter(is_meant).collect();
    rows.sort_by_key(|row| row.priority);
    rows.into_iter().map(|row| row.target.clone()).collect()
}

/// Whether pictures that failed so are not asked for again: they may have been made and charged for, or are refused.
fn is_settled(error: &CallError) -> bool {
    let is_final = |kind: &FailureKind| kind.may_be_billed() || kind.consequence().next == Next::Stop;
    match error {
        CallError::Failed(failure) => is_final(&failure.kind) || matches!(failure.kind, FailureKind::Busy { .. }),
        CallError::Exhausted(exhausted) => exhausted.tried.iter().any(|tried| is_final(&tried.kind)),
        CallError::UnknownModel { .. } | CallError::NoProviders { .. } | CallError::Unplannable(_) => true,
    }
}

/// Puts the target that answered before the others.
fn put_first(planned: &mut Planned, route: &Route) {
    planned.plan.candidates.sort_by_key(|candidate| candidate.target != route.target);
}

fn other_task() -> Failure {
    Failure::broken("another task was taken for pictures")
}

/// Pictures of one call in the attempt loop.
#[derive(Clone)]
struct DrawWork<'a> {
    gateway: &'a Arc<Gateway>,
    fleet: &'a Fleet,
    job: &'a ImageJob,
    /// How many are still wanted.
    count: u32,
    mask: Option<Arc<Mask>>,
    wanted: Wanted,
}

impl DrawWork<'_> {
    /// The same for so many pictures.
    fn asking(&self, count: u32) -> Self {
        Self { count, ..self.clone() }
    }

    /// Whether a target is told how much a picture may lose.
    fn sends_compression(&self, row: &Abilities, candidate: &Candidate) -> bool {
        self.job.compression.is_some()
            && self.job.format.is_none_or(|format| row.gives.contains(&format))
            && !candidate.dropped.iter().any(|name| name == "output_compression")
    }

    /// What pictures begin with, as a target takes it.
    async fn work(&self, row: &Abilities, notes: &mut Vec<TreatmentNote>) -> Result<ImageWork, Failure> {
        let taken = |media: &Media| match row.accepts.iter().any(|accepted| accepted.format.kind() == MediaKind::Image)
        {
            true => row.acceptance(media.format).is_some(),
            false => matches!(media.format, MediaFormat::Png | MediaFormat::Jpeg | MediaFormat::Webp),
        };
        let mut sources = Vec::new();
        for source in self.job.work.sources() {
            if taken(source) {
                sources.push(source.clone());
                continue;
            }
            sources.push(self.gateway.as_png(source).await?);
            notes.push(note("image", MediaFormat::Png.name()));
        }
        let mask = match (self.job.work.mask(), &self.mask, row.images.mask) {
            (Some(sent), Some(mask), Some(form)) => Some(mask_for(sent, mask, form, notes)?),
            _ => None,
        };
        Ok(match &self.job.work {
            ImageWork::Generation => ImageWork::Generation,
            ImageWork::Edit { .. } => ImageWork::Edit { sources, mask },
            ImageWork::Variation(source) => ImageWork::Variation(sources.pop().unwrap_or_else(|| source.clone())),
        })
    }
}

/// A mask as a target wants it. One that is right already goes as the file it was.
fn mask_for(sent: &Media, mask: &Mask, form: MaskForm, notes: &mut Vec<TreatmentNote>) -> Result<Media, Failure> {
    let alpha = mask.as_alpha()?;
    match form {
        MaskForm::Alpha if sent.format == MediaFormat::Png && has_alpha(sent) => Ok(sent.clone()),
        MaskForm::Alpha => {
            notes.push(note("mask", "alpha"));
            Ok(alpha)
        }
        MaskForm::BlackAndWhite => {
            notes.push(note("mask", "black_and_white"));
            mask.as_black_and_white()
        }
    }
}

/// Whether a PNG's header says that its pixels have an alpha channel: colour types 4 and 6 (PNG, section 11.2.2).
fn has_alpha(media: &Media) -> bool {
    matches!(media.blob.head().get(25), Some(4 | 6))
}

/// What a provider says of a model that it does not find at the route of some of its work is not said of the model.
pub(super) fn of_this_task_only(failure: Failure) -> Failure {
    match failure.kind {
        FailureKind::ModelGone => Failure { kind: FailureKind::Unacceptable, ..failure },
        _ => failure,
    }
}

pub(super) fn note(field: &'static str, by: impl Into<String>) -> TreatmentNote {
    TreatmentNote { place: PartPath::Field(field), does: "transcode", by: by.into(), pages: None, hidden: Vec::new() }
}

impl Work for DrawWork<'_> {
    type Answer = Drawing;

    async fn prepare<'a>(&'a self, candidate: &'a Candidate, row: &'a Abilities) -> Result<Prepared<'a>, Failure> {
        let mut notes = Vec::new();
        let work = self.work(row, &mut notes).await?;
        let mut job = ImageJob { work, count: self.count.min(row.images.count.max(1)), ..self.job.clone() };
        // By numbers or by a ratio, as the target has it; what comes is made to fit afterwards.
        let asked = match (self.job.size, self.job.ratio) {
            (Some(size), _) => row.images.nearest(size).asked,
            (None, Some(ratio)) => row.images.nearest_ratio(ratio).asked,
            (None, None) => None,
        };
        match row.images.goes_by_ratio() {
            true => job.ratio = asked,
            false => (job.size, job.ratio) = (asked, None),
        }
        if !self.sends_compression(row, candidate) {
            job.compression = None;
        }
        job.format = job.format.filter(|format| row.gives.contains(format));
        if !row.streaming {
            job.partial_images = None;
        }
        Ok(Prepared { task: Cow::Owned(Task::Image(job)), notes })
    }

    async fn judge(&self, mut answer: Box<Answer>, candidate: &Candidate) -> Result<Verdict<Drawing>, Failure> {
        let is_picture = |event: &ReplyEvent| matches!(event, ReplyEvent::Picture(_));
        // What the target lacks is made here.
        answer
            .route
            .dropped
            .retain(|name| !matches!(name.as_str(), "output_compression" | "output_format" | "response_format"));
        if let (Some(size), Some(ratio)) = (self.job.size, self.job.ratio)
            && !size.has_ratio(ratio)
        {
            answer.route.drops("aspect_ratio");
        }
        let row = &self.fleet.matrix.rows()[candidate.row];
        let is_left_to_us = self.job.compression.is_some() && !self.sends_compression(row, candidate);
        if answer.is_stream {
            if is_left_to_us && !self.job.format.is_some_and(loses_by_quality) {
                answer.route.drops("output_compression");
            }
            answer.until(is_picture, |_| false).await?;
            let stages = self.job.partial_images.unwrap_or(0);
            let drawing = Drawing::growing(self.gateway.clone(), answer, self.wanted.clone(), stages);
            return drawing.begun().await.map(Verdict::Answer);
        }
        let mut made = Vec::new();
        let (whole, _) = answer.fold(is_picture).await?;
        let mut route = answer.route.clone();
        for picture in whole.pictures.into_iter().take(self.count as usize) {
            let Made { media, width, height, revised_prompt, notes } =
                self.gateway.retouched(picture, &self.wanted).await?;
            route
                .treatments
                .extend(notes.iter().filter(|note| !route.treatments.contains(note)).cloned().collect::<Vec<_>>());
            made.push(Made { media, width, height, revised_prompt, notes });
        }
        if is_left_to_us && !made.iter().all(|made| loses_by_quality(made.media.format)) {
            route.drops("output_compression");
        }
        Ok(Verdict::Answer(Drawing::complete(self.gateway.clone(), route, made, answer.usage())))
    }

    /// A target that does not change pictures in this way may still make them.
    fn placed(&self, failure: Failure) -> Failure {
        match self.job.work {
            ImageWork::Generation => failure,
            ImageWork::Edit { .. } | ImageWork::Variation(_) => of_this_task_only(failure),
        }
    }

    /// Each picture may have been paid for.
    fn may_be_repeated(&self) -> bool {
        false
    }

    /// What there is no room for here was made all the same: another target would only make it again.
    fn is_final(&self, failure: &Failure) -> bool {
        failure.kind.consequence().next == Next::Stop || matches!(failure.kind, FailureKind::Busy { .. })
    }
}
