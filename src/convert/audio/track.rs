//! The sound track of a file, packet by packet, by the demuxers and decoders of this process.
//!
//! A few broken packets become as much silence, so that times stay right; many are a failure. A stream that ends early
//! has ended. Which files have a second try with ffmpeg is the recording's business.

use std::sync::OnceLock;

use mediary_core::Failure;
use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::well_known as codec;
use symphonia::core::codecs::audio::{AudioCodecId, AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::codecs::registry::CodecRegistry;
use symphonia::core::common::Limit;
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;
use symphonia::core::packet::Packet;
use symphonia::core::units::TimeBase;
use symphonia::default;

use super::edits::Edit;
use super::facts::{SoundFacts, SoundLimits};

/// So many broken packets are let pass in any file, and one in [`BROKEN_SHARE`] beyond that.
const BROKEN_LET_PASS: u64 = 20;
const BROKEN_SHARE: u64 = 20;
/// A packet that holds no sound is common; so many one after the other are a loop.
const MOST_BARREN: u32 = 10_000;
/// Covers of albums are of no interest.
const MOST_METADATA_BYTES: usize = 1 << 20;
/// The longest silence that a broken packet becomes.
const MOST_SILENCE_SECONDS: f64 = 1.0;
/// Opus always decodes at this rate, whatever its container says.
const OPUS_RATE_HZ: u32 = 48_000;

/// A sound track that is being read.
pub(super) struct Track {
    reader: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    id: u32,
    time_base: Option<TimeBase>,
    limits: SoundLimits,
    /// Read when the file was opened: one that gives none is not open.
    first: Option<Packet>,
    interleaved: Vec<f32>,
    rate_hz: u32,
    /// Which stretch of it counts.
    edit: Option<Edit>,
    /// How many samples are decoded, of one channel.
    decoded: u64,
    packets: u64,
    broken: u64,
    barren: u32,
}

impl Track {
    /// Finds the sound track and its decoder; `None` where a file has no sound track at all.
    ///
    /// # Errors
    /// `UnsupportedMedium` for a container or codec that is unknown here, `Unreadable` for a damaged file, `TooLarge`
    /// for more channels or samples a second than allowed.
    pub(super) fn open(bytes: MediaSourceStream<'static>, limits: SoundLimits) -> Result<Option<Self>, Failure> {
        let small = Limit::Maximum(MOST_METADATA_BYTES);
        let metadata = MetadataOptions::default().limit_tag_bytes(small).limit_visual_bytes(small);
        let reader = default::get_probe()
            .probe(&Hint::new(), bytes, FormatOptions::default(), metadata)
            .map_err(|error| unopened(&error))?;
        let Some(chosen) = chosen(reader.as_ref())? else { return Ok(None) };
        limits.check(chosen.channels(), chosen.params.sample_rate.unwrap_or(0))?;
        let decoder = decoder(&chosen.params)?;
        let rate_hz = chosen.params.sample_rate.unwrap_or(0);
        let mut track = Self {
            reader,
            decoder,
            id: chosen.id,
            time_base: chosen.time_base,
            limits,
            first: None,
            interleaved: Vec::new(),
            rate_hz,
            edit: None,
            decoded: 0,
            packets: 0,
            broken: 0,
            barren: 0,
        };
        track.first = track.packet()?;
        Ok(Some(track))
    }

    /// Appends the sound of the next packet, mixed down to one channel. Gives its rate; `None` after the last.
    ///
    /// # Errors
    /// `Unreadable` when too much is broken, `TooLarge` where the sound turns out to have more channels than allowed.
    pub(super) fn next(&mut self, mono: &mut Vec<f32>) -> Result<Option<u32>, Failure> {
        loop {
            let Some(packet) = self.packet()? else { return Ok(None) };
            let before = mono.len();
            match self.decoder.decode(&packet) {
                Ok(sound) => {
                    let (channels, rate_hz) = (sound.num_planes(), sound.spec().rate());
                    sound.copy_to_vec_interleaved(&mut self.interleaved);
                    self.limits.check(channels, rate_hz)?;
                    self.rate_hz = rate_hz;
                    mix_down(&self.interleaved, channels, mono);
                }
                Err(Error::DecodeError(_) | Error::IoError(_)) => self.mend(&packet, mono)?,
                Err(error) => return Err(damaged(&error)),
            }
            if mono.len() == before {
                self.note_barren()?;
                continue;
            }
            self.barren = 0;
            let is_over = self.cut(mono, before);
            if mono.len() > before {
                return Ok(Some(self.rate_hz));
            }
            if is_over {
                return Ok(None);
            }
        }
    }

    /// Takes out of the last samples what does not count. Whether nothing that counts follows.
    fn cut(&mut self, mono: &mut Vec<f32>, before: usize) -> bool {
        let Some(Edit { start_seconds, seconds }) = self.edit else { return false };
        let samples = |seconds: f64| (seconds * f64::from(self.rate_hz)).round() as u64;
        let start = samples(start_seconds);
        let end = seconds.map_or(u64::MAX, |seconds| start.saturating_add(samples(seconds)));
        let (from, count) = (self.decoded, (mono.len() - before) as u64);
        self.decoded += count;
        let within = |at: u64| before + at.saturating_sub(from).min(count) as usize;
        let (first, behind) = (within(start), within(end));
        mono.truncate(behind);
        mono.drain(before..first.min(behind));
        self.decoded >= end
    }

    /// Only this stretch of it. What its codec begins with is left out by a decoder of Opus already.
    pub(super) fn edited(self, edit: Edit) -> Self {
        let is_opus = self.decoder.codec_params().codec == codec::CODEC_ID_OPUS;
        let start_seconds = if is_opus { 0.0 } else { edit.start_seconds };
        Self { edit: Some(Edit { start_seconds, ..edit }), ..self }
    }

    /// Whether there is nothing but sound in its file.
    pub(super) fn is_all_there_is(&self) -> bool {
        self.reader.tracks().iter().all(|track| matches!(track.codec_params, Some(CodecParameters::Audio(_))))
    }

    /// By which its file knows it.
    pub(super) fn id(&self) -> u32 {
        self.id
    }

    /// Samples a second; 0 where only decoding tells.
    pub(super) fn rate_hz(&self) -> u32 {
        self.rate_hz
    }

    /// What the track says of itself; its length counted over all packets where the container does not say it, after
    /// which nothing is left to decode.
    ///
    /// # Errors
    /// As [`Track::next`].
    pub(super) fn facts(mut self) -> Result<SoundFacts, Failure> {
        let params = self.decoder.codec_params();
        let (codec, channels) = (self.decoder.codec_info().short_name, params.channels.as_ref());
        let channels = u16::try_from(channels.map_or(1, |channels| channels.count())).unwrap_or(u16::MAX);
        let rate_hz = self.rate_hz;
        let seconds = match self.said_seconds() {
            Some(seconds) => Some(seconds),
            None => self.counted_seconds()?,
        };
        Ok(SoundFacts { seconds, channels, rate_hz, codec })
    }

    fn said_seconds(&self) -> Option<f64> {
        let track = self.reader.tracks().iter().find(|track| track.id == self.id)?;
        let of_track = track.duration.filter(|duration| duration.get() > 0);
        let media = self.reader.media_info();
        let of_media = media.duration.filter(|duration| duration.get() > 0);
        let seconds = match (of_track, of_media) {
            (Some(duration), _) => track.time_base?.calc_duration(duration)?,
            (None, Some(duration)) => media.time_base?.calc_duration(duration)?,
            (None, None) => return None,
        };
        Some(seconds.as_secs_f64())
    }

    /// What all packets last together, or what lies between the first and the end of the last, whichever is more: those
    /// who write a file while they record often say of a packet only when it begins. `None` where packets say neither.
    fn counted_seconds(&mut self) -> Result<Option<f64>, Failure> {
        let Some(time_base) = self.time_base else { return Ok(None) };
        let (mut together, mut begin, mut end, mut is_empty) = (0.0, f64::INFINITY, 0.0_f64, true);
        while let Some(packet) = self.packet()? {
            let at = time_base.calc_time_saturating(packet.pts).as_secs_f64();
            let lasts = time_base.calc_duration_saturating(packet.dur).as_secs_f64();
            together += lasts;
            (begin, end, is_empty) = (begin.min(at), end.max(at + lasts), false);
        }
        let seconds = together.max(end - begin.max(0.0));
        Ok((is_empty || seconds > 0.0).then_some(seconds.max(0.0)))
    }

    /// The next packet of this track.
    fn packet(&mut self) -> Result<Option<Packet>, Failure> {
        if let Some(first) = self.first.take() {
            return Ok(Some(first));
        }
        loop {
            match self.reader.next_packet() {
                Ok(Some(packet)) if packet.track_id == self.id => {
                    self.packets += 1;
                    return Ok(Some(packet));
                }
                Ok(Some(_)) => {}
                Ok(None) => return Ok(None),
                // Chained streams: the next one may have another codec.
                Err(Error::ResetRequired) => {
                    let Some(chosen) = chosen(self.reader.as_ref())? else { return Ok(None) };
                    self.decoder = decoder(&chosen.params)?;
                    (self.id, self.time_base) = (chosen.id, chosen.time_base);
                }
                // Cut off: what is there is there.
                Err(Error::IoError(error)) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(None),
                Err(error @ Error::DecodeError(_)) => {
                    self.broken += 1;
                    if self.too_broken() {
                        return Err(damaged(&error));
                    }
                }
                Err(error) => return Err(damaged(&error)),
            }
        }
    }

    /// A packet that cannot be decoded becomes as much silence.
    fn mend(&mut self, packet: &Packet, mono: &mut Vec<f32>) -> Result<(), Failure> {
        self.broken += 1;
        if self.too_broken() {
            return Err(damaged(&Error::DecodeError("most of its packets are broken")));
        }
        let seconds = self.time_base.map_or(0.0, |base| base.calc_duration_saturating(packet.dur).as_secs_f64());
        let silence = seconds.clamp(0.0, MOST_SILENCE_SECONDS) * f64::from(self.rate_hz);
        mono.extend(std::iter::repeat_n(0.0, silence as usize));
        Ok(())
    }

    fn too_broken(&self) -> bool {
        self.broken > BROKEN_LET_PASS + self.packets / BROKEN_SHARE
    }

    fn note_barren(&mut self) -> Result<(), Failure> {
        self.barren += 1;
        if self.barren > MOST_BARREN {
            return Err(damaged(&Error::DecodeError("it goes on without any sound")));
        }
        Ok(())
    }
}

/// The track that is listened to.
struct Chosen {
    id: u32,
    params: AudioCodecParameters,
    time_base: Option<TimeBase>,
}

impl Chosen {
    fn channels(&self) -> usize {
        self.params.channels.as_ref().map_or(0, |channels| channels.count())
    }
}

fn chosen(reader: &dyn FormatReader) -> Result<Option<Chosen>, Failure> {
    let track = reader.default_track(TrackType::Audio).or_else(|| reader.first_track(TrackType::Audio));
    let Some(track) = track else {
        let unknown = reader.tracks().iter().any(|track| track.codec_params.is_none());
        return if unknown { Err(unsupported("a codec that is unknown here")) } else { Ok(None) };
    };
    let Some(params) = track.codec_params.as_ref().and_then(|params| params.audio()) else { return Ok(None) };
    let mut params = params.clone();
    if params.codec == codec::CODEC_ID_OPUS {
        params.sample_rate = Some(OPUS_RATE_HZ);
    }
    Ok(Some(Chosen { id: track.id, params, time_base: track.time_base }))
}

fn decoder(params: &AudioCodecParameters) -> Result<Box<dyn AudioDecoder>, Failure> {
    codecs().make_audio_decoder(params, &AudioDecoderOptions::default()).map_err(|error| match error {
        Error::Unsupported(_) => unsupported(name(params.codec)),
        error => damaged(&error),
    })
}

/// The decoders of Symphonia, and libopus.
fn codecs() -> &'static CodecRegistry {
    static CODECS: OnceLock<CodecRegistry> = OnceLock::new();
    CODECS.get_or_init(|| {
        let mut codecs = CodecRegistry::new();
        default::register_enabled_codecs(&mut codecs);
        codecs.register_audio_decoder::<symphonia_adapter_libopus::OpusDecoder>();
        codecs
    })
}

/// The name of a codec that may have no decoder here.
fn name(id: AudioCodecId) -> &'static str {
    let names = [
        (codec::CODEC_ID_AC3, "AC-3"),
        (codec::CODEC_ID_EAC3, "E-AC-3"),
        (codec::CODEC_ID_AC4, "AC-4"),
        (codec::CODEC_ID_DCA, "DTS"),
        (codec::CODEC_ID_WMA, "WMA"),
        (codec::CODEC_ID_SPEEX, "Speex"),
        (codec::CODEC_ID_MP1, "MPEG audio layer 1"),
        (codec::CODEC_ID_MP2, "MPEG audio layer 2"),
        (codec::CODEC_ID_AAC, "this kind of AAC"),
        (codec::CODEC_ID_OPUS, "Opus with more than two channels"),
        (codec::CODEC_ID_WAVPACK, "WavPack"),
        (codec::CODEC_ID_MONKEYS_AUDIO, "Monkey's Audio"),
        (codec::CODEC_ID_TRUEHD, "TrueHD"),
    ];
    names.into_iter().find(|(known, _)| *known == id).map_or("a codec that is unknown here", |(_, name)| name)
}

fn mix_down(interleaved: &[f32], channels: usize, mono: &mut Vec<f32>) {
    match channels {
        0 => {}
        1 => mono.extend_from_slice(interleaved),
        _ => {
            let share = 1.0 / channels as f32;
            mono.extend(interleaved.chunks_exact(channels).map(|frame| frame.iter().sum::<f32>() * share));
        }
    }
}

fn unopened(error: &Error) -> Failure {
    match error {
        // A file without its index was cut off.
        Error::Unsupported(why) if !why.contains("missing") => unsupported("a container that is unknown here"),
        error => damaged(error),
    }
}

fn unsupported(what: &str) -> Failure {
    Failure::unsupported(format!(
        "the sound is in {what}, which needs ffmpeg; install ffmpeg, or send wav, mp3, flac, ogg, m4a or webm"
    ))
}

fn damaged(error: &Error) -> Failure {
    let why = match error {
        Error::DecodeError(why) | Error::Unsupported(why) | Error::LimitError(why) => (*why).to_owned(),
        other => other.to_string(),
    };
    Failure::unreadable(format!("the sound is damaged: {why}; send it whole"))
}
