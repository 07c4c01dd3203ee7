//! Sounds: in another encoding, or as a transcript by a target that transcribes.

use std::sync::Arc;
use std::time::Duration;

use mediary_convert::audio::{Caps, Encoding, Pieces, Recording, SoundLimits};
use mediary_convert::av::{AvInput, Ffmpeg};
use mediary_core::capability::{Abilities, PartShape};
use mediary_core::plan::{Demand, TreatmentRecipe, Want};
use mediary_core::task::{PartPath, SoundForm, Task, Times, Transcribe};
use mediary_core::{Failure, FailureKind, Hold, Media, MediaFormat, MediaKind, Next};

use super::super::routing::{Bounds, CallError, Fleet, Planned, Ran, Tried};
use super::super::{blocking, limits};
use super::Treatments;
use super::available::{AUDIO_TO_AUDIO, AUDIO_TO_TEXT};
use super::extract::{Extract, Section};
use super::hearing::{Hearing, Ways, no_audio};
use super::help::{self, Order};
use super::jobs::Job;
use super::made::Made;
use super::memo::{self, Memo};
use super::recipes::{AudioToText, Sound};
use super::transcription::Transcript;
use super::videos::clock;

/// A recording that was encoded for a target is never larger, whatever the target takes.
const MOST_ENCODED_BYTES: u64 = 64 << 20;

impl Treatments {
    /// A sound in another encoding.
    pub(super) async fn sound(&self, job: Job<'_>, to: MediaFormat) -> Result<Made, Failure> {
        let recipe = &self.pipelines.audio_to_audio;
        let (rate_hz, bitrate_kbps) = (Some(recipe.sample_rate), recipe.bitrate_kbps);
        let encoding = Encoding { form: SoundForm::File(to), rate_hz, bitrate_kbps };
        let sound = Box::pin(self.encoded_as(job.media, encoding, job.abilities)).await?;
        Ok(Made::media(sound, AUDIO_TO_AUDIO))
    }

    /// As which sound a film of nothing but sound is given to a target that hears; `None` for all else.
    pub(super) async fn heard_as(&self, job: &Job<'_>) -> Result<Option<MediaFormat>, Failure> {
        let Some(to) = job.hears().filter(|_| job.media.kind() == MediaKind::Video) else { return Ok(None) };
        let recording = self.recording(job.media);
        Ok(blocking::run(move || Ok(recording.is_sound_alone())).await?.then_some(to))
    }

    /// A recording in an encoding that a target takes, for a transcript: as small as recognition of speech stands.
    ///
    /// # Errors
    /// When the recording is damaged, holds no sound, or becomes larger than the target takes.
    pub(super) async fn encoded(&self, recording: &Media, to: MediaFormat, row: &Abilities) -> Result<Media, Failure> {
        self.encoded_as(recording, self.for_transcripts(to), row).await
    }

    /// A sound, or that of a video, written anew for a target, with room for as much as it may become.
    async fn encoded_as(&self, media: &Media, encoding: Encoding, row: &Abilities) -> Result<Media, Failure> {
        let taken = row.acceptance(encoding.file_format()).and_then(|acceptance| acceptance.bytes);
        let most = taken.unwrap_or(self.limits.audio.bytes.get()).min(MOST_ENCODED_BYTES);
        let (mut room, most) = self.reader.room_for_sound(most)?;
        let recording = self.recording(media);
        let _child = self.child_for(&recording).await?;
        let sound = blocking::run(move || recording.encoded(&encoding, most)).await?;
        room.shrink_to(sound.blob.len_bytes());
        Ok(Media { blob: sound.blob.held(room.hold()), ..sound })
    }

    /// A permit for a child process, where a recording can only be decoded by one.
    async fn child_for(&self, recording: &Recording) -> Result<Option<Hold>, Failure> {
        let recording = recording.clone();
        match blocking::run(move || Ok(recording.is_decoded_here())).await? {
            true => Ok(None),
            false => self.reader.child().await.map(Some),
        }
    }

    /// How a recording is written for targets that transcribe.
    pub(super) fn for_transcripts(&self, to: MediaFormat) -> Encoding {
        let Sound { sample_rate, bitrate_kbps } = self.audio_to_text().sound;
        Encoding { form: SoundForm::File(to), rate_hz: Some(sample_rate), bitrate_kbps }
    }

    /// A recording that can be decoded here, piece by piece.
    pub(super) fn recording(&self, media: &Media) -> Recording {
        let limits = SoundLimits::of_seconds(self.limits.audio.seconds.into());
        Recording::new(media.clone(), limits).or_by(self.ffmpeg.clone())
    }

    /// Refuses a medium that is larger than its kind may be.
    ///
    /// # Errors
    /// Too large, with the limit's name.
    pub(in super::super) fn check_size(&self, media: &Media) -> Result<(), Failure> {
        limits::check_size(&self.limits, media)
    }

    /// How many seconds a recording plays, if that can be told.
    ///
    /// # Errors
    /// When there is no sound in it, or more than allowed.
    pub(in super::super) async fn seconds_of(&self, media: &Media) -> Result<Option<f64>, Failure> {
        let recording = self.recording(media);
        match blocking::run(move || recording.facts()).await {
            Ok(Some(facts)) if facts.seconds.is_none_or(|seconds| seconds > 0.0) => Ok(facts.seconds),
            Ok(Some(_) | None) => Err(no_audio()),
            // A target may hear what cannot be decoded here.
            Err(Failure { kind: FailureKind::UnsupportedMedium, .. }) => self.seconds_by_ffmpeg(media).await,
            Err(failure) => Err(failure),
        }
    }

    /// The same where ffmpeg alone knows the format; `None` where it is not installed, or does not know it either.
    async fn seconds_by_ffmpeg(&self, media: &Media) -> Result<Option<f64>, Failure> {
        let Some(ffmpeg) = &self.ffmpeg else { return Ok(None) };
        let input = opened(media).await?;
        let length = {
            let _child = self.reader.child().await?;
            ffmpeg.length(&input).await
        };
        let Ok(length) = length else { return Ok(None) };
        let (seconds, most) = (length.as_secs_f64(), f64::from(self.limits.audio.seconds));
        if seconds > most {
            return Err(Failure::too_large(format!("the recording plays {seconds:.0} s, and {most} s are allowed")));
        }
        Ok(Some(seconds))
    }

    /// A recording in pieces that keep to these caps, one after the other.
    ///
    /// # Errors
    /// When it cannot be decoded, or the caps leave no room.
    pub(super) async fn pieces(&self, media: &Media, caps: Caps) -> Result<Pieces, Failure> {
        let (recording, encoding) = (self.recording(media), self.for_transcripts(MediaFormat::Mp3));
        blocking::run(move || recording.pieces(&encoding, caps)).await
    }

    /// A medium with a permit for its bytes in memory.
    pub(super) fn kept(&self, media: Media) -> Result<Media, Failure> {
        self.reader.kept(media)
    }

    /// What is said in a sound or a video.
    pub(super) async fn transcript(&self, media: &Media, memo: &Memo) -> Result<Arc<Extract>, Failure> {
        let key = memo::key(media, AUDIO_TO_TEXT, &self.pipelines.audio_to_text, &memo.bounds).await;
        // Boxed, as all that most chats do not need.
        self.remembered.or_read(key, Box::pin(self.heard(media, memo))).await
    }

    /// Asks one target after the other until one hears a word. That none does is an answer if all that were asked say so.
    async fn heard(&self, media: &Media, memo: &Memo) -> Result<Extract, Failure> {
        if media.kind() == MediaKind::Video && !self.has_sound(media).await? {
            return Ok(Extract::plain("(it has no sound)".to_owned(), AUDIO_TO_TEXT));
        }
        // Of what holds no sound words would be invented.
        let seconds = self.seconds_of(media).await.map_err(|failure| Failure { place: None, ..failure })?;
        let fleet = self.router.fleet();
        let times = Times { segments: true, ..Times::default() };
        let hearing = Hearing {
            wish: Transcribe { times, ..Transcribe::of(media.clone()) },
            want: Want::Any,
            bounds: memo.bounds.clone(),
            order: Order::HomeFirst,
            most_asked: self.audio_to_text().asking.most_asked,
        };
        let ways = self.ways(&fleet, &hearing, seconds);
        let Ways { whole, pieces, .. } =
            ways.map_err(|_| unheard(Vec::new(), "no target that may be asked now transcribes it"))?;
        let mut ran = match whole {
            Some(whole) => Box::pin(self.run_whole(&fleet, &hearing, &whole)).await?,
            None => Ran::default(),
        };
        if let Some(caps) = pieces.filter(|_| ran.answer.is_none() && ran.doubted.is_empty()) {
            match Box::pin(self.in_pieces(&fleet, &hearing, caps)).await {
                Ok(transcript) => ran.answer = Some(transcript),
                Err(CallError::Failed(failure)) => return Err(failure),
                Err(CallError::Exhausted(exhausted)) => ran.tried.extend(exhausted.tried),
                Err(_) => {}
            }
        }
        let by = |transcript: &Transcript| match transcript.answer.route.also.last() {
            Some(last) => format!("{}+{last}", transcript.answer.route.target),
            None => transcript.answer.route.target.to_string(),
        };
        if let Some(transcript) = ran.answer.as_ref().filter(|transcript| !transcript.words().is_empty()) {
            let sections = vec![Section::new("what is said in it, with times", timed(transcript))];
            return Ok(Extract { sections, ..Extract::plain(String::new(), by(transcript)) });
        }
        let silent: Vec<String> = ran.doubted.iter().chain(&ran.answer).map(by).collect();
        if silent.is_empty() {
            return Err(unheard(ran.tried, "no target transcribed it"));
        }
        let settled = ran.tried.is_empty() || ran.answer.is_some();
        Ok(Extract { settled, ..Extract::plain("(there is no speech in it)".to_owned(), silent.join("+")) })
    }

    pub(super) fn audio_to_text(&self) -> &AudioToText {
        &self.pipelines.audio_to_text
    }

    /// The plan for a transcript: by the targets that are wanted; by any, those that transcribe come first, then those
    /// that listen and chat, as the recipe has it.
    pub(super) fn plan_transcript(
        &self,
        fleet: &Fleet,
        task: &Task,
        shape: PartShape,
        want: Want,
        bounds: &Bounds,
        order: Order,
    ) -> Result<Planned, CallError> {
        let demand = Demand::of(task, vec![shape]);
        let want = match want {
            Want::Targets(targets) => Want::Targets(targets),
            Want::Tier(_) | Want::Any => {
                let of_words = matches!(task, Task::Transcribe(wish) if wish.times.words);
                let asking = &self.audio_to_text().asking;
                let mut rows = help::transcribers(&fleet.matrix, asking, bounds, &demand, of_words, order);
                if rows.is_empty() {
                    // The plan says of each what it lacks.
                    let lacks = |row: &&Abilities| row.does(task.kind()) && row.missing.is_some();
                    rows = fleet.matrix.rows().iter().filter(lacks).collect();
                }
                Want::Targets(rows.into_iter().map(|row| row.target.clone()).collect())
            }
        };
        let policy = self.router.policy(want, bounds);
        // A recording that is to become text does not become it on the way; of a film only its sound is wanted.
        let all = self.recipes(&fleet.matrix, bounds);
        let sounds = all.iter().filter(|recipe| recipe.name.as_str() == AUDIO_TO_AUDIO);
        let recipes: Vec<_> = sounds
            .flat_map(|recipe| {
                let of = |from| TreatmentRecipe { from, ..recipe.clone() };
                [of(MediaKind::Audio), of(MediaKind::Video)]
            })
            .collect();
        self.router.plan(fleet, demand, &policy, &recipes, bounds)
    }

    /// Whether a video has a sound track.
    pub(super) async fn has_sound(&self, video: &Media) -> Result<bool, Failure> {
        let recording = self.recording(video);
        let _child = self.child_for(&recording).await?;
        blocking::run(move || recording.has_sound()).await
    }

    /// What writes sounds that nothing in this process writes.
    pub(in super::super) fn ffmpeg_if_any(&self) -> Option<Ffmpeg> {
        self.ffmpeg.clone()
    }

    pub(super) fn ffmpeg(&self) -> Result<&Ffmpeg, Failure> {
        let missing = || Failure::new(FailureKind::NotInstalled, "ffmpeg is not installed; install it and start anew");
        self.ffmpeg.as_ref().ok_or_else(missing)
    }
}

/// A recording as a plan sees it.
pub(super) fn recording_shape(recording: &Media, seconds: Option<u32>) -> PartShape {
    let shape = PartShape::of(PartPath::Field("file"), recording.format, recording.blob.len_bytes());
    PartShape { seconds, ..shape }
}

/// A sound or video where ffmpeg can read it.
pub(in super::super) async fn opened(media: &Media) -> Result<AvInput, Failure> {
    let media = media.clone();
    blocking::run(move || AvInput::of(&media)).await
}

/// What was heard, a line for each stretch with the time at which it begins; the bare words where no times are known.
fn timed(transcript: &Transcript) -> String {
    let segments = transcript.heard.as_ref().map_or(&[][..], |heard| heard.segments.as_slice());
    let lines = segments.iter().filter(|segment| !segment.text.trim().is_empty()).map(|segment| {
        let at = Duration::try_from_secs_f64(segment.start_seconds.max(0.0)).unwrap_or_default();
        format!("[{}] {}", clock(at), segment.text.trim())
    });
    let lines: Vec<String> = lines.collect();
    if lines.is_empty() { transcript.words().to_owned() } else { lines.join("\n") }
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
