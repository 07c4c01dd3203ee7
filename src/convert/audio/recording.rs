//! A recording: an upload whose samples can be had as often as they are wanted, at any rate.

use std::panic::{AssertUnwindSafe, catch_unwind};

use mediary_core::sound::{SAMPLE_RATE_HZ, SampleSource, Samples};
use mediary_core::{Blob, Failure, FailureKind, Media, MediaFormat};

use super::encode::{Encoder, Encoding, whole};
use super::facts::{SoundFacts, SoundLimits};
use super::pieces::{Caps, Pieces};
use super::resample::Resampler;
use super::track::Track;
use super::{edits, ffmpeg, input};
use crate::av::Ffmpeg;

/// The effective amplitude of a quiet room in a recording: −45 dB.
const AUDIBLE: f32 = 0.0056;

/// A sound, or the sound track of a video. Cheap to clone; decodes when it is opened, each time anew.
///
/// What the file is, its bytes decide, not its name.
#[derive(Debug, Clone)]
pub struct Recording {
    media: Media,
    limits: SoundLimits,
    ffmpeg: Option<Ffmpeg>,
}

impl Recording {
    /// The recording in a file. Nothing is read yet.
    #[must_use]
    pub fn new(media: Media, limits: SoundLimits) -> Self {
        Self { media, limits, ffmpeg: None }
    }

    /// With ffmpeg for what cannot be decoded in this process: AVI, AMR, WMA, AC-3 and their like.
    #[must_use]
    pub fn or_by(self, ffmpeg: Option<Ffmpeg>) -> Self {
        Self { ffmpeg, ..self }
    }

    /// What it says of itself; `None` where a video has no sound track. Seldom reads the whole file.
    ///
    /// # Errors
    /// `UnsupportedMedium` for what cannot be decoded in this process, `Unreadable` for a damaged file, `TooLarge`
    /// beyond the limits on channels, rate or length.
    pub fn facts(&self) -> Result<Option<SoundFacts>, Failure> {
        guarded(|| {
            let Some(track) = self.track()? else { return Ok(None) };
            let facts = track.facts()?;
            if facts.seconds.is_some_and(|seconds| seconds > self.limits.seconds as f64) {
                return Err(self.limits.too_long());
            }
            Ok(Some(facts))
        })
    }

    /// Whether its samples can be had without ffmpeg, as far as its header tells.
    #[must_use]
    pub fn is_decoded_here(&self) -> bool {
        guarded(|| self.track()).is_ok_and(|track| track.is_some())
    }

    /// Whether it is nothing but sound, whatever its container is made for, as browsers record it. Blocks. A container that
    /// is not read in this process counts as a film.
    #[must_use]
    pub fn is_sound_alone(&self) -> bool {
        guarded(|| self.track()).is_ok_and(|track| track.is_some_and(|track| track.is_all_there_is()))
    }

    /// Whether there is any sound in it. Blocks.
    ///
    /// # Errors
    /// As [`Recording::samples`].
    pub fn has_sound(&self) -> Result<bool, Failure> {
        match (guarded(|| self.track()), &self.ffmpeg) {
            (Ok(track), _) => Ok(track.is_some()),
            (Err(failure), Some(ffmpeg)) if another_way_may_do(&failure) => {
                let mut samples = ffmpeg::samples(ffmpeg, &self.media, SAMPLE_RATE_HZ, self.limits)?;
                match samples.next() {
                    Ok(_) => Ok(true),
                    Err(Failure { kind: FailureKind::Unreadable, .. }) => Ok(false),
                    Err(failure) => Err(failure),
                }
            }
            (Err(failure), _) => Err(failure),
        }
    }

    /// Whether something in it is louder than a quiet room for a third of a second. Blocks; decodes no further than that.
    ///
    /// # Errors
    /// As [`Recording::samples`].
    pub fn is_audible(&self) -> Result<bool, Failure> {
        let stretch = SAMPLE_RATE_HZ as usize / 3;
        let mut samples = self.samples(SAMPLE_RATE_HZ)?;
        while let Some(piece) = samples.next()? {
            let power = |part: &[f32]| part.iter().map(|sample| sample * sample).sum::<f32>() / part.len() as f32;
            if piece.chunks_exact(stretch).any(|part| power(part) > AUDIBLE * AUDIBLE) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Its samples: one channel, so many a second, in pieces of about a second. Blocks.
    ///
    /// # Errors
    /// As [`Recording::facts`], and `Unreadable` where there is no sound track. What is found out later, the samples
    /// say: that it is too long, too damaged, or holds no sound at all.
    pub fn samples(&self, rate_hz: u32) -> Result<Box<dyn Samples>, Failure> {
        match guarded(|| self.track()) {
            Ok(Some(track)) => Ok(Box::new(Decoding::new(track, rate_hz, self.limits)?)),
            Ok(None) => Err(no_sound()),
            Err(failure) => match &self.ffmpeg {
                Some(ffmpeg) if another_way_may_do(&failure) => {
                    ffmpeg::samples(ffmpeg, &self.media, rate_hz, self.limits)
                }
                Some(_) | None => Err(failure),
            },
        }
    }

    /// The same sound in another form, whole, `most_bytes` at most. Blocks.
    ///
    /// # Errors
    /// As [`Recording::samples`]; `TooLarge` when it becomes larger than allowed.
    pub fn encoded(&self, encoding: &Encoding, most_bytes: u64) -> Result<Media, Failure> {
        let rate_hz = encoding.rate_for(self.rate_hz());
        let mut samples = self.samples(rate_hz)?;
        let mut encoder = Encoder::new(encoding, rate_hz, self.ffmpeg.as_ref())?;
        let mut file = Vec::new();
        let within = |file: &[u8]| match file.len() as u64 > most_bytes {
            true => Err(Failure::too_large(format!(
                "what the sound becomes has more than the {most_bytes} bytes allowed; send a shorter one"
            ))),
            false => Ok(()),
        };
        while let Some(piece) = samples.next()? {
            file.append(&mut encoder.push(&piece)?);
            within(&file)?;
        }
        file.append(&mut encoder.finish()?);
        within(&file)?;
        Ok(Media { format: encoding.file_format(), blob: Blob::in_memory(whole(encoding.form, file)) })
    }

    /// The same sound in another form, cut at silence into pieces that keep to `caps`. Blocks.
    ///
    /// # Errors
    /// As [`Recording::samples`].
    pub fn pieces(&self, encoding: &Encoding, caps: Caps) -> Result<Pieces, Failure> {
        let rate_hz = encoding.rate_for(self.rate_hz());
        Pieces::new(self.samples(rate_hz)?, rate_hz, *encoding, caps, self.ffmpeg.clone())
    }

    /// The rate it was recorded at, where that is easily told.
    fn rate_hz(&self) -> u32 {
        let track = guarded(|| self.track()).ok().flatten();
        track.map(|track| track.rate_hz()).filter(|rate_hz| *rate_hz > 0).unwrap_or(SAMPLE_RATE_HZ)
    }

    fn track(&self) -> Result<Option<Track>, Failure> {
        if let format @ (MediaFormat::Avi
        | MediaFormat::Mpeg
        | MediaFormat::Ts
        | MediaFormat::Flv
        | MediaFormat::Wmv
        | MediaFormat::Amr
        | MediaFormat::Wma
        | MediaFormat::Mp2
        | MediaFormat::Ac3
        | MediaFormat::Au) = self.media.format
        {
            let why = format!(
                "the sound of a file in the format {format} needs ffmpeg; install ffmpeg, or send an m4a or mp4"
            );
            return Err(Failure::unsupported(why));
        }
        let opened = match Track::open(input::stored(&self.media.blob)?, self.limits) {
            // One that was cut off says that it is longer than it is; who does not look at its end does not mind.
            Err(failure) if another_way_may_do(&failure) => {
                Track::open(input::forward(&self.media.blob)?, self.limits).map_err(|_| failure)
            }
            opened => opened,
        }?;
        Ok(opened.map(|track| match edits::of(&self.media.blob, track.id()) {
            Some(edit) => track.edited(edit),
            None => track,
        }))
    }
}

impl SampleSource for Recording {
    fn open(&self) -> Result<Box<dyn Samples>, Failure> {
        self.samples(SAMPLE_RATE_HZ)
    }
}

/// A track on its way to one channel of a certain rate.
pub(super) struct Decoding {
    track: Track,
    limits: SoundLimits,
    to_hz: u32,
    resampler: Option<(u32, Resampler)>,
    mono: Vec<f32>,
    /// A piece has so many samples or more, but for the last.
    least: usize,
    given: u64,
    ended: bool,
}

impl Decoding {
    /// In pieces of about a second.
    pub(super) fn new(track: Track, to_hz: u32, limits: SoundLimits) -> Result<Self, Failure> {
        let least = to_hz as usize;
        Ok(Self { track, limits, to_hz, resampler: None, mono: Vec::new(), least, given: 0, ended: false })
    }

    /// In pieces that leave as soon as they can.
    pub(super) fn at_once(self) -> Self {
        Self { least: 1, ..self }
    }

    fn piece(&mut self) -> Result<Vec<f32>, Failure> {
        let mut piece = Vec::new();
        while !self.ended && piece.len() < self.least {
            self.mono.clear();
            let Some(rate_hz) = self.track.next(&mut self.mono)? else {
                self.ended = true;
                break;
            };
            let resampler = match &mut self.resampler {
                Some((of_hz, resampler)) if *of_hz == rate_hz => resampler,
                other => {
                    if let Some((_, before)) = other {
                        before.finish(&mut piece)?;
                    }
                    &mut other.insert((rate_hz, Resampler::new(rate_hz, self.to_hz)?)).1
                }
            };
            resampler.push(&self.mono, &mut piece)?;
        }
        if self.ended
            && let Some((_, mut resampler)) = self.resampler.take()
        {
            resampler.finish(&mut piece)?;
        }
        Ok(piece)
    }
}

impl Samples for Decoding {
    fn next(&mut self) -> Result<Option<Vec<f32>>, Failure> {
        if self.ended {
            return Ok(None);
        }
        let piece = guarded(|| self.piece()).inspect_err(|_| self.ended = true)?;
        self.given += piece.len() as u64;
        if self.given > self.limits.seconds.saturating_mul(self.to_hz.into()) {
            self.ended = true;
            return Err(self.limits.too_long());
        }
        match piece.is_empty() {
            false => Ok(Some(piece)),
            true if self.given > 0 => Ok(None),
            true => Err(no_sound()),
        }
    }
}

/// What is said of a file that holds no sample.
pub(super) fn no_sound() -> Failure {
    Failure::unreadable("there is no sound in this file; send another")
}

/// Whether another way of reading it, or another decoder, may do better.
fn another_way_may_do(failure: &Failure) -> bool {
    matches!(failure.kind, FailureKind::UnsupportedMedium | FailureKind::Unreadable)
}

/// Runs what decodes hostile bytes: a panic in there is a damaged file, not the end of a thread.
pub(super) fn guarded<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        Err(Failure::unreadable("the sound is damaged in a way that stops its decoder; send it in another format"))
    })
}
