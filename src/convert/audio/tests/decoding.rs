//! Files into samples.

use std::io::Write as _;
use std::process::Command;

use mediary_core::sound::SampleSource as _;
use mediary_core::{FailureKind, MediaFormat};

use super::super::{Recording, SoundLimits};
use super::{all, assert_tone, ffmpeg, loudness, made, media, recording, tone};

/// Arguments, ending, format, the codec's name here, by how much the length may differ.
type Row = (&'static [&'static str], &'static str, MediaFormat, &'static str, f64);

const ROWS: [Row; 27] = [
    (&[], "wav", MediaFormat::Wav, "pcm_s16le", 0.001),
    (&["-rf64", "always"], "wav", MediaFormat::Wav, "pcm_s16le", 0.001),
    (&["-c:a", "pcm_u8"], "wav", MediaFormat::Wav, "pcm_u8", 0.001),
    (&["-c:a", "pcm_s24le"], "wav", MediaFormat::Wav, "pcm_s24le", 0.001),
    (&["-c:a", "pcm_f32le"], "wav", MediaFormat::Wav, "pcm_f32le", 0.001),
    (&["-c:a", "pcm_mulaw", "-ar", "8000"], "wav", MediaFormat::Wav, "pcm_mulaw", 0.001),
    (&["-c:a", "pcm_alaw", "-ar", "8000"], "wav", MediaFormat::Wav, "pcm_alaw", 0.001),
    (&["-c:a", "adpcm_ima_wav"], "wav", MediaFormat::Wav, "adpcm_ima_wav", 0.1),
    (&["-c:a", "adpcm_ms"], "wav", MediaFormat::Wav, "adpcm_ms", 0.1),
    (&["-b:a", "64k"], "mp3", MediaFormat::Mp3, "mp3", 0.001),
    (&["-b:a", "32k", "-ar", "16000", "-write_xing", "0"], "mp3", MediaFormat::Mp3, "mp3", 0.15),
    (&[], "flac", MediaFormat::Flac, "flac", 0.001),
    (&["-c:a", "flac"], "ogg", MediaFormat::Vorbis, "flac", 0.001),
    (&["-c:a", "libvorbis"], "ogg", MediaFormat::Vorbis, "vorbis", 0.03),
    (&["-c:a", "libopus"], "ogg", MediaFormat::Opus, "opus", 0.03),
    (&["-c:a", "libopus", "-ac", "2"], "opus", MediaFormat::Opus, "opus", 0.03),
    (&["-c:a", "libopus"], "webm", MediaFormat::Webm, "opus", 0.03),
    (&["-c:a", "libopus"], "mp4", MediaFormat::M4a, "opus", 0.03),
    (&["-c:a", "aac"], "aac", MediaFormat::Aac, "aac", 0.1),
    (&["-c:a", "aac"], "m4a", MediaFormat::M4a, "aac", 0.001),
    (&["-c:a", "alac"], "m4a", MediaFormat::M4a, "alac", 0.001),
    (&["-c:a", "aac"], "mkv", MediaFormat::Mkv, "aac", 0.1),
    (&["-c:a", "aac"], "mov", MediaFormat::Mov, "aac", 0.001),
    (&[], "aiff", MediaFormat::Aiff, "pcm_s16be", 0.001),
    (&["-c:a", "pcm_s24be"], "aiff", MediaFormat::Aiff, "pcm_s24be", 0.001),
    (&["-c:a", "pcm_s16le"], "caf", MediaFormat::Caf, "pcm_s16le", 0.001),
    (&["-c:a", "alac"], "caf", MediaFormat::Caf, "alac", 0.01),
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

#[test]
fn what_nothing_here_decodes_is_decoded_by_ffmpeg() {
    // There is a decoder of AMR everywhere, and an encoder almost nowhere: frames of 20 ms at 12.2 kbit/s, of noise.
    let mut seed = 7_u32;
    let frame = |_| {
        let noise = std::iter::repeat_with(|| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 24) as u8
        });
        [0x3c].into_iter().chain(noise.take(31)).collect::<Vec<u8>>()
    };
    let amr = [b"#!AMR\n".to_vec(), (0..100).flat_map(frame).collect()].concat();
    for (format, bytes) in [
        (MediaFormat::Wma, tone(2, &["-c:a", "wmav2"], "wma")),
        (MediaFormat::Mp2, tone(2, &["-c:a", "mp2", "-ar", "44100"], "mp2")),
        (MediaFormat::Ac3, tone(2, &["-c:a", "ac3", "-ar", "44100"], "ac3")),
        (MediaFormat::Au, tone(2, &["-c:a", "pcm_s16be"], "au")),
        (MediaFormat::Amr, amr),
    ] {
        let seen = mediary_core::classify(mediary_core::Blob::in_memory(bytes.clone()), mediary_core::Claim::default());
        assert_eq!(seen.unwrap().format, format, "told by its bytes");
        let alone = recording(format, bytes.clone());
        let failure = alone.open().and_then(all).unwrap_err();
        assert_eq!(failure.kind, FailureKind::UnsupportedMedium, "{failure}");
        assert!(failure.detail.contains(format.name()) && failure.detail.contains("install ffmpeg"), "{failure}");
        let samples = alone.or_by(Some(ffmpeg())).open().and_then(all).unwrap();
        let seconds = samples.len() as f64 / 16_000.0;
        assert!((seconds - 2.0).abs() < 0.15, "{format}: {seconds} s");
        assert!(loudness(&samples) > 0.005, "{format} can be heard");
    }
}

#[test]
fn the_sound_track_of_a_film_is_taken() {
    let picture = ["-f", "lavfi", "-i", "testsrc=size=64x64:rate=10:duration=2", "-shortest"];
    let rows: [(&[&str], &str, MediaFormat); 4] = [
        (&["-c:a", "aac", "-c:v", "mpeg4"], "mp4", MediaFormat::Mp4),
        (&["-c:a", "aac", "-c:v", "mpeg4"], "mov", MediaFormat::Mov),
        (&["-c:a", "libvorbis", "-c:v", "libvpx"], "webm", MediaFormat::Webm),
        (&["-c:a", "flac", "-c:v", "mpeg4"], "mkv", MediaFormat::Mkv),
    ];
    for (codecs, ending, format) in rows {
        let recording = recording(format, tone(2, &[&picture[..], codecs].concat(), ending));
        assert_tone(&all(recording.open().unwrap()).unwrap(), 16_000, 2.0, 0.1, ending);
    }
}

/// The same as a pipe has it: no length, no index, clusters of unknown size, as browsers record.
fn piped(arguments: &[&str]) -> Vec<u8> {
    let tone = ["-nostdin", "-v", "error", "-f", "lavfi", "-i", "sine=frequency=440:duration=2"];
    let run = Command::new("ffmpeg").args(tone).args(arguments).args(["-live", "1", "pipe:1"]).output().unwrap();
    assert!(run.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&run.stderr));
    run.stdout
}

#[test]
fn what_was_recorded_into_a_pipe_says_by_its_packets_how_long_it_is() {
    let picture = ["-f", "lavfi", "-i", "testsrc=size=64x64:rate=10:duration=2", "-c:v", "libvpx", "-shortest"];
    for format in [MediaFormat::Webm, MediaFormat::Mkv] {
        let muxer = if format == MediaFormat::Webm { "webm" } else { "matroska" };
        for codec in ["libopus", "libvorbis"] {
            for picture in [&[][..], &picture] {
                let bytes = piped(&[picture, &["-c:a", codec, "-f", muxer]].concat());
                let recording = recording(format, bytes);
                let seconds = recording.facts().unwrap().expect("a sound track").seconds.expect("a length");
                assert!((1.9..2.1).contains(&seconds), "{codec} in {format}: {seconds}");
                let samples = all(recording.open().unwrap()).unwrap();
                assert!((1.8..2.2).contains(&(samples.len() as f64 / 16_000.0)), "{codec} in {format}");
            }
        }
    }
}

#[test]
fn what_can_be_heard_is_told_from_silence() {
    assert!(recording(MediaFormat::Wav, tone(2, &[], "wav")).is_audible().unwrap());
    let quiet = tone(2, &["-af", "volume=-80dB"], "wav");
    assert!(!recording(MediaFormat::Wav, quiet).is_audible().unwrap());
}

#[test]
fn a_film_without_sound_says_so() {
    let silent = made("testsrc=size=64x64:rate=10:duration=1", &["-c:v", "mpeg4"], "mp4");
    let silent = recording(MediaFormat::Mp4, silent).or_by(Some(ffmpeg()));
    assert_eq!(silent.facts().unwrap(), None);
    let failure = silent.open().err().expect("no sound");
    assert_eq!(failure.kind, FailureKind::Unreadable);
    assert!(failure.detail.contains("no audio"), "{failure}");
}

/// A tone of which a player leaves its beginning and its end out: packets are copied, the list says which part counts.
fn trimmed(seconds: &str, more: &[&str]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let (whole, part) = (folder.path().join("whole.m4a"), folder.path().join("part.m4a"));
    std::fs::write(&whole, tone(4, &["-c:a", "aac"], "m4a")).unwrap();
    let mut run = Command::new("ffmpeg");
    run.args(["-nostdin", "-v", "error", "-ss", "1.01", "-t", seconds, "-i"]).arg(whole).args(["-c", "copy"]);
    assert!(run.args(more).arg(&part).status().expect("these tests need ffmpeg").success());
    std::fs::read(part).unwrap()
}

#[test]
fn of_a_track_that_was_cut_only_what_counts_is_heard() {
    for more in [&[][..], &["-movflags", "+faststart"], &["-movflags", "+frag_keyframe+empty_moov"]] {
        let bytes = trimmed("2", more);
        let is_fragmented = more.iter().any(|flags| flags.contains("frag"));
        let samples = all(recording(MediaFormat::M4a, bytes.clone()).open().unwrap()).unwrap();
        // The copy ends with a whole packet of 1,024 samples, 2.009 s behind its start; without a list it begins with one.
        let give = if is_fragmented { 0.08 } else { 0.002 };
        assert_tone(&samples, 16_000, 2.009, give, &format!("{more:?}"));
        if is_fragmented {
            continue;
        }
        let list = bytes.windows(4).position(|word| word == b"elst").unwrap();
        // A list that is broken off, empty, of a later version or that starts beyond the end.
        for (place, value) in [(8, u32::MAX), (8, 0), (4, 0x0100_0000), (16, i32::MAX as u32), (12, u32::MAX)] {
            let mut bent = bytes.clone();
            bent[list + place..list + place + 4].copy_from_slice(&value.to_be_bytes());
            let heard = recording(MediaFormat::M4a, bent).open().and_then(all);
            let seconds = heard.map(|samples| samples.len() as f64 / 16_000.0);
            assert!(seconds.as_ref().map_or(true, |seconds| *seconds < 4.2), "{place}: {seconds:?}");
        }
    }
}

#[test]
fn the_bytes_decide_and_not_the_name() {
    let webm = tone(1, &["-c:a", "libopus"], "webm");
    assert_tone(&all(recording(MediaFormat::Wav, webm).open().unwrap()).unwrap(), 16_000, 1.0, 0.05, "webm.wav");
}

#[test]
fn many_channels_and_many_samples_become_one_channel_at_the_rate_that_is_wanted() {
    for arguments in [["-ac", "8", "-ar", "44100"], ["-ac", "2", "-ar", "192000"], ["-ac", "1", "-ar", "22050"]] {
        for ending in ["wav", "flac"] {
            let format = if ending == "wav" { MediaFormat::Wav } else { MediaFormat::Flac };
            let recording = recording(format, tone(1, &arguments, ending));
            for rate_hz in [16_000, 24_000, 44_100] {
                let samples = all(recording.samples(rate_hz).unwrap()).unwrap();
                let what = format!("{arguments:?}.{ending} at {rate_hz}");
                // As many as there are, to the sample.
                assert_eq!(samples.len(), rate_hz as usize, "{what}");
                assert!(super::purity(&samples, rate_hz, super::TONE_HZ) > 0.99, "{what}");
            }
        }
    }
}

#[test]
fn limits_on_channels_rate_and_length_hold() {
    let wav = tone(3, &["-ac", "2"], "wav");
    let free = SoundLimits::of_seconds(10);
    let rows = [
        (SoundLimits { channels: 1, ..free }, "2 channels"),
        (SoundLimits { rate_hz: 32_000, ..free }, "44100 samples"),
        (SoundLimits { seconds: 2, ..free }, "2 s allowed"),
    ];
    for (limits, words) in rows {
        let recording = Recording::new(media(MediaFormat::Wav, wav.clone()), limits);
        for failure in [recording.facts().unwrap_err(), recording.open().and_then(all).unwrap_err()] {
            assert_eq!(failure.kind, FailureKind::TooLarge, "{failure}");
            assert!(failure.detail.contains(words), "{failure}");
        }
    }
}

#[test]
fn what_needs_ffmpeg_is_named_without_it_and_read_with_it() {
    let rows: [(&[&str], &str, MediaFormat, &str); 3] = [
        (&["-c:a", "ac3"], "mkv", MediaFormat::Mkv, "AC-3"),
        (&["-c:a", "mp2"], "avi", MediaFormat::Avi, "avi"),
        (&["-c:a", "libopus", "-ac", "6", "-mapping_family", "1"], "ogg", MediaFormat::Opus, "Opus"),
    ];
    for (arguments, ending, format, named) in rows {
        let recording = recording(format, tone(2, arguments, ending));
        let failure = recording.open().err().expect("no decoder");
        assert_eq!(failure.kind, FailureKind::UnsupportedMedium, "{failure}");
        assert!(failure.detail.contains(named) && failure.detail.contains("ffmpeg"), "{failure}");
        let samples = all(recording.or_by(Some(ffmpeg())).open().unwrap()).unwrap();
        let played = samples.len() as f64 / 16_000.0;
        assert!((played - 2.0).abs() < 0.1 && loudness(&samples) > 0.01, "{ending}: {played} s");
    }
}

#[test]
fn three_hours_of_nothing_are_never_in_memory() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let hours = 3 * 3_600 * 8_000_u64;
    let mut header = made("anullsrc=r=8000:cl=mono:d=1", &["-c:a", "pcm_u8", "-fflags", "+bitexact"], "wav");
    header.truncate(44);
    header[40..44].copy_from_slice(&(hours as u32).to_le_bytes());
    file.write_all(&header).unwrap();
    file.as_file().set_len(44 + hours).unwrap();
    let spooled = super::spooled(MediaFormat::Wav, file.path());
    let recording = Recording::new(spooled, SoundLimits::of_seconds(4 * 3_600));
    let (mut samples, mut count, mut longest) = (recording.open().unwrap(), 0, 0);
    while let Some(piece) = samples.next().unwrap() {
        count += piece.len();
        longest = longest.max(piece.len());
    }
    assert_eq!(count, 3 * 3_600 * 16_000);
    assert!(longest < 20_000, "a piece of {longest}");
    assert_eq!(recording.facts().unwrap().unwrap().seconds, Some(10_800.0));
}
