//! Pictures: made by a target, then what the client asked for, whatever the target gave: of the right size, in the right
//! format, as many as were wanted, by several calls where it takes them.
//!
//! A picture that cannot be decoded, is none, or has one colour is a failure, and the next target is asked. The same target
//! is never asked twice for the same picture, since each may have to be paid for. What is done to a picture is in `retouch`
//! next door, how it comes to the client in `drawing`.

use std::borrow::Cow;
use std::sync::Arc;

use futures_util::future::join_all;
use mediary_convert::image::Mask;
use mediary_core::capability::{Abilities, Lifecycle, MaskForm, TaskKind};
use mediary_core::plan::{Candidate, Demand, Want};
use mediary_core::task::{ImageJob, ImageSize, ImageWork, PartPath, ReplyEvent, Task};
use mediary_core::{Failure, FailureKind, Media, MediaFormat, MediaKind, Next, Target};

use super::super::Gateway;
use super::super::routing::{
    Answer, Bounds, CallError, Fleet, Planned, Prepared, Route, TaskRequest, TreatmentNote, Verdict, Work,
};
use super::super::safety::Way;
use super::drawing::{Drawing, Made};
use super::retouch::Wanted;

/// So many calls for one request are under way at once.
const CALLS_AT_ONCE: usize = 4;
/// More pixels than this are not asked for.
const MOST_SIDE_PX: u32 = 8192;

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
        let wanted = Wanted { size: job.size, format: job.format, quality: job.compression, strict: bounds.strict };
        let work = DrawWork { gateway: self, job: &job, count: job.count, mask, wanted };
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
        if let Some(size) = job.size.filter(|size| size.width.max(size.height) > MOST_SIDE_PX) {
            let detail = format!("a picture of {size} is larger than any target makes; ask for {MOST_SIDE_PX} at most");
            return Err(Failure::malformed(detail).at(PartPath::Field("size")).into());
        }
        let want = match self.router.resolve(fleet, task.kind(), model, None)? {
            Want::Targets(targets) => targets,
            Want::Tier(_) | Want::Any => in_order(fleet, task.kind()),
        };
        let mut demand = Demand::of(task, Vec::new());
        if bounds.strict {
            demand.hard.size = job.size;
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
            let pictures = self.reader.pictures(source).await.map_err(|failure| failure.at(place(index)))?;
            let looked_at = self.safety.check(&self.reader, source, Way::In).await;
            looked_at.map_err(|failure| failure.at(place(index)))?;
            first.get_or_insert(pictures);
        }
        let (Some(mask), Some(first)) = (job.work.mask(), first) else { return Ok(None) };
        let at_mask = |failure: Failure| failure.at(PartPath::Field("mask"));
        let pictures = self.reader.pictures(mask).await.map_err(at_mask)?;
        let mask = self.reader.with_picture(&pictures, 0, |pictures, _hold| pictures.mask()).await.map_err(at_mask)?;
        let (width, height) = self
            .reader
            .with_picture(&first, 0, |pictures, _hold| {
                pictures.decode(0).map(|raster| (raster.width(), raster.height()))
            })
            .await
            .map_err(|failure| failure.at(place(0)))?;
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
        loop {
            let missing = count.saturating_sub(drawing.count());
            if missing == 0 {
                return Ok(drawing);
            }
            let calls = (missing.div_ceil(per_call) as usize).min(CALLS_AT_ONCE);
            let asked = (0..calls as u32).map(|call| work.asking((missing - call * per_call).min(per_call)));
            let works: Vec<DrawWork<'_>> = asked.collect();
            let runs = works.iter().map(|work| Box::pin(self.router.run(fleet, &planned, work)));
            let mut has_more = false;
            for ran in join_all(runs).await {
                match ran.map_err(CallError::from).and_then(|ran| ran.answered(&self.router, fleet)) {
                    Ok(more) => {
                        has_more = true;
                        drawing.join(more);
                    }
                    // What is there is paid for, and worth more than an error.
                    Err(_) => drawing.route.drops("n"),
                }
            }
            if !has_more {
                return Ok(drawing);
            }
        }
    }
}

/// The targets that do such work, in the order in which they are asked. One whose end is announced has to be named.
fn in_order(fleet: &Fleet, task: TaskKind) -> Vec<Target> {
    let is_meant = |row: &&Abilities| row.does(task) && row.lifecycle != Lifecycle::Deprecated;
    let mut rows: Vec<&Abilities> = fleet.matrix.rows().iter().filter(is_meant).collect();
    rows.sort_by_key(|row| row.priority);
    rows.into_iter().map(|row| row.target.clone()).collect()
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

/// A size of this ratio, as large as what most targets make.
fn about_a_megapixel(ratio: ImageSize) -> ImageSize {
    let scale = (1_048_576.0 / ratio.pixels() as f64).sqrt();
    let side = |side: u32| (f64::from(side) * scale).round().max(1.0) as u32;
    ImageSize::new(side(ratio.width), side(ratio.height))
}

/// Whether a PNG's header says that its pixels have an alpha channel: colour types 4 and 6 (PNG, section 11.2.2).
fn has_alpha(media: &Media) -> bool {
    matches!(media.blob.head().get(25), Some(4 | 6))
}

pub(super) fn note(field: &'static str, by: impl Into<String>) -> TreatmentNote {
    TreatmentNote { place: PartPath::Field(field), does: "transcode", by: by.into(), pages: None }
}

impl Work for DrawWork<'_> {
    type Answer = Drawing;

    async fn prepare<'a>(&'a self, candidate: &'a Candidate, row: &'a Abilities) -> Result<Prepared<'a>, Failure> {
        let mut notes = Vec::new();
        let work = self.work(row, &mut notes).await?;
        let mut job = ImageJob { work, count: self.count.min(row.images.count.max(1)), ..self.job.clone() };
        // By numbers or by a ratio, as the target has it; what comes is made to fit afterwards.
        let sides = self.job.size.or(self.job.ratio.map(about_a_megapixel));
        let asked = sides.and_then(|sides| row.images.nearest(sides).asked);
        match row.images.goes_by_ratio() {
            true => job.ratio = asked,
            false => (job.size, job.ratio) = (asked, None),
        }
        if job.format.is_some_and(|format| !row.gives.contains(&format)) {
            (job.format, job.compression) = (None, None);
        }
        if !row.streaming {
            job.partial_images = None;
        }
        if candidate.dropped.iter().any(|name| name == "output_compression") {
            job.compression = None;
        }
        Ok(Prepared { task: Cow::Owned(Task::Image(job)), notes })
    }

    async fn judge(&self, mut answer: Box<Answer>, _: &Candidate) -> Result<Verdict<Drawing>, Failure> {
        let is_picture = |event: &ReplyEvent| matches!(event, ReplyEvent::Picture(_));
        // What the target lacks is made here.
        answer
            .route
            .dropped
            .retain(|name| !matches!(name.as_str(), "output_compression" | "output_format" | "response_format"));
        if answer.is_stream {
            answer.until(is_picture, |_| false).await?;
            let drawing = Drawing::growing(self.gateway.clone(), answer, self.wanted.clone());
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
        Ok(Verdict::Answer(Drawing::complete(self.gateway.clone(), route, made, answer.usage())))
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
