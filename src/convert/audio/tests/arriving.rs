//! Sounds that are decoded while they arrive.

use mediary_core::task::SoundForm;
use mediary_core::{Failure, MediaFormat};

use super::super::{Arriving, SoundLimits};
use super::{all, assert_tone, tone};

/// Gives a file in small bites, as a network does.
struct Trickle(std::io::Cursor<Vec<u8>>);

impl std::io::Read for Trickle {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let bite = buffer.len().min(701);
        self.0.read(&mut buffer[..bite])
    }
}

#[test]
fn a_sound_is_decoded_while_it_arrives() {
    let limits = SoundLimits::of_seconds(60);
    let rows: [(&[&str], &str, f64); 6] = [
        (&["-b:a", "64k", "-write_xing", "0"], "mp3", 0.15),
        (&["-c:a", "libopus"], "ogg", 0.03),
        (&[], "flac", 0.01),
        (&[], "wav", 0.01),
        (&["-c:a", "aac"], "aac", 0.1),
        (&["-c:a", "libopus"], "webm", 0.03),
    ];
    for (arguments, ending, give) in rows {
        let mut bytes = tone(2, arguments, ending);
        if ending == "wav" {
            // As those write it who do not know the length yet.
            bytes[4..8].fill(0xff);
            let data = bytes.windows(4).position(|word| word == b"data").unwrap();
            bytes[data + 4..data + 8].fill(0xff);
        }
        let form = SoundForm::File(MediaFormat::Mp3);
        let arriving = Arriving::new(Trickle(std::io::Cursor::new(bytes)), form, 24_000, limits);
        let arriving = arriving.unwrap_or_else(|failure| panic!("{ending}: {failure}"));
        assert_tone(&all(Box::new(arriving)).unwrap(), 24_000, 2.0, give, ending);
    }
    let bare = tone(2, &["-ar", "24000", "-f", "s16le"], "pcm");
    let form = SoundForm::Pcm { rate_hz: 24_000 };
    let arriving = Arriving::new(Trickle(std::io::Cursor::new(bare)), form, 48_000, limits).unwrap();
    assert_tone(&all(Box::new(arriving)).unwrap(), 48_000, 2.0, 0.001, "pcm");
}

#[test]
fn nothing_that_arrives_is_a_failure() {
    let limits = SoundLimits::of_seconds(60);
    for form in [SoundForm::File(MediaFormat::Mp3), SoundForm::Pcm { rate_hz: 24_000 }] {
        let nothing = Arriving::new(std::io::empty(), form, 24_000, limits);
        let failure: Failure = nothing.and_then(|arriving| all(Box::new(arriving))).unwrap_err();
        assert!(!failure.detail.is_empty());
    }
}
