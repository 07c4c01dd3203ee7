//! What a video says of itself, by ffprobe, held against the limits before anything of it is decoded.
//!
//! A header may lie; ffmpeg is given the same limits for what it finds.

use std::ffi::OsString;
use std::time::Duration;

use mediary_core::Failure;

use super::{AvInput, Ffmpeg};
use crate::child;

/// What browsers record says 1000, since its times are in milliseconds; a file that says more is after the processor.
const MOST_FRAMES_A_SECOND: f64 = 1000.0;
/// A line for each property of each stream.
const MOST_BYTES: u64 = 64 << 10;

/// What a video says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct VideoFacts {
    /// How long it plays, if its container says so.
    pub length: Option<Duration>,
    /// The pixels of a picture across.
    pub width: u32,
    /// And down.
    pub height: u32,
    /// Pictures a second on average; 0 where that is open.
    pub frames_a_second: f64,
    /// Whether there is a picture in it.
    pub has_picture: bool,
    /// Whether there is sound in it.
    pub has_sound: bool,
}

impl Ffmpeg {
    /// What a video says of itself; `None` without ffprobe beside ffmpeg.
    ///
    /// # Errors
    /// `Unreadable` when it is damaged, or neither shows anything nor sounds.
    pub async fn facts(&self, input: &AvInput) -> Result<Option<VideoFacts>, Failure> {
        let Some(command) = self.probing() else { return Ok(None) };
        let wanted = "stream=codec_type,width,height,avg_frame_rate:format=duration";
        let fixed = ["-v", "error", "-protocol_whitelist", "file,pipe", "-f", input.demuxer(), "-show_entries", wanted];
        let mut arguments: Vec<OsString> = fixed.into_iter().map(OsString::from).collect();
        arguments.extend(["-of", "default=nw=1", "-i"].map(OsString::from));
        arguments.push(AvInput::PATH.into());
        let run = child::run(command, "ffprobe", arguments, input.as_input()?, MOST_BYTES, self.time()).await?;
        let facts = VideoFacts::read(&String::from_utf8_lossy(&run.output)).filter(|_| run.ok);
        let damaged = || {
            let format = input.format();
            Failure::unreadable(format!("there is nothing to see in this {format}, or it is damaged; send it whole"))
        };
        facts.ok_or_else(damaged).map(Some)
    }

    /// Refuses a video by what it says of itself.
    ///
    /// # Errors
    /// `TooLarge`, with the limit.
    pub fn check(&self, facts: &VideoFacts, most: Duration) -> Result<(), Failure> {
        let VideoFacts { length, width, height, frames_a_second, .. } = *facts;
        let pixels = u64::from(width) * u64::from(height);
        if pixels > self.most_pixels() {
            return Err(Failure::too_large(format!(
                "the pictures of this video are {width} × {height} = {pixels} pixels, more than the {} allowed; scale it \
                 down, or raise [limits.video] pixels",
                self.most_pixels()
            )));
        }
        if frames_a_second > MOST_FRAMES_A_SECOND {
            return Err(Failure::too_large(format!(
                "this video has {frames_a_second:.0} pictures a second, more than the {MOST_FRAMES_A_SECOND} allowed; \
                 export it with fewer"
            )));
        }
        if let Some(length) = length.filter(|length| *length > most) {
            let (seconds, most) = (length.as_secs(), most.as_secs());
            return Err(Failure::too_large(format!(
                "this video plays {seconds} s, more than the {most} s allowed; send a part of it, or raise [limits.audio] \
                 seconds"
            )));
        }
        Ok(())
    }
}

impl VideoFacts {
    /// Out of lines of `key=value`; those of a stream begin with its type. `None`: there is neither a
    /// picture nor sound.
    fn read(lines: &str) -> Option<Self> {
        let mut facts = Self::default();
        let mut in_video = false;
        for (key, value) in lines.lines().filter_map(|line| line.split_once('=')) {
            match key {
                "codec_type" => {
                    in_video = value == "video" && !facts.has_picture;
                    facts.has_picture |= in_video;
                    facts.has_sound |= value == "audio";
                }
                "width" if in_video => facts.width = value.parse().unwrap_or(0),
                "height" if in_video => facts.height = value.parse().unwrap_or(0),
                "avg_frame_rate" if in_video => facts.frames_a_second = rate(value).unwrap_or(0.0),
                "duration" => {
                    let seconds = value.parse::<f64>().ok();
                    facts.length = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
                }
                _ => {}
            }
        }
        (facts.has_picture || facts.has_sound).then_some(facts)
    }
}

/// `30000/1001` as a number.
fn rate(fraction: &str) -> Option<f64> {
    let (above, below) = fraction.split_once('/')?;
    let (above, below): (f64, f64) = (above.parse().ok()?, below.parse().ok()?);
    (below > 0.0).then(|| above / below)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_those_of_the_first_picture_stream() {
        let lines = "codec_type=audio\navg_frame_rate=0/0\ncodec_type=video\nwidth=1280\nheight=720\n\
                     avg_frame_rate=30000/1001\ncodec_type=video\nwidth=90\nheight=90\navg_frame_rate=0/0\n\
                     duration=12.500000\n";
        let facts = VideoFacts::read(lines).unwrap();
        assert_eq!((facts.width, facts.height, facts.has_sound), (1280, 720, true));
        assert_eq!(facts.length, Some(Duration::from_millis(12_500)));
        assert!((facts.frames_a_second - 29.97).abs() < 0.01);
        let sound_only = VideoFacts { has_sound: true, ..VideoFacts::default() };
        assert_eq!(VideoFacts::read("codec_type=audio\nduration=N/A\n"), Some(sound_only));
        let silent = VideoFacts { has_picture: true, ..VideoFacts::default() };
        assert_eq!(VideoFacts::read("codec_type=video\nwidth=x\nduration=N/A\n"), Some(silent));
        assert_eq!(VideoFacts::read("codec_type=subtitle\nduration=4.0\n"), None);
    }

    #[test]
    fn what_is_too_much_is_refused_with_its_limit() {
        let ffmpeg = Ffmpeg::at("ffmpeg".into()).up_to_pixels(1_000);
        let rows = [
            (VideoFacts { width: 40, height: 30, ..VideoFacts::default() }, "[limits.video] pixels"),
            (VideoFacts { frames_a_second: 90_000.0, ..VideoFacts::default() }, "pictures a second"),
            (VideoFacts { length: Some(Duration::from_secs(61)), ..VideoFacts::default() }, "more than the 60 s"),
        ];
        for (facts, words) in rows {
            let failure = ffmpeg.check(&facts, Duration::from_secs(60)).unwrap_err();
            assert!(failure.detail.contains(words), "{failure}");
        }
        let fine = VideoFacts { width: 40, height: 20, frames_a_second: 60.0, ..VideoFacts::default() };
        ffmpeg.check(&fine, Duration::from_secs(60)).unwrap();
    }
}
