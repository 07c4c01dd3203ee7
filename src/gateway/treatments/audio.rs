//! Sounds: in another encoding, or as a transcript by a target that transcribes.

use std::sync::Arc;

use mediary_convert::av::{AvInput, Ffmpeg, SoundOrder};
use mediary_core::capability::{Abilities, PartShape, TaskKind};
use mediary_core::plan::{Demand, Want};
use mediary_core::task::PartPath;
use mediary_core::{Failure, FailureKind, Media, MediaFormat, MediaKind, Next};

use super::super::blocking;
use super::super::routing::{Bounds, CallError, Fleet, Planned, Tried};
use super::available::{AUDIO_TO_AUDIO, AUDIO_TO_TEXT};
use super::extract::{Extract, Section};
use super::jobs::Job;
use super::made::Made;
use super::memo::{self, Memo};
use super::transcription::{Transcript, TranscriptWork};
use super::{Treatments, help};

impl Treatments {
    /// A sound in another encoding.
    pub(super) async fn sound(&self, job: Job<'_>, to: MediaFormat) -> Result<Made, Failure> {
        let recipe = &self.pipelines.audio_to_audio;
        let order = self.order(to, job.abilities, recipe.sample_rate, recipe.bitrate_kbps);
        Ok(Made::media(self.encoded_as(job.media, &order).await?, AUDIO_TO_AUDIO))
    }

    /// A recording in an encoding that a target takes, for a transcript.
    ///
    /// # Errors
    /// When ffmpeg is not installed, or the recording is damaged or silent by form.
    pub(super) async fn encoded(&self, recording: &Media, to: MediaFormat, row: &Abilities) -> Result<Media, Failure> {
        let recipe = self.pipelines.audio_to_text.sound;
        self.encoded_as(recording, &self.order(to, row, recipe.sample_rate, recipe.bitrate_kbps)).await
    }

    fn order(&self, format: MediaFormat, row: &Abilities, sample_rate_hz: u32, bitrate_kbps: u32) -> SoundOrder {
        let taken = row.acceptance(format).and_then(|acceptance| acceptance.bytes);
        SoundOrder { format, sample_rate_hz, bitrate_kbps, max_bytes: taken.unwrap_or(self.limits.audio.bytes.get()) }
    }

    async fn encoded_as(&self, media: &Media, order: &SoundOrder) -> Result<Media, Failure> {
        let sound = self.sound_of(media, *order).await?;
        sound.ok_or_else(|| Failure::unreadable("there is no sound in this file; send another"))
    }

    /// What is said in a sound or a video.
    pub(super) async fn transcript(&self, media: &Media, memo: &Memo) -> Result<Arc<Extract>, Failure> {
        let key = memo::key(media, AUDIO_TO_TEXT, &self.pipelines.audio_to_text, &memo.bounds);
        self.remembered.or_read(key, async { self.heard(media, memo).await }).await
    }

    /// Asks one target after the other until one hears a word. That none does is an answer if all that were asked say so.
    async fn heard(&self, media: &Media, memo: &Memo) -> Result<Extract, Failure> {
        let from_video;
        let recording = match media.kind() {
            MediaKind::Video => match self.sound_track(media).await? {
                Some(sound) => {
                    from_video = sound;
                    &from_video
                }
                None => return Ok(Extract::plain("(it has no sound)".to_owned(), AUDIO_TO_TEXT)),
            },
            MediaKind::Audio | MediaKind::Text | MediaKind::Image | MediaKind::Document => media,
        };
        let fleet = self.router.fleet();
        let mut planned = self
            .plan_transcript(&fleet, recording, Want::Any, &memo.bounds)
            .map_err(|_| unheard(Vec::new(), "no target that may be asked now transcribes it"))?;
        let asking = &self.pipelines.audio_to_text.asking;
        planned.plan.candidates.truncate(asking.most_asked);
        let work = TranscriptWork { treatments: self, asking, recording };
        let ran = self.router.run(&fleet, &planned, &work).await?;
        if let Some(Transcript { words, by }) = ran.answer {
            let sections = vec![Section::new("what is said in it", words)];
            return Ok(Extract { sections, ..Extract::plain(String::new(), by) });
        }
        if ran.doubted.is_empty() {
            return Err(unheard(ran.tried, "no target transcribed it"));
        }
        let settled = ran.tried.is_empty();
        let by: Vec<String> = ran.doubted.into_iter().map(|doubted| doubted.by).collect();
        Ok(Extract { settled, ..Extract::plain("(there is no speech in it)".to_owned(), by.join("+")) })
    }

    /// The plan for a transcript: by the targets that are wanted; by any, those that transcribe come first, then those
    /// that listen and chat, as the recipe has it.
    pub(in super::super) fn plan_transcript(
        &self,
        fleet: &Fleet,
        recording: &Media,
        want: Want,
        bounds: &Bounds,
    ) -> Result<Planned, CallError> {
        let want = match want {
            Want::Targets(targets) => Want::Targets(targets),
            Want::Tier(_) | Want::Any => {
                let rows = help::transcribers(&fleet.matrix, &self.pipelines.audio_to_text.asking, bounds);
                Want::Targets(rows.into_iter().map(|row| row.target.clone()).collect())
            }
        };
        let policy = self.router.policy(want, bounds);
        let part = PartShape {
            place: PartPath::Field("file"),
            format: recording.format,
            bytes: recording.blob.len_bytes(),
            side_pixels: None,
            seconds: None,
            pages: None,
            in_tool_result: false,
        };
        let demand = Demand { task: TaskKind::Transcription, parts: vec![part], ..Demand::default() };
        // A recording that is to become text does not become it on the way.
        let recipes: Vec<_> = self
            .recipes(&fleet.matrix, bounds)
            .iter()
            .filter(|recipe| recipe.name.as_str() == AUDIO_TO_AUDIO)
            .cloned()
            .collect();
        self.router.plan(fleet, demand, &policy, &recipes)
    }

    /// The sound of a video, in the encoding that most targets take; `None` if it has none.
    async fn sound_track(&self, video: &Media) -> Result<Option<Media>, Failure> {
        let recipe = self.pipelines.audio_to_text.sound;
        let order = SoundOrder {
            format: MediaFormat::Mp3,
            sample_rate_hz: recipe.sample_rate,
            bitrate_kbps: recipe.bitrate_kbps,
            max_bytes: self.limits.audio.bytes.get(),
        };
        self.sound_of(video, order).await
    }

    /// The sound of a file, with room for as much as it may become.
    async fn sound_of(&self, media: &Media, order: SoundOrder) -> Result<Option<Media>, Failure> {
        let ffmpeg = self.ffmpeg()?;
        let input = opened(media).await?;
        let (mut room, most) = self.reader.room_for_sound(order.max_bytes)?;
        let _child = self.reader.child().await?;
        let sound = ffmpeg.sound(&input, &SoundOrder { max_bytes: most, ..order }).await?;
        Ok(sound.map(|sound| {
            room.shrink_to(sound.blob.len_bytes());
            Media { blob: sound.blob.held(room.hold()), ..sound }
        }))
    }

    pub(super) fn ffmpeg(&self) -> Result<&Ffmpeg, Failure> {
        let missing = || Failure::new(FailureKind::NotInstalled, "ffmpeg is not installed; install it and start anew");
        self.ffmpeg.as_ref().ok_or_else(missing)
    }
}

/// A sound or video where ffmpeg can read it.
pub(in super::super) async fn opened(media: &Media) -> Result<AvInput, Failure> {
    let media = media.clone();
    blocking::run(move || AvInput::of(&media)).await
}

/// No target gave a transcript. That one would not, or was asked wrongly, is no verdict on the request.
fn unheard(tried: Vec<Tried>, what: &str) -> Failure {
    let kind = tried.last().map(|tried| tried.kind.clone());
    let kind = kind.filter(|kind| kind.consequence().next != Next::Stop).unwrap_or(FailureKind::Unacceptable);
    let whys: Vec<String> = tried.into_iter().map(|tried| format!("{}: {}", tried.target, tried.why)).collect();
    let detail = if whys.is_empty() { what.to_owned() } else { format!("{what} ({})", whys.join("; ")) };
    Failure::new(kind, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_transcript_is_no_verdict_on_the_request() {
        let rows = [
            (vec![], FailureKind::Unacceptable, "no target"),
            (vec![FailureKind::ContentRefused], FailureKind::Unacceptable, "far/ear: no"),
            (vec![FailureKind::Malformed, FailureKind::TimedOut], FailureKind::TimedOut, "far/ear: no; far/ear: no"),
        ];
        for (kinds, expected, words) in rows {
            let target: mediary_core::Target = "far/ear".parse().unwrap();
            let tried =
                kinds.into_iter().map(|kind| Tried { target: target.clone(), kind, why: "no".to_owned(), place: None });
            let failure = unheard(tried.collect(), "no target");
            assert_eq!(failure.kind, expected);
            assert!(failure.detail.contains(words), "{failure}");
        }
    }
}
