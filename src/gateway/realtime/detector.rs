//! Turns, told from how likely each frame is speech. Pure: frames come in with their probabilities, what follows from them
//! goes out.

use mediary_core::live::TurnDetection;

/// A frame of the voice activity detection, in milliseconds.
pub(super) const FRAME_MS: u32 = 32;
/// So many frames of speech begin a turn; fewer are a click.
const BEGINS: u32 = 3;
/// Speech goes on until it is less likely than it had to be to begin, by so much.
const HYSTERESIS: f32 = 0.15;
/// A pause after which what was said is written down already, in frames: 0.2 s. Most turns end with it.
const PAUSE: u32 = 6;

/// What follows from a frame. Places are numbers of frames since the beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sensed {
    /// A turn has begun, at this frame.
    Started(u64),
    /// What was said up to this frame can be written down: there is a pause.
    Paused(u64),
    /// The person goes on after a pause.
    Resumed,
    /// The turn has ended; its last speech was before this frame.
    Stopped(u64),
}

/// Tells turns.
#[derive(Debug, Default)]
pub(super) struct Detector {
    /// The number of the next frame.
    next: u64,
    /// Frames of speech in a row, before a turn has begun.
    rising: u32,
    is_speaking: bool,
    /// Frames of silence in a row, within a turn.
    silent: u32,
}

impl Detector {
    /// Takes the next frame.
    pub(super) fn push(&mut self, probability: f32, how: &TurnDetection) -> Option<Sensed> {
        let frame = self.next;
        self.next += 1;
        if !self.is_speaking {
            self.rising = if probability >= how.threshold { self.rising + 1 } else { 0 };
            if self.rising < BEGINS {
                return None;
            }
            (self.is_speaking, self.silent, self.rising) = (true, 0, 0);
            return Some(Sensed::Started(frame + 1 - u64::from(BEGINS)));
        }
        if probability >= (how.threshold - HYSTERESIS).max(how.threshold / 2.0) {
            let had_paused = self.silent >= PAUSE.min(silence(how));
            self.silent = 0;
            return had_paused.then_some(Sensed::Resumed);
        }
        self.silent += 1;
        let spoken_until = frame + 1 - u64::from(self.silent);
        if self.silent >= silence(how) {
            self.is_speaking = false;
            return Some(Sensed::Stopped(spoken_until));
        }
        (self.silent == PAUSE).then_some(Sensed::Paused(frame + 1))
    }

    /// The turn has ended for another reason.
    pub(super) fn reset(&mut self) {
        (self.is_speaking, self.silent, self.rising) = (false, 0, 0);
    }

    /// How many frames came so far.
    pub(super) fn frames(&self) -> u64 {
        self.next
    }

    /// Whether a turn goes on.
    pub(super) fn is_speaking(&self) -> bool {
        self.is_speaking
    }
}

/// How many frames of silence end a turn.
fn silence(how: &TurnDetection) -> u32 {
    how.silence_ms.div_ceil(FRAME_MS).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `#` is speech, `.` is silence, `~` is between.
    fn sensed(frames: &str, silence_ms: u32) -> Vec<Sensed> {
        let how = TurnDetection { silence_ms, ..TurnDetection::default() };
        let mut detector = Detector::default();
        let probability = |frame| match frame {
            '#' => 0.9,
            '~' => 0.4,
            _ => 0.1,
        };
        frames.chars().filter_map(|frame| detector.push(probability(frame), &how)).collect()
    }

    #[test]
    fn turns_begin_and_end_where_speech_does() {
        use Sensed::{Paused, Resumed, Started, Stopped};
        let rows = [
            ("..##..#.", 96, vec![]),
            ("..###...", 96, vec![Started(2), Stopped(5)]),
            // What is likely enough goes on, and does not begin.
            ("~~~~###~~~...", 96, vec![Started(4), Stopped(10)]),
            ("###..##..###...", 96, vec![Started(0), Stopped(12)]),
            ("###.......##........", 256, vec![Started(0), Paused(9), Resumed, Paused(18), Stopped(12)]),
            ("###...###...", 96, vec![Started(0), Stopped(3), Started(6), Stopped(9)]),
        ];
        for (frames, silence_ms, expected) in rows {
            assert_eq!(sensed(frames, silence_ms), expected, "{frames}");
        }
    }
}
