//! The sound that ffmpeg decodes or encodes while it runs: samples out of a pipe, samples into one.
//!
//! For containers and codecs that this process does not know. The child has no environment and no network, reads or
//! writes one file, limits itself as every run of ffmpeg here does, and dies with the value that holds it.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread::{Builder, JoinHandle};

use mediary_core::sound::Samples;
use mediary_core::{Failure, FailureKind, Media};

use super::encode::{Writer, as_i16};
use super::facts::SoundLimits;
use super::recording::no_sound;
use crate::av::{AvInput, Ffmpeg};

/// Bytes that are read or written at once.
const PIPE_BYTES: usize = 64 << 10;

/// The samples of a file that ffmpeg decodes.
///
/// # Errors
/// `NotInstalled` when it cannot be started, `UnsupportedMedium` for what is neither sound nor video.
pub(super) fn samples(
    ffmpeg: &Ffmpeg,
    media: &Media,
    rate_hz: u32,
    limits: SoundLimits,
) -> Result<Box<dyn Samples>, Failure> {
    let input = AvInput::of(media)?;
    let rate = rate_hz.to_string();
    let behind = ["-map", "0:a:0", "-vn", "-sn", "-dn", "-ac", "1", "-ar", &rate, "-f", "s16le", "pipe:1"];
    let mut run = Run::start(ffmpeg, ffmpeg.reading(&input, &behind), input.as_input()?)?;
    let output = run.child.stdout.take().ok_or_else(|| Failure::broken("ffmpeg was started without a pipe"))?;
    Ok(Box::new(Decoded { run, output, rate_hz, limits, given: 0, ended: false }))
}

/// A child that does not outlive its value.
struct Run {
    child: Child,
}

impl Run {
    fn start(ffmpeg: &Ffmpeg, arguments: Vec<OsString>, input: Stdio) -> Result<Self, Failure> {
        let child = ffmpeg
            .starting()
            .args(arguments)
            .env_clear()
            .stdin(input)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| {
                Failure::new(FailureKind::NotInstalled, format!("ffmpeg cannot be started: {error}; install it anew"))
            })?;
        Ok(Self { child })
    }

    /// Whether it ended well.
    fn ended_well(&mut self) -> bool {
        self.child.wait().is_ok_and(|status| status.success())
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Decoded {
    run: Run,
    output: ChildStdout,
    rate_hz: u32,
    limits: SoundLimits,
    given: u64,
    ended: bool,
}

impl Samples for Decoded {
    fn next(&mut self) -> Result<Option<Vec<f32>>, Failure> {
        if self.ended {
            return Ok(None);
        }
        let mut bytes = Vec::with_capacity(self.rate_hz as usize * 2);
        let second = u64::from(self.rate_hz) * 2;
        let broke = |error: io::Error| Failure::broken(format!("ffmpeg cannot be read from: {error}"));
        self.output.by_ref().take(second).read_to_end(&mut bytes).map_err(broke)?;
        let pairs = bytes.chunks_exact(2);
        let piece: Vec<f32> = pairs.map(|pair| f32::from(i16::from_le_bytes([pair[0], pair[1]])) / 32_768.0).collect();
        self.given += piece.len() as u64;
        if self.given > self.limits.seconds.saturating_mul(self.rate_hz.into()) {
            self.ended = true;
            return Err(self.limits.too_long());
        }
        if !piece.is_empty() {
            return Ok(Some(piece));
        }
        self.ended = true;
        match (self.run.ended_well(), self.given) {
            (_, 0) => Err(no_sound()),
            (true, _) => Ok(None),
            (false, _) => Err(Failure::unreadable("the sound is damaged: ffmpeg gave up on it; send it whole")),
        }
    }
}

/// Writes AAC (ADTS) by ffmpeg.
pub(super) struct AacWriter {
    run: Run,
    input: Option<ChildStdin>,
    /// What comes out while samples still go in, since neither pipe may fill.
    output: Receiver<Vec<u8>>,
    reading: Option<JoinHandle<()>>,
}

impl AacWriter {
    pub(super) fn new(ffmpeg: &Ffmpeg, rate_hz: u32, bitrate_kbps: u32) -> Result<Self, Failure> {
        let (rate, bitrate) = (rate_hz.to_string(), format!("{bitrate_kbps}k"));
        let input = ["-f", "s16le", "-ac", "1", "-ar", &rate, "-i", "pipe:0"];
        let output = ["-c:a", "aac", "-b:a", &bitrate, "-flush_packets", "1", "-f", "adts", "pipe:1"];
        let arguments = ffmpeg.piping(input.iter().chain(&output));
        let mut run = Run::start(ffmpeg, arguments, Stdio::piped())?;
        let (Some(input), Some(mut pipe)) = (run.child.stdin.take(), run.child.stdout.take()) else {
            return Err(Failure::broken("ffmpeg was started without pipes"));
        };
        let (sender, output) = channel();
        let read = move || {
            let mut buffer = vec![0; PIPE_BYTES];
            while let Ok(count @ 1..) = pipe.read(&mut buffer) {
                if sender.send(buffer[..count].to_vec()).is_err() {
                    break;
                }
            }
        };
        let reading = Builder::new().name("aac".to_owned()).spawn(read);
        let reading = reading.map_err(|error| Failure::broken(format!("no thread for ffmpeg: {error}")))?;
        Ok(Self { run, input: Some(input), output, reading: Some(reading) })
    }
}

impl Writer for AacWriter {
    fn push(&mut self, samples: &[f32]) -> Result<Vec<u8>, Failure> {
        let bytes: Vec<u8> = samples.iter().flat_map(|sample| as_i16(*sample).to_le_bytes()).collect();
        if let Some(input) = &mut self.input {
            let broke = |error: io::Error| Failure::broken(format!("ffmpeg does not take the sound: {error}"));
            input.write_all(&bytes).map_err(broke)?;
        }
        Ok(self.output.try_iter().flatten().collect())
    }

    fn finish(&mut self) -> Result<Vec<u8>, Failure> {
        // Closes the pipe, after which ffmpeg writes what it has left.
        drop(self.input.take());
        let bytes = self.output.iter().flatten().collect();
        if let Some(reading) = self.reading.take() {
            let _ = reading.join();
        }
        if self.run.ended_well() { Ok(bytes) } else { Err(Failure::broken("ffmpeg failed to make aac of the sound")) }
    }
}
