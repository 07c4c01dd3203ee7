//! A text as a row of conversations with the service, a piece of it in each: how they begin, and what comes of them.

use std::collections::VecDeque;
use std::time::SystemTime;

use bytes::Bytes;
use mediary_core::task::{Finish, ReplyEvent, ReplyFrame, SoundForm, Speak};
use mediary_core::{Failure, FailureKind, MediaFormat};

use super::hear::{self, Heard};
use super::{ssml, token};
use crate::dialect::CallOf;
use crate::talk::{Opening, Said, Talk, Turn};

/// The voice of requests that name none; it speaks many languages.
const USUAL_VOICE: &str = "en-US-EmmaMultilingualNeural";
/// The version that is named where the catalog has none.
const USUAL_VERSION: &str = "1-143.0.3650.75";
/// The extension of the browser that reads aloud.
const ORIGIN: &str = "chrome-extension://jdiccldimpdaibmpdkjnbmckianbfold";
/// What the sound is to be: of the few forms there are the one that is given most widely.
const CONFIG: &str = "{\"context\":{\"synthesis\":{\"audio\":{\"metadataoptions\":{\"sentenceBoundaryEnabled\":\"false\",\
                      \"wordBoundaryEnabled\":\"false\"},\"outputFormat\":\"audio-24khz-48kbitrate-mono-mp3\"}}}}";

/// A text that is being spoken.
#[derive(Debug)]
pub(super) struct Spoken {
    pieces: VecDeque<String>,
    voice: String,
    speed: f64,
    version: String,
    left_out: Vec<String>,
    /// Whether any sound has come at all.
    has_begun: bool,
    /// Whether some has come of this piece.
    is_heard: bool,
}

impl Spoken {
    pub(super) fn of(call: &CallOf<'_, Speak>) -> Self {
        let Speak { text, voice, instructions, speed, .. } = call.task;
        Self {
            pieces: ssml::pieces(text).into(),
            voice: voice.clone().unwrap_or_else(|| USUAL_VOICE.to_owned()),
            speed: *speed,
            version: call.quirks.client_version.clone().unwrap_or_else(|| USUAL_VERSION.to_owned()),
            left_out: instructions.iter().map(|_| "instructions".to_owned()).collect(),
            has_begun: false,
            is_heard: false,
        }
    }

    /// The browser that has this version.
    fn user_agent(&self) -> String {
        let full = self.version.strip_prefix("1-").unwrap_or(&self.version);
        let major = full.split('.').next().unwrap_or(full);
        format!(
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
             Chrome/{major}.0.0.0 Safari/537.36 Edg/{major}.0.0.0"
        )
    }
}

impl Talk for Spoken {
    fn opening(&mut self, now: SystemTime, [connection, request, visitor]: [u128; 3]) -> Option<Opening> {
        let piece = self.pieces.front()?;
        let (client, version, time) = (token::CLIENT, &self.version, date(now));
        let path = format!(
            "/edge/v1?TrustedClientToken={client}&ConnectionId={connection:032x}&Sec-MS-GEC={}&Sec-MS-GEC-Version={version}",
            token::of(now)
        );
        let headers = vec![
            ("origin", ORIGIN.to_owned()),
            ("user-agent", self.user_agent()),
            ("pragma", "no-cache".to_owned()),
            ("cache-control", "no-cache".to_owned()),
            ("accept-language", "en-US,en;q=0.9".to_owned()),
            ("cookie", format!("muid={visitor:032X};")),
        ];
        let config = format!(
            "X-Timestamp:{time}\r\nContent-Type:application/json; charset=utf-8\r\nPath:speech.config\r\n\r\n{CONFIG}"
        );
        // The Z behind the time is the browser's own slip, and wanted.
        let ssml = format!(
            "X-RequestId:{request:032x}\r\nContent-Type:application/ssml+xml\r\nX-Timestamp:{time}Z\r\nPath:ssml\r\n\r\n{}",
            ssml::around(piece, &self.voice, self.speed)
        );
        Some(Opening { path, headers, messages: vec![config, ssml] })
    }

    fn hear(&mut self, said: Said<'_>, into: &mut ReplyFrame) -> Result<Turn, Failure> {
        match hear::read(said)? {
            Heard::Aside => Ok(Turn::Theirs),
            Heard::Sound(sound) => {
                if !std::mem::replace(&mut self.has_begun, true) {
                    into.events.push(ReplyEvent::Sound(SoundForm::File(MediaFormat::Mp3)));
                }
                self.is_heard = true;
                into.events.push(ReplyEvent::Bytes(Bytes::copy_from_slice(sound)));
                Ok(Turn::Theirs)
            }
            Heard::End if !std::mem::replace(&mut self.is_heard, false) => Err(Failure::new(
                FailureKind::Unacceptable,
                "the service gave no sound for this text; it has no such voice, or nothing in the text can be read out",
            )),
            Heard::End => {
                self.pieces.pop_front();
                if self.pieces.is_empty() {
                    into.events.push(ReplyEvent::Finish { choice: 0, finish: Finish::Stop });
                }
                Ok(Turn::Over)
            }
        }
    }

    fn left_out(&self) -> Vec<String> {
        self.left_out.clone()
    }
}

/// A moment as browsers write it: `Thu Jan 01 2026 00:00:00 GMT+0000 (Coordinated Universal Time)`.
fn date(now: SystemTime) -> String {
    // Of the form `Thu, 01 Jan 2026 00:00:00 GMT` (RFC 9110, section 5.6.7).
    let written = httpdate::fmt_http_date(now);
    let words: Vec<&str> = written.split([' ', ',']).filter(|word| !word.is_empty()).collect();
    match words.as_slice() {
        [weekday, day, month, year, time, _] => {
            format!("{weekday} {month} {day} {year} {time} GMT+0000 (Coordinated Universal Time)")
        }
        _ => written,
    }
}
