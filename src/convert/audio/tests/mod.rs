//! Sounds of every kind, made by the ffmpeg of this machine, through all that is done with them.

mod arriving;
mod damaged;
mod decoding;
mod encoding;
mod pieces;
mod stretching;

use std::io::Read as _;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;
use std::process::{Command, Stdio};

use mediary_core::media::{ReadSeek, Source};
use mediary_core::sound::Samples;
use mediary_core::{Blob, Failure, Media, MediaFormat};

use super::{Recording, SoundLimits};
use crate::SharedFile;
use crate::av::Ffmpeg;

/// The pitch of what is made here.
const TONE_HZ: f64 = 440.0;

/// The ffmpeg of this machine.
fn ffmpeg() -> Ffmpeg {
    let found = ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"];
    let path = std::env::join_paths(found).unwrap();
    Ffmpeg::find(Some(&path)).expect("these tests need ffmpeg")
}

/// What ffmpeg makes of a source filter, as a file with this ending.
fn made(source: &str, arguments: &[&str], ending: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(format!("sound.{ending}"));
    let run = Command::new("ffmpeg")
        .args(["-nostdin", "-hide_banner", "-v", "error", "-f", "lavfi", "-i", source])
        .args(arguments)
        .arg(&file)
        .stdin(Stdio::null())
        .output()
        .expect("these tests need ffmpeg");
    assert!(run.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&run.stderr));
    std::fs::read(file).unwrap()
}

/// A tone of so many seconds, in another form.
fn tone(seconds: u32, arguments: &[&str], ending: &str) -> Vec<u8> {
    made(&format!("sine=frequency={TONE_HZ}:sample_rate=44100:duration={seconds}"), arguments, ending)
}

fn media(format: MediaFormat, bytes: Vec<u8>) -> Media {
    Media { format, blob: Blob::in_memory(bytes) }
}

/// A blob that is a file.
struct File(std::fs::File);

impl Source for File {
    fn open(&self) -> std::io::Result<Box<dyn ReadSeek + '_>> {
        Ok(Box::new(SharedFile::of(self.0.as_fd())?))
    }

    fn bytes(&self) -> Option<&[u8]> {
        None
    }

    fn file(&self) -> Option<BorrowedFd<'_>> {
        Some(self.0.as_fd())
    }
}

fn spooled(format: MediaFormat, path: &Path) -> Media {
    let len = path.metadata().unwrap().len();
    let mut head = Vec::new();
    let file = std::fs::File::open(path).unwrap();
    SharedFile::of(file.as_fd()).unwrap().take(4_096).read_to_end(&mut head).unwrap();
    Media { format, blob: Blob::spooled(len, &head, File(file)) }
}

fn recording(format: MediaFormat, bytes: Vec<u8>) -> Recording {
    Recording::new(media(format, bytes), SoundLimits::of_seconds(600))
}

/// All samples.
fn all(mut samples: Box<dyn Samples>) -> Result<Vec<f32>, Failure> {
    let mut every = Vec::new();
    while let Some(piece) = samples.next()? {
        assert!(!piece.is_empty(), "a piece of no length");
        every.extend(piece);
    }
    Ok(every)
}

/// How loud it is: the root of the mean square.
fn loudness(samples: &[f32]) -> f64 {
    let sum: f64 = samples.iter().map(|sample| f64::from(*sample).powi(2)).sum();
    (sum / samples.len().max(1) as f64).sqrt()
}

/// Which part of the energy is at this pitch (Goertzel's sum over the middle half).
fn purity(samples: &[f32], rate_hz: u32, pitch_hz: f64) -> f64 {
    let middle = &samples[samples.len() / 4..samples.len() * 3 / 4];
    let step = std::f64::consts::TAU * pitch_hz / f64::from(rate_hz);
    let (mut cosine, mut sine) = (0.0, 0.0);
    for (index, sample) in middle.iter().enumerate() {
        let angle = step * index as f64;
        cosine += f64::from(*sample) * angle.cos();
        sine += f64::from(*sample) * angle.sin();
    }
    let energy: f64 = middle.iter().map(|sample| f64::from(*sample).powi(2)).sum();
    2.0 * (cosine * cosine + sine * sine) / (middle.len() as f64 * energy.max(f64::MIN_POSITIVE))
}

/// Complains unless the samples are the tone, so many seconds of it.
#[track_caller]
fn assert_tone(samples: &[f32], rate_hz: u32, seconds: f64, give: f64, what: &str) {
    let played = samples.len() as f64 / f64::from(rate_hz);
    assert!((played - seconds).abs() <= give, "{what}: {played} s instead of {seconds}");
    let purity = purity(samples, rate_hz, TONE_HZ);
    assert!(purity > 0.9, "{what}: {purity} of it is the tone");
    let loudness = loudness(samples);
    assert!((0.05..0.2).contains(&loudness), "{what}: {loudness}");
}
