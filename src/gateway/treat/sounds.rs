//! Sounds: in another encoding, or as a transcript by whoever transcribes.

use std::sync::Arc;
use std::time::Duration;

use mediary_convert::av::{AvInput, Ffmpeg, SoundOrder};
use mediary_core::capability::Abilities;
use mediary_core::{Failure, FailureKind, Media, MediaFormat, MediaKind, Next};

use super::super::{Gateway, blocking};
use super::available::{AUDIO_TO_AUDIO, AUDIO_TO_TEXT};
use super::bench::Bench;
use super::jobs::Job;
use super::made::{Extract, Made, Section};
use super::{describe, help};

/// What somebody who chats answers where nobody speaks.
const NO_SPEECH: &str = "[no speech]";

/// A sound for somebody who transcribes.
enum Sound {
    Fits(Media),
    /// It is a film without sound.
    None,
    /// They take nothing that we could make of it.
    NotTaken,
}

impl Gateway {
    /// A sound in another encoding.
    pub(super) async fn sound(&self, job: Job<'_>, to: MediaFormat) -> Result<Made, Failure> {
        let recipe = &self.workshop.pipelines.audio_to_audio;
        let taken = job.abilities.acceptance(to).and_then(|acceptance| acceptance.bytes);
        let order = SoundOrder {
            format: to,
            sample_rate_hz: recipe.sample_rate,
            bitrate_kbps: recipe.bitrate_kbps,
            max_bytes: taken.unwrap_or(self.limits.audio.bytes.get()),
        };
        let input = opened(job.media).await?;
        let sound = self.ffmpeg()?.sound(&input, &order).await?;
        let sound = sound.ok_or_else(|| Failure::unreadable("there is no sound in this file; send another"))?;
        Ok(Made::media(sound, AUDIO_TO_AUDIO))
    }

    /// What is said in a sound or a film.
    pub(super) async fn transcript(&self, media: &Media, bench: &Bench) -> Result<Arc<Extract>, Failure> {
        let key = describe::key(media, AUDIO_TO_TEXT, &self.workshop.pipelines.audio_to_text, &bench.bounds);
        self.workshop.remembered.or_read(key, async { self.heard(media, bench).await }).await
    }

    /// Asks one after the other until somebody hears a word. That nobody does is an answer if all who were asked say so.
    async fn heard(&self, media: &Media, bench: &Bench) -> Result<Extract, Failure> {
        let asking = &self.workshop.pipelines.audio_to_text.asking;
        let known = self.known();
        let hearers = help::hearers(&known, asking, &bench.bounds);
        let awake = hearers.into_iter().filter(|row| self.is_awake(&row.target));
        let mut heard_nothing = Vec::new();
        let mut failures: Vec<(String, Failure)> = Vec::new();
        for row in awake.take(asking.most_asked) {
            let sound = match self.sound_for(media, row).await? {
                Sound::Fits(sound) => sound,
                Sound::None => return Ok(Extract::plain("(it has no sound)".to_owned(), AUDIO_TO_TEXT)),
                Sound::NotTaken => continue,
            };
            match self.words_of(sound, row).await {
                Ok(words) if words.is_empty() => heard_nothing.push(row.target.to_string()),
                Ok(words) => {
                    let by = row.target.to_string();
                    let sections = vec![Section::new("what is said in it", words)];
                    return Ok(Extract { sections, ..Extract::plain(String::new(), by) });
                }
                Err(failure) => failures.push((row.target.to_string(), failure)),
            }
        }
        if heard_nothing.is_empty() {
            return Err(unheard(failures));
        }
        let settled = failures.is_empty();
        Ok(Extract { settled, ..Extract::plain("(nobody speaks in it)".to_owned(), heard_nothing.join("+")) })
    }

    async fn words_of(&self, sound: Media, row: &Abilities) -> Result<String, Failure> {
        if help::transcribes(row) {
            return self.transcribe_plainly(&row.target, &sound).await;
        }
        let asking = &self.workshop.pipelines.audio_to_text.asking;
        let words = self.ask_plainly(&row.target, &describe::question(asking, [describe::shown(sound)])).await?;
        Ok(if words.trim_end_matches('.') == NO_SPEECH { String::new() } else { words })
    }

    /// A sound as somebody takes it: as it is, or encoded anew.
    async fn sound_for(&self, media: &Media, row: &Abilities) -> Result<Sound, Failure> {
        let bytes = media.blob.len_bytes();
        let fits = |taken: &mediary_core::capability::Acceptance| taken.bytes.is_none_or(|most| bytes <= most);
        if media.kind() == MediaKind::Audio && row.acceptance(media.format).is_some_and(fits) {
            return Ok(Sound::Fits(media.clone()));
        }
        let Ok(ffmpeg) = self.ffmpeg() else { return Ok(Sound::NotTaken) };
        let formats = [MediaFormat::Mp3, MediaFormat::Wav];
        let Some(taken) = formats.into_iter().find_map(|format| row.acceptance(format)) else {
            return Ok(Sound::NotTaken);
        };
        let recipe = self.workshop.pipelines.audio_to_text.sound;
        let order = SoundOrder {
            format: taken.format,
            sample_rate_hz: recipe.sample_rate,
            bitrate_kbps: recipe.bitrate_kbps,
            max_bytes: taken.bytes.unwrap_or(self.limits.audio.bytes.get()),
        };
        let input = opened(media).await?;
        Ok(ffmpeg.sound(&input, &order).await?.map_or(Sound::None, Sound::Fits))
    }

    /// How long a sound or film plays.
    ///
    /// # Errors
    /// When ffmpeg is not installed, or cannot tell.
    pub(in crate::gateway) async fn plays(&self, media: &Media) -> Result<Duration, Failure> {
        let ffmpeg = self.ffmpeg()?;
        ffmpeg.length(&opened(media).await?).await
    }

    pub(super) fn ffmpeg(&self) -> Result<&Ffmpeg, Failure> {
        let missing = || Failure::new(FailureKind::NotInstalled, "ffmpeg is not installed; install it and start anew");
        self.workshop.ffmpeg.as_ref().ok_or_else(missing)
    }
}

/// A sound or film where ffmpeg can read it.
pub(super) async fn opened(media: &Media) -> Result<AvInput, Failure> {
    let media = media.clone();
    blocking::run(move || AvInput::of(&media)).await
}

/// Nobody gave a transcript. That somebody would not, or was asked wrongly, is no verdict on the request.
fn unheard(failures: Vec<(String, Failure)>) -> Failure {
    let kind = failures.last().map(|(_, failure)| failure.kind.clone());
    let kind = kind.filter(|kind| kind.consequence().next != Next::Nobody).unwrap_or(FailureKind::Unacceptable);
    let whys: Vec<String> = failures.into_iter().map(|(who, failure)| format!("{who}: {}", failure.detail)).collect();
    let detail = match whys.is_empty() {
        true => "nobody who may be asked now transcribes it".to_owned(),
        false => format!("nobody could transcribe it ({})", whys.join("; ")),
    };
    Failure::new(kind, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_transcript_is_no_verdict_on_the_request() {
        let rows = [
            (vec![], FailureKind::Unacceptable, "nobody who may be asked"),
            (vec![FailureKind::ContentRefused], FailureKind::Unacceptable, "far/ear: no"),
            (vec![FailureKind::Malformed, FailureKind::TimedOut], FailureKind::TimedOut, "far/ear: no; far/ear: no"),
        ];
        for (kinds, expected, words) in rows {
            let failures = kinds.into_iter().map(|kind| ("far/ear".to_owned(), Failure::new(kind, "no")));
            let failure = unheard(failures.collect());
            assert_eq!(failure.kind, expected);
            assert!(failure.detail.contains(words), "{failure}");
        }
    }
}
