//! Files that are damaged, cut off, empty or no sound at all.

use mediary_core::sound::SampleSource as _;
use mediary_core::{FailureKind, MediaFormat};

use super::super::{Recording, SoundLimits};
use super::{all, assert_tone, ffmpeg, loudness, made, media, recording, tone};

#[test]
fn silence_is_sound_and_no_sample_is_none() {
    let silence = made("anullsrc=r=16000:cl=mono:d=1", &[], "wav");
    let samples = all(recording(MediaFormat::Wav, silence.clone()).open().unwrap()).unwrap();
    assert_eq!((samples.len(), loudness(&samples)), (16_000, 0.0));
    let flac = tone(1, &[], "flac");
    for (format, header) in [(MediaFormat::Wav, &silence[..silence.len() - 32_000]), (MediaFormat::Flac, &flac[..86])] {
        for ffmpeg in [None, Some(ffmpeg())] {
            let failure = recording(format, header.to_vec()).or_by(ffmpeg).open().and_then(all).unwrap_err();
            assert_eq!(failure.kind, FailureKind::Unreadable, "{format}: {failure}");
        }
    }
}

#[test]
fn a_file_that_was_cut_off_gives_what_it_has() {
    for (arguments, ending, format) in [
        (&[][..], "wav", MediaFormat::Wav),
        (&[], "flac", MediaFormat::Flac),
        (&["-b:a", "64k"], "mp3", MediaFormat::Mp3),
        (&["-c:a", "libopus"], "ogg", MediaFormat::Opus),
        (&["-c:a", "libopus"], "webm", MediaFormat::Webm),
        (&["-c:a", "aac"], "aac", MediaFormat::Aac),
        (&["-c:a", "aac", "-movflags", "+faststart"], "m4a", MediaFormat::M4a),
    ] {
        let whole = tone(4, arguments, ending);
        let half = whole[..whole.len() * 6 / 10].to_vec();
        let half = recording(format, half).or_by(Some(ffmpeg()));
        let samples = half.open().and_then(all).unwrap_or_else(|why| panic!("{ending}: {why}"));
        assert_tone(&samples, 16_000, 2.4, 0.8, ending);
    }
}

#[test]
fn a_header_without_a_sample_is_told_from_damage() {
    let rows: [(&[&str], &str, MediaFormat); 9] = [
        (&[], "wav", MediaFormat::Wav),
        (&[], "flac", MediaFormat::Flac),
        (&["-c:a", "libopus"], "ogg", MediaFormat::Opus),
        (&["-c:a", "libvorbis"], "ogg", MediaFormat::Vorbis),
        (&["-c:a", "libopus"], "webm", MediaFormat::Webm),
        (&[], "mp3", MediaFormat::Mp3),
        (&["-c:a", "aac"], "m4a", MediaFormat::M4a),
        (&[], "aiff", MediaFormat::Aiff),
        (&["-c:a", "pcm_s16be"], "caf", MediaFormat::Caf),
    ];
    let empty = |arguments: &[&str], ending| made("anullsrc", &[&["-t", "0"], arguments].concat(), ending);
    let mut files: Vec<_> =
        rows.iter().map(|(arguments, ending, format)| (*ending, *format, empty(arguments, ending))).collect();
    let mut odd = empty(&["-fflags", "+bitexact"], "wav");
    odd[40..44].copy_from_slice(&1_u32.to_le_bytes());
    odd.push(0);
    files.push(("an odd byte", MediaFormat::Wav, odd));
    files.push(("a tag", MediaFormat::Mp3, [b"ID3\x04\0\0\0\0\x01\x00".as_slice(), &[0; 128]].concat()));
    for (what, format, bytes) in files {
        for ffmpeg in [None, Some(ffmpeg())] {
            let recording = recording(format, bytes.clone()).or_by(ffmpeg);
            let failure = recording.open().and_then(all).unwrap_err();
            assert_eq!(failure.kind, FailureKind::Unreadable, "{what}: {failure}");
            assert!(failure.detail.contains("no audio"), "{what}: {failure}");
            match recording.facts() {
                Ok(facts) => assert!(facts.is_none_or(|facts| facts.seconds == Some(0.0)), "{what}"),
                Err(failure) => assert!(failure.detail.contains("no audio"), "{what}: {failure}"),
            }
        }
    }
}

#[test]
fn what_is_damaged_in_the_middle_is_heard_as_far_as_it_can_be() {
    let rows: [(&[&str], &str, MediaFormat); 3] = [
        (&["-c:a", "libopus"], "webm", MediaFormat::Webm),
        (&["-c:a", "aac"], "aac", MediaFormat::Aac),
        (&["-c:a", "libopus"], "ogg", MediaFormat::Opus),
    ];
    for (arguments, ending, format) in rows {
        let mut bytes = tone(12, arguments, ending);
        let middle = bytes.len() / 2;
        let mut seed = 3_u32;
        for byte in &mut bytes[middle..middle + 300] {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *byte = (seed >> 24) as u8;
        }
        let alone = recording(format, bytes);
        let helped = alone.clone().or_by(Some(ffmpeg()));
        for (recording, least) in [(alone, 5.0), (helped, 8.0)] {
            let samples = recording.open().and_then(all).unwrap_or_else(|why| panic!("{ending}: {why}"));
            let seconds = samples.len() as f64 / 16_000.0;
            assert!((least..12.5).contains(&seconds), "{ending}: {seconds} s");
            // A tone that goes on elsewhere is not in step with itself.
            for part in [&samples[..4 * 16_000], &samples[samples.len() - 16_000..]] {
                assert!(super::purity(part, 16_000, super::TONE_HZ) > 0.9, "{ending}");
            }
            assert!(recording.facts().unwrap().unwrap().seconds.is_none_or(|seconds| seconds > 4.0), "{ending}");
        }
    }
    let caf = tone(4, &["-c:a", "pcm_s16be"], "caf");
    let cut = recording(MediaFormat::Caf, caf[..caf.len() * 6 / 10].to_vec());
    let samples = cut.open().and_then(all).unwrap();
    assert_tone(&samples, 16_000, 2.4, 0.1, "caf");
    assert!(cut.has_sound().unwrap());
}

#[test]
fn a_film_that_lost_its_index_is_damaged() {
    let whole = tone(4, &["-c:a", "aac"], "m4a");
    let half = recording(MediaFormat::M4a, whole[..whole.len() / 2].to_vec());
    for recording in [half.clone(), half.or_by(Some(ffmpeg()))] {
        let failure = recording.open().and_then(all).unwrap_err();
        assert_eq!(failure.kind, FailureKind::Unreadable, "{failure}");
    }
}

#[test]
fn a_wav_whose_lengths_were_never_filled_in_is_read_to_its_end() {
    let wav = tone(2, &["-fflags", "+bitexact"], "wav");
    let data = wav.windows(4).position(|word| word == b"data").unwrap() + 4;
    for (outer, inner) in [(0_u32, 0_u32), (u32::MAX, u32::MAX), (36, 0), (100, 0x7fff_0000), (0, 44_100 * 2 * 2)] {
        let mut lying = wav.clone();
        lying[4..8].copy_from_slice(&outer.to_le_bytes());
        lying[data..data + 4].copy_from_slice(&inner.to_le_bytes());
        let recording = recording(MediaFormat::Wav, lying);
        let what = format!("{outer} and {inner}");
        assert_tone(&all(recording.open().unwrap()).unwrap(), 16_000, 2.0, 0.001, &what);
        let seconds = recording.facts().unwrap().unwrap().seconds.unwrap();
        assert!((seconds - 2.0).abs() < 0.05, "{what}: {seconds}");
    }
}

#[test]
fn a_few_broken_packets_become_silence_and_many_are_a_failure() {
    let mp3 = tone(10, &["-b:a", "64k"], "mp3");
    let mut scratched = mp3.clone();
    scratched[20_000..20_400].fill(0x55);
    let samples = all(recording(MediaFormat::Mp3, scratched).open().unwrap()).unwrap();
    let seconds = samples.len() as f64 / 16_000.0;
    assert!((9.0..10.2).contains(&seconds), "{seconds}");
    let mut ruined = tone(30, &["-c:a", "libopus"], "ogg");
    let len = ruined.len();
    let mut seed = 1_u32;
    for byte in &mut ruined[len / 10..] {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *byte = (seed >> 24) as u8;
    }
    // Damaged pages are known by their sums, so what is left is what was before them.
    let left = recording(MediaFormat::Opus, ruined).open().and_then(all).map(|samples| samples.len());
    assert!(left.as_ref().map_or(true, |len| *len < 6 * 16_000), "{left:?}");
}

#[test]
fn what_is_no_sound_is_refused_without_a_panic() {
    let text = "Lorem ipsum dolor sit amet, consectetur adipiscing elit. ".repeat(2_000).into_bytes();
    let noise: Vec<u8> = (0..100_000_u32).map(|index| (index.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    for bytes in [text, noise, Vec::new(), vec![0; 100_000], vec![0xff; 100_000], b"RIFF\x04\0\0\0WAVE".to_vec()] {
        for format in [MediaFormat::Wav, MediaFormat::Mp3, MediaFormat::Mp4] {
            let result = recording(format, bytes.clone()).open().and_then(all);
            let failure = result.expect_err("no sound");
            assert!(
                matches!(failure.kind, FailureKind::Unreadable | FailureKind::UnsupportedMedium),
                "{format}: {failure}"
            );
        }
    }
}

#[test]
fn bent_files_end_in_samples_or_in_a_failure() {
    let rows: [(&[&str], &str, MediaFormat); 6] = [
        (&["-c:a", "libopus"], "webm", MediaFormat::Webm),
        (&["-c:a", "aac"], "m4a", MediaFormat::M4a),
        (&["-c:a", "libvorbis"], "ogg", MediaFormat::Vorbis),
        (&["-c:a", "adpcm_ms"], "wav", MediaFormat::Wav),
        (&["-c:a", "alac"], "m4a", MediaFormat::M4a),
        (&[], "flac", MediaFormat::Flac),
    ];
    let mut seed = 7_u32;
    let mut random = move || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) as usize
    };
    for (arguments, ending, format) in rows {
        let whole = tone(1, arguments, ending);
        for _ in 0..15 {
            let mut bent = whole.clone();
            for _ in 0..8 {
                let place = random() % bent.len().min(4_000);
                bent[place] = random() as u8;
            }
            let limited = Recording::new(media(format, bent), SoundLimits::of_seconds(5));
            let _ = limited.facts();
            let _ = limited.open().and_then(all);
        }
    }
}
