//! Recordings cut into pieces.

use mediary_core::sound::{SampleSource as _, Samples};
use mediary_core::task::SoundForm;
use mediary_core::{Failure, FailureKind, MediaFormat};

use super::super::{Caps, Encoding, Piece, Pieces};
use super::{all, made, recording};

const WAV: Encoding = Encoding { form: SoundForm::File(MediaFormat::Wav), rate_hz: Some(16_000), bitrate_kbps: 0 };

/// Samples that are there already, in pieces of a second.
struct Given {
    samples: Vec<f32>,
    at: usize,
}

impl Samples for Given {
    fn next(&mut self) -> Result<Option<Vec<f32>>, Failure> {
        let piece = self.samples[self.at..].iter().copied().take(16_000).collect::<Vec<f32>>();
        self.at += piece.len();
        Ok((!piece.is_empty()).then_some(piece))
    }
}

/// Every sample differs from its neighbours; pauses where `pauses` says, in samples.
fn speech(len: usize, pauses: &[std::ops::Range<usize>]) -> Vec<f32> {
    let voiced = |index: usize| ((index * 7_919) % 2_001) as f32 / 2_001.0 - 0.5;
    let silent = |index: usize| pauses.iter().any(|pause| pause.contains(&index));
    (0..len).map(|index| if silent(index) { voiced(index) * 0.01 } else { voiced(index) }).collect()
}

fn pieces(samples: Vec<f32>, caps: Caps) -> Vec<Piece> {
    let given = Box::new(Given { samples, at: 0 });
    Pieces::new(given, 16_000, WAV, caps, None).unwrap().map(|piece| piece.unwrap()).collect()
}

fn samples_of(piece: &Piece) -> Vec<f32> {
    all(recording(MediaFormat::Wav, piece.media.blob.read_all().unwrap()).open().unwrap()).unwrap()
}

#[test]
fn pieces_cover_the_recording_without_gap_or_overlap() {
    // Lengths around every border there is: of a cap, a window, a second, a sample.
    let lens = [1, 15_999, 16_000, 16_001, 63_999, 64_000, 64_001, 80_000, 128_000, 128_001, 200_003];
    let caps = [(1.0, u64::MAX), (1.7, u64::MAX), (4.0, u64::MAX), (60.0, 100_000), (60.0, u64::MAX)];
    for len in lens {
        let samples = speech(len, &[50_000..56_000, 100_000..110_000]);
        for (seconds, bytes) in caps {
            let pieces = pieces(samples.clone(), Caps { seconds, bytes });
            let mut whole = Vec::new();
            for piece in &pieces {
                let what = format!("{len} samples at {seconds} s and {bytes} bytes");
                assert!((piece.start_seconds - whole.len() as f64 / 16_000.0).abs() < 1e-9, "{what}");
                let within = samples_of(piece);
                assert!((piece.seconds - within.len() as f64 / 16_000.0).abs() < 1e-9, "{what}");
                assert!(piece.seconds <= seconds && piece.media.blob.len_bytes() <= bytes, "{what}");
                whole.extend(within);
            }
            assert_eq!(whole.len(), len, "{len} samples at {seconds} s and {bytes} bytes");
            assert!(whole.iter().zip(&samples).all(|(one, other)| (one - other).abs() < 1e-4));
        }
    }
}

#[test]
fn cuts_fall_into_pauses() {
    // Sixty seconds with a pause of half a second every seven.
    let pauses: Vec<_> = (1..9).map(|index| index * 112_000..index * 112_000 + 8_000).collect();
    let pieces = pieces(speech(60 * 16_000, &pauses), Caps { seconds: 30.0, bytes: u64::MAX });
    assert!((2..=3).contains(&pieces.len()));
    for piece in &pieces[1..] {
        let cut = (piece.start_seconds * 16_000.0).round() as usize;
        assert!(pauses.iter().any(|pause| pause.contains(&cut)), "a cut at {cut}");
        assert!(piece.seconds >= 1.0, "a scrap of {} s", piece.seconds);
    }
}

#[test]
fn every_form_keeps_to_the_caps() {
    let noise = made("anoisesrc=duration=40:sample_rate=16000:amplitude=0.9", &[], "wav");
    let recording = recording(MediaFormat::Wav, noise);
    for format in [MediaFormat::Mp3, MediaFormat::Opus, MediaFormat::Flac, MediaFormat::Wav] {
        let encoding = Encoding::for_transcripts(SoundForm::File(format));
        let caps = Caps { seconds: 15.0, bytes: 60_000 };
        let pieces: Vec<Piece> = recording.pieces(&encoding, caps).unwrap().map(Result::unwrap).collect();
        let mut end = 0.0;
        for piece in &pieces {
            assert!(piece.media.blob.len_bytes() <= caps.bytes && piece.seconds <= caps.seconds, "{format}: {piece:?}");
            assert!((piece.start_seconds - end).abs() < 1e-6, "{format}: {piece:?}");
            end = piece.start_seconds + piece.seconds;
            let within = super::recording(format, piece.media.blob.read_all().unwrap());
            let played = all(within.open().unwrap()).unwrap().len() as f64 / 16_000.0;
            assert!((played - piece.seconds).abs() < 0.2, "{format}: {played} of {}", piece.seconds);
        }
        assert!((end - 40.0).abs() < 0.001, "{format}: {end}");
    }
}

#[test]
fn caps_without_room_for_a_second_are_refused() {
    let given = Box::new(Given { samples: vec![0.0; 100], at: 0 });
    let failure = Pieces::new(given, 16_000, WAV, Caps { seconds: 60.0, bytes: 10_000 }, None).unwrap_err();
    assert_eq!(failure.kind, FailureKind::TooLarge);
}

/// Fails in the middle.
struct Failing(u32);

impl Samples for Failing {
    fn next(&mut self) -> Result<Option<Vec<f32>>, Failure> {
        self.0 += 1;
        if self.0 > 5 { Err(Failure::unreadable("damaged")) } else { Ok(Some(vec![0.1; 16_000])) }
    }
}

#[test]
fn a_failure_is_told_once_and_ends_it() {
    let mut pieces =
        Pieces::new(Box::new(Failing(0)), 16_000, WAV, Caps { seconds: 2.0, bytes: 1 << 20 }, None).unwrap();
    let failures = pieces.by_ref().filter(Result::is_err).count();
    assert_eq!(failures, 1);
    assert!(pieces.next().is_none());
}
