//! Which moments of a video to show: where the scene changes first, then what lies far from the others.
//!
//! Only key frames are decoded: encoders put them where scenes change, and it takes a tenth of the time. A file with
//! hardly any is decoded whole, a few pictures a second. One run looks at all of them in small and says how much each
//! differs from the one before; a second one writes those that were chosen.

use std::time::Duration;

use mediary_core::{Blob, Failure, FailureKind, Media, MediaFormat};

use super::{AvInput, Ffmpeg, Frame};

/// How much of a picture must be other than before, of 1, to be a new scene.
const NEW_SCENE: f64 = 0.2;
/// Two moments are at least so far apart.
const APART: f64 = 1.0;
/// Looking at a file without key frames: so many pictures for each that is wanted.
const LOOKED_AT: f64 = 4.0;
/// Two lines for each picture that is looked at.
const MOST_LOG_BYTES: u64 = 16 << 20;
/// All pictures that are written.
const MOST_BYTES: u64 = 128 << 20;

/// A picture that was looked at: when, and how much it differs from the one before.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Seen {
    at: f64,
    change: f64,
}

/// How a video is looked at.
struct Look {
    only_key_frames: bool,
    /// What lets pictures through.
    sieve: String,
}

impl Look {
    fn about(&self) -> &'static [&'static str] {
        if self.only_key_frames { &["-skip_frame", "nokey"] } else { &[] }
    }
}

impl Ffmpeg {
    /// At most so many moments of a video, none of their sides longer than `side_px`, in their order.
    ///
    /// # Errors
    /// `Unreadable` when it is damaged, `TooLarge` beyond the limits, `TimedOut` when it takes too long.
    pub async fn moments(
        &self,
        input: &AvInput,
        length: Duration,
        most: u32,
        side_px: u32,
    ) -> Result<Vec<Frame>, Failure> {
        let seconds = length.as_secs_f64();
        let wanted = f64::from(most.max(1));
        let step = (seconds / wanted / 8.0).clamp(0.0, 1.0);
        let mut look = Look { only_key_frames: true, sieve: sieve(step) };
        let most = most.max(1) as usize;
        let at_key_frames = match self.looked_at(input, &look).await {
            // Some decoders (Theora's) call it an error when they are to skip a frame.
            Err(failure) if failure.kind == FailureKind::Unreadable => Vec::new(),
            seen => seen?,
        };
        let mut chosen = chosen(&at_key_frames, most);
        if (chosen.len() as f64) < wanted.min(seconds / APART).floor() {
            look = Look { only_key_frames: false, sieve: sieve((seconds / wanted / LOOKED_AT).min(1.0)) };
            chosen = self::chosen(&self.looked_at(input, &look).await?, most);
        }
        if chosen.is_empty() {
            return Ok(Vec::new());
        }
        let terms: Vec<String> =
            chosen.iter().map(|at| format!("between(t,{:.4},{:.4})", at - 0.002, at + 0.002)).collect();
        let filter = format!(
            "{},select='{}',scale=w='min(iw,{side_px})':h='min(ih,{side_px})':force_original_aspect_ratio=decrease",
            look.sieve,
            terms.join("+")
        );
        let most_frames = chosen.len().to_string();
        let written =
            ["-map", "0:v:0", "-vf", &filter, "-fps_mode", "passthrough", "-frames:v", &most_frames, "-q:v", "3"];
        let behind = written.into_iter().chain(["-c:v", "mjpeg", "-f", "mjpeg", "pipe:1"]);
        let run = self.run_with(input, self.arguments_of(input, look.about(), behind), MOST_BYTES).await?;
        let file = run.well(input.format().name())?;
        let pictures =
            pictures(&file).map(|jpeg| Media { format: MediaFormat::Jpeg, blob: Blob::in_memory(jpeg.to_vec()) });
        let times = chosen.iter().map(|at| Duration::from_secs_f64(at.max(0.0)));
        Ok(times.zip(pictures).map(|(at, picture)| Frame { at, picture }).collect())
    }

    /// All pictures that a look lets through; none where there is no picture.
    async fn looked_at(&self, input: &AvInput, look: &Look) -> Result<Vec<Seen>, Failure> {
        let filter = format!("{},scale=160:-2,select='gte(scene,0)',metadata=print:file=-", look.sieve);
        let behind = ["-map", "0:v:0", "-vf", &filter, "-fps_mode", "passthrough", "-f", "null", "-"];
        let run = self.run_with(input, self.arguments_of(input, look.about(), behind), MOST_LOG_BYTES).await?;
        if !run.ok && run.complaint.contains("matches no streams") {
            return Ok(Vec::new());
        }
        let log = run.well(input.format().name())?;
        Ok(log_of(&String::from_utf8_lossy(&log)))
    }
}

/// Lets pictures through that are so many seconds apart.
fn sieve(step_seconds: f64) -> String {
    format!("select='isnan(prev_selected_t)+gte(t-prev_selected_t,{step_seconds:.4})'")
}

/// `frame:… pts_time:1.5`, and below it `lavfi.scene_score=0.25`.
fn log_of(log: &str) -> Vec<Seen> {
    let mut seen: Vec<Seen> = Vec::new();
    for line in log.lines() {
        if let Some((_, time)) = line.split_once("pts_time:") {
            seen.extend(time.trim().parse().ok().map(|at| Seen { at, change: 0.0 }));
        } else if let Some(score) = line.strip_prefix("lavfi.scene_score=")
            && let Some(last) = seen.last_mut()
        {
            last.change = score.trim().parse().unwrap_or(0.0);
        }
    }
    seen
}

/// The times of the moments to show, in order: new scenes by how new they are, up to three quarters of the room where
/// something else is left; then whatever is farthest from all that were chosen.
fn chosen(seen: &[Seen], most: usize) -> Vec<f64> {
    let mut chosen: Vec<f64> = Vec::new();
    let is_free = |chosen: &[f64], at: f64| chosen.iter().all(|other| (other - at).abs() >= APART);
    let mut scenes: Vec<&Seen> = seen.iter().filter(|seen| seen.change >= NEW_SCENE).collect();
    scenes.sort_by(|a, b| b.change.total_cmp(&a.change).then(a.at.total_cmp(&b.at)));
    let for_scenes = (most * 3).div_ceil(4);
    for scene in scenes {
        if chosen.len() < for_scenes && is_free(&chosen, scene.at) {
            chosen.push(scene.at);
        }
    }
    // How far each is from the nearest that was chosen.
    let mut distances: Vec<f64> =
        seen.iter().map(|seen| chosen.iter().map(|at| (at - seen.at).abs()).fold(f64::INFINITY, f64::min)).collect();
    while chosen.len() < most {
        let farthest = distances.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0)));
        let Some((index, _)) = farthest.filter(|(_, distance)| **distance >= APART) else { break };
        let at = seen[index].at;
        chosen.push(at);
        for (distance, seen) in distances.iter_mut().zip(seen) {
            *distance = distance.min((seen.at - at).abs());
        }
    }
    chosen.sort_by(f64::total_cmp);
    chosen
}

/// The files of a stream of JPEGs, each of which begins where the one before ends.
fn pictures(stream: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = stream;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let border = rest.windows(4).position(|window| window == b"\xff\xd9\xff\xd8").map_or(rest.len(), |at| at + 2);
        let (picture, after) = rest.split_at(border);
        rest = after;
        Some(picture)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_scenes_come_first_and_gaps_are_filled() {
        let seen = |rows: &[(f64, f64)]| rows.iter().map(|&(at, change)| Seen { at, change }).collect::<Vec<_>>();
        let still: Vec<Seen> = (0..100).map(|at| Seen { at: f64::from(at), change: 0.0 }).collect();
        let rows: [(Vec<Seen>, usize, &[f64]); 6] = [
            (seen(&[]), 4, &[]),
            (seen(&[(0.0, 0.0)]), 4, &[0.0]),
            (seen(&[(0.0, 0.0), (0.5, 0.9), (5.0, 0.3), (9.0, 0.0)]), 3, &[0.5, 5.0, 9.0]),
            (seen(&[(0.0, 0.0), (3.0, 0.9), (5.0, 0.3), (7.0, 0.5)]), 2, &[3.0, 7.0]),
            (still.clone(), 3, &[0.0, 49.0, 99.0]),
            (still, 1, &[0.0]),
        ];
        for (seen, most, expected) in rows {
            assert_eq!(chosen(&seen, most), expected, "{most} of {}", seen.len());
        }
    }

    #[test]
    fn what_was_looked_at_is_read_from_the_log_and_the_stream_is_taken_apart() {
        let log = "frame:0    pts:0       pts_time:0\nlavfi.scene_score=0.000000\nframe:1  pts:75 pts_time:2.5\n\
                   lavfi.scene_score=0.411000\nframe:2 pts:9 pts_time:3";
        let seen: Vec<(f64, f64)> = log_of(log).iter().map(|seen| (seen.at, seen.change)).collect();
        assert_eq!(seen, [(0.0, 0.0), (2.5, 0.411), (3.0, 0.0)]);
        let stream = b"\xff\xd8one\xff\xd9\xff\xd8two\xff\xd9";
        assert_eq!(pictures(stream).map(<[u8]>::len).collect::<Vec<_>>(), [7, 7]);
        assert_eq!(pictures(b"").count(), 0);
    }
}
