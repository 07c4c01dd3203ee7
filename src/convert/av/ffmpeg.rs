//! ffmpeg: found once, asked for a length or a frame.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::time::Duration;

use mediary_core::{Blob, Failure, Media, MediaFormat};
use tokio::process::Command;

use super::AvInput;
use super::command;
use crate::child::{self, Run};

/// The address space of a run. Its libraries alone take a third of it.
const MEMORY_BYTES: &str = "1073741824";
/// How long one run may take.
const TIME: Duration = Duration::from_secs(120);
/// Pictures of 4K have 8.3 million.
const MOST_PIXELS: u64 = 10_000_000;
/// How ffmpeg says that a video's pictures are larger than allowed.
const TOO_MANY_PIXELS: [&str; 2] = ["exceeds specified max pixel count", "picture size invalid"];
/// Nothing but a position every half a second comes out of measuring.
const MOST_PROGRESS_BYTES: u64 = 4 << 20;
/// The largest frame, as a JPEG.
const MOST_FRAME_BYTES: u64 = 32 << 20;

/// An installed ffmpeg.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ffmpeg {
    program: PathBuf,
    /// Our own executable, which limits itself and becomes ffmpeg; `None`: ffmpeg is started as it is.
    launcher: Option<PathBuf>,
    /// A video with larger pictures is not decoded.
    most_pixels: u64,
    time: Duration,
}

/// A moment of a video.
#[derive(Debug, Clone)]
pub struct Frame {
    /// When.
    pub at: Duration,
    /// The picture, a JPEG.
    pub picture: Media,
}

impl Ffmpeg {
    /// The ffmpeg on a search path such as `$PATH`; `None`: there is none.
    #[must_use]
    pub fn find(search_path: Option<&OsStr>) -> Option<Self> {
        let name = format!("ffmpeg{}", std::env::consts::EXE_SUFFIX);
        let mut programs = std::env::split_paths(search_path?).map(|folder| folder.join(&name));
        programs.find(|program| program.is_file()).map(Self::at)
    }

    /// The ffmpeg of this path.
    #[must_use]
    pub fn at(program: PathBuf) -> Self {
        Self { program, launcher: None, most_pixels: MOST_PIXELS, time: TIME }
    }

    /// Started by our own executable, which puts limits on the process before it becomes ffmpeg.
    #[must_use]
    pub fn launched_by(self, program: PathBuf) -> Self {
        Self { launcher: Some(program), ..self }
    }

    /// With another limit on the pixels of a video's pictures.
    #[must_use]
    pub fn up_to_pixels(self, most_pixels: u64) -> Self {
        Self { most_pixels, ..self }
    }

    /// With another limit on the time of each run.
    #[must_use]
    pub fn within(self, time: Duration) -> Self {
        Self { time, ..self }
    }

    /// How long a sound or video plays. Walks through the file and decodes nothing.
    ///
    /// # Errors
    /// `Unreadable` when it is damaged, `TimedOut` when measuring takes too long.
    pub async fn length(&self, input: &AvInput) -> Result<Duration, Failure> {
        let copy = ["-map", "0:v:0?", "-map", "0:a:0?", "-c", "copy", "-progress", "pipe:1", "-nostats"];
        let run = self.run(input, None, copy.iter().chain(&["-f", "null", "-"]), MOST_PROGRESS_BYTES).await?;
        let progress = String::from_utf8_lossy(&run.well(input.format().name())?).into_owned();
        let positions = progress.lines().filter_map(|line| line.strip_prefix("out_time_us="));
        let last = positions.filter_map(|position| position.trim().parse::<u64>().ok()).next_back();
        last.map(Duration::from_micros).ok_or_else(|| {
            Failure::unreadable(format!(
                "the duration of the {} cannot be told; check that the file is whole",
                input.format()
            ))
        })
    }

    /// What a video shows at a moment, no side longer than `side_px`; `None` where it has ended or shows nothing.
    ///
    /// # Errors
    /// `Unreadable` when it is damaged, `TooLarge` beyond the limits, `TimedOut` when it takes too long.
    pub async fn frame(&self, input: &AvInput, at: Duration, side_px: u32) -> Result<Option<Frame>, Failure> {
        let scale = format!("scale=w='min(iw,{side_px})':h='min(ih,{side_px})':force_original_aspect_ratio=decrease");
        let wanted = ["-map", "0:v:0", "-frames:v", "1", "-vf", &scale, "-q:v", "3", "-c:v", "mjpeg", "-f", "mjpeg"];
        let run = self.run(input, Some(at), wanted.iter().chain(&["pipe:1"]), MOST_FRAME_BYTES).await?;
        if !run.ok && run.complaint.contains("matches no streams") {
            return Ok(None);
        }
        let jpeg = run.well(input.format().name())?;
        let picture = Media { format: MediaFormat::Jpeg, blob: Blob::in_memory(jpeg) };
        Ok((!picture.blob.is_empty()).then_some(Frame { at, picture }))
    }

    /// The first picture of an AVIF, as a PNG of at most so many pixels and bytes.
    ///
    /// # Errors
    /// `Unreadable` when it is damaged, `TooLarge` beyond a limit, `TimedOut` when it takes too long.
    pub(crate) async fn still(&self, input: &AvInput, most_bytes: u64) -> Result<Vec<u8>, Failure> {
        let png = ["-map", "0:v:0", "-frames:v", "1", "-c:v", "png", "-compression_level", "1", "-f", "image2pipe"];
        self.run(input, None, png.iter().chain(&["pipe:1"]), most_bytes).await?.well(input.format().name())
    }

    async fn run<A: AsRef<OsStr>>(
        &self,
        input: &AvInput,
        from: Option<Duration>,
        behind: impl IntoIterator<Item = A>,
        most_bytes: u64,
    ) -> Result<Run, Failure> {
        self.run_with(input, self.arguments(input, from, behind), most_bytes).await
    }

    /// A run of these arguments, which read this file.
    pub(super) async fn run_with(
        &self,
        input: &AvInput,
        arguments: Vec<OsString>,
        most_bytes: u64,
    ) -> Result<Run, Failure> {
        let mut run = child::run(self.command(), "ffmpeg", arguments, input.as_input()?, most_bytes, self.time).await?;
        run.complaint = run.complaint.replace(AvInput::PATH, "the file");
        let complaint = run.complaint.to_ascii_lowercase();
        if !run.ok && TOO_MANY_PIXELS.iter().any(|words| complaint.contains(words)) {
            return Err(Failure::too_large(format!(
                "the pictures of this video have more than the {} pixels allowed; scale it down, or raise \
                 [limits.video] pixels",
                self.most_pixels
            )));
        }
        Ok(run)
    }

    fn arguments<A: AsRef<OsStr>>(
        &self,
        input: &AvInput,
        from: Option<Duration>,
        behind: impl IntoIterator<Item = A>,
    ) -> Vec<OsString> {
        let from = from.map(|from| ["-ss".to_owned(), format!("{:.3}", from.as_secs_f64())]);
        self.arguments_of(input, from.into_iter().flatten(), behind)
    }

    /// Arguments with some that are about the input.
    pub(super) fn arguments_of<B: AsRef<OsStr>, A: AsRef<OsStr>>(
        &self,
        input: &AvInput,
        about: impl IntoIterator<Item = B>,
        behind: impl IntoIterator<Item = A>,
    ) -> Vec<OsString> {
        let mut arguments = command::first_arguments(self.most_pixels);
        arguments.extend(about.into_iter().map(|argument| argument.as_ref().to_owned()));
        let before = ["-protocol_whitelist", "file,pipe", "-f", input.demuxer(), "-i"];
        arguments.extend(before.iter().map(OsString::from));
        arguments.push(AvInput::PATH.into());
        arguments.extend(behind.into_iter().map(|argument| argument.as_ref().to_owned()));
        arguments
    }

    /// The arguments of a run that reads a file and is read from while it goes on.
    pub(crate) fn reading(&self, input: &AvInput, behind: &[&str]) -> Vec<OsString> {
        self.arguments(input, None, behind)
    }

    /// The arguments of a run between two pipes.
    pub(crate) fn piping<A: AsRef<OsStr>>(&self, all: impl IntoIterator<Item = A>) -> Vec<OsString> {
        let mut arguments = command::first_arguments(self.most_pixels);
        arguments.extend(["-protocol_whitelist", "pipe"].map(OsString::from));
        arguments.extend(all.into_iter().map(|argument| argument.as_ref().to_owned()));
        arguments
    }

    /// What is started, for a caller that waits for it on a thread of its own.
    pub(crate) fn starting(&self) -> std::process::Command {
        self.command().into_std()
    }

    /// What tells of a file without decoding it, if it lies beside ffmpeg.
    pub(super) fn probing(&self) -> Option<Command> {
        let probe = self.program.with_file_name(format!("ffprobe{}", std::env::consts::EXE_SUFFIX));
        probe.is_file().then(|| self.command_of(&probe))
    }

    pub(super) fn most_pixels(&self) -> u64 {
        self.most_pixels
    }

    pub(super) fn time(&self) -> Duration {
        self.time
    }

    /// What is started.
    fn command(&self) -> Command {
        self.command_of(&self.program)
    }

    fn command_of(&self, program: &Path) -> Command {
        let Some(launcher) = &self.launcher else { return Command::new(program) };
        let mut command = Command::new(launcher);
        let seconds = (command::THREADS * self.time.as_secs().max(1)).to_string();
        command.args(["worker", "confined", "--memory-bytes", MEMORY_BYTES, "--seconds", &seconds, "--"]);
        command.arg(program);
        command
    }
}
