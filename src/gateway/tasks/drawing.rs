//! Pictures as they come to the client: all at once, or one as it grows.

use std::collections::VecDeque;
use std::sync::Arc;

use mediary_core::task::{ImageSize, Picture, PicturePlace, ReplyEvent, Usage};
use mediary_core::{Failure, Media};

use super::super::Gateway;
use super::super::routing::{Answer, Route, TreatmentNote};
use super::retouch::Wanted;

/// A picture that was made.
#[derive(Debug, Clone)]
pub struct Made {
    /// The file.
    pub media: Media,
    /// Its columns.
    pub width: u32,
    /// Its rows.
    pub height: u32,
    /// What the target made of the prompt.
    pub revised_prompt: Option<String>,
    /// What was done to it here.
    pub notes: Vec<TreatmentNote>,
}

/// A stage of a picture.
#[derive(Debug, Clone)]
pub struct Stage {
    /// Which, from 0.
    pub index: u32,
    /// The file.
    pub media: Media,
    /// Its columns and rows, where its beginning tells.
    pub size: Option<ImageSize>,
}

/// Something of a picture to show.
#[derive(Debug, Clone)]
pub enum Drawn {
    /// A stage of it, as the target gave it.
    Stage(Stage),
    /// It is finished.
    Picture(Box<Made>),
}

/// Pictures on their way. Dropping it ends the call that is under way.
#[derive(Debug)]
pub struct Drawing {
    /// Where they come from.
    pub route: Route,
    gateway: Arc<Gateway>,
    ready: VecDeque<Drawn>,
    usage: Usage,
    /// What is still to come of one that grows.
    growing: Option<Growth>,
}

#[derive(Debug)]
struct Growth {
    answer: Box<Answer>,
    events: VecDeque<ReplyEvent>,
    wanted: Wanted,
    /// So many stages more are shown: no target gives more than it was asked for, but those that do not know how to be.
    stages_left: u8,
    is_finished: bool,
}

impl Drawing {
    /// Pictures that are all here.
    pub(super) fn complete(gateway: Arc<Gateway>, route: Route, made: Vec<Made>, usage: Usage) -> Self {
        let ready = made.into_iter().map(|made| Drawn::Picture(Box::new(made))).collect();
        Self { route, gateway, ready, usage, growing: None }
    }

    /// A picture that grows, of which up to so many stages are shown.
    pub(super) fn growing(gateway: Arc<Gateway>, answer: Box<Answer>, wanted: Wanted, stages: u8) -> Self {
        let route = answer.route.clone();
        let events = VecDeque::new();
        let growing = Some(Growth { answer, events, wanted, stages_left: stages, is_finished: false });
        Self { route, gateway, ready: VecDeque::new(), usage: Usage::default(), growing }
    }

    /// The same, once its first stage is here: until then another target can be asked.
    pub(super) async fn begun(mut self) -> Result<Self, Failure> {
        let first = self.next().await.unwrap_or_else(|| Err(Answer::empty()))?;
        if let Drawn::Picture(made) = &first {
            self.route.treatments.extend(made.notes.iter().cloned());
        }
        self.ready.push_front(first);
        Ok(self)
    }

    /// How many pictures are here.
    pub(super) fn count(&self) -> u32 {
        let finished = self.ready.iter().filter(|drawn| matches!(drawn, Drawn::Picture(_)));
        u32::try_from(finished.count()).unwrap_or(u32::MAX)
    }

    /// Takes in pictures of the same request that another call made.
    pub(super) fn join(&mut self, other: Self) {
        self.route.join(other.route);
        self.ready.extend(other.ready);
        self.usage.prompt_tokens += other.usage.prompt_tokens;
        self.usage.completion_tokens += other.usage.completion_tokens;
        self.usage.estimated |= other.usage.estimated;
    }

    /// Whether no other picture follows the one that was given out last.
    #[must_use]
    pub fn is_last(&self) -> bool {
        self.ready.is_empty()
    }

    /// What they cost so far.
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.growing.as_ref().map_or(self.usage, |growing| growing.answer.usage())
    }

    /// The next thing to show; `None` after the last picture. Nothing follows a failure.
    pub async fn next(&mut self) -> Option<Result<Drawn, Failure>> {
        if let Some(drawn) = self.ready.pop_front() {
            return Some(Ok(drawn));
        }
        let growing = self.growing.as_mut()?;
        loop {
            match growing.events.pop_front() {
                Some(ReplyEvent::Picture(picture)) => {
                    if picture.stage.is_some() {
                        let Some(left) = growing.stages_left.checked_sub(1) else { continue };
                        growing.stages_left = left;
                    }
                    let drawn = drawn(&self.gateway, *picture, &growing.wanted).await;
                    match &drawn {
                        Ok(Drawn::Picture(_)) => growing.is_finished = true,
                        Ok(Drawn::Stage(_)) => {}
                        Err(_) => self.growing = None,
                    }
                    return Some(drawn);
                }
                Some(_) => {}
                None => match growing.answer.next().await {
                    Some(Ok(frame)) => growing.events.extend(frame.events),
                    Some(Err(failure)) => {
                        self.growing = None;
                        return Some(Err(failure));
                    }
                    None if growing.is_finished => {
                        self.usage = growing.answer.usage();
                        self.growing = None;
                        return None;
                    }
                    None => {
                        self.growing = None;
                        return Some(Err(Answer::empty()));
                    }
                },
            }
        }
    }
}

async fn drawn(gateway: &Arc<Gateway>, picture: Picture, wanted: &Wanted) -> Result<Drawn, Failure> {
    match (picture.stage, &picture.place) {
        (Some(index), PicturePlace::Here(blob)) => {
            let media = gateway.stage_checked(blob.clone()).await?;
            let size = mediary_convert::image::size(&media).map(|(width, height)| ImageSize::new(width, height));
            Ok(Drawn::Stage(Stage { index, media, size }))
        }
        // A stage that would have to be fetched is gone before it is here.
        (Some(_) | None, _) => {
            let made = gateway.retouched(Picture { stage: None, ..picture }, wanted).await?;
            Ok(Drawn::Picture(Box::new(made)))
        }
    }
}
