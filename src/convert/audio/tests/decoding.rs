//! Files into samples.

use std::io::Write as _;

use mediary_core::sound::SampleSource as _;
use mediary_core::task::SoundForm;
use mediary_core::{Failure, FailureKind, MediaFormat};

use super::super::{Arriving, Recording, SoundLimits};
use super::{all, assert_tone, ffmpeg, loudness, made, media, recording, tone};

/// Arguments, ending, format, the codec's name here, by how much the length may differ.
type Row = (&'static [&'static str], &'static str, MediaFormat, &'static str, f64);

const ROWS: [Row; 24] = [
    (&[], "wav", MediaFormat::Wav, "pcm_s16le", 0.001),
    (&["-c:a", "pcm_u8"], "wav", MediaFormat::Wav, "pcm_u8", 0.001),
    (&["-c:a", "pcm_s24le"], "wav", MediaFormat::Wav, "pcm_s24le", 0.001),
    (&["-c:a", "pcm_f32le"], "wav", MediaFormat::Wav, "pcm_f32le", 0.001),
    (&["-c:a", "pcm_mulaw", "-ar", "8000"], "wav", MediaFormat::Wav, "pcm_mulaw", 0.001),
    (&["-c:a", "pcm_alaw", "-ar", "8000"], "wav", MediaFormat::Wav, "pcm_alaw", 0.001),
    (&["-c:a", "adpcm_ima_wav"], "wav", MediaFormat::Wav, "adpcm_ima_wav", 0.1),
    (&["-c:a", "adpcm_ms"], "wav", MediaFormat::Wav, "adpcm_ms", 0.1),
    (&["-b:a", "64k"], "mp3", MediaFormat::Mp3, "mp3", 0.03),
    (&["-b:a", "32k", "-ar", "16000", "-write_xing", "0"], "mp3", MediaFormat::Mp3, "mp3", 0.15),
    (&[], "flac", MediaFormat::Flac, "flac", 0.001),
    (&["-c:a", "flac"], "ogg", MediaFormat::Vorbis, "flac", 0.001),
    (&["-c:a", "libvorbis"], "ogg", MediaFormat::Vorbis, "vorbis", 0.03),
    (&["-c:a", "libopus"], "ogg", MediaFormat::Opus, "opus", 0.03),
    (&["-c:a", "libopus", "-ac", "2"], "opus", MediaFormat::Opus, "opus", 0.03),
    (&["-c:a", "libopus"], "webm", MediaFormat::Webm, "opus", 0.03),
    (&["-c:a", "libopus"], "mp4", MediaFormat::M4a, "opus", 0.03),
    (&["-c:a", "aac"], "aac", MediaFormat::Aac, "aac", 0.1),
    (&["-c:a", "aac"], "m4a", MediaFormat::M4a, "aac", 0.1),
    (&["-c:a", "alac"], "m4a", MediaFormat::M4a, "alac", 0.001),
    (&["-c:a", "aac"], "mkv", MediaFormat::Mkv, "aac", 0.1),
    (&["-c:a", "aac"], "mov", MediaFormat::Mov, "aac", 0.1),
    (&[], "aiff", MediaFormat::Wav, "pcm_s16be", 0.001),
    (&["-c:a", "pcm_s16le"], "caf", MediaFormat::Wav, "pcm_s16le", 0.001),
];

#[test]
fn every_container_and_codec_gives_the_tone_that_was_put_in() {
    for (arguments, ending, format, codec, give) in ROWS {
        let what = format!("{arguments:?}.{ending}");
        let recording = recording(format, tone(2, arguments, ending));
        let samples = recording.open().and_then(all).unwrap_or_else(|failure| panic!("{what}: {failure}"));
        assert_tone(&samples, 16_000, 2.0, give, &what);
        let facts = recording.facts().unwrap().expect("a sound track");
        let seconds = facts.seconds.expect("a length");
        assert_eq!(facts.codec, codec, "{what}");
        assert!((seconds - 2.0).abs() <= give + 0.1, "{what}: said to be {seconds} s");
    }
}
