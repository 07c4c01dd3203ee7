//! Samples into files, heard again by two decoders.

use std::io::Write as _;
use std::process::{Command, Stdio};

use mediary_core::sound::SampleSource as _;
use mediary_core::task::SoundForm;
use mediary_core::{Blob, Claim, FailureKind, MediaFormat, classify};

use super::super::{Arriving, Encoder, Encoding, SoundLimits};
use super::{TONE_HZ, all, assert_tone, ffmpeg, recording, tone};

const FORMS: [SoundForm; 5] = [
    SoundForm::File(MediaFormat::Mp3),
    SoundForm::File(MediaFormat::Opus),
    SoundForm::File(MediaFormat::Flac),
    SoundForm::File(MediaFormat::Wav),
    SoundForm::File(MediaFormat::Aac),
];

/// A tone as voices give it, in pieces of odd lengths.
fn sung(seconds: f64, rate_hz: u32) -> Vec<f32> {
    let count = (seconds * f64::from(rate_hz)) as usize;
    let step = std::f64::consts::TAU * TONE_HZ / f64::from(rate_hz);
    (0..count).map(|index| ((step * index as f64).sin() * 0.17) as f32).collect()
}

fn encoded(encoding: &Encoding, samples: &[f32], rate_hz: u32) -> Vec<u8> {
    let mut encoder = Encoder::new(encoding, rate_hz, Some(&ffmpeg())).unwrap();
    let mut file = Vec::new();
    for piece in samples.chunks(1_777) {
        file.extend(encoder.push(piece).unwrap());
    }
    file.extend(encoder.finish().unwrap());
    file
}

/// What ffmpeg hears in a file that it is told nothing about.
fn heard_by_ffmpeg(file: &[u8], rate_hz: u32) -> Vec<f32> {
    let mut stored = tempfile::NamedTempFile::new().unwrap();
    stored.write_all(file).unwrap();
    let run = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "error", "-i"])
        .arg(stored.path())
        .args(["-ac", "1", "-ar", &rate_hz.to_string(), "-f", "f32le", "-"])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    run.stdout.chunks_exact(4).map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]])).collect()
}

#[test]
fn every_form_holds_the_tone_for_every_decoder_at_every_rate() {
    for form in FORMS {
        let SoundForm::File(format) = form else { unreachable!("bare samples have a test of their own") };
        // What MP3 and AAC without an index cannot say is how much of their ends is padding.
        let give = if matches!(format, MediaFormat::Mp3 | MediaFormat::Aac) { 0.2 } else { 0.001 };
        for rate_hz in [16_000, 22_050, 24_000] {
            let what = format!("{format} from {rate_hz}");
            let file = encoded(&Encoding::for_listening(form), &sung(1.5, rate_hz), rate_hz);
            assert_tone(&heard_by_ffmpeg(&file, 48_000), 48_000, 1.5, give, &what);
            let told = classify(Blob::in_memory(file.clone()), Claim::default()).unwrap().format;
            assert_eq!(told, format, "{what}");
            assert_tone(&all(recording(format, file).open().unwrap()).unwrap(), 16_000, 1.5, give, &what);
        }
    }
}

#[test]
fn bare_samples_are_those_that_came() {
    let samples = sung(0.5, 24_000);
    let bytes = encoded(&Encoding::for_listening(SoundForm::Pcm { rate_hz: 24_000 }), &samples, 24_000);
    assert_eq!(bytes.len(), 24_000);
    let form = SoundForm::Pcm { rate_hz: 24_000 };
    let again = Arriving::new(std::io::Cursor::new(bytes), form, 24_000, SoundLimits::of_seconds(9)).unwrap();
    let again = all(Box::new(again)).unwrap();
    assert!(samples.iter().zip(&again).all(|(one, other)| (one - other).abs() < 1e-4));
    // At another rate there are as many as the time takes.
    let other = encoded(&Encoding::for_listening(SoundForm::Pcm { rate_hz: 24_000 }), &sung(0.5, 22_050), 22_050);
    assert_eq!(other.len(), 24_000);
}

#[test]
fn the_first_bytes_leave_early() {
    for form in FORMS {
        if form == SoundForm::File(MediaFormat::Aac) {
            // By another process, in its own time.
            continue;
        }
        let mut encoder = Encoder::new(&Encoding::for_listening(form), 22_050, None).unwrap();
        let begun = encoder.push(&sung(0.25, 22_050)).unwrap();
        assert!(!begun.is_empty(), "{form:?} holds everything back");
        let rest = encoder.push(&sung(1.0, 22_050)).unwrap();
        assert!(rest.len() > begun.len() / 2, "{form:?} holds the rest back");
    }
}

#[test]
fn nothing_at_all_is_still_a_file() {
    for form in FORMS {
        let file = Encoder::new(&Encoding::for_listening(form), 24_000, Some(&ffmpeg())).unwrap().finish().unwrap();
        let held = matches!(form, SoundForm::File(MediaFormat::Mp3 | MediaFormat::Aac));
        assert!(held || !file.is_empty(), "{form:?}");
    }
}

#[test]
fn what_is_too_loud_is_as_loud_as_possible() {
    let loud: Vec<f32> = sung(0.5, 16_000).into_iter().map(|sample| sample * 20.0).collect();
    let file = encoded(&Encoding::for_listening(SoundForm::File(MediaFormat::Wav)), &loud, 16_000);
    let samples = all(recording(MediaFormat::Wav, file).open().unwrap()).unwrap();
    assert!(samples.iter().zip(&loud).all(|(one, other)| (one - other.clamp(-1.0, 1.0)).abs() < 1e-3));
}

#[test]
fn forms_that_are_not_made_are_named_with_those_that_are() {
    for (format, ffmpeg) in [(MediaFormat::M4a, Some(ffmpeg())), (MediaFormat::Aac, None), (MediaFormat::Png, None)] {
        let form = SoundForm::File(format);
        let failure = Encoder::new(&Encoding::for_listening(form), 24_000, ffmpeg.as_ref()).unwrap_err();
        assert_eq!(failure.kind, FailureKind::UnsupportedMedium);
        assert!(failure.detail.contains(format.name()) && failure.detail.contains("opus, flac, wav"), "{failure}");
    }
}

#[test]
fn a_recording_becomes_a_small_file_of_any_form() {
    let recording = recording(MediaFormat::M4a, tone(3, &["-c:a", "aac", "-ac", "2"], "m4a")).or_by(Some(ffmpeg()));
    for form in FORMS {
        let encoding = Encoding::for_transcripts(form);
        let media = recording.encoded(&encoding, 1 << 20).unwrap();
        let again = super::recording(media.format, media.blob.read_all().unwrap());
        let facts = again.facts().unwrap().unwrap();
        // Opus knows one rate only.
        let rate_hz = if media.format == MediaFormat::Opus { 48_000 } else { 16_000 };
        assert_eq!((facts.channels, facts.rate_hz), (1, rate_hz), "{form:?}");
        assert!((facts.seconds.unwrap() - 3.0).abs() < 0.3, "{form:?}: {facts:?}");
        assert_tone(&all(again.open().unwrap()).unwrap(), 16_000, 3.0, 0.3, media.format.name());
        let failure = recording.encoded(&encoding, 4_000).unwrap_err();
        assert_eq!(failure.kind, FailureKind::TooLarge, "{form:?}");
    }
    let wav = recording.encoded(&Encoding::for_transcripts(SoundForm::File(MediaFormat::Wav)), 1 << 20).unwrap();
    let bytes = wav.blob.read_all().unwrap();
    assert_eq!(bytes[40..44], (bytes.len() as u32 - 44).to_le_bytes(), "the length is told where it is known");
}
