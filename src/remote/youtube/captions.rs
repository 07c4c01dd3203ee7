//! The captions of a video: which there are, which is wanted, and what it says.

use bytes::Bytes;
use http::{Request, Response};
use mediary_core::task::Segment;
use mediary_core::{Failure, FailureKind};
use serde::Deserialize;
use url::Url;

use super::{as_player, success};

/// A list of captions that a video has.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct CaptionTrack {
    base_url: String,
    language_code: String,
    kind: String,
    name: Name,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Name {
    simple_text: String,
    runs: Vec<Run>,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
struct Run {
    text: String,
}

/// Who made captions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaptionKind {
    /// People.
    Written,
    /// YouTube's own recognition.
    Generated,
}

impl CaptionKind {
    /// Its name in answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Written => "captions",
            Self::Generated => "generated_captions",
        }
    }
}

impl CaptionTrack {
    /// Who made them.
    #[must_use]
    pub fn kind(&self) -> CaptionKind {
        if self.kind == "asr" { CaptionKind::Generated } else { CaptionKind::Written }
    }

    /// Their language.
    #[must_use]
    pub fn language(&self) -> &str {
        &self.language_code
    }

    /// What they are called.
    #[must_use]
    pub fn name(&self) -> String {
        let runs: String = self.name.runs.iter().map(|run| run.text.as_str()).collect();
        let name = if runs.is_empty() { &self.name.simple_text } else { &runs };
        name.chars().filter(|c| !c.is_control()).take(100).collect()
    }

    /// Asks for them, in the form that is read here.
    ///
    /// # Errors
    /// Garbled when they have no address.
    pub fn request(&self, site: &str) -> Result<Request<Bytes>, Failure> {
        let address = self.address(site).and_then(|address| address.parse().ok());
        let lost = || Failure::new(FailureKind::Garbled, "the captions of this video have no address");
        let mut request = Request::new(Bytes::new());
        *request.uri_mut() = address.ok_or_else(lost)?;
        Ok(as_player(request))
    }

    /// What they say.
    ///
    /// # Errors
    /// When they are not given out, or say nothing.
    pub fn read(answer: &Response<Bytes>) -> Result<Vec<Segment>, Failure> {
        let segments = segments(success(answer)?)?;
        if segments.is_empty() {
            return Err(Failure::new(
                FailureKind::EmptyAnswer,
                "the captions of this video are empty; try again later",
            ));
        }
        Ok(segments)
    }

    fn address(&self, base: &str) -> Option<String> {
        let mut url = Url::parse(base).ok()?.join(&self.base_url).ok()?;
        let pairs: Vec<(String, String)> = url
            .query_pairs()
            .filter(|(name, _)| name != "fmt")
            .map(|(name, value)| (name.into(), value.into()))
            .collect();
        url.query_pairs_mut().clear().extend_pairs(pairs).append_pair("fmt", "json3");
        Some(url.into())
    }

    /// How far its language is the one that is wanted: the same, or another kind of it.
    fn speaks(&self, wanted: &str) -> Option<u8> {
        let (own, wanted) = (self.language_code.to_lowercase(), wanted.to_lowercase());
        let plain = |code: &str| code.split('-').next().unwrap_or_default().to_owned();
        if own == wanted { Some(0) } else { (plain(&own) == plain(&wanted)).then_some(1) }
    }
}

/// The captions that are wanted: those of the first language that there is, people's before others; without a wish the first
/// that people made, else the first.
#[must_use]
pub fn chosen_captions<'t>(tracks: &'t [CaptionTrack], languages: &[String]) -> Option<&'t CaptionTrack> {
    let is_generated = |track: &CaptionTrack| track.kind() == CaptionKind::Generated;
    if languages.is_empty() {
        return tracks.iter().min_by_key(|track| is_generated(track));
    }
    languages.iter().find_map(|language| {
        let fitting = tracks.iter().filter_map(|track| Some((track, track.speaks(language)?)));
        fitting.min_by_key(|(track, distance)| (is_generated(track), *distance)).map(|(track, _)| track)
    })
}

#[derive(Deserialize)]
struct Timed {
    #[serde(default)]
    events: Vec<Event>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Event {
    t_start_ms: f64,
    d_duration_ms: f64,
    segs: Vec<Piece>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Piece {
    utf8: String,
}

/// Reads captions.
fn segments(body: &[u8]) -> Result<Vec<Segment>, Failure> {
    let garbled =
        || Failure::new(FailureKind::Garbled, "the captions of this video are not what they should be; try again");
    let timed: Timed = serde_json::from_slice(body).map_err(|_| garbled())?;
    let segment = |event: Event| {
        let text: String = event.segs.iter().map(|piece| piece.utf8.as_str()).collect();
        let shown = |c: &char| !mediary_core::is_hidden_in_text(*c);
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().filter(shown).collect::<String>();
        let start_seconds = event.t_start_ms / 1_000.0;
        let end_seconds = start_seconds + event.d_duration_ms / 1_000.0;
        (!text.is_empty()).then(|| Segment { start_seconds, end_seconds, text, ..Segment::default() })
    };
    Ok(timed.events.into_iter().filter_map(segment).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn track(language: &str, kind: &str) -> CaptionTrack {
        CaptionTrack { language_code: language.to_owned(), kind: kind.to_owned(), ..CaptionTrack::default() }
    }

    #[test]
    fn the_wanted_language_is_chosen_and_peoples_captions_come_first() {
        let tracks = [track("en", "asr"), track("de", ""), track("en-GB", ""), track("pt-BR", "")];
        let rows: [(&[&str], Option<&str>); 7] = [
            (&[], Some("de")),
            (&["en"], Some("en-GB")),
            (&["EN-gb"], Some("en-GB")),
            (&["fr", "pt"], Some("pt-BR")),
            (&["en-US"], Some("en-GB")),
            (&["de", "en"], Some("de")),
            (&["fr"], None),
        ];
        for (languages, expected) in rows {
            let languages: Vec<String> = languages.iter().map(|language| (*language).to_owned()).collect();
            let found = chosen_captions(&tracks, &languages).map(|track| track.language_code.as_str());
            assert_eq!(found, expected, "{languages:?}");
        }
        assert_eq!(chosen_captions(&tracks[..1], &[]).map(CaptionTrack::kind), Some(CaptionKind::Generated));
        assert!(chosen_captions(&[], &[]).is_none());
    }

    #[test]
    fn captions_are_read_with_their_times() {
        let body = br#"{"wireMagic":"pb3","events":[{"tStartMs":0,"dDurationMs":5000,"id":1},
            {"tStartMs":1500,"dDurationMs":2500,"segs":[{"utf8":"Hello"},{"utf8":" \nthere"}]},
            {"tStartMs":1600,"aAppend":1,"segs":[{"utf8":"\n"}]},
            {"tStartMs":4000,"segs":[{"utf8":"again\u200b"}]}]}"#;
        let said = |start_seconds, end_seconds, text: &str| Segment {
            start_seconds,
            end_seconds,
            text: text.to_owned(),
            ..Segment::default()
        };
        assert_eq!(segments(body).unwrap(), [said(1.5, 4.0, "Hello there"), said(4.0, 4.0, "again")]);
        assert!(segments(b"<transcript/>").is_err());
    }

    #[test]
    fn captions_are_asked_for_in_the_form_that_is_read() {
        let track =
            CaptionTrack { base_url: "/api/timedtext?v=x&fmt=srv3&lang=en".to_owned(), ..CaptionTrack::default() };
        let address = track.address("https://www.youtube.com").unwrap();
        assert_eq!(address, "https://www.youtube.com/api/timedtext?v=x&lang=en&fmt=json3");
    }
}
