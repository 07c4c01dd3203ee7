//! Videos: as pictures of their moments with a transcript, or as text alone: what is said, what is written, what is seen.

use std::sync::Arc;
use std::time::Duration;

use mediary_convert::av::Frame;
use mediary_convert::image::Fit;
use mediary_core::capability::Abilities;
use mediary_core::task::Part;
use mediary_core::{Failure, Media, MediaFormat};

use super::super::documents::{EngineChoice, ReadOptions};
use super::super::routing::shown;
use super::available::{VIDEO_TO_FRAMES, VIDEO_TO_TEXT};
use super::description::{Description, Scene, Shown, description};
use super::extract::{Extract, Section};
use super::jobs::Job;
use super::made::{Made, Piece};
use super::memo::{self, Memo};
use super::{Treatments, audio, documents, help};

/// Why nothing of a silent video can be told.
const UNSEEN: &str = "there is no sound in this video, and ffmpeg, which takes pictures out of it, is not on the search path; \
                      install it and start Mediary anew, or send pictures";

/// Moments of a video.
struct Moments {
    frames: Vec<Frame>,
    length: Duration,
}

impl Treatments {
    /// A video as pictures of its moments, and what is said in it.
    pub(super) async fn frames(&self, job: Job<'_>) -> Result<Made, Failure> {
        let recipe = &self.pipelines.video_to_frames;
        let taken = job.abilities.acceptance(MediaFormat::Jpeg);
        let fit =
            recipe.jpeg.fit(taken.and_then(|taken| taken.side_pixels), taken.and_then(|taken| taken.bytes), false);
        let most = recipe.frames.min(job.files).max(1);
        let Some(Moments { frames, length }) = self.moments(job.media, most, fit.longest_side_px).await? else {
            // There is nothing but sound in it.
            return self.transcript(job.media, job.memo).await.map(Made::quoted);
        };
        let count = frames.len();
        let shown = match count {
            1 => "one moment is shown".to_owned(),
            _ => format!("{count} moments are shown, new scenes first of all"),
        };
        let mut pieces = vec![Piece::Note(format!("of this video of {} {shown}", clock(length)))];
        for frame in frames {
            pieces.push(Piece::Note(format!("at {}", clock(frame.at))));
            pieces.push(Piece::Media(self.frame_fitted(frame.picture, fit).await?));
        }
        let mut by = VIDEO_TO_FRAMES.to_owned();
        if recipe.transcript {
            pieces.push(self.video_words(job.media, job.memo, &mut by).await);
        }
        Ok(Made { pieces, by, hidden: Vec::new(), pages: u32::try_from(count).ok() })
    }

    /// A video as text: what is said, and what a target that sees says of its moments.
    pub(super) async fn video_text(&self, media: &Media, memo: &Memo) -> Result<Arc<Extract>, Failure> {
        let recipe = &self.pipelines.video_to_text;
        let both = (recipe, &self.pipelines.audio_to_text);
        let key = memo::key(media, VIDEO_TO_TEXT, &both, &memo.bounds).await;
        self.remembered.or_read(key, async { self.watched(media, memo).await }).await
    }

    async fn watched(&self, media: &Media, memo: &Memo) -> Result<Extract, Failure> {
        let recipe = &self.pipelines.video_to_text;
        let sees = !help::vision_targets(&self.router.known(), &recipe.describe, &memo.bounds).is_empty();
        let reads = recipe.read && self.installed.ocr;
        let frames = match (sees || reads) && self.installed.ffmpeg {
            true => match self.moments(media, recipe.frames, recipe.longest_side).await? {
                Some(moments) => moments.frames,
                None => return self.transcript(media, memo).await.map(|words| Extract::clone(&words)),
            },
            false => Vec::new(),
        };
        if self.ffmpeg.is_none() && !self.has_sound(media).await? {
            return Err(Failure::unreadable(UNSEEN));
        }
        let written = if reads { self.written_in(&frames).await } else { Written::default() };
        let described = match (sees, frames.is_empty()) {
            (false, _) => Description::NoTarget,
            (true, true) => Description::Failed,
            (true, false) => description(self, &recipe.describe, &memo.bounds, Scene::Video(&frames)).await,
        };
        let heard = self.transcript(media, memo).await;
        told(heard, written, described)
    }

    /// What is written in moments, by the engines here. Writing that stays is given once.
    async fn written_in(&self, frames: &[Frame]) -> Written {
        let options = ReadOptions { engine: EngineChoice::Local, ..ReadOptions::default() };
        let mut written = Written::default();
        let mut last = String::new();
        for frame in frames {
            let reading = match self.reader.read(frame.picture.clone(), &options, &|_, _| {}).await {
                Ok(reading) => reading,
                Err(failure) => {
                    tracing::info!(failure.kind = failure.kind.name(), "a moment of a video goes unread");
                    written.missed = true;
                    continue;
                }
            };
            let text = reading.text().trim().to_owned();
            // Textures are read as letters, with doubt.
            if text.is_empty() || reading.needs_ocr() || text == last {
                continue;
            }
            written.moments.push(format!("at {}: {text}", clock(frame.at)));
            written.by = documents::extract(&reading, &self.pipelines.document_to_text).by;
            last = text;
        }
        written
    }

    /// The words of a video as a piece; why there are none, where there are none.
    async fn video_words(&self, media: &Media, memo: &Memo, by: &mut String) -> Piece {
        if !help::is_heard(&self.router.known(), &self.audio_to_text().asking, &memo.bounds) {
            return Piece::Note("what is said in it is not given: no target may transcribe it".to_owned());
        }
        match self.transcript(media, memo).await {
            Ok(words) => {
                by.push('+');
                by.push_str(&words.by);
                Piece::Quoted(words)
            }
            Err(failure) => {
                tracing::info!(failure.kind = failure.kind.name(), "a video goes without its transcript");
                Piece::Note("what is said in it could not be transcribed".to_owned())
            }
        }
    }

    /// At most so many moments, new scenes first, no two in the same second; `None` where there is sound alone.
    async fn moments(&self, media: &Media, most: u32, side_px: u32) -> Result<Option<Moments>, Failure> {
        let ffmpeg = self.ffmpeg()?;
        let input = audio::opened(media).await?;
        // One child at a time, for all that is to be done.
        let _child = self.reader.child().await?;
        let facts = ffmpeg.facts(&input).await?;
        if facts.is_some_and(|facts| !facts.has_picture) {
            return Ok(None);
        }
        if let Some(facts) = &facts {
            ffmpeg.check(facts, Duration::from_secs(self.limits.audio.seconds.into()))?;
        }
        // A container that is streamed does not say how long it plays.
        let length = match facts.and_then(|facts| facts.length) {
            Some(length) => length,
            None => ffmpeg.length(&input).await?,
        };
        let frames = ffmpeg.moments(&input, length, most, side_px).await?;
        if frames.is_empty() {
            return Err(Failure::unreadable(format!("there is nothing to see in this {}; send another", media.format)));
        }
        let kept = frames.into_iter().map(|frame| Ok(Frame { picture: self.reader.kept(frame.picture)?, ..frame }));
        Ok(Some(Moments { frames: kept.collect::<Result<_, Failure>>()?, length }))
    }

    /// A scene as a target takes it; `None` where it takes nothing of it.
    ///
    /// # Errors
    /// When a picture cannot be decoded.
    pub(super) async fn shown_to(&self, scene: Scene<'_>, row: &Abilities) -> Result<Option<Shown>, Failure> {
        match scene {
            Scene::Picture(picture) => Ok(self.picture_for(picture, row).await?.map(|picture| vec![shown(picture)])),
            Scene::Video(frames) => Ok(moments_for(row, frames)),
        }
    }

    async fn frame_fitted(&self, picture: Media, fit: Fit) -> Result<Media, Failure> {
        if fit.max_bytes.is_none_or(|most| picture.blob.len_bytes() <= most) {
            return Ok(picture);
        }
        self.fitted(&picture, fit).await
    }
}

/// What is written in the moments of a video.
#[derive(Debug, Default)]
struct Written {
    moments: Vec<String>,
    by: String,
    /// Whether one of them could not be read this time.
    missed: bool,
}

/// Frames for a target that sees, each with its time, as many as it takes.
fn moments_for(row: &Abilities, frames: &[Frame]) -> Option<Shown> {
    let taken = row.acceptance(MediaFormat::Jpeg)?;
    let most = taken.count.map_or(frames.len(), |count| count as usize).min(frames.len());
    if most == 0 {
        return None;
    }
    let chosen = (0..most).map(|step| &frames[step * frames.len() / most]);
    let parts = chosen.flat_map(|frame| [Part::Text(format!("at {}", clock(frame.at))), shown(frame.picture.clone())]);
    Some(parts.collect())
}

/// What is said, written and shown. One of them will do; where what is said or shown is missing, it says so.
fn told(heard: Result<Arc<Extract>, Failure>, written: Written, described: Description) -> Result<Extract, Failure> {
    let mut sections = Vec::new();
    let mut by = Vec::new();
    let mut settled = true;
    let mut failed = None;
    match heard {
        Ok(words) => {
            settled &= words.settled;
            by.push(words.by.clone());
            let text: Vec<&str> = words.sections.iter().map(|section| section.text.as_str()).collect();
            sections.push(Section::new("what is said in it", text.join("\n")));
        }
        Err(failure) => failed = Some(failure),
    }
    settled &= !written.missed;
    if !written.moments.is_empty() {
        sections.push(Section::new("what is written in it", written.moments.join("\n")));
        by.push(written.by);
    }
    match described {
        Description::Text { text, by: target } => {
            sections.push(Section::new(format!("what it shows, as {target} describes it"), text));
            by.push(target);
        }
        Description::NoTarget if failed.is_none() => {
            sections.push(Section::new("what it shows", "(no target could be asked to describe it)"));
        }
        Description::Failed if failed.is_none() => {
            settled = false;
            sections.push(Section::new("what it shows", "(it could not be described)"));
        }
        Description::NoTarget | Description::Failed => {}
    }
    if let Some(failure) = failed {
        if sections.is_empty() {
            return Err(failure);
        }
        settled = false;
        sections.insert(0, Section::new("what is said in it", "(it could not be transcribed)"));
    }
    Ok(Extract { sections, by: by.join("+"), hidden: Vec::new(), pages: None, settled })
}

/// `1:02:03`, `0:07`.
pub(super) fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

#[cfg(test)]
mod tests {
    use mediary_core::FailureKind;

    use super::*;

    #[test]
    fn times_are_written_as_people_do() {
        for (seconds, expected) in [(7, "0:07"), (83, "1:23"), (3_723, "1:02:03")] {
            assert_eq!(clock(Duration::from_secs(seconds)), expected);
        }
    }

    #[test]
    fn one_of_sound_and_sight_will_do_and_the_other_is_not_passed_over() {
        let words = || Ok(Arc::new(Extract::plain("hello".to_owned(), "far/ear")));
        let deaf = || Err(Failure::new(FailureKind::TimedOut, "no ear"));
        let seen = || Description::Text { text: "a dog".to_owned(), by: "far/eye".to_owned() };
        type Row = (Result<Arc<Extract>, Failure>, Description, Option<(Vec<&'static str>, bool)>);
        let rows: Vec<Row> = vec![
            (words(), seen(), Some((vec!["hello", "a dog"], true))),
            (deaf(), seen(), Some((vec!["(it could not be transcribed)", "a dog"], false))),
            (words(), Description::NoTarget, Some((vec!["hello", "(no target could be asked to describe it)"], true))),
            (words(), Description::Failed, Some((vec!["hello", "(it could not be described)"], false))),
            (deaf(), Description::NoTarget, None),
        ];
        for (heard, described, expected) in rows {
            let made = told(heard, Written::default(), described).ok();
            let made = made.as_ref().map(|extract| {
                (extract.sections.iter().map(|section| section.text.as_str()).collect::<Vec<_>>(), extract.settled)
            });
            assert_eq!(made, expected);
        }
        let written =
            Written { moments: vec!["at 0:07: EXIT".to_owned()], by: "local/reader".to_owned(), missed: true };
        let made = told(deaf(), written, Description::NoTarget).unwrap();
        let texts: Vec<&str> = made.sections.iter().map(|section| section.text.as_str()).collect();
        assert_eq!(texts, ["(it could not be transcribed)", "at 0:07: EXIT"]);
        assert_eq!((made.by.as_str(), made.settled), ("local/reader", false));
    }
}
